import type { ReprojectedView, ReprojectMode } from "../src/client/index.ts";
import { element } from "./element.ts";
import { onPageKeys } from "./page-keys.ts";

/** Name of the mode in the page's address: links and reloads keep it. */
const QUERY = "reproject";
const KEY = "r";

/** The mode of the page's address: `?reproject=off`, or `on` also where the processor draws. */
export function reprojectModeOfAddress(): ReprojectMode {
	const wish = new URLSearchParams(location.search).get(QUERY);
	return wish === "on" || wish === "off" ? wish : "auto";
}

/** The menu entry that turns re-projection on and off, and its key. */
export class ReprojectSwitch {
	readonly #shown: ReprojectedView;
	readonly #entry = element("#reproject");

	constructor(shown: ReprojectedView) {
		this.#shown = shown;
		const possible = "requestVideoFrameCallback" in shown.video;
		this.#entry.hidden = !possible;
		element("#help-reproject").hidden = !possible;
		this.#entry.addEventListener("click", () => this.#toggle());
		if (possible) onPageKeys({ [KEY]: () => this.#toggle() });
		shown.on("available", () => this.#show());
		this.#show();
	}

	#toggle(): void {
		this.#shown.mode = this.#shown.available ? "off" : "on";
		const url = new URL(location.href);
		url.searchParams.set(QUERY, this.#shown.mode);
		history.replaceState(history.state, "", url);
		this.#show();
	}

	#show(): void {
		this.#entry.ariaChecked = String(this.#shown.available);
	}
}
