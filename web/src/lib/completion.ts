// Completion of prefixes, classes and properties from what the service tells of itself; the
// completers that YASQE brings along would ask public services.
import Yasqe from "@zazuko/yasqe";
import { fill, make } from "./dom";
import { shorten, type Term, type Terms } from "./terms";

type CompleterConfig = Parameters<typeof Yasqe.registerAutocompleter>[0];
type Token = Parameters<CompleterConfig["get"]>[1];

const MOST = 50;

/** Registers the completers and returns their names. */
export function complete(terms: Terms, used: string): string[] {
  Yasqe.forkAutocompleter("prefixes", {
    name: "own-prefixes",
    persistenceId: null,
    get: () => Object.entries(terms.prefixes).map(([prefix, space]) => `${prefix}: <${space}>`),
  });
  register("class", terms.classes, terms, used);
  register("property", terms.properties, terms, used);
  return ["variables", "own-prefixes", "own-class", "own-property"];
}

function register(kind: "class" | "property", known: Term[], terms: Terms, used: string): void {
  const shown = new Map(known.map((term) => [shorten(term.iri, terms.prefixes), term]));
  const completer: Pick<CompleterConfig, "get" | "postProcessSuggestion" | "postprocessHints"> = {
    get: (_editor, token) => matching(known, token),
    postProcessSuggestion: (_editor, token, iri) =>
      token.string.startsWith("<") ? `<${iri}>` : shorten(iri, terms.prefixes),
    postprocessHints: (_editor, hints) => {
      for (const hint of hints) {
        const term = shown.get(hint.text);
        if (!term) continue;
        hint.render = (element) => {
          const count = fill("{n} {used}", { n: term.count.toLocaleString(), used });
          element.append(
            make("b", {}, hint.text),
            make(
              "span",
              { class: "hint-label" },
              term.label ? ` ${term.label} · ${count}` : ` ${count}`,
            ),
          );
        };
      }
      return hints;
    },
  };
  Yasqe.forkAutocompleter(kind, { name: `own-${kind}`, ...completer });
}

/** Terms whose IRI begins as what is typed, or whose own name or label contains it. */
function matching(known: Term[], token: Token): string[] {
  const typed = token?.autocompletionString ?? "";
  const isIri = typed.includes("/") || typed.includes(":");
  const wanted = typed.toLowerCase();
  const fits = ({ iri, label }: Term) =>
    isIri
      ? iri.startsWith(typed)
      : iri.toLowerCase().split(/[/#]/).at(-1)?.includes(wanted) ||
        label.toLowerCase().includes(wanted);
  return known
    .filter(fits)
    .slice(0, MOST)
    .map((term) => term.iri);
}
