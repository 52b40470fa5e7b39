import type { PanogazeConnection } from "../src/client/index.ts";
import { element } from "./element.ts";

/** The application's lines of words beside the picture. */
export class Hud {
	readonly #list = element("#hud");

	constructor(connection: PanogazeConnection) {
		connection.on("hud", (lines) => this.#show(lines));
		this.#show(connection.hud);
	}

	/** Lines that stay are left as they are: a screen reader reads a line again when it changes. */
	#show(lines: readonly string[]): void {
		this.#list.hidden = lines.length === 0;
		while (this.#list.childElementCount > lines.length) this.#list.lastElementChild?.remove();
		for (const [index, line] of lines.entries()) {
			const shown = this.#list.children[index] ?? this.#list.appendChild(document.createElement("p"));
			if (shown.textContent !== line) shown.textContent = line;
		}
	}
}
