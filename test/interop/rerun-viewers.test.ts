// Rerun's own viewers for browsers, from npm's registry, judge recordings of our SDK by what they
// say and by what they draw.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as rr from "../../packages/rerun/src/index.ts";
import { readArchetypeFacts } from "../../scripts/build-rerun-archetypes.ts";
import { openLibavEncoder } from "../../src/encoder/libav-encoder.ts";
import { splitAnnexB } from "../../src/media/h264.ts";
import { launchChromium } from "../support/chromium.ts";
import { makeClip } from "../support/clips.ts";
import { startExample } from "../support/running-example.ts";
import { until } from "../support/werift-viewer.ts";
import { EmulatedWearer } from "./emulated-wearer.ts";
import { everyArchetype, viewsOfEverything } from "./every-archetype.ts";
import type { Rgb, Screenshot } from "./screenshot.ts";
import { setUpWebViewer, WebViewerJudge } from "./web-viewer-judge.ts";

const NAMED = process.env["PANOGAZE_VIEWERS"]?.split(",");
/**
 * Those that can be had and that our files are for. The newest and the oldest take the longest,
 * about 20 seconds each on two idle cores; `PANOGAZE_VIEWERS=0.31.4` asks only some, for all.
 */
const VERSIONS = NAMED ?? ["0.33.0", "0.31.4", "0.26.2", "0.24.1"];
/** The others are asked only for what the documents say of each. */
const isAskedAll = (version: string) => NAMED !== undefined || version === VERSIONS[0] || version === VERSIONS.at(-1);

const FRAMES = 60;
const FRAMES_A_KEYFRAME = 15;
const SEEKS = [0, 59, 7, 14, 15, 16, 44, 29, 30, 3];
const SIZE = { width: 320, height: 180 };
/** A file's last words, which viewers before 0.28 don't know. */
const OLD_END = /has left unexpectedly: .*Failed to decode the options|Trailing bytes in rrd stream/;

const folder = mkdtempSync(join(tmpdir(), "panogaze-viewers-"));
const video = greyVideo();
let browser: Browser;
let movie: string;
let session: { readonly bytes: Uint8Array; readonly store: rr.ChunkStore };

beforeAll(async () => {
	browser = await launchChromium({ webgl: true });
	movie = await makeClip({ width: 320, height: 240, frames: 10, rate: 30 });
	session = await recordSession(join(folder, "session.rrd"));
}, 180_000);
afterAll(async () => {
	await browser?.close();
	rmSync(folder, { recursive: true });
});

