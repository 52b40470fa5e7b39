/**
 * Acts on keys that are pressed anywhere in the page, except in fields, where they write.
 *
 * @param actions by `KeyboardEvent.key`, letters in lower case.
 */
export function onPageKeys(actions: { readonly [key: string]: () => void }): void {
	document.addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
		if (event.target instanceof HTMLInputElement) return;
		actions[event.key.length === 1 ? event.key.toLowerCase() : event.key]?.();
	});
}
