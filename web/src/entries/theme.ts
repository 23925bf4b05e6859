// Runs before the first paint, so that a page never flashes in the other theme.
import { chosen } from "../lib/theme";

const theme = chosen();
if (theme) document.documentElement.dataset.theme = theme;
