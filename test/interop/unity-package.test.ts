import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PICTURE_VECTORS_FILE, type PictureVectors } from "../../scripts/build-picture-vectors.ts";
import { VECTORS_FILE, type Vectors, vectorFromFrame } from "../../scripts/build-tracking-vectors.ts";
import { generateUnityFiles, importedAssets, orphanedMetas, UNITY_FOLDER } from "../../scripts/build-unity-package.ts";
import type { StampedPicture } from "../../src/client/reprojection/stamped-pictures.ts";
import { anglesFromQuaternion } from "../../src/media/rotation.ts";
import { Boxes, Labels, Lines } from "../../src/overlay/overlay-items.ts";
import { Robot } from "../../src/overlay/robot.ts";
import { parseClientControlMessage } from "../../src/protocol/control-message.ts";
import { encodeControlMessage } from "../../src/protocol/control-writing.ts";
import { encodeFrameMessage, parseFrameMessage } from "../../src/protocol/frame-message.ts";
import { LegacyCamera } from "../../src/protocol/legacy/camera.ts";
import { encodeHaptics } from "../../src/protocol/legacy/haptics.ts";
import { encodeOverlayMessage, type OverlayMessage } from "../../src/protocol/overlay-message.ts";
import { TrackingDecoder } from "../../src/protocol/tracking-decoder.ts";
import { TrackingEncoder } from "../../src/protocol/tracking-encoder.ts";
import { type PanogazeServer, serve } from "../../src/server/server.ts";
import { AxesConversion } from "../../src/skeleton/axes.ts";
import { movingSkeleton } from "../../src/skeleton/moving-skeleton.cases.ts";
import { PoseSample } from "../../src/skeleton/pose-sample.ts";
import { linkPlaces } from "../../src/skeleton/robot-model.ts";
import { SKELETON_TYPES, SKELETONS } from "../../src/skeleton/tables/skeleton.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { unityVectors } from "../support/unity-shader.ts";
import { until, WeriftViewer } from "../support/werift-viewer.ts";

/** C# as both Unity 2022 and Mono's compiler take it. */
const COMPILER = ["-langversion:7", "-warn:4", "-warnaserror"];
const run = promisify(execFile);

const sources = (folder: string) => {
	const files = readdirSync(folder).filter((name) => name.endsWith(".cs"));
	// A check that saw no files would be green.
	if (files.length === 0) throw new Error(`${folder} holds no C#.`);
	return files.map((name) => join(folder, name));
};
const unity = (folder: string) => sources(join(UNITY_FOLDER, folder));
const here = (folder: string) => sources(fileURLToPath(new URL(`./unity-package/${folder}`, import.meta.url)));

/** State after a message, as the runner prints it. */
interface OverlayDump {
	readonly taken: boolean;
	readonly objects: Readonly<Record<string, { readonly places?: readonly number[][]; readonly solids?: unknown }>>;
	readonly lines: readonly string[];
	readonly pulses: readonly unknown[];
}

const OVERLAY_ARM = `<robot name="arm"><link name="base"/><link name="upper"><visual><origin xyz="0 0 0.5"/>
	<geometry><cylinder radius="0.1" length="1"/></geometry></visual></link>
	<link name="tool"><visual><geometry><sphere radius="0.25"/></geometry></visual></link><link name="finger"/>
	<joint name="shoulder" type="revolute"><parent link="base"/><child link="upper"/>
		<origin rpy="0.1 0.2 0.3"/><axis xyz="0 1 0"/></joint>
	<joint name="slide" type="prismatic"><parent link="upper"/><child link="tool"/>
		<origin xyz="0 0 1"/><axis xyz="0 0 1"/></joint>
	<joint name="grip" type="revolute"><parent link="tool"/><child link="finger"/><axis xyz="1 0 0"/>
		<mimic joint="slide" multiplier="2" offset="0.1"/></joint></robot>`;

let folder: string;
let server: PanogazeServer | undefined;
const built = (name: string) => join(folder, name);

