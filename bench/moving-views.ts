import { availableParallelism } from "node:os";
import { monotonicSec } from "../src/media/clock.ts";
import { type Quaternion, quaternionFromAngles } from "../src/media/rotation.ts";
import { SharedHeap } from "../src/media/shared-heap.ts";
import { createLibavSource } from "../src/source/libav-source.ts";
import { RenderPool } from "../src/stream/render-pool.ts";
import type { RenderedView } from "../src/stream/rendered-view.ts";
import { SourceRunner } from "../src/stream/source-runner.ts";

/** Rate at which each simulated head reports its pose. */
const POSE_HZ = 90;
export const FOV_RAD = Math.PI / 2;

/**
 * Direction of a head that never rests: yaw, pitch and roll all change, as heads do.
 * @param viewer number of the viewer; each number gives another path
 */
export function movingHead(sec: number, viewer = 0): Quaternion {
	return quaternionFromAngles({
		yawDeg: 40 * sec + 67 * viewer,
		pitchDeg: 35 * Math.sin(sec * 0.9 + viewer),
		rollDeg: 8 * Math.sin(sec * 1.3 + viewer),
	});
}

/** A source and views of it whose heads never rest: everything of a server but the network. */
export class MovingViews implements AsyncDisposable {
	readonly views: RenderedView[] = [];
	readonly runner: SourceRunner;
	readonly #pool: RenderPool;
	readonly #viewIds: number[] = [];
	readonly #timer: NodeJS.Timeout;
	#poses = 0;

	private constructor(runner: SourceRunner, pool: RenderPool) {
		this.runner = runner;
		this.#pool = pool;
		this.#timer = setInterval(() => this.#move(), 1000 / POSE_HZ);
	}

	/** @param maxWidth largest width of a view, pixels */
	static async open(source: string, maxWidth: number, maxHeight: number): Promise<MovingViews> {
		const heap = new SharedHeap();
		const pool = await RenderPool.create({
			heap,
			maxWidth,
			maxHeight,
			workers: availableParallelism(),
			onNotice: console.warn,
		});
		const runner = new SourceRunner(createLibavSource(source, { hwaccel: "none" }), heap, pool, true);
		await runner.tryOut();
		return new MovingViews(runner, pool);
	}

	add(width: number, height: number, frameRate: number, bitrateBps: number): RenderedView {
		const pose = {
			worldFromView: movingHead(0),
			fovRad: FOV_RAD,
			sequence: 0,
			receivedSec: Number.NaN,
		} as const;
		const { viewId, view } = this.#pool.addView(
			// The floors beside which views are measured have the least effort, too.
			{ frameRate, encoder: "software", leastEffort: true },
			{ pose, bitrateBps, width, height },
		);
		view.events.on("failed", (message) => {
			throw new Error(message);
		});
		this.views.push(view);
		this.#viewIds.push(viewId);
		return view;
	}

	removeAll(): void {
		for (const viewId of this.#viewIds.splice(0)) this.#pool.removeView(viewId);
		this.views.length = 0;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		clearInterval(this.#timer);
		await this.runner.close();
		await this.#pool.close();
	}

	#move(): void {
		this.#poses++;
		for (const [index, view] of this.views.entries()) {
			view.mailbox.putPose({
				worldFromView: movingHead(this.#poses / POSE_HZ, index),
				fovRad: FOV_RAD,
				sequence: this.#poses,
				receivedSec: monotonicSec(),
			});
		}
	}
}

export function sleep(seconds: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** CPU seconds of all threads of this process since it started. */
export function cpuSec(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1e6;
}
