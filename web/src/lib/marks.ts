/** A fact as the service tells it: its kind, what it says, more of it, its page. */
interface Fact {
  kind: string;
  said: string;
  more: string;
  href: string;
}

/** A span of the text: where its evidence begins, its kind, what is said of it. */
interface Mark {
  at: number[];
  kind: string;
  facts: Fact[];
}

const DELAY = 150; // ms, so that a pointer on its way elsewhere opens nothing
const GAP = 8; // pixels between the words and what is told of them

/** Tell what the marks in `source` say, in `told`.  Without the script they are links with titles. */
export function readMarks(source: HTMLElement, told: HTMLElement): void {
  let loading: Promise<Mark[]> | undefined;
  let shown: HTMLAnchorElement | undefined;
  let timer = 0;
  let isReturning = false;

  const load = () => {
    loading ??= fetch(source.dataset.marks ?? "").then((answer) =>
      answer.ok ? answer.json() : Promise.reject(new Error(`marks: ${answer.status}`)),
    );
    return loading;
  };
  const pieceOf = (event: Event) =>
    (event.target as Element).closest<HTMLAnchorElement>("a.m[data-m]") ?? undefined;
  const piecesOf = (place: number) => source.querySelectorAll(`[data-m~="${place}"]`);
  const isShownKind = (kind: string) =>
    document.querySelector<HTMLInputElement>(`#show-${kind}`)?.checked !== false;

  /** The marks over a piece whose kinds are not switched off, the innermost first. */
  const visible = (piece: HTMLAnchorElement, marks: Mark[]) =>
    (piece.dataset.m ?? "")
      .split(" ")
      .map((place) => ({ place: Number(place), mark: marks[Number(place)] }))
      .filter(
        (one): one is { place: number; mark: Mark } => !!one.mark && isShownKind(one.mark.kind),
      );

  const hide = () => {
    clearTimeout(timer);
    if (!shown) return;
    shown.removeAttribute("aria-describedby");
    shown = undefined;
    told.hidden = true;
    for (const lit of source.querySelectorAll(".lit")) lit.classList.remove("lit");
  };

  const show = async (piece: HTMLAnchorElement) => {
    const over = visible(piece, await load());
    hide();
    const inner = over[0];
    if (!inner) return;
    told.replaceChildren(listOf(over.flatMap((one) => one.mark.facts)));
    const keys = document.createElement("p");
    keys.className = "keys";
    keys.textContent = told.dataset.keys ?? "";
    if (piece.matches(":focus-visible")) told.append(keys);
    told.hidden = false;
    place(told, piece);
    shown = piece;
    piece.setAttribute("aria-describedby", told.id);
    for (const part of piecesOf(inner.place)) part.classList.add("lit");
  };

  const later = (act: () => void) => {
    clearTimeout(timer);
    timer = window.setTimeout(act, DELAY);
  };

  source.addEventListener("pointerover", (event) => {
    const piece = pieceOf(event);
    if (piece && event.pointerType === "mouse") later(() => show(piece));
  });
  source.addEventListener("pointerout", () => later(hide));
  told.addEventListener("pointerenter", () => clearTimeout(timer));
  told.addEventListener("pointerleave", () => later(hide));
  source.addEventListener("focusin", (event) => {
    const piece = pieceOf(event);
    if (piece?.matches(":focus-visible") && !isReturning) show(piece);
  });
  source.addEventListener("focusout", (event) => {
    if (!told.contains(event.relatedTarget as Node | null)) hide();
  });
  told.addEventListener("focusout", (event) => {
    const next = event.relatedTarget as Node | null;
    if (!told.contains(next) && next !== shown) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (!shown) return;
    if (event.key === "Escape") {
      const back = told.contains(document.activeElement) ? shown : undefined;
      hide();
      isReturning = true;
      back?.focus();
      isReturning = false;
    } else if (event.key === "ArrowDown" && document.activeElement === shown) {
      event.preventDefault();
      told.querySelector("a")?.focus();
    }
  });

  // A first tap tells, a second follows; a mark whose kind is switched off leads nowhere.
  source.addEventListener("click", async (event) => {
    const piece = pieceOf(event);
    if (!piece || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const isTouch = (event as PointerEvent).pointerType === "touch";
    const hasHidden = document.querySelector(".legend input:not(:checked)") !== null;
    if (!hasHidden && !(isTouch && piece !== shown)) return;
    event.preventDefault();
    if (isTouch && piece !== shown) await show(piece);
    else {
      const href = visible(piece, await load())[0]?.mark.facts[0]?.href;
      if (href) location.assign(href);
    }
  });
  document.addEventListener("click", (event) => {
    if (shown && !source.contains(event.target as Node) && !told.contains(event.target as Node))
      hide();
  });

  const seek = async () => {
    for (const old of source.querySelectorAll(".sought")) old.classList.remove("sought");
    const at = /^#c(\d+)$/.exec(location.hash)?.[1];
    if (at === undefined) return;
    const marks = await load();
    const places = marks.flatMap((mark, place) => (mark.at.includes(Number(at)) ? [place] : []));
    const widest = places[0]; // marks are in the order of the text, the longer first
    if (widest !== undefined) for (const piece of piecesOf(widest)) piece.classList.add("sought");
  };
  addEventListener("hashchange", seek);
  seek();

  for (const piece of source.querySelectorAll("a.m[title]")) piece.removeAttribute("title");
}

function listOf(facts: Fact[]): HTMLElement {
  const list = document.createElement("ul");
  for (const fact of facts) {
    const item = document.createElement("li");
    const tag = document.createElement("span");
    tag.className = "tag";
    tag.textContent = fact.kind;
    const link = document.createElement("a");
    link.href = fact.href;
    link.textContent = fact.said;
    item.append(tag, " ", link);
    if (fact.more) {
      const more = document.createElement("p");
      more.className = "more";
      more.textContent = fact.more;
      item.append(more);
    }
    list.append(item);
  }
  return list;
}

/** Below the words, or above them where there is no room below. */
function place(box: HTMLElement, piece: HTMLElement): void {
  const words = piece.getClientRects()[0] ?? piece.getBoundingClientRect();
  const last = piece.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = last.bottom + GAP;
  const top = below + height <= innerHeight ? below : Math.max(GAP, words.top - GAP - height);
  const left = Math.min(words.left, innerWidth - width - GAP);
  box.style.top = `${top}px`;
  box.style.left = `${Math.max(GAP, left)}px`;
}