beforeAll(async () => {
	for (const command of ["mcs", "mono"]) {
		try {
			execFileSync(command, ["--version"], { stdio: "ignore" });
		} catch {
			throw new Error(
				"Mono is missing. On Debian: apt-get install -y --no-install-recommends mono-mcs mono-runtime",
			);
		}
	}
	folder = mkdtempSync(join(tmpdir(), "panogaze-unity-"));
	await compile("Panogaze.Core.dll", unity("Runtime/Core"), { library: true });
	await compile("runner.exe", here(""), { references: ["Panogaze.Core.dll"] });
});
afterEach(async () => {
	await server?.close();
	server = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Compiles; what the compiler says is what the test fails with. */
async function compile(
	name: string,
	files: readonly string[],
	options: { library?: boolean; references?: readonly string[]; defines?: readonly string[] },
): Promise<void> {
	const { library = false, references = [], defines = [] } = options;
	await run("mcs", [
		...COMPILER,
		...(library ? ["-target:library"] : []),
		...references.map((reference) => `-reference:${built(reference)}`),
		...defines.map((define) => `-define:${define}`),
		`-out:${built(name)}`,
		...files,
	]);
}

/** Lines that the runner prints. */
async function runner(...args: string[]): Promise<string[]> {
	const { stdout } = await run("mono", [built("runner.exe"), ...args], { maxBuffer: 1 << 24 }).catch(
		(error: { stdout: string; message: string }) => {
			throw new Error(`${error.message}\n${error.stdout}`);
		},
	);
	return stdout.split("\n").filter((line) => line !== "");
}

async function runnerJson<T>(...args: string[]): Promise<T[]> {
	return (await runner(...args)).map((line) => JSON.parse(line) as T);
}

function input(content: object): string {
	const file = built("input.json");
	writeFileSync(file, JSON.stringify(content));
	return file;
}

describe("the Unity package's core", () => {
	it("encodes and decodes every vector as the others do, where the decimal point is a comma", async () => {
		const { messages, damaged, others } = JSON.parse(readFileSync(VECTORS_FILE, "utf8")) as Vectors;
		expect(messages.length).toBeGreaterThan(5);
		expect(await runner("vectors", VECTORS_FILE)).toEqual(
			[...messages, ...damaged, ...others].map(({ name }) => `ok ${name}`),
		);
	});

	it.each([
		["a body whose bones come and go, over a path that loses every third message", "FullBody", 0.001],
		["a hand relative to its parents, with velocities", "XRHandLeft", 0],
	] as const)("links bones as the others do: %s", async (_, skeleton, noise) => {
		const move = movingSkeleton(skeleton, { noise });
		const encoder = new TrackingEncoder();
		const decoder = new TrackingDecoder();
		const frame = new PoseSample();
		const decoded = new PoseSample();
		const messages: object[] = [];
		const expected: object[] = [];
		for (let index = 0; index < 60; index++) {
			move(frame, index / 72);
			frame.stream = 3;
			frame.sequence = index + 1;
			if (skeleton === "XRHandLeft") {
				frame.parentSpace = true;
				frame.hasVelocity = true;
				frame.angularVelocities.fill(index / 8, 0, 78);
			} else for (let bone = 0; bone < 84; bone++) if ((bone + index) % 11 === 3) frame.valid[bone] = 0;
			const hex = Buffer.from(encoder.encode(frame, "linked")!).toString("hex");
			const lost = index % 3 === 1;
			messages.push({ frame: vectorFromFrame(frame), ...(!lost && { hex }) });
			if (lost) {
				expected.push({ hex });
				continue;
			}
			expect(decoder.decode(Buffer.from(hex, "hex"), decoded).kind).toBe("message");
			const { positions, rotations, valid, angularVelocities: velocities } = decoded;
			const list = (numbers: ArrayLike<number>, each: number) =>
				Array.from({ length: decoded.boneCount * each }, (_, at) => numbers[at]! + 0);
			expected.push({
				hex,
				result: "Message",
				positions: list(positions, 3),
				rotations: list(rotations, 4),
				velocities: list(velocities, 3),
				valid: list(valid, 1),
			});
		}
		const results = await runnerJson<object>("linked", input({ messages }));
		expect(results).toHaveLength(expected.length);
		for (const [index, result] of results.entries()) expect(result, `message ${index}`).toEqual(expected[index]);
	});

	it("finds the places of foveated views and surrounds as the others do, and gives them to its shader", async () => {
		const vectors = JSON.parse(readFileSync(PICTURE_VECTORS_FILE, "utf8")) as PictureVectors;
		const lines = await runner("pictures", PICTURE_VECTORS_FILE);
		expect(lines).toHaveLength(vectors.foveated.length + vectors.surrounds.length);
		expect(lines.filter((line) => !line.startsWith("ok "))).toEqual([]);

		const pictures = vectors.messages.flatMap(({ json }) => {
			const result = parseFrameMessage(json);
			if (result.kind !== "message" || result.message.lens === "little-planet") return [];
			const { message } = result;
			const width = message.surround?.width ?? 1280;
			return [{ json, picture: { view: message, width, height: 720 * message.eyes } satisfies StampedPicture }];
		});
		const sent = pictures.map(({ json, picture: { width, height } }) => ({ message: json, width, height }));
		const results = await runnerJson<Record<string, number[]>>("geometry", input({ pictures: sent }));
		expect(results).toHaveLength(2 * pictures.length);
		for (const [index, result] of results.entries()) {
			const expected = unityVectors(pictures[index >> 1]!.picture, (index % 2) as 0 | 1);
			for (const [name, numbers] of Object.entries(expected))
				for (const [part, value] of numbers.entries())
					expect(result[name]![part], `${name} ${part} of ${index}`).toBeCloseTo(value, 5);
		}
	});

	it("holds by itself: JSON, gate, rates, reconnection, WHEP, clocks, hands, haptics", async () => {
		const lines = await runner("checks");
		expect(lines.length).toBeGreaterThan(15);
		expect(lines.filter((line) => !line.startsWith("ok "))).toEqual([]);
	});

	it("has the project's skeletons, all of them", async () => {
		const tables = await runnerJson<{ type: string }>("tables");
		expect(tables).toHaveLength(SKELETON_TYPES.length);
		for (const table of tables) {
			const { wireId, prefix, names, parents } = SKELETONS[table.type as (typeof SKELETON_TYPES)[number]];
			expect(table).toEqual({ type: table.type, wireId, prefix, names, parents });
		}
	});

	it("turns Unity's axes into the world's as AxesConversion does, and back into Unity's angles", async () => {
		let state = 7;
		const random = () => {
			state = (Math.imul(state, 1664525) + 1013904223) | 0;
			return Math.fround(((state >>> 8) / 2 ** 23 - 1) * 2);
		};
		const poses = Array.from({ length: 200 }, () => {
			const q = [random(), random(), random(), random()];
			const length = Math.hypot(...q);
			return [
				random(),
				random(),
				random(),
				...q.map((part) => Math.fround(part / length)),
				random(),
				random(),
				random(),
				random(),
				random(),
				random(),
			];
		});
		const results = await runnerJson<{ world: number[]; camera: object }>("axes", input({ poses }));
		expect(results).toHaveLength(poses.length);
		const conversion = AxesConversion.between("unity", "world");
		for (const [index, { world, camera }] of results.entries()) {
			const [px, py, pz, qx, qy, qz, qw, vx, vy, vz, wx, wy, wz] = poses[index] as [
				number,
				...number[],
			] as Record<number, number> & number[];
			const expected = [
				...conversion.vector([px!, py!, pz!]),
				...conversion.rotation([qx!, qy!, qz!, qw!]),
				...conversion.vector([vx!, vy!, vz!]),
				...conversion.axialVector([wx!, wy!, wz!]),
			];
			for (const [part, value] of expected.entries()) expect(world[part]).toBeCloseTo(value, 6);
			// The existing client's camera message: what its server understands is the same
			// orientation.
			const head = new PoseSample();
			expect(new LegacyCamera().decode(JSON.stringify(camera), head).kind).toBe("message");
			const dot = head.orientation.reduce((sum, part, at) => sum + part * world[3 + at]!, 0);
			expect(Math.abs(dot)).toBeCloseTo(1, 6);
			expect(head.fovDeg).toBe(81.25);
		}
	});

	it("understands what the server says", async () => {
		const states = ["idle", "opening", "live", "stalled", "reconnecting", "ended", "failed"] as const;
		const hand = { thumb: 0.25, index: 0, middle: 0, ring: 0.5, little: 0, palm: 1 };
		const texts = [
			encodeControlMessage({
				type: "welcome",
				v: 1,
				session: "S1",
				encoding: "bin1",
				maxHz: 250,
				maxBytes: 65536,
				serverTime: 3542792.25,
				view: { width: 1920, height: 1080, fps: 60, fovDeg: 90.5, eyes: 2 },
				source: { name: "clip – ä.mp4" },
			}),
			encodeControlMessage({ type: "ping", t0: 5001.125 }),
			encodeControlMessage({ type: "pong", t0: 1.5, t1: 2.5, t2: 3.25 }),
			encodeControlMessage({
				type: "error",
				code: "source",
				message: "The source can't be read: “x”.",
				fatal: true,
			}),
			encodeControlMessage({ type: "stats", sourceFps: 29.97 }),
			...states.map((state) => encodeControlMessage({ type: "source", state })),
			encodeControlMessage({
				type: "source",
				state: "reconnecting",
				attempt: 3,
				code: "connection",
				reason: "It can't be “reached”.",
			}),
			encodeControlMessage({ type: "source", state: "ended", mayPlayAgain: true }),
			'{"type":"source","state":"of a later version"}',
			'{"type":"source","state":"live","attempt":-1e300,"code":7,"mayPlayAgain":"yes"}',
			encodeControlMessage({ type: "hold", on: true, reason: "picture-old", ageMs: 612, needs: "picture" }),
			encodeControlMessage({ type: "hold", on: false }),
			encodeHaptics({ timestampSec: 12.5, left: hand }),
			encodeFrameMessage({
				rtpTicks: 4294967295,
				poseSequence: 2,
				orientation: [0.5, -0.5, 0.5, 0.5],
				fovDeg: 90.25,
				eyes: 2,
				lens: "flat",
				times: { drawMs: 1 },
			}),
			'{"type":"of a later version"}',
			"NaN",
		];
		expect(await runnerJson("heard", input({ texts }))).toEqual([
			{ welcome: ["S1", true, 250, 3542792.25, 1920, 1080, 2, 90.5, "clip – ä.mp4"] },
			{ pong: { type: "pong", t0: 5001.125, t1: 10.5, t2: 11.25 } },
			{ times: [1.5, 2.5, 3.25] },
			{ error: ["source", "The source can't be read: “x”.", true] },
			{ stats: 29.97 },
			...["Idle", "Opening", "Live", "Stalled", "Reconnecting", "Ended", "Failed"].map((state) => ({
				source: [state, 0, null, null, false],
			})),
			{ source: ["Reconnecting", 3, "connection", "It can't be “reached”.", false] },
			{ source: ["Ended", 0, null, null, true] },
			null,
			{ source: ["Live", 0, null, null, false] },
			{ hold: [true, "picture-old", 612, "picture"] },
			{ hold: [false, null, null, null] },
			{ haptics: [12.5, [0.25, 0, 0, 0.5, 0, 1], [0, 0, 0, 0, 0, 0]] },
			{ frame: [4294967295, 2, 0.5, -0.5, 0.5, 0.5, 90.25, 2] },
			null,
			null,
		]);
	});

	it("reads overlays as they were sent, and moves robots as linkPlaces() does", async () => {
		const robot = Robot.fromUrdf(OVERLAY_ARM, { position: [0.3, -1, -2], joints: { shoulder: 0.3, slide: 0.2 } });
		const moved = robot.withJoints({ shoulder: -1.1 });
		const lines = new Lines({
			strips: [
				[
					[0, 0, -1.5],
					[1, 0, -1],
				],
				[
					[0, 1, 0],
					[0, 2, 0],
				],
			] as const,
			widthPx: 3,
		});
		const labels = new Labels({
			labels: [{ text: "Tür 1", position: [0, 1, -3] }],
			frame: "head",
			color: "#ff000080",
		});
		const boxes = new Boxes({
			boxes: [{ center: [0, 0, -2], size: [1, 2, 3], rotation: [0, 0, 1, 0] }],
			fill: 0.25,
		});
		const messages: OverlayMessage[] = [
			{ type: "clear" },
			{ type: "set", path: "a", object: lines.object },
			{ type: "set", path: "a", object: labels.object },
			{ type: "set", path: "a", object: boxes.object },
			{ type: "set", path: "a", object: robot.object },
			{ type: "joints", path: "a", joints: moved.object.joints },
			{ type: "hud", lines: ["Battery 80 %"] },
			{ type: "pulse", meaning: "warning" },
			{ type: "pulse", intensity: 0.5, durationMs: 80, hand: "left" },
			{ type: "remove", path: "a" },
		];
		const texts = messages.map((message, index) => encodeOverlayMessage({ ...message, n: index + 1 }));
		// Late, of a later version, of a robot that is none, and no JSON.
		const ring = encodeOverlayMessage({ type: "set", n: 30, path: "a", object: robot.object }).replaceAll(
			'"parent":0',
			'"parent":1',
		);
		const passed = [texts[1]!, '{"type":"sky","n":20}', ring, "[]"];
		const results = await runnerJson<OverlayDump>("overlay", input({ texts: [...texts, ...passed] }));
		expect(results.map(({ taken }) => taken)).toEqual([...texts.map(() => true), ...passed.map(() => false)]);
		const shown = results.map(({ objects }) => objects["a"]);
		const look = { inHead: false, color: "#00e5a8" };
		expect(shown[1]).toEqual({ kind: "lines", ...look, pixels: 3, strips: lines.object.strips });
		expect(shown[2]).toMatchObject({
			inHead: true,
			color: "#ff000080",
			pixels: 18,
			texts: ["Tür 1"],
			positions: [0, 1, -3],
		});
		expect(shown[3]).toMatchObject({
			sizes: [1, 2, 3],
			rotations: [0, 0, 1, 0],
			fill: 0.25,
			positions: [0, 0, -2],
		});
		for (const [index, { object }] of [
			[4, robot],
			[5, moved],
		] as const) {
			const { model, position, rotation, joints } = object;
			const places = linkPlaces(model, { position, rotation }, joints);
			expect(places.length).toBe(4);
			for (const [link, place] of places.entries())
				for (const [part, value] of [...place.position, ...place.rotation].entries())
					expect(shown[index]!.places![link]![part]).toBeCloseTo(value, 5);
		}
		expect(shown[4]!.solids).toEqual([
			["cylinder", 0.2, 1],
			["sphere", 0.5, 0.5],
		]);
		expect(results[6]!.lines).toEqual(["Battery 80 %"]);
		expect(results[7]!.pulses).toEqual([["warning", null, null, null]]);
		expect(results[8]!.pulses).toEqual([[null, 0.5, 80, "left"]]);
		expect(results[9]!.objects).toEqual({});
	});

	it.each(["whep", "offer"] as const)("is understood by a server, through %s", async (door) => {
		const messages = (await runnerJson<{ label: string; text?: string; hex?: string }>("messages")).filter(
			({ label }) =>
				door === "offer"
					? label === "camera" || label === "body_pose"
					: label === "control" || label === "tracking",
		);
		const heads: { sequence: number; position: readonly number[] | undefined; yawDeg: number }[] = [];
		const skeletons = new Map<number, PoseSample>();
		let controller: PoseSample | undefined;
		const kept = (frame: PoseSample) => {
			const copy = new PoseSample();
			copy.copyFrom(frame);
			return copy;
		};
		server = await serve({
			port: 0,
			source: createPatternSource({ width: 512, height: 256, frameRate: 10 }),
			view: { width: 320, height: 180, frameRate: 10 },
			logLevel: "warn",
			tracking: {
				head: ({ message: { sequence, position, orientation } }) => {
					heads.push({ sequence, position, yawDeg: anglesFromQuaternion(orientation).yawDeg });
				},
				skeleton: ({ message }) => {
					skeletons.set(message.stream, kept(message));
				},
				controller: ({ message }) => {
					controller = kept(message);
				},
			},
		});
		const labels = [...new Set(messages.map(({ label }) => label))];
		const viewer = await WeriftViewer.connect({
			url: `http://127.0.0.1:${server.port}/`,
			door,
			video: door === "whep",
			channels: labels,
			timeoutMs: 30_000,
		});
		// First who it is, then what it tracks: the channels are not ordered among each other.
		for (const { label, text } of messages) if (label === "control") viewer.send(label, text!);
		if (door === "whep")
			await until(
				() => viewer.textsOf("control").some((text) => text.includes('"welcome"')),
				"the welcome",
				30_000,
			);
		for (const { label, text, hex } of messages)
			if (label !== "control") viewer.send(label, text ?? Buffer.from(hex!, "hex"));
		await until(() => heads.length === (door === "whep" ? 2 : 1) && skeletons.has(3), "poses", 30_000);

		expect(heads.at(-1)!.yawDeg).toBeCloseTo(90, 2);
		const body = skeletons.get(3)!;
		expect([body.skeleton, body.valid[5], body.valid[6]]).toEqual(["FullBody", 0, 1]);
		expect(body.positions[3 * 8]).toBeCloseTo(0.08, 3);
		if (door === "whep") {
			await until(() => skeletons.has(1) && controller !== undefined, "the hand and the controller", 30_000);
			for (const [part, value] of [0.5, 1.6, -0.2].entries())
				expect(heads[0]!.position![part]).toBeCloseTo(value, 4);
			expect(heads.map(({ sequence }) => sequence)).toEqual([1, 2]);
			expect([skeletons.get(1)!.skeleton, skeletons.get(1)!.confidence]).toEqual(["XRHandLeft", 1]);
			expect([
				controller!.hand,
				controller!.boneCount,
				controller!.controls.pressed,
				controller!.controls.touched,
			]).toEqual(["right", 2, 1, 3]);
			expect([...controller!.controls.axes.subarray(0, 2)]).toEqual([0.25, -1]);
			const replies = viewer
				.textsOf("control")
				.map((text) => JSON.parse(text) as { type: string; encoding?: string; t0?: number });
			expect(replies.filter(({ type }) => type === "error")).toEqual([]);
			expect(replies.find(({ type }) => type === "welcome")).toMatchObject({
				encoding: "bin1",
				picture: { surround: true },
			});
			const views = messages.flatMap(({ text }) => {
				const result = parseClientControlMessage(text ?? "");
				return result.kind === "message" && result.message.type === "view" ? [result.message] : [];
			});
			expect(views[0]).toMatchObject({ eyes: 2, foveated: true, frusta: [{ left: 1.25 }, { right: 1.25 }] });
			await until(
				() => viewer.textsOf("control").some((text) => text.includes('"t0":1234.5')),
				"the pong",
				30_000,
			);
		}
		await viewer.close();
	});
});

describe("the Unity package", () => {
	it("compiles against Unity, with and without Meta's SDK, as does the program of its README", async () => {
		await compile("Declarations.dll", here("declarations"), { library: true });
		const references = ["Panogaze.Core.dll", "Declarations.dll"];
		await compile("Panogaze.dll", unity("Runtime/Unity"), { library: true, references });
		const above = [...references, "Panogaze.dll"];
		await compile("Panogaze.Meta.dll", unity("Runtime/Meta"), {
			library: true,
			references: above,
			defines: ["PANOGAZE_META"],
		});
		await compile("Sample.dll", unity("Samples~/Viewer"), { library: true, references: above });
		const [, program] = /```csharp\n([\s\S]*?)```/.exec(readFileSync(join(UNITY_FOLDER, "README.md"), "utf8"))!;
		writeFileSync(built("ToolSource.cs"), program!);
		await compile("ToolSource.dll", [built("ToolSource.cs")], { library: true, references: above });
		// Without the SDK nothing of it is left to compile.
		await compile("NoMeta.dll", unity("Runtime/Meta"), { library: true });
	});

	it("is as its script writes it: skeleton tables, and a .meta file for all that Unity imports", () => {
		const files = generateUnityFiles();
		for (const [path, text] of files) expect(readFileSync(join(UNITY_FOLDER, path), "utf8"), path).toBe(text);
		const assets = importedAssets(UNITY_FOLDER);
		expect(assets.length).toBeGreaterThan(30);
		const metas = assets.map((asset) => readFileSync(join(UNITY_FOLDER, `${asset}.meta`), "utf8"));
		const guids = metas.map((meta) => /^guid: ([0-9a-f]{32})$/m.exec(meta)?.[1]);
		expect(guids.filter((guid) => guid === undefined)).toEqual([]);
		expect(new Set(guids).size).toBe(assets.length);
		expect(orphanedMetas(UNITY_FOLDER)).toEqual([]);
	});

	it("has a manifest whose samples and assemblies are there", () => {
		const read = <T>(path: string) => JSON.parse(readFileSync(join(UNITY_FOLDER, path), "utf8")) as T;
		const manifest = read<{ name: string; version: string; samples: { path: string }[]; dependencies: object }>(
			"package.json",
		);
		expect(manifest).toMatchObject({ name: "com.panogaze.client", unity: "2022.3" });
		for (const { path } of manifest.samples) expect(unity(path).length).toBeGreaterThan(0);
		expect(readFileSync(join(UNITY_FOLDER, "Runtime/Unity/PanogazeConnection.cs"), "utf8")).toContain(
			`ClientVersion = "${manifest.version}"`,
		);
		expect(readFileSync(join(UNITY_FOLDER, "CHANGELOG.md"), "utf8")).toContain(`## [${manifest.version}]`);
		const assemblies = importedAssets(UNITY_FOLDER).filter((path) => path.endsWith(".asmdef"));
		const names = assemblies.map((path) => read<{ name: string }>(path).name);
		for (const path of assemblies)
			for (const reference of read<{ references: string[] }>(path).references)
				expect([...names, "Unity.WebRTC", "Oculus.VR"]).toContain(reference);
		expect(read<{ noEngineReferences: boolean }>("Runtime/Core/Panogaze.Core.asmdef").noEngineReferences).toBe(
			true,
		);
	});
});
