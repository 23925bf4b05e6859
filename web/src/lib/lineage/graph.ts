// The drawing: boxes in columns, what is above to the left, and where the eye stays.
import cytoscape, { type Core, type NodeSingular } from "cytoscape";
import { lay } from "./layout";
import { behind, face, looks, WIDTH } from "./look";
import type { Picture } from "./picture";

const LEGIBLE = 0.8;
const STEP = 1.3;
const MARGIN = 24;

export interface Wishes {
  onBox(id: string): void;
  onLine(id: string): void;
}

export type Arrow = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

export class Graph {
  private readonly core: Core;

  constructor(
    private readonly place: HTMLElement,
    wishes: Wishes,
  ) {
    this.core = cytoscape({
      container: place,
      style: looks(),
      minZoom: 0.1,
      maxZoom: 2.5,
      boxSelectionEnabled: false,
      autoungrabify: true,
      userZoomingEnabled: false, // the wheel scrolls the page until the picture is entered
    });
    this.core.on("tap", () => place.focus({ preventScroll: true }));
    this.core.on("tap", "node", (event) => wishes.onBox(event.target.id()));
    this.core.on("tap", "edge", (event) => wishes.onLine(event.target.id()));
    place.addEventListener("focusin", () => this.core.userZoomingEnabled(true));
    place.addEventListener("focusout", () => this.core.userZoomingEnabled(false));
  }

  /** Shows a picture; the box of `kept` stays where it is on the screen. */
  show(picture: Picture, kept?: string): void {
    const before = kept ? this.node(kept)?.renderedPosition() : undefined;
    const place = before && { ...before };
    const faces = new Map(picture.boxes.map((box) => [box.id, face(box)]));
    const { places, bends } = lay(picture, WIDTH, (id) => faces.get(id)?.height ?? 0);
    this.core.batch(() => {
      this.core.elements().remove();
      for (const box of picture.boxes) {
        const position = places.get(box.id) ?? { x: 0, y: 0 };
        this.core.add({ group: "nodes", data: { ...box, ...faces.get(box.id) }, position });
      }
      for (const line of picture.lines)
        this.core.add({
          group: "edges",
          data: { ...line, ...bends.get(line.id), source: line.lower, target: line.upper },
        });
    });
    const after = kept ? this.node(kept)?.renderedPosition() : undefined;
    this.stretch();
    if (kept && place && after) {
      this.core.panBy({ x: place.x - after.x, y: place.y - after.y });
      if (this.hasRoom()) this.core.center();
      else this.makeRoom(kept);
    } else this.begin();
  }

  /** As high as the picture needs, within what the style sheet allows. */
  private stretch(): void {
    const needed = this.core.elements().boundingBox().h + 2 * MARGIN;
    const height = Math.max(needed, this.place.clientHeight);
    this.place.style.height = `${height}px`;
    this.core.resize();
  }

  /** All of it where that is legible, else the thing asked about, with what is below it to the right. */
  private begin(): void {
    this.core.fit(undefined, MARGIN);
    if (this.core.zoom() > 1) this.core.zoom(1);
    if (this.core.zoom() >= LEGIBLE) {
      this.core.center();
      return;
    }
    this.core.zoom(LEGIBLE);
    const thing = this.core.nodes("[?isThing]").first();
    const box = thing.renderedBoundingBox();
    this.core.panBy({
      x: thing.indegree(false) ? MARGIN - box.x1 : this.place.clientWidth - MARGIN - box.x2,
      y: this.place.clientHeight / 2 - (box.y1 + box.y2) / 2,
    });
  }

  /** Whether all is in sight as large as it is now. */
  private hasRoom(): boolean {
    const all = this.core.elements().renderedBoundingBox();
    return all.w <= this.place.clientWidth && all.h <= this.place.clientHeight;
  }

  /** Brings what a box holds into sight beside it, as far as there is room for both. */
  private makeRoom(id: string): void {
    const box = this.node(id);
    if (!box) return;
    let all = box.union(box);
    for (let before = 0; before < all.length; ) {
      before = all.length;
      all = all.union(all.incomers("edge[?isHolding]").sources());
    }
    const { x2, y1, y2, h } = all.renderedBoundingBox();
    const { clientWidth, clientHeight } = this.place;
    const over = Math.max(0, x2 + MARGIN - clientWidth);
    const left = box.renderedBoundingBox().x1 - MARGIN;
    const up = Math.max(0, y2 + MARGIN - clientHeight);
    const down = Math.max(0, MARGIN - y1);
    const fits = h + 2 * MARGIN <= clientHeight;
    this.core.panBy({ x: -Math.min(over, left), y: fits ? down - up : 0 });
  }

  fit(): void {
    this.core.fit(undefined, MARGIN);
  }

  zoom(direction: 1 | -1): void {
    const level = this.core.zoom() * (direction > 0 ? STEP : 1 / STEP);
    this.core.zoom({
      level,
      renderedPosition: { x: this.place.clientWidth / 2, y: this.place.clientHeight / 2 },
    });
  }

  restyle(): void {
    this.core.style(looks());
  }

  resize(): void {
    this.core.resize();
    if (this.hasRoom()) this.core.center();
  }

  select(id: string | null): void {
    this.core.elements(":selected").unselect();
    if (id) this.core.getElementById(id).select();
  }

  /** The box that is chosen, else the thing asked about. */
  get current(): string | undefined {
    const chosen = this.core.nodes(":selected");
    return (chosen.nonempty() ? chosen : this.core.nodes("[?isThing]")).first().id();
  }

  /** The nearest box in a direction; undefined where there is none. */
  toward(arrow: Arrow): string | undefined {
    const from = this.current && this.node(this.current);
    if (!from) return undefined;
    const here = from.position();
    const across = arrow === "ArrowLeft" || arrow === "ArrowRight";
    const sign = arrow === "ArrowLeft" || arrow === "ArrowUp" ? -1 : 1;
    const far = (node: NodeSingular) => {
      const there = node.position();
      const ahead = sign * (across ? there.x - here.x : there.y - here.y);
      const aside = Math.abs(across ? there.y - here.y : there.x - here.x);
      return ahead > 1 ? ahead + 3 * aside : Number.POSITIVE_INFINITY;
    };
    // To the sides along the lines where there are some; up and down within the column.
    const beside = across ? from.neighborhood("node") : this.core.nodes();
    let best: NodeSingular | undefined;
    for (const node of beside.toArray() as NodeSingular[])
      if (far(node) < (best ? far(best) : Number.POSITIVE_INFINITY)) best = node;
    return best?.id();
  }

  /** Brings a box into sight. */
  reveal(id: string): void {
    const box = this.node(id)?.renderedBoundingBox();
    if (!box) return;
    const over = (low: number, high: number, size: number) =>
      low < 0 ? 16 - low : high > size ? size - 16 - high : 0;
    this.core.panBy({
      x: over(box.x1, box.x2, this.place.clientWidth),
      y: over(box.y1, box.y2, this.place.clientHeight),
    });
  }

  async png(): Promise<Blob> {
    return this.core.png({ output: "blob-promise", full: true, scale: 2, bg: behind() });
  }

  private node(id: string): NodeSingular | undefined {
    const found = this.core.getElementById(id);
    return found.nonempty() ? (found as NodeSingular) : undefined;
  }
}
