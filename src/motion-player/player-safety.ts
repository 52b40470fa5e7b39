import type { ClientControlMessage, WelcomeMessage } from "../protocol/control-message.ts";
import type { HoldMessage } from "../protocol/hold-messages.ts";

/** The parts that a `PlayerSafety` needs of its client. */
export interface PlayerSafetyOptions {
	/** Pictures are received. */
	readonly video: boolean;
	/** Returns the RTP time of the newest whole picture; `undefined`: none has come. */
	readonly seenRtpTicks: () => number | undefined;
	readonly send: (message: ClientControlMessage) => void;
}

/** Interval between two looks for a newer picture. */
const LOOK_MS = 40;

/**
 * Plays the operator where a server has bounds of control: says which picture came last, as if it
 * were seen, and holds the button that gives control, anew after each hold.
 */
export class PlayerSafety {
	readonly #options: PlayerSafetyOptions;
	#timer: NodeJS.Timeout | undefined;
	#seenRtpTicks: number | undefined;

	constructor(options: PlayerSafetyOptions) {
		this.#options = options;
	}

	/** The server has introduced itself. */
	welcomed({ safety }: Pick<WelcomeMessage, "safety">): void {
		if (safety === undefined || this.#timer !== undefined) return;
		this.#timer = setInterval(() => this.#look(), LOOK_MS);
		this.#timer.unref();
	}

	/**
	 * The server has stated whether control is on hold.
	 * @returns a complaint for the report, if the hold can't end; `undefined`: none.
	 */
	heldBack({ on, needs }: HoldMessage): string | undefined {
		if (!on) return undefined;
		if (needs === "engage")
			for (const engaged of [false, true]) this.#options.send({ type: "engage", on: engaged });
		return needs === "picture" && !this.#options.video
			? "control is on hold: the server asks for the picture that is seen (--video)"
			: undefined;
	}

	/** Ends the looks. */
	close(): void {
		clearInterval(this.#timer);
	}

	#look(): void {
		const rtp = this.#options.seenRtpTicks();
		if (rtp === undefined || rtp === this.#seenRtpTicks) return;
		this.#seenRtpTicks = rtp;
		this.#options.send({ type: "seen", rtp });
	}
}
