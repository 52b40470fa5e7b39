import type { PanogazeConnection } from "../src/client/index.ts";
import type { AutoRotation } from "./auto-rotation.ts";
import { element } from "./element.ts";
import { PopupMenu } from "./popup-menu.ts";
import { STEREO_MODES, type StereoMode, type StereoPicture } from "./stereo-picture.ts";
import type { WindowView } from "./window-view.ts";

/** Names in the page's address: reloads keep the choices. */
const QUALITY = "quality";
const STEREO = "stereo";
const ROTATE = "rotate";

/** The menu with the size of the pictures, the eyes of a source for two, and slow turning. */
export class SettingsMenu {
	readonly #windowView: WindowView;
	readonly #stereo: StereoPicture;
	readonly #rotation: AutoRotation;
	readonly #menu = new PopupMenu("settings");
	readonly #rotate = element("#rotate");

	constructor(connection: PanogazeConnection, windowView: WindowView, stereo: StereoPicture, rotation: AutoRotation) {
		this.#windowView = windowView;
		this.#stereo = stereo;
		this.#rotation = rotation;
		const parameters = new URLSearchParams(location.search);
		this.#chooseQuality(parameters.get(QUALITY));
		this.#chooseStereo(parameters.get(STEREO));
		for (const item of itemsOf(QUALITY))
			item.addEventListener("click", () => {
				this.#chooseQuality(item.dataset[QUALITY]);
				this.#menu.close();
				putIntoAddress(QUALITY, item.dataset[QUALITY] || undefined);
			});
		for (const item of itemsOf(STEREO))
			item.addEventListener("click", () => {
				this.#chooseStereo(item.dataset[STEREO]);
				this.#menu.close();
				putIntoAddress(STEREO, this.#stereo.mode === "left" ? undefined : this.#stereo.mode);
			});
		this.#rotate.addEventListener("click", () => {
			rotation.enabled = !rotation.enabled;
			this.#menu.close();
			putIntoAddress(ROTATE, rotation.enabled ? "on" : undefined);
			this.#showRotation();
		});
		this.#showRotation();
		connection.on("source", ({ eyes = 1 }) => {
			element("#stereo-choices").hidden = eyes === 1 || !stereo.available;
		});
	}

	#showRotation(): void {
		this.#rotate.hidden = !this.#rotation.available;
		this.#rotate.ariaChecked = String(this.#rotation.enabled);
	}

	/** @param choice rows of the smaller side; nothing: as many as the window has. */
	#chooseQuality(choice: string | null | undefined): void {
		const items = itemsOf(QUALITY);
		const chosen = items.find((item) => item.dataset[QUALITY] === (choice ?? "")) ?? items[0];
		const rows = chosen?.dataset[QUALITY] ?? "";
		this.#windowView.mostRows = rows === "" ? Number.POSITIVE_INFINITY : Number(rows);
		check(items, chosen);
	}

	#chooseStereo(choice: string | null | undefined): void {
		const mode: StereoMode = STEREO_MODES.find((each) => each === choice) ?? "left";
		const items = itemsOf(STEREO);
		this.#stereo.mode = this.#stereo.available ? mode : "left";
		this.#windowView.wishedEyes = this.#stereo.wishedEyes;
		check(
			items,
			items.find((item) => item.dataset[STEREO] === this.#stereo.mode),
		);
	}
}

function itemsOf(name: string): HTMLElement[] {
	return [...element("#settings-menu").querySelectorAll<HTMLElement>(`[data-${name}]`)];
}

function check(items: readonly HTMLElement[], chosen: HTMLElement | undefined): void {
	for (const item of items) item.ariaChecked = String(item === chosen);
}

function putIntoAddress(name: string, value: string | undefined): void {
	const url = new URL(location.href);
	if (value === undefined) url.searchParams.delete(name);
	else url.searchParams.set(name, value);
	history.replaceState(history.state, "", url);
}
