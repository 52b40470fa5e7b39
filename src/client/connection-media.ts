/** Kinds of media that a client sends: a microphone's sound, a camera's pictures. */
export type SentKind = "audio" | "video";

/**
 * State of what is sent. `waiting`: the server has not answered yet. `refused`: it wants none, or
 * the client may not steer.
 */
export type SentState = "off" | "waiting" | "sent" | "refused";

/** The parts that a `ConnectionMedia` needs of its connection. */
export interface ConnectionMediaOptions {
	/** Offers in the present connection; `undefined`: it has no section of that kind. */
	readonly answerOf: (kind: SentKind) => Exclude<SentState, "off"> | undefined;
	/** Sends another track, or none, in all connections that have a section of that kind. */
	readonly replace: (kind: SentKind, track: MediaStreamTrack | null) => void;
	/** Makes another connection, which offers the sections of `tracks`. */
	readonly renew: () => void;
}

/** The microphone and the camera that a connection sends, over all its reconnects. */
export class ConnectionMedia {
	readonly #options: ConnectionMediaOptions;
	readonly #tracks = new Map<SentKind, MediaStreamTrack>();

	constructor(options: ConnectionMediaOptions) {
		this.#options = options;
	}

	/** The tracks that each new connection offers to send. */
	get tracks(): ReadonlyMap<SentKind, MediaStreamTrack> {
		return this.#tracks;
	}

	/** State of the microphone or the camera. */
	state(kind: SentKind): SentState {
		return this.#tracks.has(kind) ? (this.#options.answerOf(kind) ?? "waiting") : "off";
	}

	/**
	 * Sends a track in place of the former one of its kind.
	 *
	 * @param media a track, or a stream whose first track of that kind is taken.
	 * @returns a function that ends it; the track goes on, and is its owner's to stop.
	 * @throws {TypeError} if there is no track of that kind.
	 */
	send(kind: SentKind, media: MediaStream | MediaStreamTrack): () => void {
		const track = trackOf(kind, media);
		this.#tracks.set(kind, track);
		if (this.#options.answerOf(kind) === undefined) this.#options.renew();
		this.#options.replace(kind, track);
		return () => {
			if (this.#tracks.get(kind) !== track) return;
			this.#tracks.delete(kind);
			this.#options.replace(kind, null);
		};
	}

	/** Sends nothing more. */
	close(): void {
		for (const kind of this.#tracks.keys()) this.#options.replace(kind, null);
		this.#tracks.clear();
	}
}

function trackOf(kind: SentKind, media: MediaStream | MediaStreamTrack): MediaStreamTrack {
	const tracks = "getTracks" in media ? media.getTracks() : [media];
	const track = tracks.find((each) => each.kind === kind);
	if (track !== undefined) return track;
	const words = kind === "audio" ? "sound" : "video";
	throw new TypeError(`A track of ${words}, or a stream with one, is sent; got ${tracks.length} tracks of others.`);
}
