import { type PanogazeConnection, VIEWER_LENSES, type ViewerLens } from "../src/client/index.ts";
import { element } from "./element.ts";

/** Name of the lens in the page's address: links and reloads keep it. */
const QUERY = "lens";
const KEY = "l";

/**
 * The menu of lenses: flat, Pannini's, little planet. It is there while the server offers a choice,
 * and opens by its button; the key L takes the next lens.
 */
export class LensMenu {
	readonly #connection: PanogazeConnection;
	readonly #onChange: (lens: ViewerLens) => void;
	readonly #button = element<HTMLButtonElement>("#lens-button");
	readonly #menu = element("#lens-menu");
	readonly #items: readonly HTMLButtonElement[];
	#lens: ViewerLens;

	/** @param onChange called with each lens that is chosen, and that of the address. */
	constructor(connection: PanogazeConnection, onChange: (lens: ViewerLens) => void) {
		this.#connection = connection;
		this.#onChange = onChange;
		this.#items = [...this.#menu.querySelectorAll<HTMLButtonElement>("[data-lens]")];
		this.#lens = lensOfAddress();
		if (this.#lens !== "flat") connection.chooseLens(this.#lens);
		connection.on("lens", ({ lens, choices }) => this.#offer(lens, choices));
		this.#button.addEventListener("click", () => (this.#menu.hidden ? this.#open() : this.#close()));
		for (const item of this.#items) item.addEventListener("click", () => this.#choose(lensOf(item)));
		this.#menu.addEventListener("keydown", (event) => this.#onMenuKey(event));
		document.addEventListener("pointerdown", ({ target }) => {
			const isOutside = target instanceof Node && !this.#menu.contains(target) && !this.#button.contains(target);
			if (isOutside) this.#menu.hidden = true;
			if (isOutside) this.#button.ariaExpanded = "false";
		});
		document.addEventListener("keydown", (event) => {
			if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
			if (event.key.toLowerCase() === KEY && !this.#button.hidden) this.#chooseNext();
		});
		this.#show();
	}

	/** The server states its lens, and those that this client may choose. */
	#offer(lens: string, choices: readonly string[]): void {
		for (const item of this.#items) item.hidden = !choices.includes(lensOf(item));
		const offered = this.#items.some((item) => !item.hidden);
		this.#button.hidden = !offered;
		element("#help-lens").hidden = !offered;
		if (!offered) this.#close();
		// A picture without a sphere has no directions.
		element("#compass").hidden = lens === "none";
		this.#onChange(offered ? this.#lens : "flat");
	}

	#choose(lens: ViewerLens): void {
		this.#lens = lens;
		this.#connection.chooseLens(lens);
		this.#onChange(lens);
		putIntoAddress(lens);
		this.#show();
		this.#close();
	}

	#chooseNext(): void {
		const offered = this.#items.filter((item) => !item.hidden).map(lensOf);
		const next = offered[(offered.indexOf(this.#lens) + 1) % offered.length];
		if (next !== undefined) this.#choose(next);
	}

	#show(): void {
		for (const item of this.#items) item.ariaChecked = String(lensOf(item) === this.#lens);
		this.#button.dataset["active"] = String(this.#lens !== "flat");
	}

	#open(): void {
		this.#menu.hidden = false;
		this.#button.ariaExpanded = "true";
		this.#items.find((item) => lensOf(item) === this.#lens)?.focus();
	}

	#close(): void {
		const hadFocus = this.#menu.contains(document.activeElement);
		this.#menu.hidden = true;
		this.#button.ariaExpanded = "false";
		if (hadFocus) this.#button.focus();
	}

	/** Arrow keys move within the menu; they must not turn the view. */
	#onMenuKey(event: KeyboardEvent): void {
		const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
		if (event.key === "Escape" || event.key === "Tab") this.#close();
		if (step === undefined) return;
		event.preventDefault();
		event.stopPropagation();
		const offered: readonly (Element | null)[] = [...this.#menu.querySelectorAll("[role^=menuitem]:not([hidden])")];
		const at = offered.indexOf(document.activeElement);
		const next = offered[(at + step + offered.length) % offered.length];
		if (next instanceof HTMLElement) next.focus();
	}
}

function lensOf(item: HTMLElement): ViewerLens {
	return lensNamed(item.dataset["lens"]) ?? "flat";
}

function lensNamed(name: string | null | undefined): ViewerLens | undefined {
	return VIEWER_LENSES.find((lens) => lens === name);
}

function lensOfAddress(): ViewerLens {
	return lensNamed(new URLSearchParams(location.search).get(QUERY)) ?? "flat";
}

function putIntoAddress(lens: ViewerLens): void {
	const url = new URL(location.href);
	if (lens === "flat") url.searchParams.delete(QUERY);
	else url.searchParams.set(QUERY, lens);
	history.replaceState(history.state, "", url);
}
