import { EventListeners } from "../../media/events.ts";
import type { Viewer } from "../../stream/viewer.ts";
import type { RecordedServer, RecordedServerEvents } from "./session-tap.ts";

/** The reason with which a viewer leaves who may not be recorded any more. */
export const CONSENT_WITHDRAWN = "withdrew the consent to be recorded";

/** Events of the server that concern no viewer's consent. */
const PASSED_ON = {
	leave: true,
	sourceStarted: true,
	sourceState: true,
	sourceCapture: true,
	cameraCapture: true,
} satisfies { readonly [Name in Exclude<keyof RecordedServerEvents, "join">]: true };

/** A server with only those viewers who let themselves be recorded, as long as they do. */
export class ConsentingViewers implements RecordedServer {
	readonly #server: RecordedServer;
	readonly #events = new EventListeners<RecordedServerEvents>();

	constructor(server: RecordedServer) {
		this.#server = server;
		server.on("join", (viewer) => {
			viewer.on("recordingConsent", (consent) => this.#changed(viewer, consent === "given"));
		});
		const passOn = <Name extends keyof RecordedServerEvents>(name: Name) =>
			server.on(name, (...args) => this.#events.emit(name, ...args));
		for (const name of Object.keys(PASSED_ON) as (keyof typeof PASSED_ON)[]) passOn(name);
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
	on<Name extends keyof RecordedServerEvents>(
		name: Name,
		listener: (...args: RecordedServerEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	#changed(viewer: Viewer, given: boolean): void {
		if (given) this.#events.emit("join", viewer);
		else this.#events.emit("leave", viewer, CONSENT_WITHDRAWN);
	}
}
