import { afterEach, describe, expect, it } from "vitest";
import { monotonicSec } from "../media/clock.ts";
import { PanoramaStore } from "../media/panorama-store.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import { lumaOfPanorama, readTimeCode } from "./time-code.ts";
import { SourceError, type SourceInfo, type VideoSource } from "./video-source.ts";

/** The longest wait for anything, however busy the machine is: a test has 60 s. */
const PATIENCE_MS = 25_000;

/** A picture as a reader found it. */
export interface SeenPicture {
	readonly mediaTimeSec: number;
	readonly captureTimeSec: number;
	readonly cameraUs: number;
	readonly readyTimeSec: number;
	readonly sequence: number;
	/** When the reader saw it, on the same clock. */
	readonly seenSec: number;
	/** Y, Cb, Cr in the middle of the picture. */
	readonly middle: readonly [y: number, cb: number, cr: number];
	/** Time code of the built-in scene; `undefined` if none is readable. */
	readonly timeCode: number | undefined;
}

/** A source at work with a store of its own, and what it told. */
export class SourceUnderTest implements AsyncDisposable {
	readonly source: VideoSource;
	readonly notices: string[] = [];
	readonly errors: SourceError[] = [];
	ended = 0;
	info!: SourceInfo;
	store!: PanoramaStore;
	readonly #heap = new SharedHeap();
	#lastSequence = 0;

	private constructor(source: VideoSource) {
		this.source = source;
		source.on("notice", (message) => this.notices.push(message));
		source.on("error", (error) => this.errors.push(error));
		source.on("ended", () => this.ended++);
	}

	static async start(source: VideoSource): Promise<SourceUnderTest> {
		const test = new SourceUnderTest(source);
		await test.restart();
		return test;
	}