describe.each(VERSIONS)("Rerun's viewer %s", { timeout: 180_000 }, (version) => {
	let judge: WebViewerJudge;
	const itOfAll = it.skipIf(!isAskedAll(version));
	const isBefore = (minor: number) => Number(version.split(".")[1]) < minor;

	beforeAll(async () => {
		judge = await WebViewerJudge.open(browser, setUpWebViewer(version));
	}, 300_000);
	afterAll(() => judge?.[Symbol.asyncDispose]());
	beforeEach(async () => {
		// Every pixel is drawn by the processor.
		await judge.resize(240, 160);
		judge.takeComplaints();
	});

	it("shows every archetype without a warning", async () => {
		const [shown, grey] = [2 * FRAMES_A_KEYFRAME, greyOf(2 * FRAMES_A_KEYFRAME)];
		const cases = everyArchetype({ keyframe: video[shown]!, movie });
		const logged = new Set(
			Object.values(cases)
				.flat()
				.flatMap(({ batches }) => batches.map(({ descriptor }) => descriptor.archetype)),
		);
		const all = readArchetypeFacts().archetypes.map(({ name }) => name);
		expect(all.filter((name) => !name.includes(".blueprint.") && !logged.has(name))).toEqual([]);
		const views = [
			...viewsOfEverything(),
			...(isBefore(32) ? [] : [new rr.StateTimelineView({ name: "state", origin: "state" })]),
		];
		const recording = record("every", new rr.Grid(...views, { gridColumns: 4 }), (stream) => {
			for (const frame of [0, 1]) {
				stream.setTime("frame", { sequence: frame });
				for (const [path, things] of Object.entries(cases))
					stream.log(path, things, { static: path === "__properties" });
			}
		});
		await judge.resize(720, 480);
		await judge.show(recording.bytes, recording.id, { timeline: "frame", last: 1 });
		await judge.seek(recording.id, "frame", 1);
		// What is slow to come.
		const parts: readonly (readonly [string, Rgb, number])[] = [
			["video", grey, 3],
			["movie", [16, 16, 16], 3],
			["bars", [78, 103, 129], 3],
			["points", [225, 0, 0], 25],
		];
		await judge.seen(
			(picture) => parts.every(([, color, tolerance]) => picture.count(color, tolerance) > 50),
			"video, movie, bars and points",
			(picture) =>
				JSON.stringify(parts.map(([name, color, tolerance]) => [name, picture.count(color, tolerance)])),
		);
		await judge.drawn(10);
		expect(judge.takeComplaints()).toEqual([]);
	});

	it("shows exactly the frame that is sought, of a video as our encoder makes it", async () => {
		const recording = videoRecording("video", (logger, frame) => logger.log(video[frame]!));
		await judge.show(recording.bytes, recording.id, { timeline: "frame", last: FRAMES - 1 });
		for (const frame of isAskedAll(version) ? SEEKS : SEEKS.slice(0, 4)) {
			await judge.seek(recording.id, "frame", frame);
			await judge.seen(
				(picture) => frameSeen(picture) === frame,
				`frame ${frame}`,
				(picture) => `Frame ${frameSeen(picture)} is seen.`,
			);
		}
		expect(judge.takeComplaints()).toEqual([]);
	});

	itOfAll("shows a video without start codes and parameter sets, which the SDK repairs", async () => {
		const [description] = splitParameterSets(video[0]!);
		const recording = videoRecording("repaired", (logger, frame) => logger.log(lengthPrefixed(video[frame]!)), {
			description,
		});
		await judge.show(recording.bytes, recording.id, { timeline: "frame", last: FRAMES - 1 });
		for (const frame of [20, 40]) {
			await judge.seek(recording.id, "frame", frame);
			await judge.seen((picture) => frameSeen(picture) === frame, `frame ${frame}`);
		}
		expect(judge.takeComplaints()).toEqual([]);
	});

	it("draws the lines of a skeleton's connections and the names of its bones", async () => {
		const roots = ["points", "lines", "labels"] as const;
		const views = roots.map(
			(root) => new rr.Spatial3DView({ origin: root, background: [0, 0, 0], lineGrid: false }),
		);
		const recording = record("skeletons", new rr.Horizontal(...views), (stream) => {
			stream.setTime("frame", { sequence: 0 });
			for (const root of roots) {
				stream.log(root, rr.ViewCoordinates.RUB, new rr.AnnotationContext([skeletonClass(root !== "points")]), {
					static: true,
				});
				stream.log(
					`${root}/skeleton`,
					new rr.Points3D(JOINTS, { ...OF_CLASS, colors: [255, 255, 255], showLabels: root === "labels" }),
				);
			}
		});
		await judge.show(recording.bytes, recording.id, { timeline: "frame", last: 0 });
		const third = (picture: Screenshot, part: number, holds: (color: Rgb) => boolean) =>
			picture.countWhere((color, x) => Math.floor((3 * x) / picture.width) === part && holds(color));
		const isMagenta = ([red, green, blue]: Rgb) => red > 150 && blue > 150 && green < 90;
		const isBright = ([red, green, blue]: Rgb) => red + green + blue > 240;
		const counts = (picture: Screenshot) =>
			roots.map((_, part) => [third(picture, part, isMagenta), third(picture, part, isBright)] as const);
		await judge.seen(
			(picture) => {
				const [points, lines, labels] = counts(picture);
				return (
					points![0] === 0 &&
					points![1] > 20 &&
					lines![0] > 150 &&
					labels![0] > 100 &&
					labels![1] > lines![1] + 300
				);
			},
			"points alone, with lines, and with labels too",
			(picture) => JSON.stringify(counts(picture)),
		);
		expect(judge.takeComplaints()).toEqual([]);
	});

	itOfAll("draws what is there of a skeleton that lacks bones", async () => {
		const recording = record(
			"partly",
			new rr.Spatial3DView({ origin: "world", background: [0, 0, 0], lineGrid: false }),
			(stream) => {
				stream.setTime("frame", { sequence: 0 });
				stream.log("world", rr.ViewCoordinates.RUB, new rr.AnnotationContext([skeletonClass(true)]), {
					static: true,
				});
				stream.log(
					"world/skeleton",
					new rr.Points3D(JOINTS.slice(0, 3), { classIds: 1, keypointIds: [0, 1, 2] }),
				);
			},
		);
		await judge.show(recording.bytes, recording.id, { timeline: "frame", last: 0 });
		await judge.seen(
			(picture) => picture.count([255, 0, 255], 100) > 150,
			"the lines between the bones that are there",
		);
		// Viewers say so, once of each line. Bones at NaN in their place would make 0.24 show
		// nothing at all.
		expect(
			judge.takeComplaints().filter((text) => !/Keypoint connection .* could not be resolved/.test(text)),
		).toEqual([]);
	});

	it("is laid out by the blueprint, on its timeline", async () => {
		const [red, blue] = (["red", "blue"] as const).map(
			(name) =>
				new rr.Spatial2DView({ name, origin: name, background: name === "red" ? [200, 0, 0] : [0, 0, 200] }),
		);
		const recording = record("layout", new rr.Horizontal(red!, blue!, { columnShares: [1, 3] }), (stream) => {
			for (const frame of [0, 1]) {
				stream.setTime("a first", { sequence: frame });
				stream.setTime("frame", { sequence: frame });
				for (const name of ["red", "blue"]) stream.log(name, new rr.Points2D([1, 1, 2, 2]));
			}
		});
		await judge.show(recording.bytes, recording.id, { timeline: "frame", last: 1 });
		await judge.seen(
			(picture) => {
				const at = (share: number) => picture.at(share * picture.width, 0.3 * picture.height);
				return (
					[0.03, 0.2].every((share) => near(at(share), [200, 0, 0])) &&
					[0.3, 0.6, 0.97].every((share) => near(at(share), [0, 0, 200]))
				);
			},
			"a quarter in red, the rest in blue, and no panels",
			(picture) =>
				JSON.stringify(
					[0.03, 0.2, 0.3, 0.6, 0.97].map((share) => picture.at(share * picture.width, 0.3 * picture.height)),
				),
		);
		// 0.24 has no blueprints of time.
		if (!isBefore(26)) expect(await judge.activeTimeline(recording.id)).toBe("frame");
		expect(judge.takeComplaints()).toEqual([]);
	});

	itOfAll("shows the session that examples/rerun.ts recorded: its video and the lines of its bones", async () => {
		const { bytes, store } = session;
		const { recordingId } = store.storeId;
		const { start, end } = store.timelines.get("server")!;
		await judge.resize(480, 320);
		const opened = await judge.show(bytes, recordingId, { timeline: "server", last: Number(end) }, "http");
		expect(opened).toMatchObject({ application_id: "panogaze_session", source: "panogaze" });
		if (!isBefore(26)) expect(await judge.activeTimeline(recordingId)).toBe("server");
		await judge.seek(recordingId, "server", Number(start + (3n * (end - start)) / 4n));
		// The scene's sky, sea and signs: far more colours than anything else on the page has.
		await judge.seen(
			(picture) => picture.colorsIn(0.6, 1, 0.1, 0.5) > 1500,
			"the video",
			(picture) => `${picture.colorsIn(0.6, 1, 0.1, 0.5)} colours`,
		);
		await judge.drawn(10);
		const complaints = judge.takeComplaints();
		expect(isBefore(28) ? complaints.filter((text) => !OLD_END.test(text)) : complaints).toEqual([]);
	});

	describe.skipIf(!isAskedAll(version))("what is wrong", () => {
		it("is complained of: values of a type that a component does not have", async () => {
			const recording = record("types", new rr.Spatial3DView({ origin: "/" }), (stream) => {
				stream.setTime("frame", { sequence: 0 });
				const [{ descriptor }] = new rr.Points3D([[1, 2, 3]]).batches as [rr.ComponentBatch];
				stream.log("world/points", {
					batches: [{ descriptor, values: new rr.Scalars([1, 2, 3]).batches[0]!.values }],
				});
			});
			await judge.show(recording.bytes, recording.id, { timeline: "frame", last: 0 });
			await judge.complained(/Position3D|positions/i);
		});

		it("is complained of: a chunk that is broken; those before and after it are shown", async () => {
			const recording = record("broken", new rr.Spatial3DView({ origin: "/" }), (stream) => {
				for (const frame of [0, 1, 2]) {
					stream.setTime("frame", { sequence: frame });
					stream.log(`world/${frame}`, new rr.Points3D([[1, 2, 3]]));
					stream.flushToSinks();
				}
			});
			const chunks = messagesOf(recording.bytes).filter(({ kind }) => kind === 2);
			const { start, end } = chunks.at(-2)!;
			const bytes = recording.bytes.slice();
			bytes.fill(0xff, (start + end) >> 1, end);
			await judge.show(bytes, recording.id, { timeline: "frame", last: 2 });
			await judge.complained(/decode|corrupt|invalid|LZ4|Arrow/i);
		});

		it("is not shown: samples with lengths for start codes, logged past the SDK's checks", async () => {
			const sample = lengthPrefixed(video[30]!);
			const recording = record("avcc", new rr.Spatial2DView({ origin: "video" }), (stream) => {
				stream.log("video", new rr.VideoStream(rr.VideoCodec.H264), { static: true });
				stream.log("video", rr.VideoStream.fromFields({ sample }), { times: { frame: { sequence: 0 } } });
			});
			await judge.show(recording.bytes, recording.id, { timeline: "frame", last: 0 });
			await judge.drawn(10);
			expect(frameSeen(await judge.screenshot())).not.toBe(30);
			judge.takeComplaints();
		});

		it("is a file that was cut off: what is before that is shown", async () => {
			const recording = videoRecording("cut", (logger, frame) => logger.log(video[frame]!));
			const frames = messagesOf(recording.bytes).filter(({ kind }) => kind === 2);
			// The codec, then one chunk for each picture.
			const bytes = recording.bytes.subarray(0, frames.at(-21)!.end + 100);
			await judge.show(bytes, recording.id, { timeline: "frame", last: FRAMES - 21 }, "http");
			await judge.seek(recording.id, "frame", 25);
			await judge.seen((picture) => frameSeen(picture) === 25, "frame 25");
		});
	});
});

