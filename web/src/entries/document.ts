// The text of a document: what its marks say, on hover, on focus and on a first tap.
import { readMarks } from "../lib/marks";

const source = document.querySelector<HTMLElement>("#source");
const told = document.querySelector<HTMLElement>("#told");
if (source && told) readMarks(source, told);
