import type { ClientPicture } from "../../client-media/decoded-media.ts";
import { MediaDecoder } from "../../client-media/media-decoder.ts";
import type { ClientMediaPacket } from "../../media/client-media.ts";
import { monotonicSec } from "../../media/clock.ts";
import { EventListeners } from "../../media/events.ts";
import type { PanoramaStore } from "../../media/panorama-store.ts";
import { PanoramaWriter } from "../../projection/panorama-writer.ts";
import {
	SourceError,
	type SourceEvents,
	type SourceInfo,
	type SourceStats,
	type VideoSource,
} from "../../source/video-source.ts";
import { ClientCameraFeed, type ClientPictureForm } from "./client-camera-feed.ts";

/** Least time between two changes of the size, seconds: each takes other memory. */
const LEAST_CHANGE_SEC = 0.5;
/** A decoder whose thread has ended is replaced after this long, seconds. */
const BEGIN_AGAIN_SEC = 2;

/** The store of the present pictures, and the writer of their form. */
interface Written {
	readonly info: SourceInfo;
	readonly store: PanoramaStore;
	readonly writer: PanoramaWriter;
}

/**
 * A client's camera as a source for others: its pictures are passed on by its feed, and decoded, in
 * a thread, while somebody needs them drawn.
 */
export class ClientCameraSource implements VideoSource {
	readonly name = "a viewer's camera";
	readonly feed: ClientCameraFeed;
	readonly #events = new EventListeners<SourceEvents>();
	readonly #codec: string;
	#createStore: ((info: SourceInfo) => PanoramaStore) | undefined;
	/** `undefined`: it does not run. */
	#written: Written | undefined;
	#decoder: MediaDecoder | undefined;
	#decoded = 0;
	#dropped = 0;
	#passed = 0;
	/** Beginning of the present decoder. */
	#beganSec = Number.NEGATIVE_INFINITY;
	#changedSec = Number.NEGATIVE_INFINITY;

	/**
	 * @param first its first key frame.
	 * @param form of that.
	 * @param askForKeyframe asks the client for another.
	 */
	constructor(first: ClientMediaPacket, form: ClientPictureForm, askForKeyframe: () => void) {
		this.#codec = first.codec;
		this.feed = new ClientCameraFeed(form, askForKeyframe);
	}

	/**
	 * Takes the next picture.
	 * @param form of a key frame.
	 */
	add(packet: ClientMediaPacket, form: ClientPictureForm | undefined): void {
		if (!this.feed.add(packet, form) || this.#written === undefined) return;
		this.#passed++;
		if (!this.feed.decodedWanted) {
			void this.#rest();
			return;
		}
		const nowSec = monotonicSec();
		if (this.#decoder === undefined || (this.#decoder.isClosed && nowSec - this.#beganSec > BEGIN_AGAIN_SEC)) {
			this.#beganSec = nowSec;
			this.#decoder = this.#newDecoder();
		}
		this.#decoder.decode(packet);
	}

	async start(createStore: (info: SourceInfo) => PanoramaStore): Promise<SourceInfo> {
		this.#createStore = createStore;
		this.#written = this.#write(this.feed.form, createStore);
		this.feed.requestKeyframe();
		return this.#written.info;
	}

	async stop(): Promise<void> {
		this.#written = undefined;
		await this.#rest();
	}

	stats(): SourceStats {
		const counts = { framesDecoded: this.#decoded, framesDropped: this.#dropped, picturesPassed: this.#passed };
		return { ...counts, reconnects: 0, loops: 0 };
	}

	on<Name extends keyof SourceEvents>(name: Name, listener: (...args: SourceEvents[Name]) => void): () => void {
		return this.#events.on(name, listener);
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.stop();
	}

	#newDecoder(): MediaDecoder {
		return new MediaDecoder({
			onMedia: (media) => {
				if (media.kind === "picture") this.#show(media);
			},
			onKeyframeNeeded: () => this.feed.requestKeyframe(),
			onTrouble: (message) => this.#events.emit("notice", message),
		});
	}

	/** Decodes nothing until somebody needs it again. */
	async #rest(): Promise<void> {
		const decoder = this.#decoder;
		this.#decoder = undefined;
		this.feed.rests = true;
		await decoder?.close();
	}

	#show(picture: ClientPicture): void {
		if (this.#written === undefined || this.#createStore === undefined) return;
		const { width, height } = this.#written.info.format;
		if (evenSide(picture.width) !== width || evenSide(picture.height) !== height) {
			const nowSec = monotonicSec();
			if (nowSec - this.#changedSec < LEAST_CHANGE_SEC) {
				this.#dropped++;
				return;
			}
			this.#changedSec = nowSec;
			try {
				this.#written = this.#write(picture, this.#createStore);
			} catch (error) {
				this.#fail(error as Error);
				return;
			}
			this.#events.emit("changed", this.#written.info);
		}
		this.#decoded++;
		const { store, writer } = this.#written;
		const draft = store.beginWrite();
		if (draft === undefined) {
			this.#dropped++;
			return;
		}
		writePicture(writer, store, draft.address, picture);
		draft.publish({
			mediaTimeSec: picture.receivedSec,
			captureTimeSec: picture.capturedSec,
			readyTimeSec: monotonicSec(),
		});
		this.feed.rests = false;
	}

	#write(
		size: { readonly width: number; readonly height: number },
		createStore: (info: SourceInfo) => PanoramaStore,
	) {
		const info = infoOf(size, this.#codec);
		const store = createStore(info);
		return { info, store, writer: new PanoramaWriter(store.format) };
	}

	#fail(error: Error): void {
		void this.stop();
		this.#events.emit("error", new SourceError("failed", `A viewer's camera can't be shown: ${error.message}`));
	}
}

function infoOf(size: { readonly width: number; readonly height: number }, codec: string): SourceInfo {
	// Browsers state no colours of a camera's pictures: they are those of video calls.
	const color = { range: "limited", matrix: "bt601", chromaSiting: "left" } as const;
	const [width, height] = [evenSide(size.width), evenSide(size.height)];
	const format = { width, height, eyes: 1, color, projection: { kind: "none" } } as const;
	return { format, frameRate: Number.NaN, codec, hwaccel: "none", live: true, durationSec: Number.NaN };
}

/** A last odd row or column is left out. */
function evenSide(pixels: number): number {
	return pixels & ~1;
}

function writePicture(writer: PanoramaWriter, store: PanoramaStore, address: number, picture: ClientPicture): void {
	const { data, width, height } = picture;
	const memory = new Uint8Array(store.handle.memory.buffer);
	const [halfWidth, halfHeight] = [(width + 1) >> 1, (height + 1) >> 1];
	const luma = width * height;
	const chroma = halfWidth * halfHeight;
	writer.writePlane(memory, address, "y", data.subarray(0, luma), width);
	writer.writePlane(memory, address, "u", data.subarray(luma, luma + chroma), halfWidth);
	writer.writePlane(memory, address, "v", data.subarray(luma + chroma), halfWidth);
}
