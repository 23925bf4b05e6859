// What every page does: the switch between light and dark, and suggestions in search fields.
import { suggestIn } from "../lib/suggest";
import { choose, shown } from "../lib/theme";

const button = document.querySelector<HTMLButtonElement>("#theme");
if (button) {
  const tell = () => button.setAttribute("aria-pressed", String(shown() === "dark"));
  button.addEventListener("click", () => {
    choose(shown() === "dark" ? "light" : "dark");
    tell();
  });
  tell();
  button.hidden = false;
}
for (const field of document.querySelectorAll<HTMLInputElement>("input[data-suggest]")) {
  suggestIn(field);
}
