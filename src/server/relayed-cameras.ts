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
/** Largest picture that is relayed, pixels. */
const MOST_PIXELS = 1920 * 1088;
/** A camera without pictures for this long is gone, seconds. */
const GONE_AFTER_SEC = 5;
const LOOK_MS = 500;

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
	/** Cameras that are being closed. */
	readonly #closing = new Set<Promise<void>>();
	#lastNumber = 0;
	#isClosed = false;

	constructor(options: RelayedCamerasOptions) {
		this.#options = options;
	}

	/**
	 * Shows the camera of a viewer who may steer to the others, until it leaves.
	 * @param mayBeShown asked for each picture.
	 */
	relay(viewer: RelayedViewer, mayBeShown: () => boolean): void {
		if (this.#isClosed) return;
		const owner = { id: viewer.id, number: ++this.#lastNumber };
		const log = this.#options.log.child({ viewer: viewer.id.slice(0, 8) });
		const relay = new CameraRelay({
			mayBeShown,
			hasPlace: () => this.#openRelays < MOST_RELAYED,
			askForKeyframe: () => viewer.requestMediaKeyframe(),
			create: (source) =>
				Camera.create({
					name: `viewer:${owner.number}`,
					...{ source, owner, feed: source.feed, heap: this.#options.heap, keepRunning: false },
					onNotice: (message) => log.warn(message),
				}),
			onOpen: (camera) => {
				camera.runner.events.on("notice", (message) => log.warn(message));
				camera.runner.events.on("error", (error) => log.error(error.message));
				log.info("shows its camera to the other viewers");
				this.list.add(camera);
			},
			onGone: (camera) => {
				if (this.list.remove(camera)) log.info("shows its camera no more");
				this.#end(camera, log);
			},
			onFailure: (error) => log.error({ err: error }, "A viewer's camera can't be shown to others."),
		});
		this.#relays.add(relay);
		viewer.on("media", (packet) => relay.take(packet));
		void viewer.closed.then(() => {
			relay.close();
			this.#relays.delete(relay);
		});
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		for (const relay of this.#relays) relay.close();
		await Promise.all(this.#closing);
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	get #openRelays(): number {
		return [...this.#relays].filter(({ isOpen }) => isOpen).length;
	}

	#end(camera: Camera, log: Logger): void {
		const closing = camera
			.close()
			.catch((error: unknown) => log.error({ err: error }, "A viewer's camera did not close well."))
			.finally(() => this.#closing.delete(closing));
		this.#closing.add(closing);
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
	/** Takes the camera over, which is closed by it. */
	readonly onGone: (camera: Camera) => void;
	readonly onFailure: (error: unknown) => void;
}

/** One viewer's camera on its way to the others. */
class CameraRelay {
	readonly #options: CameraRelayOptions;
	#source: ClientCameraSource | undefined;
	#camera: Camera | undefined;
	#receivedSec = Number.NaN;
	#timer: NodeJS.Timeout | undefined;
	#isClosed = false;

	constructor(options: CameraRelayOptions) {
		this.#options = options;
	}

	/** It takes one of the places. */
	get isOpen(): boolean {
		return this.#source !== undefined;
	}

	/** Takes the viewer's media, of which pictures count. */
	take(packet: ClientMediaPacket): void {
		if (packet.kind !== "video" || this.#isClosed) return;
		if (!this.#options.mayBeShown()) {
			this.#end();
			return;
		}
		this.#receivedSec = packet.receivedSec;
		const form = packet.keyframe ? clientPictureForm(packet) : undefined;
		if (form !== undefined && !isInBounds(form)) this.#end();
		else if (this.#source !== undefined) this.#source.add(packet, form);
		else if (!this.#options.hasPlace()) return;
		else if (form === undefined) this.#options.askForKeyframe();
		else void this.#open(packet, form);
	}

	close(): void {
		this.#isClosed = true;
		this.#end();
	}

	async #open(first: ClientMediaPacket, form: ClientPictureForm): Promise<void> {
		const { create, onOpen, onGone, onFailure, askForKeyframe } = this.#options;
		const source = new ClientCameraSource(first, form, askForKeyframe);
		this.#source = source;
		try {
			const camera = await create(source);
			// The viewer may have left meanwhile.
			if (this.#source !== source) {
				onGone(camera);
				return;
			}
			this.#camera = camera;
			onOpen(camera);
			this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
		} catch (error) {
			if (this.#source === source) this.#source = undefined;
			onFailure(error);
		}
	}

	#look(): void {
		const isGone = monotonicSec() - this.#receivedSec > GONE_AFTER_SEC;
		if (isGone || !this.#options.mayBeShown()) this.#end();
	}

	#end(): void {
		const camera = this.#camera;
		clearInterval(this.#timer);
		this.#source = this.#camera = undefined;
		if (camera !== undefined) this.#options.onGone(camera);
	}
}

function isInBounds({ width, height }: ClientPictureForm): boolean {
	return Math.min(width, height) >= 16 && width * height <= MOST_PIXELS;
}
