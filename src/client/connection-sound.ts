import { EventListeners } from "../media/events.ts";
import type { SoundMessage, SoundWishMessage } from "../protocol/control-message.ts";
import type { ReceivedSound } from "./peer.ts";

/** The events of a `ConnectionSound`. */
export interface ConnectionSoundEvents {
	/** One of its properties has changed. */
	change: [];
	/**
	 * The browser lets no sound play before a gesture: turn it on again in the handler of a click
	 * or a key.
	 */
	blocked: [];
}

/** The parts that a `ConnectionSound` needs of its connection. */
export interface ConnectionSoundOptions {
	/** Tells the server, now and in every later session. */
	readonly wish: (wish: SoundWishMessage) => void;
}

/**
 * The sound of a connection. It is off until `enabled` is set, and costs nothing before: the server
 * sends none.
 *
 * Made by `connect`; `connection.sound`.
 */
export class ConnectionSound {
	readonly #options: ConnectionSoundOptions;
	readonly #events = new EventListeners<ConnectionSoundEvents>();
	#element: HTMLAudioElement | undefined;
	#sound: ReceivedSound | undefined;
	/** Ends what keeps it in step with the pictures. */
	#endStep: (() => void) | undefined;
	#message: SoundMessage | undefined;
	#enabled = false;
	#volume = 1;
	#muted = false;
	#voices = false;

	/** @internal */
	constructor(options: ConnectionSoundOptions) {
		this.#options = options;
	}

	/** True if the server would send sound: of the source, or `voices` that are wished for. */
	get available(): boolean {
		const message = this.#message;
		const isThere = message?.available === true || (this.#voices && message?.voices === true);
		return this.#sound !== undefined && isThere;
	}

	/**
	 * The microphones of other viewers are heard with the source, where the server relays them
	 * (`connection.media.relays("audio")`) and the sound is `enabled`.
	 */
	get voices(): boolean {
		return this.#voices;
	}
	set voices(voices: boolean) {
		this.#voices = voices;
		this.#apply();
	}

	/** `ambisonic`: the source's turns with the head. `undefined` while it has none. */
	get layout(): string | undefined {
		return this.available ? this.#message?.layout : undefined;
	}

	/** The track of the present connection, for programs that play it by themselves. */
	get track(): MediaStreamTrack | undefined {
		return this.#sound?.track;
	}

	/**
	 * The sound is wished for, and played by an element of its own; also of later connections. Set
	 * it in the handler of a click or a key: browsers let nothing play before.
	 */
	get enabled(): boolean {
		return this.#enabled;
	}
	set enabled(enabled: boolean) {
		if (enabled === this.#enabled) return;
		this.#enabled = enabled;
		this.#apply();
	}

	/** Loudness, 0 to 1. */
	get volume(): number {
		return this.#volume;
	}

	/** @throws {RangeError} for a number that is not from 0 to 1. */
	set volume(volume: number) {
		if (!(volume >= 0 && volume <= 1)) throw new RangeError(`volume is a number from 0 to 1; got ${volume}.`);
		this.#volume = volume;
		this.#apply();
	}

	/** Silent at once, though the server goes on sending: `enabled` saves that. */
	get muted(): boolean {
		return this.#muted;
	}
	set muted(muted: boolean) {
		this.#muted = muted;
		this.#apply();
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof ConnectionSoundEvents>(
		name: Name,
		listener: (...args: ConnectionSoundEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	/** @internal A connection has a track of sound; `undefined`: it has none. */
	received(sound: ReceivedSound | undefined): void {
		this.#leaveStep();
		this.#sound = sound;
		if (sound !== undefined && this.#element !== undefined)
			this.#element.srcObject = new MediaStream([sound.track]);
		this.#apply();
	}

	/** @internal The server has told what it sends. */
	told(message: SoundMessage | undefined): void {
		this.#message = message;
		this.#events.emit("change");
	}

	/** @internal */
	close(): void {
		this.#enabled = false;
		this.#element?.pause();
		this.#element = undefined;
		this.#leaveStep();
		this.#sound = undefined;
	}

	#apply(): void {
		if (this.#enabled && this.#sound !== undefined) {
			this.#play(this.#sound.track);
			this.#keepInStep(this.#sound);
		} else {
			this.#element?.pause();
			this.#leaveStep();
		}
		// Safari on iOS has no volume of its own: there the server makes it.
		const isOurs = this.#element === undefined || this.#element.volume === this.#volume;
		this.#options.wish({
			type: "sound",
			on: this.#enabled,
			...(!isOurs && { volume: this.#volume }),
			...(this.#voices && { voices: true }),
		});
		this.#events.emit("change");
	}

	#keepInStep({ inStep }: ReceivedSound): void {
		if (inStep === undefined || this.#endStep !== undefined) return;
		let end: (() => void) | undefined;
		let isOver = false;
		this.#endStep = () => {
			isOver = true;
			end?.();
		};
		import("./lip-sync.ts").then(
			({ keepInStep }) => {
				if (!isOver) end = keepInStep(inStep);
			},
			(error: unknown) => console.warn("The sound is not kept in step with the pictures.", error),
		);
	}

	#leaveStep(): void {
		this.#endStep?.();
		this.#endStep = undefined;
	}

	#play(track: MediaStreamTrack): void {
		let element = this.#element;
		if (element === undefined) {
			element = new Audio();
			element.srcObject = new MediaStream([track]);
			this.#element = element;
		}
		element.volume = this.#volume;
		element.muted = this.#muted;
		if (!element.paused) return;
		element.play().catch((error: unknown) => {
			// A newer track has replaced this one, or it was turned off meanwhile.
			if ((error as DOMException).name === "AbortError" || !this.#enabled) return;
			this.enabled = false;
			this.#events.emit("blocked");
		});
	}
}
