import type { ClientMediaPacket } from "../media/client-media.ts";
import { monotonicSec } from "../media/clock.ts";
import type { SharedHeap } from "../media/shared-heap.ts";
import { Camera } from "../stream/cameras/camera.ts";
import { CameraList } from "../stream/cameras/camera-list.ts";
import { type ClientPictureForm, clientPictureForm } from "../stream/cameras/client-camera-feed.ts";
import { ClientCameraSource } from "../stream/cameras/client-camera-source.ts";
import type { Viewer } from "../stream/viewer.ts";
import type { Logger } from "./logger.ts";

/** Viewers whose cameras others see at the same time; further ones wait for a place. */
export const MOST_RELAYED = 8;
/** Shortest side of a picture that is relayed, pixels. */
const LEAST_SIDE = 16;
/** Largest picture that is relayed, pixels. */
const MOST_PIXELS = 1920 * 1088;
/** A camera without pictures for this long is gone, seconds. */
const GONE_AFTER_SEC = 5;
const LOOK_MS = 500;
/** One that has gone comes back after this long, seconds: each costs a thread and memory. */
const AGAIN_SEC = 2;
/** Characters of a person's name. */
const LONGEST_LABEL = 80;
/** Least time between two key frames that are asked for, seconds. */
const LEAST_KEYFRAME_SEC = 1;

/** Options of `RelayedCameras`. */
export interface RelayedCamerasOptions {
	/** Borrowed. */
	readonly heap: SharedHeap;
	readonly log: Logger;
}

/** Parts of a viewer that its camera's relay needs. */
export type RelayedViewer = Pick<Viewer, "id" | "on" | "closed" | "requestMediaKeyframe">;

/** Lets viewers see each other's cameras while pictures come and their owners may be seen. */
export class RelayedCameras implements AsyncDisposable {
	/** The cameras that are there now. */
	readonly list = new CameraList();
	readonly #options: RelayedCamerasOptions;
	readonly #relays = new Set<CameraRelay>();
	#lastNumber = 0;
	#isClosed = false;

	constructor(options: RelayedCamerasOptions) {
		this.#options = options;
	}

