// The lineage as a picture: what is unfolded and what is chosen stands in the address.
import { need } from "../lib/dom";
import { type Arrow, Graph } from "../lib/lineage/graph";
import { boxPart, linePart } from "../lib/lineage/panel";
import { load, type Picture } from "../lib/lineage/picture";

const NOTHING: Picture = { boxes: [], lines: [], opened: [], summary: "" };

function start(place: HTMLElement): void {
  const panel = need<HTMLElement>("#panel");
  const body = need<HTMLElement>("#panel-body");
  const summary = need<HTMLElement>("#summary");
  const said = need<HTMLElement>("#said");
  let picture = NOTHING;

  const tools = need<HTMLElement>("#tools");
  for (const element of [place, tools]) element.hidden = false;
  const graph = new Graph(place, {
    onBox: (id) => {
      const box = picture.boxes.find((one) => one.id === id);
      if (box?.canOpen) toggle(id);
      else choose(id);
    },
    onLine: chooseLine,
  });

  /** The parameters of the address. */
  const query = () => new URLSearchParams(location.search);

  function go(change: (parameters: URLSearchParams) => void): void {
    const parameters = query();
    change(parameters);
    history.pushState(null, "", `?${parameters}`);
  }

  /** Shows what the address asks for; the box of `kept` stays where it is. */
  async function show(kept?: string): Promise<void> {
    const asked = location.search;
    place.setAttribute("aria-busy", "true");
    try {
      const found = await load(place.dataset.graph ?? "", asked);
      if (asked !== location.search) return; // another one has been asked for since
      picture = found;
      graph.show(picture, kept);
      summary.textContent = picture.summary;
      for (const link of document.querySelectorAll<HTMLAnchorElement>("#downloads [data-folded]"))
        link.search = asked;
      const line = query().get("edge");
      if (line) tellLine(line);
      else if (kept) tellBox(kept);
      else tellNothing();
    } catch (error) {
      summary.textContent = place.dataset.failed ?? "";
      console.error(error);
    } finally {
      place.removeAttribute("aria-busy");
    }
  }

  function open(names: string[], kept?: string): void {
    go((parameters) => {
      parameters.delete("open");
      parameters.delete("edge");
      for (const name of names.length ? names : [""]) parameters.append("open", name);
    });
    void show(kept);
  }

  function toggle(id: string): void {
    const others = picture.opened.filter((name) => name !== id);
    open(others.length === picture.opened.length ? [...others, id] : others, id);
  }

  function tell(part: DocumentFragment): void {
    body.replaceChildren(part);
    panel.hidden = false;
    graph.resize();
  }

  function tellNothing(): void {
    panel.hidden = true;
    graph.resize();
    graph.select(null);
  }

  function tellBox(id: string): void {
    const box = picture.boxes.find((one) => one.id === id);
    if (!box) return;
    const lines = picture.lines.filter((line) => line.lower === id);
    tell(boxPart(box, lines, () => toggle(id)));
    graph.select(id);
    graph.reveal(id);
    const state = box.canOpen ? (box.isOpen ? place.dataset.open : place.dataset.folded) : "";
    said.textContent = [box.kindLabel, box.label, box.caption, state].filter(Boolean).join(", ");
  }

  function tellLine(id: string): void {
    const line = picture.lines.find((one) => one.id === id);
    if (line) {
      tell(linePart(line));
      graph.select(id);
    } else tellNothing();
  }

  /** A box is chosen; a line that was is no longer. */
  function choose(id: string): void {
    if (query().has("edge")) go((parameters) => parameters.delete("edge"));
    tellBox(id);
  }

  function chooseLine(id: string): void {
    go((parameters) => parameters.set("edge", id));
    tellLine(id);
  }

  function leave(): void {
    if (query().has("edge")) go((parameters) => parameters.delete("edge"));
    tellNothing();
    place.focus();
  }

  const keys: Record<string, () => void> = {
    Enter: () => activate(),
    " ": () => activate(),
    "+": () => graph.zoom(1),
    "-": () => graph.zoom(-1),
    Escape: () => leave(),
  };
  for (const arrow of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"] as Arrow[])
    keys[arrow] = () => {
      const next = graph.toward(arrow);
      if (next) choose(next);
    };

  function activate(): void {
    const id = graph.current;
    const box = picture.boxes.find((one) => one.id === id);
    if (!box) return;
    if (box.canOpen) toggle(box.id);
    else choose(box.id);
  }

  place.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });

  const deeds: Record<string, () => void> = {
    unfold: () => open(["*"]),
    fold: () => open([]),
    fit: () => graph.fit(),
    in: () => graph.zoom(1),
    out: () => graph.zoom(-1),
    png: () => void save(),
    close: () => leave(),
  };
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-do]")) {
    button.hidden = false;
    button.addEventListener("click", () => deeds[button.dataset.do ?? ""]?.());
  }

  async function save(): Promise<void> {
    const address = URL.createObjectURL(await graph.png());
    const link = document.createElement("a");
    link.href = address;
    link.download = "lineage.png";
    link.click();
    URL.revokeObjectURL(address);
  }

  addEventListener("popstate", () => void show());
  addEventListener("resize", () => graph.resize());
  new MutationObserver(() => graph.restyle()).observe(document.documentElement, {
    attributeFilter: ["data-theme"],
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => graph.restyle());
  void show();
}

const place = document.querySelector<HTMLElement>("#graph");
if (place) start(place);
