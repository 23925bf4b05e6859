// What the service tells of its terms: prefixes, classes, properties, and where our IRIs have pages.

export type Term = { iri: string; label: string; count: number };

export type Terms = {
  prefixes: Record<string, string>;
  /** Beginnings of IRIs -> beginnings of the addresses of their pages. */
  pages: Record<string, string>;
  /** Beginning of every IRI of ours, and of the address of the pages about them. */
  base: string;
  data: string;
  classes: Term[];
  properties: Term[];
};

/** The short form of an IRI, or the IRI where no prefix fits. */
export function shorten(iri: string, prefixes: Record<string, string>): string {
  let best: [string, string] | undefined;
  for (const entry of Object.entries(prefixes))
    if (iri.startsWith(entry[1]) && entry[1].length > (best?.[1].length ?? 0)) best = entry;
  return best ? `${best[0]}:${iri.slice(best[1].length)}` : iri;
}

/** Where an IRI leads: its page here, or the address itself; what is no web address leads nowhere. */
export function leadsTo(iri: string, terms: Terms): string | undefined {
  for (const [space, page] of Object.entries(terms.pages))
    if (iri.startsWith(space)) return page + iri.slice(space.length);
  if (iri.startsWith(terms.base)) {
    const [name = "", fragment] = iri.slice(terms.base.length).split("#");
    if (fragment !== undefined)
      return `${terms.data.replace(/data\/$/, "")}${name}.html#${fragment}`;
    return `${terms.data}${name}.html`;
  }
  return /^https?:\/\//.test(iri) ? iri : undefined;
}
