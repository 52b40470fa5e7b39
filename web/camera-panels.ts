import type { PanogazeConnection } from "../src/client/index.ts";
import { freeNumber } from "../src/media/free-number.ts";
import { CameraPanel } from "./camera-panel.ts";
import { firstPlace, readPlaces, writePlaces } from "./camera-places.ts";
import { element } from "./element.ts";
import { onPageKeys } from "./page-keys.ts";

/**
 * The server's cameras beside the view, and those of other viewers: a panel for each, where the
 * person has put it. A button and a key hide them all.
 */
export class CameraPanels {
	readonly #connection: PanogazeConnection;
	readonly #storage = localStorageOrNone();
	readonly #places = readPlaces(this.#storage);
	readonly #panels = new Map<string, CameraPanel>();
	/** Numbers of the panels' first places. */
	readonly #slots = new Map<string, number>();
	readonly #button = element("#cameras-button");
	#shown = true;

	constructor(connection: PanogazeConnection) {
		this.#connection = connection;
		connection.cameras.on("change", () => this.#follow());
		connection.on("state", () => this.#showAll());
		window.addEventListener("resize", () => {
			for (const panel of this.#panels.values()) panel.fit();
		});
		this.#button.addEventListener("click", () => this.#toggle());
		onPageKeys({ v: () => this.#toggle() });
	}

	#follow(): void {
		const { all } = this.#connection.cameras;
		for (const [name, panel] of this.#panels) {
			if (all.get(name) === panel.camera) continue;
			panel.remove();
			this.#panels.delete(name);
			this.#slots.delete(name);
		}
		for (const [name, camera] of all) {
			if (this.#panels.has(name)) continue;
			const size = { width: window.innerWidth, height: window.innerHeight };
			const slot = freeNumber(this.#slots.values());
			this.#slots.set(name, slot);
			const place = this.#places.get(name) ?? firstPlace(slot, size);
			const panel = new CameraPanel(camera, this.#connection, place, (moved) => {
				// A viewer's number is another person's the next time.
				if (camera.viewer !== undefined) return;
				this.#places.set(name, moved);
				writePlaces(this.#storage, this.#places);
			});
			this.#panels.set(name, panel);
			panel.hidden = !this.#shown;
		}
		for (const id of ["#cameras-button", "#help-cameras"]) element(id).hidden = all.size === 0;
		this.#showAll();
	}

	#showAll(): void {
		for (const panel of this.#panels.values()) panel.show();
	}

	#toggle(): void {
		if (this.#panels.size === 0) return;
		this.#shown = !this.#shown;
		this.#button.ariaPressed = String(this.#shown);
		for (const panel of this.#panels.values()) panel.hidden = !this.#shown;
	}
}

/** Browsers that keep nothing for a page throw when it asks. */
function localStorageOrNone(): Storage | undefined {
	try {
		return localStorage;
	} catch {
		return undefined;
	}
}