	/**
	 * Shows the camera of a viewer who may steer to the others, until it leaves.
	 * @param mayBeShown asked for each picture.
	 * @param nameOf asked for the person's name when the camera is opened.
	 */
	relay(viewer: RelayedViewer, mayBeShown: () => boolean, nameOf: () => unknown = () => undefined): void {
		if (this.#isClosed) return;
		const number = ++this.#lastNumber;
		const log = this.#options.log.child({ viewer: viewer.id.slice(0, 8) });
		const relay = new CameraRelay({
			mayBeShown,
			hasPlace: () => this.#openRelays < MOST_RELAYED,
			askForKeyframe: () => viewer.requestMediaKeyframe(),
			create: (source) => {
				const owner = { id: viewer.id, number, label: labelOf(nameOf, log) };
				return Camera.create({
					name: `viewer:${number}`,
					...{ source, owner, feed: source.feed, heap: this.#options.heap, keepRunning: false },
					onNotice: (message) => log.warn(message),
				});
			},
			onOpen: (camera) => {
				camera.runner.events.on("notice", (message) => log.warn(message));
				camera.runner.events.on("error", (error) => log.error(error.message));
				log.info("shows its camera to the other viewers");
				this.list.add(camera);
			},
			onGone: (camera) => {
				log.info("shows its camera no more");
				this.list.remove(camera);
			},
			onFailure: (error) => log.error({ err: error }, "A viewer's camera can't be shown, or closed."),
		});
		this.#relays.add(relay);
		viewer.on("media", (packet) => relay.take(packet));
		void viewer.closed.then(async () => {
			// Its place is free when its camera is closed.
			await relay.close();
			this.#relays.delete(relay);
		});
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		await Promise.all([...this.#relays].map((relay) => relay.close()));
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	get #openRelays(): number {
		return [...this.#relays].filter(({ isOpen }) => isOpen).length;
	}
}

/** Options of a `CameraRelay`. */
interface CameraRelayOptions {
	readonly mayBeShown: () => boolean;
	/** Another camera can be shown. */
	readonly hasPlace: () => boolean;
	readonly askForKeyframe: () => void;
	readonly create: (source: ClientCameraSource) => Promise<Camera>;
	readonly onOpen: (camera: Camera) => void;
	/** It is about to be closed. */
	readonly onGone: (camera: Camera) => void;
	readonly onFailure: (error: unknown) => void;
}

/** One viewer's camera on its way to the others. One is closed before another is opened. */
class CameraRelay {
	readonly #options: CameraRelayOptions;
	#source: ClientCameraSource | undefined;
	#camera: Camera | undefined;
	/** The present camera, from before it is made until it is closed. */
	#work: Promise<void> | undefined;
	#receivedSec = Number.NaN;
	/** The camera is not opened again before. */
	#againSec = Number.NEGATIVE_INFINITY;
	#askedSec = Number.NEGATIVE_INFINITY;
	/** Its pictures can't be relayed, by its last key frame. */
	#isRefused = false;
	#ended = Promise.withResolvers<void>();
	#timer: NodeJS.Timeout | undefined;
	#isClosed = false;

	constructor(options: CameraRelayOptions) {
		this.#options = options;
	}

	/** It takes one of the places. */
	get isOpen(): boolean {
		return this.#work !== undefined;
	}

	/** Takes the viewer's media, of which pictures count. */
	take(packet: ClientMediaPacket): void {
		if (packet.kind !== "video" || this.#isClosed) return;
		if (!this.#options.mayBeShown()) {
			// What it sends meanwhile is not looked at.
			this.#isRefused = false;
			this.#end();
			return;
		}
		this.#receivedSec = packet.receivedSec;
		const form = packet.keyframe ? clientPictureForm(packet) : undefined;
		if (packet.keyframe) this.#isRefused = form === undefined || !isInBounds(form);
		if (this.#isRefused) this.#end();
		else if (this.#source !== undefined) this.#source.add(packet, form);
		else this.#begin(packet, form);
	}

	/** Ends it for good. Resolves when its camera is closed. */
	async close(): Promise<void> {
		this.#isClosed = true;
		this.#end();
		await this.#work;
	}

	#begin(packet: ClientMediaPacket, form: ClientPictureForm | undefined): void {
		const nowSec = monotonicSec();
		if (this.#work !== undefined || nowSec < this.#againSec || !this.#options.hasPlace()) return;
		if (form !== undefined) {
			this.#work = this.#run(packet, form).finally(() => {
				this.#work = undefined;
			});
		} else if (nowSec - this.#askedSec >= LEAST_KEYFRAME_SEC) {
			this.#askedSec = nowSec;
			this.#options.askForKeyframe();
		}
	}

	/** Opens a camera and closes it at its end. */
	async #run(first: ClientMediaPacket, form: ClientPictureForm): Promise<void> {
		const { create, onOpen, onFailure, askForKeyframe } = this.#options;
		this.#ended = Promise.withResolvers();
		this.#source = new ClientCameraSource(first, form, askForKeyframe);
		try {
			const camera = await create(this.#source);
			try {
				// The viewer may have left meanwhile.
				if (this.#source !== undefined) {
					this.#camera = camera;
					onOpen(camera);
					this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
					await this.#ended.promise;
				}
			} finally {
				await camera.close();
			}
		} catch (error) {
			onFailure(error);
		} finally {
			this.#end();
		}
	}

	#look(): void {
		const isGone = monotonicSec() - this.#receivedSec > GONE_AFTER_SEC;
		if (isGone || !this.#options.mayBeShown()) this.#end();
	}

	#end(): void {
		if (this.#source === undefined) return;
		clearInterval(this.#timer);
		if (this.#camera !== undefined) this.#options.onGone(this.#camera);
		this.#source = this.#camera = undefined;
		this.#againSec = monotonicSec() + AGAIN_SEC;
		this.#ended.resolve();
	}
}

/** The person's name as other viewers are told it; `undefined`: there is none. */
function labelOf(nameOf: () => unknown, log: Logger): string | undefined {
	try {
		const name = nameOf();
		if (name instanceof Promise) {
			name.catch(() => {});
			throw new TypeError("It has to return the name itself, not a promise of it.");
		}
		return typeof name === "string" && name.trim() !== "" ? name.trim().slice(0, LONGEST_LABEL) : undefined;
	} catch (error) {
		log.error({ err: error }, "media.name threw.");
		return undefined;
	}
}

function isInBounds({ width, height, codedPixels }: ClientPictureForm): boolean {
	return Math.min(width, height) >= LEAST_SIDE && codedPixels <= MOST_PIXELS;
}
