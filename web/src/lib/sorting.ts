// Sorts a table that is on the page as a whole; without script its headings are links that do it.

/** What a cell is sorted by: its key, or its words. */
function key(row: HTMLTableRowElement, column: number): string {
  const cell = row.cells[column];
  return cell?.dataset.key ?? cell?.textContent?.trim() ?? "";
}

/** Puts the rows in the order of a column and says so to screen readers. */
export function sortBy(table: HTMLTableElement, column: number, lang: string): void {
  const headings = [...(table.tHead?.rows[0]?.cells ?? [])];
  const chosen = headings[column];
  const body = table.tBodies[0];
  if (!chosen || !body) return;
  const ascending = chosen.getAttribute("aria-sort") !== "ascending";
  const inOrder = new Intl.Collator(lang, { numeric: true }).compare;
  const rows = [...body.rows].sort((a, b) => inOrder(key(a, column), key(b, column)));
  body.append(...(ascending ? rows : rows.reverse()));
  for (const heading of headings)
    if (heading.hasAttribute("aria-sort")) heading.setAttribute("aria-sort", "none");
  chosen.setAttribute("aria-sort", ascending ? "ascending" : "descending");
}
