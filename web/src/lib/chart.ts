// Rows of an answer as bars: one column names them, a column of numbers gives their length.
import type { Row, Value, Words } from "./answer";
import { fill, make } from "./dom";
import { shorten, type Terms } from "./terms";

const MOST = 40;
const SPACE = "http://www.w3.org/2000/svg";

/** Columns with numbers only, and at least one. */
export function numeric(columns: string[], rows: Row[]): string[] {
  return columns.filter((column) => {
    const values = rows.flatMap((row) => row[column]?.value ?? []);
    return values.length > 0 && values.every((value) => value !== "" && Number.isFinite(+value));
  });
}

/** The chart with a choice of its columns; drawn anew when another is chosen. */
export function chart(columns: string[], rows: Row[], terms: Terms, words: Words): HTMLElement {
  const numbers = numeric(columns, rows);
  const isText = (column: string) => rows.some((row) => row[column]?.type === "literal");
  const others = columns.filter((column) => !numbers.includes(column));
  const names = [...others.filter(isText), ...others.filter((column) => !isText(column))];
  const label = choice("chart-label", words.label ?? "", names.length ? names : columns);
  const value = choice("chart-value", words.value ?? "", numbers);
  const held = make("div", { class: "bars" });
  const draw = () =>
    held.replaceChildren(...bars(rows, label.select.value, value.select.value, terms, words));
  for (const { select } of [label, value]) select.addEventListener("change", draw);
  draw();
  return make("div", {}, make("div", { class: "fields" }, label.field, value.field), held);
}

function choice(id: string, words: string, columns: string[]) {
  const options = columns.map((column) => make("option", { value: column }, column));
  const select = make("select", { id }, ...options);
  const field = make("div", { class: "field" }, make("label", { for: id }, words), select);
  return { field, select };
}

function bars(rows: Row[], label: string, value: string, terms: Terms, words: Words): Node[] {
  const shown = rows
    .filter((row) => row[value])
    .map((row) => ({ name: named(row[label], terms), number: Number(row[value]?.value) }))
    .slice(0, MOST);
  const widest = Math.max(...shown.map(({ number }) => Math.abs(number)), Number.MIN_VALUE);
  const list = make("ol", { class: "bar-list" });
  for (const { name, number } of shown) {
    const width = (100 * Math.abs(number)) / widest;
    list.append(
      make(
        "li",
        {},
        make("span", { class: "bar-name" }, name),
        bar(width),
        make("span", { class: "bar-value" }, number.toLocaleString()),
      ),
    );
  }
  const pattern = { n: rows.length.toLocaleString(), most: shown.length.toLocaleString() };
  const cut = rows.length > shown.length ? [make("p", {}, fill(words.bars ?? "", pattern))] : [];
  return [...cut, list];
}

function named(value: Value | undefined, terms: Terms): string {
  if (value?.type === "uri") return shorten(value.value, terms.prefixes);
  return value?.value ?? "";
}

/** One bar, from 0 to 100 wide; the number stands beside it, so it is decoration. */
function bar(width: number): SVGElement {
  const drawing = document.createElementNS(SPACE, "svg");
  const attributes = { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" };
  for (const [name, given] of Object.entries(attributes)) drawing.setAttribute(name, given);
  const shape = document.createElementNS(SPACE, "rect");
  shape.setAttribute("width", width.toFixed(2));
  shape.setAttribute("height", "10");
  drawing.append(shape);
  return drawing;
}
