// What every page does: the switch between light and dark.
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
