import { EventListeners } from "../media/events.ts";
import type { SourceMessage } from "../protocol/control-message.ts";
import type { PanogazeConnection } from "./connection.ts";
import type { ConnectionState } from "./connection-keeper.ts";

/**
 * Whether pictures are being shown, and if not, whether it is the browser that wants a tap first.
 */
export type VideoState = "waiting" | "playing" | "blocked";

/**
 * Action of the notice's button: connect again, or play a source that has ended from its beginning.
 */
export type ViewAction = "connect" | "play-again";

/** The page's verdict about the picture. */
export interface ViewVerdict {
	/** The picture shows what the source shows now. A picture that is not live is dimmed. */
	readonly live: boolean;
	/** One or two words that are always in sight. */
	readonly short: string;
	/** A sentence in the middle of the picture; "": none. */
	readonly words: string;
	/** More about it, smaller. */
	readonly detail: string;
	/** Something is being done about it. */
	readonly busy: boolean;
	readonly action: ViewAction | undefined;
}

const QUIET: ViewVerdict = { live: false, short: "", words: "", detail: "", busy: false, action: undefined };

/**
 * The only place that decides whether a picture is live: connection, source and video all have to
 * work.
 */
export function verdictOf(
	connection: ConnectionState,
	source: SourceMessage | undefined,
	video: VideoState,
): ViewVerdict {
	const { name, words } = connection;
	switch (name) {
		case "connecting":
			return { ...QUIET, short: words, words, busy: true };
		case "interrupted":
			return { ...QUIET, short: "Interrupted", words, busy: true, action: "connect" };
		case "reconnecting":
			return { ...QUIET, short: "Connecting again…", words, busy: true, action: "connect" };
		case "closed":
			return { ...QUIET, short: "Disconnected", words, action: connection.final ? undefined : "connect" };
		case "connected":
			return verdictOfSource(source, video);
	}
}

function verdictOfSource(source: SourceMessage | undefined, video: VideoState): ViewVerdict {
	const reason = source?.reason ?? "";
	switch (source?.state) {
		case "opening":
			return { ...QUIET, short: "Opening…", words: "The source is being opened…", busy: true };
		case "stalled":
			return { ...QUIET, short: "Stalled", words: "The source sends no new pictures.", busy: true };
		case "reconnecting": {
			const detail = `Trying to get it back, attempt ${source.attempt ?? 1}…`;
			return { ...QUIET, short: "Source lost", words: reason || "The source is lost.", detail, busy: true };
		}
		case "ended":
			// A viewer who may only watch would take the last picture away from the others.
			return {
				...QUIET,
				short: "Ended",
				words: "The video has ended.",
				action: source.mayPlayAgain === false ? undefined : "play-again",
			};
		case "failed":
			return { ...QUIET, short: "No picture", words: reason || "The source can't be read.", action: "connect" };
	}
	if (video === "playing") return { ...QUIET, live: true, short: "Live" };
	if (video === "blocked") return { ...QUIET, short: "Ready to play" };
	return { ...QUIET, short: "No picture", words: "Waiting for video…", busy: true };
}

interface ViewStateEvents {
	change: [verdict: ViewVerdict];
}

/** The state of a connection, its source and the video that shows it, as one verdict. */
export class ViewState {
	readonly #connection: PanogazeConnection;
	readonly #events = new EventListeners<ViewStateEvents>();
	#video: VideoState = "waiting";
	#verdict: ViewVerdict;

	constructor(connection: PanogazeConnection) {
		this.#connection = connection;
		this.#verdict = verdictOf(connection.state, connection.source, this.#video);
		connection.on("state", ({ name }) => {
			if (name !== "connected" && name !== "interrupted") this.#video = "waiting";
			this.#judge();
		});
		connection.on("source", () => this.#judge());
	}

	get verdict(): ViewVerdict {
		return this.#verdict;
	}

	videoIs(video: VideoState): void {
		if (this.#video === video) return;
		this.#video = video;
		this.#judge();
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof ViewStateEvents>(name: Name, listener: (...args: ViewStateEvents[Name]) => void): () => void {
		return this.#events.on(name, listener);
	}

	#judge(): void {
		this.#verdict = verdictOf(this.#connection.state, this.#connection.source, this.#video);
		this.#events.emit("change", this.#verdict);
	}
}
