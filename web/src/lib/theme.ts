/** The reader's choice of light or dark; without one the system's holds. */
export type Theme = "light" | "dark";

const KEY = "theme";

/** What was chosen on this machine; null where nothing was or the browser keeps nothing. */
export function chosen(): Theme | null {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : null;
  } catch {
    return null; // storage is switched off: the choice lasts for this page
  }
}

export function shown(): Theme {
  const set = document.documentElement.dataset.theme;
  if (set === "light" || set === "dark") return set;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function choose(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // storage is switched off: the choice lasts for this page
  }
}
