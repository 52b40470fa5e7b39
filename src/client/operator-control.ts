import type { WelcomeMessage } from "../protocol/control-message.ts";
import type { EngageMessage, HoldMessage, SafetyTerms } from "../protocol/hold-messages.ts";

/** The parts that an `OperatorControl` needs of its connection. */
export interface OperatorControlOptions {
	/** Sends a message on the control channel. @returns whether it was open. */
	readonly send: (message: EngageMessage) => boolean;
	/**
	 * Returns the RTP time of the picture that a canvas shows; `undefined`: none is shown there.
	 */
	readonly canvasTicks: () => number | undefined;
	/** The state of control has changed. */
	readonly onHold: (hold: HoldMessage | undefined) => void;
	/**
	 * The head is to be sent this often, also while it rests, milliseconds; `undefined`: as usual.
	 */
	readonly onHeartbeat: (intervalMs: number | undefined) => void;
}

/** Heads in the shortest bound: two of three may be lost. */
const HEADS_IN_BOUND = 4;
/** Shortest interval between two heads that rest. */
const LEAST_HEARTBEAT_MS = 20;

/**
 * The control of a robot as the client knows it: the picture that the person sees, the bounds and
 * the hold that the server has stated, and the person's gesture.
 */
export class OperatorControl {
	readonly #options: OperatorControlOptions;
	#hold: HoldMessage | undefined;
	#safety: SafetyTerms | undefined;
	#engaged = false;
	#videoTicks: number | undefined;
	#receiver: RTCRtpReceiver | undefined;
	/** Says what another display shows that has borrowed the view. */
	#borrowed: (() => number | undefined) | undefined;

	constructor(options: OperatorControlOptions) {
		this.#options = options;
	}

	/** The server's newest word on a hold; `undefined`: control is not on hold. */
	get hold(): HoldMessage | undefined {
		return this.#hold;
	}

	/** The bounds of control; `undefined`: it is never put on hold. */
	get safety(): SafetyTerms | undefined {
		return this.#safety;
	}

	/** The gesture is made. */
	get engaged(): boolean {
		return this.#engaged;
	}

	/** The RTP time of the picture that the person sees; `undefined`: not known. */
	get seenRtpTicks(): number | undefined {
		if (this.#borrowed !== undefined) return this.#borrowed();
		return this.#options.canvasTicks() ?? this.#videoTicks;
	}

	/**
	 * The RTP time of the picture that was decoded last; `undefined` where the browser does not
	 * state it.
	 */
	get decodedRtpTicks(): number | undefined {
		return this.#receiver?.getSynchronizationSources?.()[0]?.rtpTimestamp;
	}

	/** The video element shows a picture. */
	videoShows(rtpTicks: number): void {
		this.#videoTicks = rtpTicks;
	}

	/** Pictures come by this receiver from now on. */
	receiving(receiver: RTCRtpReceiver): void {
		this.#receiver = receiver;
	}

	/**
	 * Another display shows the stream.
	 * @returns a function that ends it.
	 */
	lend(shows: (() => number | undefined) | undefined): () => void {
		this.#borrowed = shows;
		return () => {
			if (this.#borrowed === shows) this.#borrowed = undefined;
		};
	}

	/** The person has begun the gesture, or has let go. */
	engage(on: boolean): void {
		if (on === this.#engaged) return;
		this.#engaged = on;
		this.#options.send({ type: "engage", on });
	}

	/** The server has introduced itself. */
	welcomed({ safety }: Pick<WelcomeMessage, "safety">): void {
		this.#safety = safety;
		this.#options.onHeartbeat(safety && heartbeatMs(safety));
		if (safety === undefined) this.received({ type: "hold", on: false });
	}

	/** The server has stated whether control is on hold. */
	received(message: HoldMessage): void {
		if (!message.on && this.#hold === undefined) return;
		this.#hold = message.on ? message : undefined;
		this.#options.onHold(this.#hold);
	}

	/**
	 * Another session begins, with RTP times of its own, and on hold. A gesture that is made does
	 * not count there.
	 */
	restart(): void {
		this.#videoTicks = undefined;
		this.#engaged = false;
		this.welcomed({});
	}
}

function heartbeatMs({ maxPictureAgeMs, maxPoseAgeMs, maxSilenceMs }: SafetyTerms): number | undefined {
	const leastMs = Math.min(...[maxPictureAgeMs, maxPoseAgeMs, maxSilenceMs].filter((bound) => bound !== undefined));
	return Number.isFinite(leastMs) ? Math.max(LEAST_HEARTBEAT_MS, leastMs / HEADS_IN_BOUND) : undefined;
}
