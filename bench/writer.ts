// How long does it take to write a decoded picture of 4K into the store, tile by tile with its
// padding, beside a whole sphere of 3840x1920?
import { AV_PIX_FMT_YUV420P } from "node-av/constants";
import type { Frame } from "node-av/lib";
import { type PanoramaFormat, panoramaByteLength } from "../src/media/panorama.ts";
import type { ProjectionSpec } from "../src/media/projection.ts";
import { SharedHeap } from "../src/media/shared-heap.ts";
import { FrameWriter } from "../src/source/libav-copy.ts";
import { newFrame } from "../src/source/libav-decoder.ts";
import { packingOf } from "../src/source/stereo.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { median } from "./statistics.ts";

const SPHERE: Input = { name: "equirect", width: 3840, height: 1920, projection: { kind: "equirect" } };
const INPUTS: readonly Input[] = [
	SPHERE,
	{ name: "cubemap", width: 3072, height: 2048, projection: { kind: "cubemap" } },
	{ name: "eac", width: 3840, height: 2160, projection: { kind: "eac" } },
	{ name: "gopro-max", width: 4096, height: 2688, projection: { kind: "gopro-max" } },
	{ name: "dual-fisheye", width: 3840, height: 1920, projection: { kind: "dual-fisheye" } },
	{ name: "fisheye", width: 2880, height: 2880, projection: { kind: "fisheye" } },
];
const ROUNDS = 40;

interface Input {
	readonly name: string;
	readonly width: number;
	readonly height: number;
	readonly projection: ProjectionSpec;
}

/** One row for each kind of picture, milliseconds a picture, on one core. */
export async function run(): Promise<BenchRow[]> {
	const jobs = INPUTS.map((input) => ({ input, job: new WriterJob(input), times: [] as number[] }));
	for (let round = 0; round < ROUNDS; round++) for (const { job, times } of jobs) times.push(job.write(round));
	const sphereMs = median(jobs[0]?.times ?? []);
	return jobs.map(({ input, times }) => {
		const peer = input === SPHERE ? undefined : { name: SPHERE.name, value: sphereMs };
		return benchRow({ name: `write-${input.name}`, value: median(times), unit: "ms", peer });
	});
}

class WriterJob {
	readonly #frame: Frame;
	readonly #writer: FrameWriter;
	readonly #address: number;

	constructor({ width, height, projection }: Input) {
		const color = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
		const format: PanoramaFormat = { width, height, eyes: 1, color, projection };
		const heap = new SharedHeap();
		this.#address = heap.allocate(panoramaByteLength(format)).address;
		this.#writer = new FrameWriter(heap.memory.buffer, format, packingOf("mono"));
		this.#frame = newFrame();
		this.#frame.format = AV_PIX_FMT_YUV420P;
		this.#frame.width = width;
		this.#frame.height = height;
		this.#frame.getBuffer(0);
		for (const plane of this.#frame.data ?? [])
			for (let at = 0; at < plane.length; at++) plane[at] = (at * 31) & 255;
	}

	/** @returns milliseconds. */
	write(index: number): number {
		const start = performance.now();
		this.#writer.write(this.#address, this.#frame, index / 30);
		return performance.now() - start;
	}
}
