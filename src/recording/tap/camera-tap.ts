import type { EncodedPacket } from "../../media/encoded-packet.ts";
import type { CaptureStatement } from "../../source/video-source.ts";

/** The events of a camera that are recorded. */
export interface RecordedCameraEvents {
	/** One of its own pictures. */
	picture: [packet: EncodedPacket];
	/** So many of them are lost. */
	missed: [pictures: number];
}

/** The part of a camera that is recorded. */
export interface RecordedCamera {
	/** Its own pictures can be passed on, and `on` reports them. */
	readonly isCopied: boolean;
	/** Its newest statement of capture times. */
	readonly capture?: CaptureStatement | undefined;
	on<Name extends keyof RecordedCameraEvents>(
		name: Name,
		listener: (...args: RecordedCameraEvents[Name]) => void,
	): () => void;
}

/** A viewer whose pictures of a camera are recorded. */
interface Owner {
	readonly viewer: object;
	/** Time of its newest picture, seconds on the monotonic clock. */
	lastSec: number;
}

/** A viewer whose drawn pictures can be made key frames. */
export interface KeyframeMaker {
	requestKeyframe(): void;
}

/** A key frame that has not come is asked for again after this long. */
const ASK_AGAIN_SEC = 1;
/** A viewer who gets no more pictures of a camera for this long gives way to another one. */
const SILENCE_SEC = 2;

/**
 * Passes on each camera's pictures once: its own, or where they are drawn for each viewer those of
 * one viewer.
 */
export class CameraTap {
	readonly #cameras: ReadonlyMap<string, RecordedCamera>;
	readonly #put: (camera: string, packet: EncodedPacket) => void;
	readonly #stop: readonly (() => void)[];
	readonly #owners = new Map<string, Owner>();
	/** When a key frame of each was asked for, seconds on the monotonic clock. */
	readonly #askedSec = new Map<string, number>();

	/**
	 * @param put receives each picture, from a key frame on.
	 * @param onMissed is called with the number of pictures that were lost.
	 */
	constructor(
		cameras: ReadonlyMap<string, RecordedCamera>,
		put: (camera: string, packet: EncodedPacket) => void,
		onMissed: (camera: string, pictures: number) => void,
	) {
		this.#cameras = cameras;
		this.#put = put;
		this.#stop = [...cameras].flatMap(([name, camera]) => {
			let hasBegun = false;
			return [
				camera.on("missed", (pictures) => onMissed(name, pictures)),
				camera.on("picture", (packet) => {
					hasBegun ||= packet.keyframe;
					if (hasBegun) put(name, packet);
				}),
			];
		});
	}

	/** A viewer was sent a picture of a camera. */
	sent(viewer: KeyframeMaker, camera: string, packet: EncodedPacket): void {
		if (this.#cameras.get(camera)?.isCopied !== false) return;
		const { drawStartSec } = packet.stages;
		let owner = this.#owners.get(camera);
		const isFree = owner === undefined || drawStartSec - owner.lastSec > SILENCE_SEC;
		if (isFree && !packet.keyframe) this.#askFor(viewer, camera, drawStartSec);
		if (isFree && owner?.viewer !== viewer && packet.keyframe) {
			owner = { viewer, lastSec: drawStartSec };
			this.#owners.set(camera, owner);
		}
		if (owner?.viewer !== viewer) return;
		owner.lastSec = drawStartSec;
		this.#put(camera, packet);
	}

	/** Encoders make key frames on request alone. */
	#askFor(viewer: KeyframeMaker, camera: string, nowSec: number): void {
		if (nowSec - (this.#askedSec.get(camera) ?? Number.NEGATIVE_INFINITY) < ASK_AGAIN_SEC) return;
		this.#askedSec.set(camera, nowSec);
		viewer.requestKeyframe();
	}

	/** Listens no more. */
	close(): void {
		for (const stop of this.#stop) stop();
	}
}
