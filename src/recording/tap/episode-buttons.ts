import { type CompleteOptions, type OptionTable, oneOf, optional } from "../../media/option-table.ts";
import type { PoseSample } from "../../skeleton/pose-sample.ts";

/** Buttons of the gamepads that WebXR calls `xr-standard`, by their numbers there. */
const NUMBERS = { trigger: 0, squeeze: 1, thumbstick: 3, a: 4, x: 4, b: 5, y: 5 } as const;
/** The names of buttons, such as `right-a`. */
export const EPISODE_BUTTONS = [
	"left-trigger",
	"left-squeeze",
	"left-thumbstick",
	"left-x",
	"left-y",
	"right-trigger",
	"right-squeeze",
	"right-thumbstick",
	"right-a",
	"right-b",
] as const;
/** A button of a controller: a hand, and the button's name there. */
export type EpisodeButton = (typeof EPISODE_BUTTONS)[number];

/** The buttons of controllers that begin and end episodes. One button may have several meanings. */
export interface EpisodeButtons {
	/** Begins an episode while none is running. @default none */
	readonly start?: EpisodeButton | undefined;
	/** Ends the running episode with success. @default none */
	readonly success?: EpisodeButton | undefined;
	/** Ends the running episode with failure. @default none */
	readonly failure?: EpisodeButton | undefined;
	/** Discards the running episode, or else the newest. @default none */
	readonly discard?: EpisodeButton | undefined;
}

/** The options of episodes' buttons, with their checks. */
export const EPISODE_BUTTON_OPTIONS = {
	start: optional(oneOf(EPISODE_BUTTONS)),
	success: optional(oneOf(EPISODE_BUTTONS)),
	failure: optional(oneOf(EPISODE_BUTTONS)),
	discard: optional(oneOf(EPISODE_BUTTONS)),
} satisfies OptionTable<EpisodeButtons>;

/** A wish about episodes that a press of a button means. */
export type EpisodeGesture = keyof CompleteOptions<typeof EPISODE_BUTTON_OPTIONS>;

/** Finds presses of the buttons of one viewer's controllers. */
export class EpisodeButtonReader {
	readonly #buttons: EpisodeButtons;
	/** The named buttons, each once, with their hands and numbers. */
	readonly #named: readonly { readonly button: EpisodeButton; readonly hand: string; readonly number: number }[];
	readonly #held = new Set<EpisodeButton>();

	constructor(buttons: EpisodeButtons) {
		this.#buttons = buttons;
		const named = new Set(Object.values(buttons).filter((button) => button !== undefined) as EpisodeButton[]);
		this.#named = [...named].map((button) => {
			const [hand = "", name = ""] = button.split("-");
			return { button, hand, number: NUMBERS[name as keyof typeof NUMBERS] };
		});
	}

	/**
	 * Reads a controller. A button that is held counts once.
	 *
	 * @param running whether an episode is running, on which the meaning of a button depends.
	 * @returns the meaning of a button that is pressed anew; `undefined`: there is none.
	 */
	read({ hand, controls }: Pick<PoseSample, "hand" | "controls">, running: boolean): EpisodeGesture | undefined {
		let pressed: EpisodeButton[] | undefined;
		for (const { button, hand: itsHand, number } of this.#named) {
			if (itsHand !== hand) continue;
			if (((controls.pressed >> number) & 1) === 0) this.#held.delete(button);
			else if (!this.#held.has(button)) {
				this.#held.add(button);
				pressed = [...(pressed ?? []), button];
			}
		}
		if (pressed === undefined) return undefined;
		const meanings: readonly EpisodeGesture[] = running ? ["success", "failure", "discard"] : ["start", "discard"];
		return meanings.find((meaning) => pressed?.some((button) => this.#buttons[meaning] === button));
	}
}
