import { type PanogazeConnection, type ReprojectedView, VIEWER_LENSES, type ViewerLens } from "../src/client/index.ts";
import { element } from "./element.ts";
import { onPageKeys } from "./page-keys.ts";
import { PopupMenu } from "./popup-menu.ts";

/** Name of the lens in the page's address: links and reloads keep it. */
const QUERY = "lens";
const KEY = "p";

/** The menu's choices: the server's lenses, and the flat one with pictures that are squeezed. */
const CHOICES = [...VIEWER_LENSES, "foveated"] as const;
type LensChoice = (typeof CHOICES)[number];

/**
 * The menu of lenses: flat, Pannini's, little planet, foveated. It is there while the server offers
 * a choice, and opens by its button; the key P takes the next lens. Foveated is there while the
 * page re-projects, which unsqueezes it.
 */
export class LensMenu {
	readonly #connection: PanogazeConnection;
	readonly #shown: ReprojectedView;
	readonly #onChange: (lens: ViewerLens) => void;
	readonly #button = element<HTMLButtonElement>("#lens-button");
	readonly #menu = new PopupMenu("lens");
	readonly #items: readonly HTMLButtonElement[];
	#chosen: LensChoice;
	/** Lenses that the server offers. */
	#choices: readonly string[] = [];

	/** @param onChange called with each lens that is chosen, and that of the address. */
	constructor(connection: PanogazeConnection, shown: ReprojectedView, onChange: (lens: ViewerLens) => void) {
		this.#connection = connection;
		this.#shown = shown;
		this.#onChange = onChange;
		this.#items = [...element("#lens-menu").querySelectorAll<HTMLButtonElement>("[data-lens]")];
		this.#chosen = choiceOfAddress();
		if (this.#lens !== "flat") connection.chooseLens(this.#lens);
		shown.foveated = this.#chosen === "foveated";
		connection.on("lens", ({ lens, choices }) => this.#offer(lens, choices));
		shown.on("available", () => this.#showItems());
		for (const item of this.#items) item.addEventListener("click", () => this.#choose(choiceOf(item)));
		onPageKeys({ [KEY]: () => this.#button.hidden || this.#chooseNext() });
		this.#show();
	}

	/** The chosen lens, as the server calls it. */
	get #lens(): ViewerLens {
		return this.#chosen === "foveated" ? "flat" : this.#chosen;
	}

	#showItems(): void {
		for (const item of this.#items) {
			const choice = choiceOf(item);
			const needed = choice === "foveated" ? "flat" : choice;
			item.hidden = !this.#choices.includes(needed) || (choice === "foveated" && !this.#shown.available);
		}
	}

	/** The server states its lens, and those that this client may choose. */
	#offer(lens: string, choices: readonly string[]): void {
		this.#choices = choices;
		this.#showItems();
		const offered = this.#items.some((item) => !item.hidden);
		this.#button.hidden = !offered;
		element("#help-lens").hidden = !offered;
		if (!offered) this.#menu.close();
		// A picture without a sphere has no directions.
		element("#compass").hidden = lens === "none";
		this.#onChange(offered ? this.#lens : "flat");
	}

	#choose(choice: LensChoice): void {
		const former = this.#lens;
		this.#chosen = choice;
		this.#shown.foveated = choice === "foveated";
		if (this.#lens !== former) this.#connection.chooseLens(this.#lens);
		this.#onChange(this.#lens);
		putIntoAddress(choice);
		this.#show();
		this.#menu.close();
	}

	#chooseNext(): void {
		const offered = this.#items.filter((item) => !item.hidden).map(choiceOf);
		const next = offered[(offered.indexOf(this.#chosen) + 1) % offered.length];
		if (next !== undefined) this.#choose(next);
	}

	#show(): void {
		for (const item of this.#items) item.ariaChecked = String(choiceOf(item) === this.#chosen);
		this.#button.dataset["active"] = String(this.#chosen !== "flat");
	}
}

function choiceOf(item: HTMLButtonElement): LensChoice {
	return choiceNamed(item.dataset["lens"]) ?? "flat";
}

function choiceNamed(name: string | null | undefined): LensChoice | undefined {
	return CHOICES.find((choice) => choice === name);
}

function choiceOfAddress(): LensChoice {
	return choiceNamed(new URLSearchParams(location.search).get(QUERY)) ?? "flat";
}

function putIntoAddress(choice: LensChoice): void {
	const url = new URL(location.href);
	if (choice === "flat") url.searchParams.delete(QUERY);
	else url.searchParams.set(QUERY, choice);
	history.replaceState(history.state, "", url);
}
