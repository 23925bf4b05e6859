// How boxes and lines look: the colours of the page's theme, dashes by evidence class.
import type { StylesheetJson } from "cytoscape";
import type { Box } from "./picture";

export const WIDTH = 220;
const PADDING = 12;
const LINE_HEIGHT = 18;
const FONT_SIZE = 13;
const MOST_LINES = 5;

/** Lengths of dash and gap; where there are none the line is whole. */
const DASHES: Record<string, number[]> = {
  body: [9, 4],
  table: [2, 3],
  inferred: [9, 4, 2, 4],
  external: [2, 7],
};

/** A custom property as a colour that a canvas understands. */
function colour(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function font(): string {
  return getComputedStyle(document.body).fontFamily;
}

const pen = document.createElement("canvas").getContext("2d");

/** A label broken into lines that fit a box, the last cut where there is more. */
export function wrapped(text: string): string[] {
  if (!pen) return [text];
  pen.font = `${FONT_SIZE}px ${font()}`;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && pen.measureText(longer).width > WIDTH - 2 * PADDING) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES - 1), `${lines[MOST_LINES - 1]} …`];
}

/** What a box says, and how high it is with it. */
export function face(box: Box): { text: string; height: number } {
  const mark = box.canOpen ? (box.isOpen ? "▾ " : "▸ ") : "";
  const lines = wrapped(box.label);
  if (box.caption || mark) lines.push(...wrapped(`${mark}${box.caption}`));
  return { text: lines.join("\n"), height: lines.length * LINE_HEIGHT + 2 * PADDING };
}

/** The style sheet of the drawing in the theme that is shown now. */
export function looks(): StylesheetJson {
  const text = colour("--text");
  const line = colour("--edge");
  const ground = colour("--surface");
  const focus = colour("--focus");
  return [
    {
      selector: "node",
      style: {
        shape: "round-rectangle",
        width: WIDTH,
        height: "data(height)",
        label: "data(text)",
        "text-wrap": "wrap",
        "text-valign": "center",
        "text-halign": "center",
        "font-size": FONT_SIZE,
        "font-family": font(),
        "line-height": LINE_HEIGHT / FONT_SIZE,
        color: text,
        "background-color": ground,
        "border-width": 1,
        "border-color": line,
        "overlay-opacity": 0,
      },
    },
    {
      selector: "node[kind = 'doc']",
      style: { shape: "rectangle", "border-width": 2, "border-color": colour("--citation") },
    },
    {
      selector: "node[kind = 'task'], node[kind = 'target']",
      style: { "background-color": colour("--task-ground"), "border-color": colour("--task") },
    },
    {
      selector: "node[!isLinked]",
      style: { "border-style": "dashed", "border-color": line },
    },
    {
      selector: "node[?isThing]",
      style: {
        "background-color": colour("--accent"),
        "border-color": colour("--accent"),
        color: colour("--on-accent"),
      },
    },
    {
      selector: "edge",
      style: {
        width: 2,
        "line-color": line,
        "target-arrow-color": line,
        "target-arrow-shape": "triangle",
        // Around the boxes, where the layout has found a way.
        "curve-style": "unbundled-bezier",
        "control-point-weights": (edge) => edge.data("weights"),
        "control-point-distances": (edge) => edge.data("distances"),
        "edge-distances": "node-position",
        label: "data(label)",
        "font-size": 12,
        "font-family": font(),
        color: text,
        "text-background-color": colour("--ground"),
        "text-background-opacity": 0.9,
        "text-background-padding": "3px",
        "overlay-opacity": 0,
      },
    },
    { selector: "edge[evidenceClass = 'title']", style: { width: 4 } },
    ...Object.entries(DASHES).map(([name, dashes]) => ({
      selector: `edge[evidenceClass = '${name}']`,
      style: { "line-style": "dashed" as const, "line-dash-pattern": dashes },
    })),
    {
      selector: "edge[?isHolding]",
      style: {
        width: 1,
        label: "",
        "line-style": "solid",
        "target-arrow-shape": "none",
        "curve-style": "taxi",
        "taxi-direction": "leftward",
      },
    },
    { selector: "node:selected", style: { "border-width": 4, "border-color": focus } },
    {
      selector: "edge:selected",
      style: {
        label: "data(label)",
        "line-color": focus,
        "target-arrow-color": focus,
        "z-index": 10,
      },
    },
  ];
}

/** What lies behind the drawing where it becomes a picture of its own. */
export function behind(): string {
  return colour("--ground");
}
