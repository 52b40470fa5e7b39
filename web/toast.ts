import { element } from "./element.ts";
import { wordsFor } from "./words.ts";

const SHOWN_MS = 9_000;
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Shows a sentence above the tools, for a while.
 *
 * @param sentence `undefined` takes the present one away.
 */
export function showToast(sentence: string | undefined, forMs: number = SHOWN_MS): void {
	const toast = element("#toast");
	clearTimeout(timer);
	toast.hidden = sentence === undefined;
	toast.textContent = wordsFor(sentence ?? "");
	if (sentence !== undefined && Number.isFinite(forMs)) timer = setTimeout(() => showToast(undefined), forMs);
}