	async restart(): Promise<void> {
		this.#lastSequence = 0;
		this.info = await this.source.start(({ format }) => {
			this.store = PanoramaStore.create(this.#heap, format);
			return this.store;
		});
	}

	/**
	 * The next picture that was not seen yet.
	 * @throws {Error} if none comes in time, with what the source said
	 */
	async next(timeoutMs = PATIENCE_MS): Promise<SeenPicture> {
		const endSec = monotonicSec() + timeoutMs / 1000;
		while (monotonicSec() < endSec) {
			const picture = this.look();
			if (picture !== undefined) return picture;
			await sleep(1);
		}
		throw new Error(
			`No picture within ${timeoutMs} ms. ${this.errors.map(String).join(" ")} ${this.notices.join(" ")}`,
		);
	}

	/** The newest picture if it was not seen yet. */
	look(): SeenPicture | undefined {
		const lease = this.store.acquireNewest(this.#lastSequence);
		if (lease === undefined) return undefined;
		const seenSec = monotonicSec();
		this.#lastSequence = lease.sequence;
		const middle = (["y", "u", "v"] as const).map((name) => {
			const { offset, width, height, stride } = lease.layout[name];
			return lease.data[offset + (height >> 1) * stride + (width >> 1)]!;
		});
		const { y } = lease.layout;
		const timeCode = y.width >= 640 ? readTimeCode(lumaOfPanorama(lease.data, y)) : undefined;
		const { mediaTimeSec, captureTimeSec, cameraUs = Number.NaN, readyTimeSec, sequence } = lease;
		lease.release();
		return {
			mediaTimeSec,
			captureTimeSec,
			cameraUs,
			readyTimeSec,
			sequence,
			seenSec,
			middle: middle as [number, number, number],
			timeCode,
		};
	}

	/** Luma of the left eye's newest picture, at places from 0 to 1 across and down. */
	lumaAt(...places: readonly (readonly [x: number, y: number])[]): number[] {
		const lease = this.store.acquireNewest()!;
		const { offset, width, height, stride } = lease.layout.y;
		const luma = places.map(
			([x, y]) => lease.data[offset + Math.floor(y * height) * stride + Math.floor(x * width)]!,
		);
		lease.release();
		return luma;
	}

	/** All pictures that can be seen in the next `count`. */
	async take(count: number, timeoutMs = PATIENCE_MS): Promise<SeenPicture[]> {
		const pictures: SeenPicture[] = [];
		while (pictures.length < count) pictures.push(await this.next(timeoutMs));
		return pictures;
	}

	/** Waits until `condition` holds. */
	async until(condition: () => boolean, timeoutMs = PATIENCE_MS): Promise<void> {
		const endSec = monotonicSec() + timeoutMs / 1000;
		while (!condition()) {
			if (monotonicSec() > endSec)
				throw new Error(`It did not happen within ${timeoutMs} ms: ${condition}. ${this.notices.join(" ")}`);
			await sleep(5);
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.source.stop();
	}
}

/** How a source fails that is expected to. */
export async function startFailure(source: VideoSource): Promise<SourceError> {
	try {
		await source.start(() => {
			throw new Error("It opened.");
		});
	} catch (error) {
		if (error instanceof SourceError) return error;
		throw error;
	} finally {
		await source.stop();
	}
	throw new Error("It opened.");
}

/** Delay of the picture that was seen soonest after its time, on a clock of any beginning. */
function leastLagSec(pictures: readonly SeenPicture[]): number {
	return Math.min(...pictures.map(({ seenSec, mediaTimeSec }) => seenSec - mediaTimeSec));
}

/** How far the last five pictures are off the pace of the first five, seconds. */
function slipSec(pictures: readonly SeenPicture[]): number {
	return Math.abs(leastLagSec(pictures.slice(-5)) - leastLagSec(pictures.slice(0, 5)));
}

/** A busy machine sees pictures late for a while; a wrong pace stays wrong. */
const WHILE_BUSY = { timeout: PATIENCE_MS, interval: 0 };

export function sleep(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * What every implementation of `VideoSource` does.
 * @param open a source of pictures of the built-in scene, at least 640 pixels wide, 30 a second,
 * without an end
 */
export function describeVideoSource(name: string, open: () => Promise<VideoSource>): void {
	describe(`${name} as a VideoSource`, () => {
		let running: SourceUnderTest | undefined;
		const start = async () => {
			running = await SourceUnderTest.start(await open());
			return running;
		};
		afterEach(async () => {
			await running?.source.stop();
			running = undefined;
		});

		it("says what it is and shows pictures in order at its own pace", async () => {
			const test = await start();
			expect(test.info).toMatchObject({ frameRate: 30, hwaccel: "none", live: false });
			expect(test.info.format.width).toBeGreaterThanOrEqual(640);
			const pictures = await test.take(25);
			for (const [i, picture] of pictures.entries()) {
				expect(picture.readyTimeSec).toBeLessThanOrEqual(picture.seenSec);
				if (i === 0) continue;
				const before = pictures[i - 1]!;
				const steps = Math.round((picture.mediaTimeSec - before.mediaTimeSec) * 30);
				expect(picture.mediaTimeSec - before.mediaTimeSec).toBeCloseTo(steps / 30, 3);
				expect(steps).toBeGreaterThanOrEqual(1);
				// The time code counts on by as many pictures, or has gone round.
				const codes = picture.timeCode! - before.timeCode!;
				expect(codes === steps || codes < 0).toBe(true);
			}
			expect(test.source.stats().framesDecoded).toBeGreaterThanOrEqual(pictures.at(-1)!.sequence);
			const slipOfNext = async () => {
				pictures.push(await test.next());
				return slipSec(pictures.slice(-25));
			};
			await expect.poll(slipOfNext, WHILE_BUSY).toBeLessThan(0.25);
		});

		it("is not held up by a reader that keeps pictures; what found no place is counted", async () => {
			const test = await start();
			const slipOverHold = async () => {
				const usual = await test.take(5);
				const first = test.store.acquireNewest()!;
				await test.next();
				const second = test.store.acquireNewest()!;
				const before = await test.next();
				const { framesDropped } = test.source.stats();
				await sleep(400);
				await test.until(() => test.source.stats().framesDropped > framesDropped + 3);
				// Two slots are held and the third is the newest: nothing new can have come.
				expect(test.store.sequence).toBeLessThanOrEqual(before.sequence + 1);
				first.release();
				second.release();
				await test.next();
				return slipSec([...usual, ...(await test.take(5))]);
			};
			await expect.poll(slipOverHold, WHILE_BUSY).toBeLessThan(0.25);
		});

		it("stops promptly, writes nothing afterwards, reports it once, and may be stopped again", async () => {
			const test = await start();
			await test.take(3);
			const before = monotonicSec();
			await test.source.stop();
			expect(monotonicSec() - before).toBeLessThan(10);
			const { sequence } = test.store;
			await test.source.stop();
			await sleep(100);
			expect(test.store.sequence).toBe(sequence);
			expect(test.ended).toBe(1);
			expect(test.errors).toEqual([]);
		});

		it("can be started again after a stop", async () => {
			const test = await start();
			await test.take(2);
			await test.source.stop();
			await test.restart();
			const pictures = await test.take(3);
			expect(pictures[2]!.mediaTimeSec).toBeGreaterThan(pictures[0]!.mediaTimeSec);
		});

		it("refuses to be started twice", async () => {
			const test = await start();
			await expect(test.source.start(() => test.store)).rejects.toThrow("was started while it was running");
		});

		it("passes on what goes wrong in making the store, and leaves nothing running", async () => {
			await using source = await open();
			const failing = source.start(() => {
				throw new RangeError("no room");
			});
			await expect(failing).rejects.toThrow(new RangeError("no room"));
			// Nothing is left running: it can be started.
			running = await SourceUnderTest.start(source);
			await running.next();
			await source.stop();
		});

		it("can be stopped while it starts", async () => {
			const source = await open();
			const starting = source.start(() => {
				throw new Error("must not be asked for a store");
			});
			await Promise.all([expect(starting).rejects.toBeInstanceOf(SourceError), source.stop()]);
		});
	});
}
