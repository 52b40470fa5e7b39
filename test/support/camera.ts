import {
	monotonicSec,
	type PanoramaStore,
	type SourceEvents,
	type SourceInfo,
	type VideoSource,
} from "../../src/index.ts";
import { EventListeners } from "../../src/media/events.ts";

/**
 * A camera of black pictures in the thread of the test, which may stop sending: for tests that look
 * at no picture. The built-in scene takes 0.2 CPU seconds to start, for a thread of its own.
 */
export class Camera implements VideoSource {
	readonly name: string = "camera";
	readonly listeners = new EventListeners<SourceEvents>();
	sending = true;
	#timer: NodeJS.Timeout | undefined;

	async start(createStore: (info: SourceInfo) => PanoramaStore): Promise<SourceInfo> {
		const color = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
		const format = { width: 256, height: 128, eyes: 1, color } as const;
		const info = { format, frameRate: 30, codec: "rawvideo", hwaccel: "none", live: true, durationSec: Number.NaN };
		const store = createStore(info);
		this.#timer = setInterval(() => {
			if (this.sending)
				store
					.beginWrite()
					?.publish({ mediaTimeSec: 0, captureTimeSec: Number.NaN, readyTimeSec: monotonicSec() });
		}, 33);
		return info;
	}

	async stop(): Promise<void> {
		clearInterval(this.#timer);
	}

	stats() {
		return { framesDecoded: 0, framesDropped: 0, reconnects: 0, loops: 0 };
	}

	on<Name extends keyof SourceEvents>(name: Name, listener: (...args: SourceEvents[Name]) => void): () => void {
		return this.listeners.on(name, listener);
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.stop();
	}
}
