/**
 * The element of a selector.
 * @throws {Error} if there is none.
 */
export function element<Kind extends HTMLElement = HTMLElement>(selector: string, root: ParentNode = document): Kind {
	const found = root.querySelector<Kind>(selector);
	if (found === null) throw new Error(`The page has no element ${selector}.`);
	return found;
}
