// Beside the picture: what a box or a line says, and the words that prove it.
import { make, need } from "../dom";
import type { Box, Line, Quote } from "./picture";

/** A copy of a template, with its slots by name. */
function copy(id: string): { part: DocumentFragment; slot: (name: string) => HTMLElement } {
  const part = need<HTMLTemplateElement>(`#${id}`).content.cloneNode(true) as DocumentFragment;
  const slot = (name: string) => {
    const found = part.querySelector<HTMLElement>(`[data-slot="${name}"]`);
    if (!found) throw new Error(`#${id} has no slot ${name}`);
    return found;
  };
  return { part, slot };
}

/** Fills a slot, or takes it away where there is nothing to say. */
function say(slot: HTMLElement, text: string | null): void {
  if (text) slot.textContent = text;
  else slot.remove();
}

function lead(slot: HTMLElement, address: string | null): void {
  if (address) slot.setAttribute("href", address);
  else slot.remove();
}

function quotePart(quote: Quote): DocumentFragment {
  const { part, slot } = copy("quote-panel");
  slot("lower").textContent = quote.lower;
  slot("upper").textContent = quote.upper;
  if (quote.quote) slot("none").remove();
  say(slot("quote"), quote.quote);
  lead(slot("sentence"), quote.sentence);
  lead(slot("source"), quote.sources[0] ?? null);
  return part;
}

export function linePart(line: Line): DocumentFragment {
  const { part, slot } = copy("line-panel");
  slot("relation").textContent = line.label;
  slot("class").textContent = line.evidenceLabel;
  slot("quotes").append(...line.quotes.map(quotePart));
  if (!line.more) slot("more").remove();
  return part;
}

/** A box with the lines that lead up from it; `toggle` folds and unfolds it. */
export function boxPart(box: Box, lines: Line[], toggle: () => void): DocumentFragment {
  const { part, slot } = copy("node-panel");
  slot("kind").textContent = box.kindLabel;
  slot("label").textContent = [box.label, box.caption].filter(Boolean).join(" · ");
  for (const { name, value } of box.facts)
    slot("facts").append(make("dt", {}, name), make("dd", {}, value));
  say(slot("quote"), box.quote);
  const button = slot("toggle");
  if (box.canOpen) {
    button.textContent = (box.isOpen ? button.dataset.fold : button.dataset.unfold) ?? "";
    button.addEventListener("click", toggle);
  } else button.remove();
  lead(slot("sentence"), box.sentence);
  lead(slot("page"), box.page);
  const own = slot("lineage");
  if (box.isThing) own.remove();
  else lead(own, `${own.dataset.base}?of=${encodeURIComponent(box.id)}`);
  slot("lines").append(...lines.map(linePart));
  return part;
}
