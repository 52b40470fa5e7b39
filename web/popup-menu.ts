import { element } from "./element.ts";

/** A menu that its button opens: arrow keys move in it; Escape or a click beside it closes it. */
export class PopupMenu {
	readonly #button: HTMLElement;
	readonly #menu: HTMLElement;

	/** @param name of both elements: `#NAME-button` and `#NAME-menu`. */
	constructor(name: string) {
		this.#button = element(`#${name}-button`);
		this.#menu = element(`#${name}-menu`);
		this.#button.addEventListener("click", () => (this.#menu.hidden ? this.open() : this.close()));
		this.#menu.addEventListener("keydown", (event) => this.#onKey(event));
		document.addEventListener("pointerdown", ({ target }) => {
			const isOutside = target instanceof Node && !this.#menu.contains(target) && !this.#button.contains(target);
			if (isOutside) this.#show(false);
		});
	}

	/** Opens it, with the focus on the chosen item, or else on the first one. */
	open(): void {
		this.#show(true);
		const items = this.#items;
		(items.find(({ ariaChecked }) => ariaChecked === "true") ?? items[0])?.focus();
	}

	/** Closes it; a focus in it goes to its button. */
	close(): void {
		const hadFocus = this.#menu.contains(document.activeElement);
		this.#show(false);
		if (hadFocus) this.#button.focus();
	}

	get #items(): HTMLElement[] {
		const items = this.#menu.querySelectorAll<HTMLElement>("[role^=menuitem]");
		return [...items].filter((item) => item.closest("[hidden]") === null);
	}

	#show(open: boolean): void {
		this.#menu.hidden = !open;
		this.#button.ariaExpanded = String(open);
	}

	/** Arrow keys move within the menu; they must not turn the view. */
	#onKey(event: KeyboardEvent): void {
		const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
		if (event.key === "Escape" || event.key === "Tab") this.close();
		if (step === undefined) return;
		event.preventDefault();
		event.stopPropagation();
		const items = this.#items;
		const at = (items as readonly (Element | null)[]).indexOf(document.activeElement);
		items[(at + step + items.length) % items.length]?.focus();
	}
}