const JOINTS = [
	[0, 1.6, 0],
	[0, 1, 0],
	[-0.6, 1.2, 0],
	[0.6, 1.2, 0.2],
	[0, 0, 0],
];
const OF_CLASS = { classIds: 1, keypointIds: [0, 1, 2, 3, 4], radii: 0.03 } as const;

function skeletonClass(connected: boolean): rr.ClassDescription {
	return {
		id: 1,
		label: "person",
		color: [255, 0, 255],
		keypoints: ["head", "chest", "left hand", "right hand", "feet"].map((label, id) => ({ id, label })),
		connections: connected
			? [
					[0, 1],
					[1, 2],
					[1, 3],
					[1, 4],
				]
			: [],
	};
}

interface Recorded {
	readonly id: string;
	readonly bytes: Uint8Array;
}

/**
 * What a function logs, and how it is shown: without panels, on the timeline `frame`. Each has an
 * application id of its own, and so a blueprint.
 */
function record(name: string, view: rr.View | rr.Container, log: (stream: rr.RecordingStream) => void): Recorded {
	const stream = new rr.RecordingStream(`panogaze_${name}`, { strict: true, logTime: false, environment: {} });
	const sink = new rr.MemorySink();
	stream.setSinks(sink);
	const state = rr.PanelState.Hidden;
	const panels = [new rr.BlueprintPanel({ state }), new rr.SelectionPanel({ state }), new rr.TopPanel({ state })];
	stream.sendBlueprint(new rr.Blueprint(view, ...panels, new rr.TimePanel({ state, timeline: "frame" })));
	log(stream);
	stream.flushToSinks();
	return { id: stream.recordingId, bytes: sink.drain() };
}

