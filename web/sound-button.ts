import type { PanogazeConnection } from "../src/client/index.ts";
import { element } from "./element.ts";
import { onPageKeys } from "./page-keys.ts";
import { showToast } from "./toast.ts";
import { number, words } from "./words.ts";

/** Loudness that the key or button gives back to a slider at its least. */
const LEAST_VOLUME = 0.1;

/**
 * The button and the slider of the sound, and the key that does the same. They are there while the
 * source has sound, or other viewers can be heard. It is off until one of them is used: browsers
 * want a gesture.
 */
export class SoundButton {
	readonly #sound: PanogazeConnection["sound"];
	readonly #group = element("#sound");
	readonly #button = element("#sound-button");
	readonly #slider = element<HTMLInputElement>("#sound-volume");

	constructor({ sound }: PanogazeConnection) {
		this.#sound = sound;
		sound.voices = true;
		this.#button.addEventListener("click", () => this.#toggle());
		this.#slider.addEventListener("input", () => {
			sound.volume = this.#slider.valueAsNumber;
			sound.enabled = sound.volume > 0;
		});
		// Arrow keys move the slider; they must not turn the view.
		this.#slider.addEventListener("keydown", (event) => event.stopPropagation());
		onPageKeys({ m: () => this.#toggle() });
		sound.on("change", () => this.#show());
		sound.on("blocked", () => showToast(words.soundBlocked));
		this.#show();
	}

	#toggle(): void {
		const sound = this.#sound;
		if (!sound.available) return;
		if (!sound.enabled) sound.volume = Math.max(sound.volume, LEAST_VOLUME);
		sound.enabled = !sound.enabled;
	}

	#show(): void {
		const { available, enabled, volume } = this.#sound;
		this.#group.hidden = !available;
		this.#group.dataset["on"] = String(enabled);
		element("#help-sound").hidden = !available;
		this.#button.ariaPressed = String(enabled);
		this.#slider.valueAsNumber = enabled ? volume : 0;
		this.#slider.ariaValueText = number(this.#slider.valueAsNumber * 100, 0, "%");
	}
}
