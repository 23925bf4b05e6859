// An answer as table, chart or raw data.
import { chart, numeric } from "./chart";
import { make } from "./dom";
import { table } from "./result_table";
import type { Terms } from "./terms";

export type Words = Record<string, string>;
export type Value = { type: string; value: string; "xml:lang"?: string };
export type Row = Record<string, Value | undefined>;

/** What the service answered; ``rows`` are there for SELECT, ``truth`` for ASK. */
export type Answer = {
  mediaType: string;
  text: string;
  columns: string[];
  rows?: Row[];
  truth?: boolean;
};

export const VIEWS = ["table", "chart", "raw"] as const;
export type View = (typeof VIEWS)[number];

export function isView(name: string): name is View {
  return (VIEWS as readonly string[]).includes(name);
}

/** Reads SPARQL results in JSON; any other type is kept as its text. */
export function read(text: string, mediaType: string): Answer {
  if (!mediaType.startsWith("application/sparql-results+json"))
    return { mediaType, text, columns: [] };
  const { head, results, boolean } = JSON.parse(text);
  if (typeof boolean === "boolean") return { mediaType, text, columns: [], truth: boolean };
  return { mediaType, text, columns: head.vars, rows: results.bindings };
}

/** The answer with buttons for its views; ``chosen`` is told when another view is shown. */
export function show(
  answer: Answer,
  first: View,
  terms: Terms,
  words: Words,
  chosen: (view: View) => void,
): HTMLElement {
  const { columns, rows, truth } = answer;
  if (truth !== undefined)
    return make("p", { class: "truth" }, (truth ? words.yes : words.no) ?? "");
  const draw: Record<View, (() => HTMLElement) | undefined> = {
    table: rows?.length ? () => table(columns, rows, terms, words) : undefined,
    chart:
      rows && numeric(columns, rows).length ? () => chart(columns, rows, terms, words) : undefined,
    raw: () =>
      make("pre", { tabindex: "0", role: "region", "aria-label": words.raw ?? "" }, answer.text),
  };
  const views = VIEWS.filter((view) => draw[view]);
  const held = make("div");
  const buttons = views.map((view) => {
    const button = make("button", { type: "button", class: "quiet" }, words[view] ?? view);
    button.addEventListener("click", () => {
      choose(view);
      chosen(view);
    });
    return button;
  });
  const choose = (view: View) => {
    for (const [number, button] of buttons.entries())
      button.setAttribute("aria-pressed", String(views[number] === view));
    held.replaceChildren(draw[view]?.() ?? "");
  };
  choose(views.includes(first) ? first : (views[0] ?? "raw"));
  const group = make("div", { role: "group", class: "actions", "aria-label": words.views ?? "" });
  group.append(...buttons);
  return make(
    "div",
    {},
    make("div", { class: "answer-head" }, group, downloads(answer, words)),
    held,
  );
}

function downloads({ columns, rows, text, mediaType }: Answer, words: Words): HTMLElement {
  const files: [string, string, string][] = rows
    ? [
        ["CSV", "results.csv", csv(columns, rows)],
        ["JSON", "results.json", text],
      ]
    : [["Turtle", "results.ttl", text]];
  const links = files.map(([name, file, content]) => {
    const href = URL.createObjectURL(new Blob([content], { type: rows ? "" : mediaType }));
    return make("a", { href, download: file }, `${words.download} ${name}`);
  });
  return make("p", { class: "actions" }, ...links);
}

/** Rows as CSV (RFC 4180), with a byte order mark so that spreadsheets read Vietnamese. */
export function csv(columns: string[], rows: Row[]): string {
  const quoted = (text: string) =>
    /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [columns, ...rows.map((row) => columns.map((name) => row[name]?.value ?? ""))];
  return `\ufeff${lines.map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("")}`;
}
