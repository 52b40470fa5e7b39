import { EventListeners } from "../media/events.ts";
import type { SourceMessage } from "../protocol/control-message.ts";
import type { PanogazeConnection } from "./connection.ts";
import type { ConnectionState } from "./connection-keeper.ts";

/**
 * The state of the video element. `blocked`: the browser wants a tap before it plays.
 */
export type VideoState = "waiting" | "playing" | "blocked";

/** The remedy that a button can offer; `play-again` plays a source that has ended. */
export type ViewAction = "connect" | "play-again";

/** The verdict about the picture, with words for people. */
export interface ViewVerdict {
	/** The picture is the source's present one. Otherwise it is to be dimmed. */
	readonly live: boolean;
	/** Two words at most, for a place that is always in sight. */
	readonly short: string;
	/** A sentence for the middle of the picture; "": none. */
	readonly words: string;
	/** A second sentence; "": none. */
	readonly detail: string;
	/** The state is expected to pass by itself. */
	readonly busy: boolean;
	readonly action: ViewAction | undefined;
}

const QUIET: ViewVerdict = { live: false, short: "", words: "", detail: "", busy: false, action: undefined };

/**
 * Decides whether a picture is live. Connection, source and video all have to work.
 * This is the only place with that rule.
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
			// A viewer who may only watch may not restart the source for the others.
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

/**
 * The state of a connection, its source and the video that shows it, as one verdict.
 */
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

	/** The video element has another state. */
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
