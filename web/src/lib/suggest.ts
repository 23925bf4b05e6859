/**
 * Suggestions below a search field: a combobox with a list box, as the ARIA practices describe it.
 * Without this script the form still searches.
 */

/** Name and address of each kind's pages: "task" -> ["Nhiệm vụ", "/tasks/"]. */
type Kinds = Record<string, [name: string, base: string]>;

interface Hit {
  iri: string;
  kind: string;
  label: string;
  labelEn: string | null;
}

const WAIT = 150; // ms without a keystroke before the service is asked
const LEAST = 2; // letters worth asking for
const MOST = 8;

let fields = 0;

export function suggestIn(field: HTMLInputElement): void {
  const { suggest, kinds: described, told } = field.dataset;
  const form = field.form;
  if (!suggest || !described || !form) return;
  const kinds = JSON.parse(described) as Kinds;
  const english = document.documentElement.lang === "en";
  const list = document.createElement("ul");
  const status = document.createElement("span");
  let active = -1;
  let waiting = 0;
  let asked: AbortController | null = null;

  fields += 1;
  list.id = `suggestions-${fields}`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.querySelector("label")?.textContent ?? "");
  status.className = "unseen";
  status.setAttribute("role", "status");
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  close();
  form.append(list, status);

  function close(): void {
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function choose(place: number): void {
    const options = list.querySelectorAll<HTMLElement>("[role=option]");
    for (const option of options) option.setAttribute("aria-selected", "false");
    active = options.length ? (place + options.length) % options.length : -1;
    const chosen = options[active];
    if (!chosen) return;
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", chosen.id);
  }

  function show(hits: Hit[]): void {
    list.replaceChildren(
      ...hits.map((hit, place) => {
        const [name, base] = kinds[hit.kind] ?? ["", ""];
        const option = document.createElement("li");
        const link = document.createElement("a");
        const kind = document.createElement("span");
        option.id = `${list.id}-${place}`;
        option.setAttribute("role", "option");
        link.href = base + hit.iri.slice(hit.iri.lastIndexOf("/") + 1);
        link.tabIndex = -1;
        link.textContent = (english && hit.labelEn) || hit.label;
        kind.className = `tag ${hit.kind}`;
        kind.textContent = name;
        option.append(link, kind);
        return option;
      }),
    );
    status.textContent = (told ?? "").replace("#", String(hits.length));
    close();
    if (hits.length === 0) return;
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  }

  async function ask(words: string): Promise<void> {
    asked?.abort();
    asked = new AbortController();
    const wanted = new URLSearchParams({ limit: String(MOST), q: begun(words) });
    for (const kind of Object.keys(kinds)) wanted.append("kind", kind);
    try {
      const answer = await fetch(`${suggest}?${wanted}`, { signal: asked.signal });
      if (answer.ok) show(((await answer.json()) as { hits: Hit[] }).hits);
      else close();
    } catch (error) {
      // A later keystroke has taken over, or the service is away: the form still works.
      if (!(error instanceof DOMException && error.name === "AbortError")) close();
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    const words = field.value.trim();
    if (words.length < LEAST) close();
    else waiting = setTimeout(() => void ask(words), WAIT);
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") choose(active + 1);
    else if (event.key === "ArrowUp") choose(active < 0 ? -1 : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) {
      list.querySelectorAll("a")[active]?.click();
    } else return;
    event.preventDefault();
  });
  form.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node && form.contains(event.relatedTarget))) close();
  });
  // A pointer that goes down on a suggestion must not take the focus away before it comes up.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    if (event.target instanceof HTMLLIElement) event.target.querySelector("a")?.click();
  });
}

/** The last word may be only begun: "chuyen do" asks for "chuyen do*". */
export function begun(words: string): string {
  return /[\p{L}\p{N}]$/u.test(words) ? `${words}*` : words;
}
