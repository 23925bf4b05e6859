// Marks in the editor: where its grammar stops, and where the service found an error.
import type Yasqe from "@zazuko/yasqe";
import { make } from "./dom";

const GUTTER = "gutterErrorBar";
const HIGHLIGHTED = "service-error";
type Words = Record<string, string>;

/** Tells of a syntax error as one types; YASQE's own check speaks English and needs inline styles. */
export function watchSyntax(editor: Yasqe, words: Words): void {
  editor.checkSyntax = () => {
    editor.clearGutter(GUTTER);
    const document = editor.getDoc();
    editor.queryValid = true;
    for (let line = 0; line < document.lineCount(); line++) {
      const { state } = editor.getTokenAt({ line, ch: document.getLine(line).length }, true);
      editor.setOption("queryType" as never, state.queryType as never);
      if (state.OK !== false) continue;
      const expected: string[] = state.possibleCurrent ?? [];
      const hint = expected.length ? ` ${words.expected}: ${expected.join(", ")}` : "";
      editor.setGutterMarker(line, GUTTER, sign(`${words.wrong}.${hint}`));
      editor.queryValid = false;
      return;
    }
  };
  editor.checkSyntax();
}

/** Marks a place that the service named; lines and columns count from 1.  Gone at the next change. */
export function markPlace(editor: Yasqe, line: number, column: number, words: Words): void {
  const document = editor.getDoc();
  const row = Math.min(line, document.lineCount()) - 1;
  const length = document.getLine(row).length;
  const from = { line: row, ch: Math.max(0, Math.min(column - 1, length - 1)) };
  const mark = document.markText(from, { line: row, ch: length }, { className: HIGHLIGHTED });
  editor.setGutterMarker(row, GUTTER, sign(words.wrong ?? ""));
  const clear = () => {
    mark.clear();
    editor.off("change" as never, clear as never);
  };
  editor.on("change", clear);
}

/** Sets the cursor at a place and goes there. */
export function goTo(editor: Yasqe, line: number, column: number): void {
  editor.getDoc().setCursor({ line: line - 1, ch: column - 1 });
  editor.focus();
}

function sign(title: string): HTMLElement {
  return make("span", { class: "syntax-sign", role: "img", "aria-label": title, title }, "!");
}