/** A chunk for each picture of the video, as a function logs them. */
function videoRecording(
	name: string,
	log: (logger: rr.VideoLogger, frame: number) => void,
	options: rr.VideoLoggerOptions = {},
): Recorded {
	return record(name, new rr.Spatial2DView({ origin: "video" }), (stream) => {
		const logger = new rr.VideoLogger(stream, "video", rr.VideoCodec.H264, options);
		for (let frame = 0; frame < FRAMES; frame++) {
			stream.setTime("frame", { sequence: frame });
			log(logger, frame);
			stream.flushToSinks();
		}
	});
}

/** Pictures whose grey is their number, as our encoder makes them. */
function greyVideo(): Uint8Array[] {
	const color = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
	using encoder = openLibavEncoder("software", { ...SIZE, frameRate: 30, bitrateBps: 8_000_000, color });
	const luma = SIZE.width * SIZE.height;
	return Array.from({ length: FRAMES }, (_, frame) => {
		const data = new Uint8Array(luma * 1.5).fill(128).fill(16 + 3 * frame, 0, luma);
		return encoder.encode({ ...SIZE, data }, { ticks: frame * 3000, keyframe: frame % FRAMES_A_KEYFRAME === 0 })
			.data;
	});
}

function greyOf(frame: number): Rgb {
	const grey = Math.round((3 * frame * 255) / 219);
	return [grey, grey, grey];
}

