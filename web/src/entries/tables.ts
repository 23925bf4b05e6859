// Tables that are on the page as a whole are sorted in place.
import { sortBy } from "../lib/sorting";

for (const table of document.querySelectorAll<HTMLTableElement>("table[data-sortable]")) {
  for (const link of table.querySelectorAll<HTMLAnchorElement>("thead a.sort")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab is wanted
      event.preventDefault();
      const heading = link.closest("th");
      if (heading) sortBy(table, heading.cellIndex, document.documentElement.lang);
    });
  }
}
