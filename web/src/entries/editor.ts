// The SPARQL page: YASQE, the editor of YASGUI, in place of the plain field, and its answers.
import Yasqe from "@zazuko/yasqe";
import { isView, read, show, type View } from "../lib/answer";
import { complete } from "../lib/completion";
import { copy, fill, make, need } from "../lib/dom";
import { elsewhere } from "../lib/elsewhere";
import { goTo, markPlace, watchSyntax } from "../lib/syntax";
import type { Terms } from "../lib/terms";

/** A problem document (RFC 9457) of the service. */
type Problem = {
  title: string;
  title_en: string;
  detail: string;
  detail_en: string;
  advice: string;
  advice_en: string;
  line?: number;
  column?: number;
};
/** An answer as YASQE hands it over. */
type Received = { content: string; headers: Headers };
type Words = Record<string, string>;

const form = need<HTMLFormElement>("#query-form");
const field = need<HTMLTextAreaElement>("#query");
const status = need<HTMLElement>("#query-status");
const place = need<HTMLElement>("#query-answer");
const stop = need<HTMLButtonElement>("#query-stop");
const words: Words = JSON.parse(need<HTMLElement>("#query-work").dataset.words ?? "{}");
const endpoint = new URL(form.dataset.endpoint ?? "", location.href).href;

function open(terms: Terms): void {
  Object.assign(Yasqe.defaults, {
    autocompleters: complete(terms, words.used ?? ""),
    value: "ASK {}", // the check at the start finds nothing wrong with it
    createShareableLink: null,
    consumeShareLink: null,
  });
  // The Tab key leaves the editor, as everywhere on a page.
  Object.assign(Yasqe.defaults.extraKeys as object, { Tab: false, "Shift-Tab": false });
  const editor = new Yasqe(make("div"), {
    persistenceId: null,
    showQueryButton: false,
    resizeable: false,
    editorHeight: "auto",
    screenReaderLabel: words.editor ?? "",
    requestConfig: {
      endpoint,
      method: "POST",
      acceptHeaderGraph: "text/turtle",
      acceptHeaderSelect: "application/sparql-results+json",
    },
  });
  watchSyntax(editor, words);
  editor.showNotification = () => undefined; // it says in English what stands below the editor
  field.before(editor.rootEl);
  editor.setValue(field.value);
  field.hidden = true;
  field.required = false;
  editor.refresh(); // measures its gutters, now that it stands on the page
  for (const element of document.querySelectorAll<HTMLElement>(".with-script"))
    element.hidden = false;

  const asked = location.hash.slice(1);
  let view: View = isView(asked) ? asked : "table";
  const keepAddress = () => {
    const query = new URLSearchParams({ query: editor.getValue() });
    history.replaceState(null, "", `${location.pathname}?${query}#${view}`);
  };
  const run = () => {
    editor.query().catch(() => undefined); // told by queryResponse
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  editor.on("query", () => {
    status.textContent = words.running ?? "";
    stop.hidden = false;
    keepAddress();
  });
  editor.on("queryResponse", (_editor, response: Error | Received, milliseconds) => {
    stop.hidden = true;
    if (response instanceof Error) {
      status.textContent = "";
      place.replaceChildren(refusal(editor, response));
      return;
    }
    const found = read(response.content, response.headers.get("content-type") ?? "");
    const seconds = (milliseconds / 1000).toLocaleString(document.documentElement.lang);
    const n = found.rows?.length;
    const pattern = n === undefined ? words.done : n === 0 ? words.empty : words.count;
    status.textContent = fill(pattern ?? "", { n: `${n}`, seconds });
    const drawn = show(found, view, terms, words, (chosen) => {
      view = chosen;
      keepAddress();
    });
    place.replaceChildren(drawn);
    // Below a long query, or above the example that was run, the answer would come unseen.
    const { top, bottom } = status.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) status.scrollIntoView();
  });
  stop.addEventListener("click", () => {
    editor.abortQuery();
    stop.hidden = true;
    status.textContent = words.stopped ?? "";
  });
  need("#query-format").addEventListener("click", () => editor.autoformat());
  need("#query-share").addEventListener("click", async () => {
    keepAddress();
    await copy(location.href);
    status.textContent = words.shared ?? "";
  });
  takeElsewhere(editor);
  takeExamples();
  if (isView(asked)) run();
}

/** The query in other languages, written anew whenever it is looked at. */
function takeElsewhere(editor: Yasqe): void {
  const details = need<HTMLDetailsElement>("#query-elsewhere");
  const write = () => {
    if (!details.open) return;
    for (const [name, text] of Object.entries(elsewhere(endpoint, editor.getValue())))
      need<HTMLTextAreaElement>(`#copy-${name}`).value = text;
  };
  details.addEventListener("toggle", write);
  editor.on("change", write);
  for (const button of details.querySelectorAll<HTMLButtonElement>("[data-copies]")) {
    button.addEventListener("click", async () => {
      await copy(need<HTMLTextAreaElement>(`#${button.dataset.copies}`).value);
      status.textContent = words.copied ?? "";
    });
  }
}

/** An example that is to run is run by the editor, so that its answer has all views. */
function takeExamples(): void {
  for (const example of document.querySelectorAll<HTMLFormElement>(".query-examples form")) {
    example.addEventListener("submit", (event) => {
      if ((event.submitter as HTMLButtonElement | null)?.name !== "run") return;
      event.preventDefault();
      const given = new URLSearchParams(new FormData(example) as unknown as Record<string, string>);
      location.assign(`${form.action}?${given}#table`);
    });
  }
}

/** What went wrong in the words of the service; a place in the query is marked and linked. */
function refusal(editor: Yasqe, error: Error): HTMLElement {
  if (error.name === "AbortError") return make("p", {}, words.stopped ?? "");
  let problem: Problem;
  try {
    problem = JSON.parse(error.message);
  } catch {
    return make(
      "div",
      { class: "note bad", role: "alert" },
      make("p", {}, words.unreachable ?? ""),
    );
  }
  const isVietnamese = document.documentElement.lang === "vi";
  const said = isVietnamese
    ? [problem.title, problem.detail, problem.advice]
    : [problem.title_en, problem.detail_en, problem.advice_en];
  const [title = "", ...rest] = said;
  const box = make(
    "div",
    { class: "note bad", role: "alert" },
    make("h2", {}, title),
    ...rest.map((text) => make("p", {}, text)),
  );
  const { line, column } = problem;
  if (line && column) {
    markPlace(editor, line, column, words);
    const where = fill(words.goto ?? "", { line: `${line}`, column: `${column}` });
    const go = make("button", { type: "button", class: "quiet" }, where);
    go.addEventListener("click", () => goTo(editor, line, column));
    box.append(go);
  }
  return box;
}

fetch(form.dataset.terms ?? "")
  .then((response) => response.json())
  .then(open);