/** Which picture's grey is in the middle of the page. @returns -1 if it is none's. */
function frameSeen(picture: Screenshot): number {
	const [red, green, blue] = picture.at(picture.width / 2, picture.height / 2);
	const frame = Math.round((red * 219) / 255 / 3);
	return near([red, green, blue], greyOf(frame), 2) && frame < FRAMES ? frame : -1;
}

function near(color: Rgb, wanted: Rgb, tolerance = 8): boolean {
	return color.every((value, channel) => Math.abs(value - wanted[channel]!) <= tolerance);
}

/** @returns the parameter sets in Annex B, and what is behind them. */
function splitParameterSets(accessUnit: Uint8Array): readonly [sets: Uint8Array, others: readonly Uint8Array[]] {
	const units = splitAnnexB(accessUnit);
	const isSet = (unit: Uint8Array) => (unit[0]! & 0x1f) === 7 || (unit[0]! & 0x1f) === 8;
	const sets = units.filter(isSet).flatMap((unit) => [Buffer.of(0, 0, 0, 1), unit]);
	return [Buffer.concat(sets), units.filter((unit) => !isSet(unit))];
}

/** Writes an access unit as MP4 does (ISO/IEC 14496-15): lengths, and no parameter sets. */
function lengthPrefixed(accessUnit: Uint8Array): Uint8Array {
	const [, units] = splitParameterSets(accessUnit);
	return Buffer.concat(
		units.flatMap((unit) => {
			const length = Buffer.alloc(4);
			length.writeUInt32BE(unit.length);
			return [length, unit];
		}),
	);
}

/** Where the messages of a recording begin and end, behind their frames. */
function messagesOf(bytes: Uint8Array): { readonly kind: number; readonly start: number; readonly end: number }[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const messages: { kind: number; start: number; end: number }[] = [];
	for (let at = 12; at + 16 <= bytes.length; at = messages.at(-1)!.end) {
		const start = at + 16;
		messages.push({
			kind: Number(view.getBigUint64(at, true)),
			start,
			end: start + Number(view.getBigUint64(at + 8, true)),
		});
	}
	return messages;
}

/** What examples/rerun.ts records of a headset that is worn for two seconds. */
async function recordSession(path: string): Promise<{ readonly bytes: Uint8Array; readonly store: rr.ChunkStore }> {
	await using example = await startExample("rerun.ts", "--save", path);
	const wearer = await EmulatedWearer.connect({ url: example.url, protocol: "legacy" });
	await until(
		() => wearer.bodies > 150 && wearer.viewer.packets.length > 300,
		"two seconds of poses and of video",
		60_000,
	);
	await wearer.close();
	await example.stop();
	const bytes = readFileSync(path);
	return { bytes, store: rr.ChunkStore.read(bytes).find(({ storeId }) => storeId.kind === "recording")! };
}
