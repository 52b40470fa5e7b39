// A whole 4K file into a 1080p view along a camera path: `panogaze render`, FFmpeg's v360 steered
// by sendcmd, and decoder and encoder alone with the same settings.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Frame } from "node-av/lib";
import { quaternionFromAngles } from "../src/media/rotation.ts";
import { render } from "../src/render/render.ts";
import { bench4kClip } from "./bench-clip.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { cpuSec } from "./moving-views.ts";
import { decodeFrames, PlanEncoder, pathAt, RENDER_PLAN, SteeredV360 } from "./render-peers.ts";

const SOURCE_BITRATE_BPS = 25_000_000;
const FRAMES = 120;
/** Pictures of v360, which takes many times as long. */
const V360_FRAMES = 24;
/** Pictures of a first, short rendering, whose cost is the start of the threads. */
const SHORT_FRAMES = 12;

/** Time of one picture, milliseconds. */
interface Cost {
	readonly wallMs: number;
	readonly cpuMs: number;
}

export async function run(): Promise<BenchRow[]> {
	const clip = await bench4kClip(RENDER_PLAN.frameRate, SOURCE_BITRATE_BPS);
	const ours = await renderCost(clip);
	const v360 = v360Cost(clip);
	const floor = floorCost(clip);
	return [
		benchRow({
			name: "against-v360",
			value: ours.cpuMs,
			unit: "ms",
			peer: { name: "v360 with sendcmd", value: v360.cpuMs },
			target: { words: "6 times as fast", met: v360.cpuMs >= 6 * ours.cpuMs },
			note: `CPU time of a picture; ${ours.wallMs.toFixed(1)} against ${v360.wallMs.toFixed(1)} ms have passed`,
		}),
		benchRow({
			name: "over-codec-floor",
			value: ours.cpuMs / floor.cpuMs,
			unit: "x",
			atMost: 1.25,
			note: `decode and encode alone take ${floor.cpuMs.toFixed(1)} ms of CPU time`,
		}),
		benchRow({ name: "fps", value: 1000 / ours.wallMs, unit: "fps", better: "more" }),
	];
}

async function renderCost(clip: string): Promise<Cost> {
	const folder = mkdtempSync(join(tmpdir(), "panogaze-bench-render-"));
	try {
		const { width, height, fovDeg } = RENDER_PLAN;
		const timed = (frames: number) =>
			costOf(async () => {
				await render({
					input: clip,
					outputs: [
						{
							path: join(folder, "view.mp4"),
							view: { projection: { kind: "perspective", fovDeg }, width, height },
							cameraPath: (sec) => ({
								worldFromView: quaternionFromAngles({ ...pathAt(sec), rollDeg: 0 }),
							}),
						},
					],
					endSec: frames / RENDER_PLAN.frameRate,
					force: true,
				});
			});
		const short = await timed(SHORT_FRAMES);
		const long = await timed(FRAMES);
		return perPicture(long, FRAMES - SHORT_FRAMES, short);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function v360Cost(clip: string): Cost {
	using graph = new SteeredV360(V360_FRAMES);
	using encoder = new PlanEncoder();
	return perPicture(
		costOfSync(() => {
			decodeFrames(clip, V360_FRAMES, (frame, index) => {
				using view = graph.draw(frame, index);
				encoder.encode(view, index);
			});
			encoder.encode(null, 0);
		}),
		V360_FRAMES,
	);
}

/** Decoding all pictures, and encoding as many views, each alone. */
function floorCost(clip: string): Cost {
	const decode = costOfSync(() => decodeFrames(clip, FRAMES, () => {}));
	const views: Frame[] = [];
	using graph = new SteeredV360(V360_FRAMES);
	decodeFrames(clip, V360_FRAMES, (frame, index) => views.push(graph.draw(frame, index)));
	using encoder = new PlanEncoder();
	const encode = costOfSync(() => {
		for (let index = 0; index < FRAMES; index++) encoder.encode(views[pendulum(index)]!, index);
		encoder.encode(null, 0);
	});
	for (const view of views) view.free();
	const [first, second] = [perPicture(decode, FRAMES), perPicture(encode, FRAMES)];
	return { wallMs: first.wallMs + second.wallMs, cpuMs: first.cpuMs + second.cpuMs };
}

/** Index of a view: forward and back again, without a jump. */
function pendulum(index: number): number {
	const place = index % (2 * V360_FRAMES);
	return place < V360_FRAMES ? place : 2 * V360_FRAMES - 1 - place;
}

async function costOf(work: () => Promise<void>): Promise<Cost> {
	const [wall, cpu] = [performance.now(), cpuSec()];
	await work();
	return { wallMs: performance.now() - wall, cpuMs: (cpuSec() - cpu) * 1000 };
}

function costOfSync(work: () => void): Cost {
	const [wall, cpu] = [performance.now(), cpuSec()];
	work();
	return { wallMs: performance.now() - wall, cpuMs: (cpuSec() - cpu) * 1000 };
}

function perPicture(cost: Cost, pictures: number, before: Cost = { wallMs: 0, cpuMs: 0 }): Cost {
	return { wallMs: (cost.wallMs - before.wallMs) / pictures, cpuMs: (cost.cpuMs - before.cpuMs) / pictures };
}
