import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
	ChunkStore,
	type PlainValue,
	type QueriedValues,
	RrdReader,
	VideoSamples,
} from "../../packages/rerun/src/index.ts";
import { NalUnitType, nalUnitType, splitAnnexB } from "../../src/media/h264.ts";
import { SKELETONS } from "../../src/tracking.ts";
import { makeClip } from "../support/clips.ts";
import { H264Decoder } from "../support/h264-decoder.ts";
import { startExample } from "../support/running-example.ts";
import { EmulatedWearer } from "./emulated-wearer.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-rerun-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SERVER = "server";

interface Annotation {
	readonly class_id: number;
	readonly class_description: {
		readonly info: { readonly label: string };
		readonly keypoint_annotations: readonly { readonly id: number; readonly label: string }[];
		readonly keypoint_connections: readonly { readonly keypoint0: number; readonly keypoint1: number }[];
	};
}

describe("examples/rerun.ts", () => {
	let store: ChunkStore;
	let blueprints: readonly ChunkStore[];
	let untilNs: bigint;
	let sinceNs: bigint;
	/** All that the first entity of such a path said of a component. */
	const rows = (pattern: RegExp, component: string): QueriedValues[] => {
		const path = store.entityPaths.find((entity) => pattern.test(entity));
		return path === undefined ? [] : [...store.range(path, component, SERVER)];
	};

	beforeAll(async () => {
		const path = join(folder, "session.rrd");
		// Its own scene takes longer to paint than all else.
		const clip = await makeClip({ width: 512, height: 256, frames: 30, rate: 30, draw: "pattern" });
		await using example = await startExample("rerun.ts", "--save", path, clip);
		sinceNs = BigInt(Date.now()) * 1_000_000n;
		const [headset, other] = await Promise.all([
			EmulatedWearer.connect({ url: example.url, protocol: "legacy" }),
			EmulatedWearer.connect({ url: example.url, protocol: "tracking", video: false, position: [2, 0, 0] }),
		]);
		// What the file has while it is written, up to its last whole message.
		await until(
			() => {
				const rows = rowsOf(path);
				const bodies = [...rows]
					.filter(([entity]) => /^\/world.*\/FullBody$/.test(entity))
					.map(([, count]) => count);
				const pictures = [...rows].find(([entity]) => entity.endsWith("/camera"))?.[1] ?? 0;
				return bodies.length === 2 && Math.min(...bodies) > 25 && pictures > 40;
			},
			"poses and video",
			{ timeoutMs: 90_000, intervalMs: 200 },
		);
		await Promise.all([headset.close(), other.close()]);
		await example.stop();
		untilNs = BigInt(Date.now()) * 1_000_000n;
		// The log has nothing but what is normal: that everybody may watch is, as the example sets
		// no token.
		const lines = example
			.log()
			.split("\n")
			.filter((line) => !line.includes("Everybody who can reach"));
		expect(lines.join("\n")).not.toMatch(/"level":(40|50|60)|\[rerun\]/);
		const stores = ChunkStore.read(readFileSync(path));
		store = stores.find(({ storeId }) => storeId.kind === "recording")!;
		blueprints = stores.filter(({ storeId }) => storeId.kind === "blueprint");
	}, 120_000);

	it("names every bone of every skeleton, and connects them", () => {
		const [classes] = store.latestAt("world", "AnnotationContext:context", SERVER)!.values as unknown as [
			readonly Annotation[],
		];
		const known = Object.values(SKELETONS);
		expect(classes.map(({ class_id, class_description }) => [class_id, class_description.info.label])).toEqual(
			known.map(({ wireId, type }) => [wireId, type]),
		);
		for (const [index, { names, connections }] of known.entries()) {
			const { keypoint_annotations, keypoint_connections } = classes[index]!.class_description;
			expect(keypoint_annotations.map(({ id, label }) => [id, label])).toEqual([...names.entries()]);
			expect(keypoint_connections.map(({ keypoint0, keypoint1 }) => [keypoint0, keypoint1])).toEqual(connections);
		}
	});

	it("has all 84 bones of both bodies in one batch, as keypoints of their class, where the wearers stand", () => {
		const bodies = store.entityPaths.filter(
			(entity) => entity.startsWith("/world/") && entity.endsWith("/FullBody"),
		);
		expect(bodies).toHaveLength(2);
		const places: number[] = [];
		for (const path of bodies) {
			const last = store.latestAllAt(path, SERVER);
			expect(last["Points3D:keypoint_ids"]!.values).toEqual(Array.from({ length: 84 }, (_, id) => id));
			expect(last["Points3D:class_ids"]!.values).toEqual([SKELETONS.FullBody.wireId]);
			const positions = last["Points3D:positions"]!.values as readonly (readonly number[])[];
			const [x, y, z] = positions[SKELETONS.FullBody.bones.Head]!;
			places.push(Math.round(x!));
			expect([y, z]).toEqual([expect.closeTo(1.58, 2), expect.closeTo(0, 2)]);
		}
		expect(places.sort()).toEqual([0, 2]);
		expect(rows(/^\/world.*\/XRHandLeft$/, "Points3D:positions").at(-1)!.values).toHaveLength(26);
		expect(rows(/^\/world.*\/right\\ controller$/, "Transform3D:translation").length).toBeGreaterThan(20);
	});

	it("has the video as it was streamed: an IDR first, one picture a sample, all decodable in their order", () => {
		const samples = rows(/\/camera$/, "VideoStream:sample").map(({ values: [bytes] }) =>
			Uint8Array.from(bytes as ArrayLike<number>),
		);
		expect(samples.length).toBeGreaterThan(20);
		const typesOf = (bytes: Uint8Array) => splitAnnexB(bytes).map((unit) => nalUnitType(unit[0]!));
		expect(typesOf(samples[0]!)).toEqual(
			expect.arrayContaining([NalUnitType.sps, NalUnitType.pps, NalUnitType.idrSlice]),
		);
		const checker = new VideoSamples("h264");
		using decoder = new H264Decoder();
		for (const sample of samples) {
			expect(checker.read(sample).repairs).toEqual([]);
			expect(decoder.decode(sample)).toMatchObject({ width: 1280, height: 720 });
		}
		const codec = store.latestAt(
			store.entityPaths.find((path) => path.endsWith("/camera"))!,
			"VideoStream:codec",
			SERVER,
		)!;
		expect([codec.time, codec.values]).toEqual([null, [0x61766331]]);
	});

	it("has poses and pictures on one clock, that of the wall, in the order of time", () => {
		const timesOf = (pattern: RegExp, component: string) => rows(pattern, component).map(({ time }) => time!);
		const video = timesOf(/\/camera$/, "VideoStream:sample");
		const cameras = timesOf(/\/camera$/, "Transform3D:quaternion");
		expect(video).toEqual([...video].sort(compare));
		expect(cameras.filter((time) => video.includes(time))).toHaveLength(video.length);
		const bodies = timesOf(/^\/world.*\/FullBody$/, "Points3D:positions");
		const heads = timesOf(/^\/world.*\/head$/, "Transform3D:translation");
		// Written by this machine's two clocks, which a test may not compare too closely.
		for (const times of [video, bodies, heads]) {
			expect(times.length).toBeGreaterThan(20);
			expect(Number(times[0]! - sinceNs) / 1e9).toBeGreaterThan(-2);
			expect(Number(untilNs - times.at(-1)!) / 1e9).toBeGreaterThan(-2);
		}
		// Both went on for as long: neither is hours or an epoch away from the other.
		expect(video[0]!).toBeLessThan(bodies.at(-1)!);
		expect(bodies[0]!).toBeLessThan(video.at(-1)!);
		// Each row also says when it was logged: never before what it tells of, up to what the two
		// clocks differ by.
		for (const path of store.entityPaths.filter((entity) => entity.endsWith("/FullBody"))) {
			const logged = [...store.range(path, "Points3D:positions", "log_time")];
			const told = [...store.range(path, "Points3D:positions", SERVER)];
			for (const { rowId, time } of told) {
				const row = logged.find((other) => Buffer.compare(other.rowId, rowId) === 0)!;
				const lateSec = Number(row.time! - time!) / 1e9;
				expect(lateSec).toBeGreaterThan(-0.05);
				expect(lateSec).toBeLessThan(60);
			}
		}
	});

	it("has the clients' own time of poses that tell it, and how old they were", () => {
		expect(store.timelines.get("client")).toMatchObject({ kind: "duration" });
		const ages = rows(/\/poses\/head$/, "Scalars:scalars").map(({ values }) => values[0] as number);
		expect(ages.length).toBeGreaterThan(10);
		expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
		const stages = rows(/^\/latency\/viewer.*\/frames$/, "Scalars:scalars").map(
			({ values }) => values as readonly PlainValue[],
		);
		expect(stages.every((values) => values.length === 6)).toBe(true);
	});

	it("has a layout with a tab for each viewer: space, its video, plots and the log", () => {
		const tab = ["2D", "3D", "TextLog", ...Array<string>(5).fill("TimeSeries")];
		const layouts = blueprints.map((blueprint) =>
			blueprint.entityPaths
				.flatMap(
					(path) =>
						(blueprint.latestAt(path, "ViewBlueprint:class_identifier", "blueprint")?.values ??
							[]) as string[],
				)
				.sort(),
		);
		expect(layouts.sort((a, b) => a.length - b.length)).toEqual([tab, [...tab, ...tab].sort()]);
		for (const blueprint of blueprints)
			expect(blueprint.latestAt("time_panel", "TimePanelBlueprint:timeline", "blueprint")!.values).toEqual([
				SERVER,
			]);
	});
});

/** How many rows there are of each entity. */
function rowsOf(path: string): Map<string, number> {
	const rows = new Map<string, number>();
	for (const message of new RrdReader().push(readFileSync(path))) {
		if (message.type !== "chunk") continue;
		const { entityPath, numRows } = message.chunk();
		rows.set(entityPath, (rows.get(entityPath) ?? 0) + numRows);
	}
	return rows;
}

async function until(
	condition: () => boolean,
	what: string,
	{ timeoutMs, intervalMs }: { timeoutMs: number; intervalMs: number },
) {
	const deadline = performance.now() + timeoutMs;
	while (!condition()) {
		if (performance.now() > deadline) throw new Error(`Waited for ${what}.`);
		await new Promise((resolve) => setTimeout(resolve, intervalMs));
	}
}

function compare(a: bigint, b: bigint): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
