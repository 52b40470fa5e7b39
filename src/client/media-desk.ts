import type { MediaSections, SentKind, SentState } from "./connection-media.ts";

/** The parts that a `MediaDesk` needs of its connection. */
export interface MediaDeskOptions {
	/** Returns the sections that send, of the present connection and of one that is being made. */
	readonly sections: () => readonly MediaSections[];
	/** Makes another connection that takes the place of the present one without a gap. */
	readonly renew: () => void;
	/** A state has changed, or the kinds that the server takes. */
	readonly onChange: () => void;
}

/** Time between two attempts at a connection with sections for what is sent. */
const RENEW_AGAIN_MS = 10_000;
const KINDS = ["audio", "video"] as const;

/** The microphone and the camera that a connection sends, over all its reconnects. */
export class MediaDesk {
	readonly #options: MediaDeskOptions;
	readonly #tracks = new Map<SentKind, MediaStreamTrack>();
	/** Kinds that the server takes; `undefined`: it has not said. */
	#taken: ReadonlySet<string> | undefined;
	/** The states that were reported last. */
	#reported = "";
	#again: ReturnType<typeof setTimeout> | undefined;
	#closed = false;

	constructor(options: MediaDeskOptions) {
		this.#options = options;
	}

	/** The tracks that each new connection offers to send. */
	get tracks(): readonly MediaStreamTrack[] {
		return [...this.#tracks.values()];
	}

	/** State of the microphone or the camera. */
	state(kind: SentKind): SentState {
		if (!this.#tracks.has(kind)) return "off";
		if (this.#taken?.has(kind) === false) return "refused";
		const section = this.#sectionOf(kind);
		if (section === undefined || section.currentDirection === null) return "waiting";
		return section.currentDirection === "sendonly" ? "sent" : "refused";
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
		this.#put(kind, track);
		return () => {
			if (this.#tracks.get(kind) === track) this.#put(kind, null);
		};
	}

	/** The server has introduced itself. @param taken kinds that it takes of this client. */
	welcomed(taken: readonly string[]): void {
		this.#taken = new Set(taken);
		this.follow();
	}

	/** Another session begins, perhaps at another server. */
	restart(): void {
		this.#taken = undefined;
		this.follow();
	}

	/** There are perhaps other connections: the missing sections are asked for. */
	follow(): void {
		if (this.#closed) return;
		clearTimeout(this.#again);
		const isMissing = (kind: SentKind) => this.#sectionOf(kind) === undefined && this.state(kind) === "waiting";
		if (KINDS.some(isMissing)) {
			this.#options.renew();
			// An attempt may fail, as where a server is full.
			this.#again = setTimeout(() => this.follow(), RENEW_AGAIN_MS);
		}
		const states = JSON.stringify([...KINDS.map((kind) => this.state(kind)), ...(this.#taken ?? [])]);
		if (states === this.#reported) return;
		this.#reported = states;
		this.#options.onChange();
	}

	/** Sends nothing more. */
	close(): void {
		this.#closed = true;
		clearTimeout(this.#again);
		for (const kind of KINDS) this.#put(kind, null);
	}

	#sectionOf(kind: SentKind): RTCRtpTransceiver | undefined {
		for (const sections of this.#options.sections()) {
			const section = sections.find((each) => each.receiver.track.kind === kind);
			if (section !== undefined) return section;
		}
		return undefined;
	}

	#put(kind: SentKind, track: MediaStreamTrack | null): void {
		if (track === null) this.#tracks.delete(kind);
		else this.#tracks.set(kind, track);
		for (const { sender, receiver } of this.#options.sections().flat()) {
			if (receiver.track.kind !== kind || sender.track === track) continue;
			sender.replaceTrack(track).catch((error: unknown) => {
				if (sender.transport?.state !== "closed") console.warn("A track is not sent.", error);
			});
		}
		this.follow();
	}
}

function trackOf(kind: SentKind, media: MediaStream | MediaStreamTrack): MediaStreamTrack {
	const tracks = "getTracks" in media ? media.getTracks() : [media];
	const track = tracks.find((each) => each.kind === kind);
	if (track !== undefined) return track;
	const words = kind === "audio" ? "sound" : "video";
	throw new TypeError(`A track of ${words}, or a stream with one, is sent; got ${tracks.length} tracks of others.`);
}
