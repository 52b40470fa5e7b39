import { EventListeners } from "../media/events.ts";
import type { CamerasMessage, CameraWish } from "../protocol/camera-messages.ts";
import type { CameraDesk, CameraDeskOptions, ConnectionCamera } from "./camera-desk.ts";
import type { CameraLine } from "./peer.ts";

/** The events of `ConnectionCameras`. */
export interface ConnectionCamerasEvents {
	/** There are other cameras, or a property of one has changed. */
	change: [];
}

/**
 * The cameras of a server beside the view, and those of other viewers, which come and go. They cost
 * nothing until one is enabled; their code is loaded when there can be some.
 *
 * Made by `connect`; `connection.cameras`.
 */
export class ConnectionCameras {
	readonly #options: Omit<CameraDeskOptions, "onChange">;
	readonly #events = new EventListeners<ConnectionCamerasEvents>();
	#desk: CameraDesk | undefined;

	/** @internal */
	constructor(options: Omit<CameraDeskOptions, "onChange">) {
		this.#options = options;
	}

	/**
	 * All cameras by name: the server's in its order, then those of viewers as they came; none
	 * before the welcome.
	 */
	get all(): ReadonlyMap<string, ConnectionCamera> {
		return this.#desk?.all ?? new Map();
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof ConnectionCamerasEvents>(
		name: Name,
		listener: (...args: ConnectionCamerasEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	/** @internal */
	get linesWanted(): number {
		return this.#desk?.linesWanted ?? 0;
	}

	/** @internal */
	wishes(lines: readonly CameraLine[]): CameraWish[] | undefined {
		return this.#desk?.wishes(lines);
	}

	/** @internal */
	welcomed(names: readonly string[] = [], relayed: readonly string[] = []): void {
		const expectsViewers = relayed.includes("video");
		if (this.#desk === undefined && (names.length > 0 || expectsViewers)) {
			import("./camera-desk.ts").then(
				({ CameraDesk }) => {
					const onChange = () => this.#events.emit("change");
					this.#desk ??= new CameraDesk({ ...this.#options, onChange });
					this.#desk.welcomed(names, expectsViewers);
				},
				(error: unknown) => console.warn(error),
			);
		}
		this.#desk?.welcomed(names, expectsViewers);
	}

	/** @internal */
	told(message: CamerasMessage): void {
		this.#desk?.told(message);
	}

	/** @internal */
	restart(): void {
		this.#desk?.restart();
	}

	/** @internal */
	close(): void {
		this.#desk?.close();
	}

	/** @internal */
	moved(): void {
		this.#desk?.moved();
	}
}
