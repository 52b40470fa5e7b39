/** An element of this page that is always there. */
export function element<Kind extends HTMLElement = HTMLElement>(selector: string): Kind {
	return document.querySelector<Kind>(selector)!;
}
