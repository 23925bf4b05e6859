// The folded lineage as the service tells it; the service folds, so that the address says it all.

export interface Quote {
  lower: string;
  upper: string;
  quote: string | null;
  sentence: string | null;
  sources: string[];
}

/** Edges of one relation and evidence class between two boxes. */
export interface Line {
  id: string;
  lower: string;
  upper: string;
  label: string;
  evidenceClass: string;
  evidenceLabel: string;
  isHolding: boolean;
  more: number;
  quotes: Quote[];
}

export interface Box {
  id: string;
  kind: string;
  kindLabel: string;
  label: string;
  caption: string;
  canOpen: boolean;
  isOpen: boolean;
  isLinked: boolean;
  isThing: boolean;
  page: string;
  quote: string | null;
  sentence: string | null;
  facts: { name: string; value: string }[];
}

export interface Picture {
  boxes: Box[];
  lines: Line[];
  opened: string[];
  summary: string;
}

/** The picture for the parameters of the page; throws where the service has none. */
export async function load(base: string, query: string): Promise<Picture> {
  const answer = await fetch(`${base}${query}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status} for ${base}`);
  return answer.json();
}
