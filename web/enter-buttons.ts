/// <reference types="webxr" />

import type { HeadsetLanguage, ImmersiveMode, ImmersiveView, ImmersiveViewOptions } from "../src/client/index.ts";
import { element } from "./element.ts";
import { showToast } from "./toast.ts";
import { number, words, wordsFor } from "./words.ts";

const BUTTONS: readonly { readonly mode: ImmersiveMode; readonly id: string; readonly name: string }[] = [
	{ mode: "immersive-vr", id: "enter-vr", name: "VR" },
	{ mode: "immersive-ar", id: "enter-ar", name: "AR" },
];
const HEADSET_LANGUAGE: HeadsetLanguage = { words, number, sentence: (english) => wordsFor(english) };
/** Browsers of headsets, in which the page says unasked why it can't show VR. */
const HEADSET_BROWSER = /OculusBrowser|Quest|Pico|VisionOS|MagicLeap|Wolvic|HoloLens/i;

/**
 * The buttons "Enter VR" and "Enter AR", shown where the browser reports that it can.
 * The code of the headset's view is loaded only there.
 */
export class EnterButtons {
	readonly #streaming: ImmersiveViewOptions;
	readonly #onChange: (immersed: boolean) => void;
	#entering = false;
	#view: ImmersiveView | undefined;

	/**
	 * @param onChange called when a session has begun, with true, and when it is over,
	 * with false.
	 */
	constructor(streaming: ImmersiveViewOptions, onChange: (immersed: boolean) => void) {
		this.#streaming = streaming;
		this.#onChange = onChange;
		this.#show(undefined);
		for (const { mode, id } of BUTTONS) element(`#${id}`).addEventListener("click", () => void this.#clicked(mode));
		// Without HTTPS there is no navigator.xr.
		if (!isSecureContext) {
			const help = element("#help-xr");
			help.textContent = words.headsetNeedsHttps;
			help.hidden = false;
			element("#toast").addEventListener("click", () => showToast(undefined));
			if (HEADSET_BROWSER.test(navigator.userAgent)) showToast(words.headsetNeedsHttps, Number.POSITIVE_INFINITY);
			return;
		}
		// A headset may be put on, or plugged in, later.
		navigator.xr?.addEventListener("devicechange", () => void this.#offer());
		void this.#offer();
	}

	async #offer(): Promise<void> {
		let offered = false;
		for (const { mode, id } of BUTTONS) {
			const supported = await navigator.xr?.isSessionSupported(mode).catch(() => false);
			element(`#${id}`).hidden = supported !== true;
			offered ||= supported === true;
			// Loaded before the click: the session must be requested right after it.
			if (supported === true) import("../src/client/xr/immersive-view.ts").catch(() => undefined);
		}
		element("#help-enter").hidden = !offered;
	}

	async #clicked(mode: ImmersiveMode): Promise<void> {
		if (this.#view !== undefined) return this.#view.leave();
		if (this.#entering) return;
		this.#entering = true;
		showToast(undefined);
		try {
			const { ImmersiveView } = await import("../src/client/xr/immersive-view.ts");
			this.#view = await ImmersiveView.enter(mode, { ...this.#streaming, language: HEADSET_LANGUAGE });
			this.#view.on("end", (sentence) => this.#left(sentence));
			this.#show(mode);
			this.#onChange(true);
		} catch (error) {
			showToast(error instanceof Error ? wordsFor(error.message) : String(error));
		} finally {
			this.#entering = false;
		}
	}

	#left(sentence: string | undefined): void {
		this.#view = undefined;
		this.#show(undefined);
		showToast(sentence && wordsFor(sentence));
		this.#onChange(false);
	}

	#show(present: ImmersiveMode | undefined): void {
		for (const { mode, id, name } of BUTTONS) {
			const label = mode === present ? words.leave(name) : words.enter(name);
			// Without `aria-pressed`, which would be read as "Leave VR, pressed".
			element(`#${id}`).dataset["active"] = String(mode === present);
			element(`#${id}`).ariaLabel = label;
			element(`#${id}`).title = label;
		}
	}
}
