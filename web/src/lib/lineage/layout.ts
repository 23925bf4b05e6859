// Where boxes stand and lines run: in columns, what is above to the left, in the order of the text.
import dagre from "@dagrejs/dagre";
import type { Picture } from "./picture";

const BETWEEN_BOXES = 14;
const BETWEEN_LINES = 24;
const BETWEEN_COLUMNS = 130;
/** Boxes keep to what holds them more than to what they cite. */
const HOLDING = 4;

interface Point {
  x: number;
  y: number;
}

/** Bends of a line as the drawing wants them: how far along the way from centre to centre, and how
 *  far beside it. */
export interface Bends {
  weights: number[];
  distances: number[];
}

export interface Layout {
  places: Map<string, Point>;
  bends: Map<string, Bends>;
}

export function lay(picture: Picture, width: number, height: (id: string) => number): Layout {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({
    rankdir: "RL",
    nodesep: BETWEEN_BOXES,
    edgesep: BETWEEN_LINES,
    ranksep: BETWEEN_COLUMNS,
  });
  for (const { id } of picture.boxes) graph.setNode(id, { width, height: height(id) });
  for (const line of picture.lines)
    graph.setEdge(line.lower, line.upper, { weight: line.isHolding ? HOLDING : 1 }, line.id);
  // A document that is passed by stands below the thing, as what it holds does.
  const thing = picture.boxes.find((box) => box.isThing);
  for (const { id, isLinked } of picture.boxes)
    if (thing && !isLinked) graph.setEdge(id, thing.id, { weight: 1 });
  dagre.layout(graph, { constraints: neighbours(picture) });

  const places = new Map(picture.boxes.map(({ id }) => [id, graph.node(id) as Point]));
  const bends = new Map<string, Bends>();
  for (const line of picture.lines) {
    const from = places.get(line.lower);
    const to = places.get(line.upper);
    const edge = graph.edge(line.lower, line.upper, line.id) as { points: Point[] };
    if (from && to) bends.set(line.id, bendsOf(edge.points.slice(1, -1), from, to));
  }
  return { places, bends };
}

/** Boxes of one holder follow each other as they do in the text. */
function neighbours(picture: Picture): { left: string; right: string }[] {
  const place = new Map(picture.boxes.map(({ id }, number) => [id, number]));
  const held = new Map<string, string[]>();
  for (const line of picture.lines)
    if (line.isHolding) held.set(line.upper, [...(held.get(line.upper) ?? []), line.lower]);
  return [...held.values()].flatMap((boxes) => {
    const inOrder = [...new Set(boxes)].sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
    return inOrder.slice(1).map((right, number) => ({ left: inOrder[number] ?? right, right }));
  });
}

function bendsOf(points: Point[], from: Point, to: Point): Bends {
  const way = { x: to.x - from.x, y: to.y - from.y };
  const length = Math.hypot(way.x, way.y) || 1;
  const weights: number[] = [];
  const distances: number[] = [];
  for (const point of points) {
    const x = point.x - from.x;
    const y = point.y - from.y;
    weights.push((x * way.x + y * way.y) / length ** 2);
    distances.push((y * way.x - x * way.y) / length);
  }
  return { weights, distances };
}
