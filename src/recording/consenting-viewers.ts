import { EventListeners } from "../media/events.ts";
import type { SourceInfo } from "../source/video-source.ts";
import type { SourceState } from "../stream/source-state.ts";
import type { Viewer } from "../stream/viewer.ts";
import type { RecordedServer } from "./session-tap.ts";

/** The reason with which a viewer leaves who may not be recorded any more. */
export const CONSENT_WITHDRAWN = "withdrew the consent to be recorded";

interface ConsentEvents {
	join: [viewer: Viewer];
	leave: [viewer: Viewer, reason: string];
	sourceStarted: [info: SourceInfo];
	sourceState: [state: SourceState];
}

/** A server with only those viewers who let themselves be recorded, as long as they do. */
export class ConsentingViewers implements RecordedServer {
	readonly #server: RecordedServer;
	readonly #events = new EventListeners<ConsentEvents>();

	constructor(server: RecordedServer) {
		this.#server = server;
		server.on("join", (viewer) => {
			viewer.on("recordingConsent", (consent) => this.#changed(viewer, consent === "given"));
		});
		server.on("leave", (viewer, reason) => this.#events.emit("leave", viewer, reason));
		server.on("sourceStarted", (info) => this.#events.emit("sourceStarted", info));
		server.on("sourceState", (state) => this.#events.emit("sourceState", state));
	}

	get viewers(): readonly Viewer[] {
		return this.#server.viewers.filter(({ recordingConsent }) => recordingConsent === "given");
	}

	get source(): RecordedServer["source"] {
		return this.#server.source;
	}

	get cameras(): RecordedServer["cameras"] {
		return this.#server.cameras;
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof ConsentEvents>(name: Name, listener: (...args: ConsentEvents[Name]) => void): () => void {
		return this.#events.on(name, listener);
	}

	#changed(viewer: Viewer, given: boolean): void {
		if (given) this.#events.emit("join", viewer);
		else this.#events.emit("leave", viewer, CONSENT_WITHDRAWN);
	}
}
