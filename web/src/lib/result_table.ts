// Rows of an answer as a table: sorted by a column, filtered by words, a page at a time.
import type { Row, Value, Words } from "./answer";
import { fill, make } from "./dom";
import { leadsTo, shorten, type Terms } from "./terms";

const SIZE = 50;

/** The table with its filter and pages. */
export function table(columns: string[], rows: Row[], terms: Terms, words: Words): HTMLElement {
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const folded = rows.map((row) => fold(columns.map((name) => row[name]?.value ?? "").join(" ")));
  let sorted: { column: string; descending: boolean } | undefined;
  let page = 0;

  const filter = make("input", { type: "search", id: "answer-filter", autocomplete: "off" });
  const headings = columns.map((column) => {
    const button = make("button", { type: "button" }, column);
    button.addEventListener("click", () => {
      sorted = { column, descending: sorted?.column === column && !sorted.descending };
      page = 0;
      draw();
    });
    return make("th", { scope: "col", "aria-sort": "none" }, button);
  });
  const body = make("tbody");
  const told = make("span", { role: "status" });
  const previous = make("button", { type: "button", class: "quiet" }, words.previous ?? "");
  const next = make("button", { type: "button", class: "quiet" }, words.next ?? "");
  const pager = make(
    "nav",
    { class: "pager", "aria-label": words.pages ?? "" },
    previous,
    told,
    next,
  );

  const draw = () => {
    const wanted = fold(filter.value);
    const found = rows.filter((_row, number) => folded[number]?.includes(wanted));
    const by = sorted;
    if (by) {
      const value = (row: Row) => row[by.column]?.value ?? "";
      found.sort((a, b) => order.compare(value(a), value(b)) * (by.descending ? -1 : 1));
    }
    for (const [number, heading] of headings.entries()) {
      const direction = by?.descending ? "descending" : "ascending";
      heading.setAttribute("aria-sort", columns[number] === by?.column ? direction : "none");
    }
    const start = page * SIZE;
    const shown = found.slice(start, start + SIZE);
    body.replaceChildren(
      ...shown.map((row) =>
        make("tr", {}, ...columns.map((name) => make("td", {}, cell(row[name], terms)))),
      ),
    );
    previous.disabled = page === 0;
    next.disabled = start + SIZE >= found.length;
    const numbers = { start: start + 1, end: start + shown.length, total: found.length };
    told.textContent = found.length
      ? fill(words.range ?? "", written(numbers))
      : (words.noMatch ?? "");
  };
  const turn = (by: number) => {
    page += by;
    draw();
  };
  previous.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));
  filter.addEventListener("input", () => {
    page = 0;
    draw();
  });
  draw();
  const label = make("label", { for: filter.id }, words.filter ?? "");
  const region = {
    class: "scroll",
    role: "region",
    tabindex: "0",
    "aria-label": words.table ?? "",
  };
  return make(
    "div",
    {},
    make("div", { class: "field" }, label, filter),
    make("div", region, make("table", {}, make("thead", {}, make("tr", {}, ...headings)), body)),
    pager,
  );
}

/** A value as text, or as a link where its IRI leads somewhere. */
function cell(value: Value | undefined, terms: Terms): Node | string {
  if (!value) return "";
  if (value.type === "uri") {
    const address = leadsTo(value.value, terms);
    const name = shorten(value.value, terms.prefixes);
    return address ? make("a", { href: address }, name) : name;
  }
  const lang = value["xml:lang"];
  return lang ? make("span", { lang }, value.value) : value.value;
}

/** Letters without marks: "Chuyển đổi" is found by "chuyen doi". */
function fold(text: string): string {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
}

function written(numbers: Record<string, number>): Record<string, string> {
  const lang = document.documentElement.lang;
  return Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, value.toLocaleString(lang)]),
  );
}
