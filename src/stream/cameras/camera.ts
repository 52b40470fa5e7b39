import { monotonicSec } from "../../media/clock.ts";
import type { SharedHeap } from "../../media/shared-heap.ts";
import { PassedPictures } from "../../source/passed-pictures.ts";
import type { SourceInfo, VideoSource } from "../../source/video-source.ts";
import { RenderPool } from "../render-pool.ts";
import { SourceRunner } from "../source-runner.ts";
import type { SourceState } from "../source-state.ts";
import type { EyeViewSize } from "../view-size.ts";
import { CameraFeed } from "./camera-feed.ts";
import type { PictureFeed } from "./picture-feed.ts";

/** Most pixels of a camera's drawn picture: a panel beside the view shows no more. */
const MOST_PIXELS = 640 * 480;
/** Longest side of one. */
const LONGEST_SIDE = 960;
/** Shape of the view into a sphere. */
const SPHERE_VIEW: EyeViewSize = { width: 640, height: 480 };

/** Options of `Camera.create()`. */
export interface CameraOptions {
	/** The name by which viewers and programs ask for it. */
	readonly name: string;
	/** Owned by the camera. */
	readonly source: VideoSource;
	/** Borrowed. */
	readonly heap: SharedHeap;
	/** Read it also while nobody watches. */
	readonly keepRunning: boolean;
	/** The viewer whose camera it is. @default it is the server's */
	readonly owner?: CameraOwner | undefined;
	/** Its coded pictures, owned by the camera. @default those that the source passes on */
	readonly feed?: PictureFeed | undefined;
	readonly onNotice: (message: string) => void;
}

/** The viewer who sends a camera's pictures. */
export interface CameraOwner {
	/** Id of its session, a secret. */
	readonly id: string;
	/** Number by which other viewers tell it from others. */
	readonly number: number;
	/** The name by which other viewers are told of it. @default the number alone */
	readonly label?: string | undefined;
}

/** A source beside the main one: a wrist camera, or another sphere. */
export class Camera implements AsyncDisposable {
	readonly name: string;
	readonly runner: SourceRunner;
	readonly pool: RenderPool;
	/** Its coded pictures; `undefined` where they can never be passed on. */
	readonly feed: PictureFeed | undefined;
	/** The viewer whose camera it is; `undefined`: it is the server's. */
	readonly owner: CameraOwner | undefined;
	/** Time of RTP time stamp 0 of all that it sends, seconds on the monotonic clock. */
	readonly startSec: number;

	private constructor({ name, source, heap, keepRunning, owner, feed }: CameraOptions, pool: RenderPool) {
		this.name = name;
		this.pool = pool;
		this.owner = owner;
		this.feed = feed;
		if (source.passPictures !== undefined) {
			const passed = PassedPictures.create();
			source.passPictures(passed.handle);
			this.feed = new CameraFeed(passed);
		}
		this.startSec = this.feed?.startSec ?? monotonicSec();
		this.runner = new SourceRunner(source, heap, pool, keepRunning);
		this.runner.events.on("started", () => this.feed?.opened());
	}

	/** @throws {Error} if there is no memory or no projector for it. */
	static async create(options: CameraOptions): Promise<Camera> {
		const { heap, onNotice } = options;
		const pool = await RenderPool.create({
			heap,
			maxWidth: LONGEST_SIDE,
			maxHeight: LONGEST_SIDE,
			workers: 1,
			onNotice,
		});
		return new Camera(options, pool);
	}

	/** Properties of its source when it was last opened; `undefined` before. */
	get info(): SourceInfo | undefined {
		return this.runner.info;
	}

	get state(): SourceState {
		return this.runner.state;
	}

	/** True if its pictures show all directions: a view of it can be turned. */
	get isSphere(): boolean {
		const { info } = this;
		return info !== undefined && info.format.projection?.kind !== "none";
	}

	/** Size in which its pictures are drawn. */
	get drawnSize(): EyeViewSize {
		const { info } = this;
		if (info === undefined || this.isSphere) return SPHERE_VIEW;
		return drawnSizeOf(info.format);
	}

	async close(): Promise<void> {
		this.feed?.close();
		try {
			await this.runner.close();
		} finally {
			await this.pool.close();
		}
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}
}

/** The size in which a flat picture is drawn: its own, or smaller in the same shape. */
function drawnSizeOf({ width, height }: EyeViewSize): EyeViewSize {
	const factor = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)), LONGEST_SIDE / Math.max(width, height));
	const even = (side: number) => Math.max(64, 2 * Math.round((side * factor) / 2));
	return { width: even(width), height: even(height) };
}
