// The text of a document: what its marks say, on hover, on focus and on a first tap.
import { readMarks } from "../lib/marks";

const source = document.querySelector<HTMLElement>("#source");
const told = document.querySelector<HTMLElement>("#told");
if (source && told) readMarks(source, told);

// Beside the text there is room for its outline; above it, on a phone, it stays folded.
const outline = document.querySelector<HTMLDetailsElement>("details.outline");
if (outline && matchMedia("(min-width: 60rem)").matches) outline.open = true;
