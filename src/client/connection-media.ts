import { EventListeners } from "../media/events.ts";
import type { MediaTerms } from "../protocol/client-media-messages.ts";
import type { MediaDesk, MediaDeskOptions } from "./media-desk.ts";

/** Kinds of media that a client sends: a microphone's sound, a camera's pictures. */
export type SentKind = "audio" | "video";

/**
 * State of what is sent. `waiting`: the server has not answered yet. `refused`: it wants none, or
 * the client may not steer.
 */
export type SentState = "off" | "waiting" | "sent" | "refused";

/** The sections of one connection that send. */
export type MediaSections = readonly RTCRtpTransceiver[];

/** The events of `ConnectionMedia`. */
export interface ConnectionMediaEvents {
	/** A state has changed, or the kinds that the server takes. */
	change: [];
}

/**
 * The client's microphone and camera, which the server may want. The code is loaded when it does,
 * or when one is sent.
 *
 * Made by `connect`; `connection.media`.
 */
export class ConnectionMedia {
	readonly #options: Omit<MediaDeskOptions, "onChange">;
	readonly #events = new EventListeners<ConnectionMediaEvents>();
	#desk: MediaDesk | undefined;
	#taken: readonly string[] | undefined;
	#relayed: readonly string[] = [];

	/** @internal */
	constructor(options: Omit<MediaDeskOptions, "onChange">) {
		this.#options = options;
	}

	/**
	 * Sends the sound of a microphone to the server, also over later reconnects. A connection that
	 * has no section for it yet is replaced without a gap. `state("audio")` says whether the server
	 * takes it.
	 *
	 * @param media a track, or a stream whose first track of sound is taken, such as of
	 * `getUserMedia({ audio: true })`.
	 * @returns a function that ends it; the track is the caller's to stop.
	 * @throws {TypeError} if there is no track of sound.
	 */
	async sendMicrophone(media: MediaStream | MediaStreamTrack): Promise<() => void> {
		return (await this.#load()).send("audio", media);
	}

	/**
	 * Sends the pictures of a camera to the server, as `sendMicrophone` does sound.
	 *
	 * @returns a function that ends it.
	 * @throws {TypeError} if there is no track of video.
	 */
	async sendCamera(media: MediaStream | MediaStreamTrack): Promise<() => void> {
		return (await this.#load()).send("video", media);
	}

	/** State of the microphone (`audio`) or the camera (`video`). */
	state(kind: SentKind): SentState {
		return this.#desk?.state(kind) ?? "off";
	}

	/** True where the server has said that it takes this kind of this client. */
	takes(kind: SentKind): boolean {
		return this.#taken?.includes(kind) === true;
	}

	/**
	 * True where other viewers get what is sent, if they ask for it; their sound as
	 * `connection.sound.voices`.
	 */
	relays(kind: SentKind): boolean {
		return this.#relayed.includes(kind);
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof ConnectionMediaEvents>(
		name: Name,
		listener: (...args: ConnectionMediaEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	/** @internal */
	get tracks(): readonly MediaStreamTrack[] {
		return this.#desk?.tracks ?? [];
	}

	/** @internal The server has introduced itself. */
	welcomed({ takes: taken, relays = [] }: MediaTerms = { takes: [] }): void {
		this.#taken = taken;
		this.#relayed = relays;
		this.#desk?.welcomed(taken);
		if (this.#desk === undefined && taken.length > 0) this.#load().catch((error: unknown) => console.warn(error));
	}

	/** @internal */
	restart(): void {
		this.#taken = undefined;
		this.#desk?.restart();
	}

	/** @internal There are perhaps other connections. */
	moved(): void {
		this.#desk?.follow();
	}

	/** @internal */
	close(): void {
		this.#desk?.close();
	}

	async #load(): Promise<MediaDesk> {
		const { MediaDesk } = await import("./media-desk.ts");
		if (this.#desk === undefined) {
			this.#desk = new MediaDesk({ ...this.#options, onChange: () => this.#events.emit("change") });
			if (this.#taken !== undefined) this.#desk.welcomed(this.#taken);
		}
		return this.#desk;
	}
}
