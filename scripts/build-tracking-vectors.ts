// Writes the vectors that every implementation of the tracking channel's binary form is tested
// with, in any language:
//   node scripts/build-tracking-vectors.ts && npx biome check --write test/fixtures
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { decodeTrackingBinary, TrackingDecoder } from "../src/protocol/tracking-decoder.ts";
import { TrackingEncoder } from "../src/protocol/tracking-encoder.ts";
import type { BinaryEncoding } from "../src/protocol/tracking-format.ts";
import { movingSkeleton } from "../src/skeleton/moving-skeleton.cases.ts";
import { PoseSample } from "../src/skeleton/pose-sample.ts";
import { localFromWorld, type SkeletonPose } from "../src/skeleton/skeleton-pose.ts";
import { SKELETONS, type SkeletonType } from "../src/skeleton/tables/skeleton.ts";

/**
 * A frame as JSON: fields that a kind does not have are left out, numbers of lists are to be read
 * as 32-bit floats.
 */
export interface VectorFrame {
	readonly kind: PoseSample["kind"];
	readonly skeleton?: SkeletonType | "none";
	readonly hand?: "left" | "right";
	readonly stream: number;
	readonly sequence: number;
	readonly clientTimeMs: number;
	readonly seenRtpTicks?: number;
	readonly confidence: number;
	readonly parentSpace?: boolean;
	readonly positionTracked?: boolean;
	/** 3, 4 and 1 numbers for each bone. */
	readonly positions: readonly number[];
	readonly rotations: readonly number[];
	readonly valid: readonly number[];
	readonly linearVelocities?: readonly number[];
	readonly angularVelocities?: readonly number[];
	readonly fovDeg?: readonly number[];
	readonly buttons?: readonly number[];
	readonly pressed?: number;
	readonly touched?: number;
	readonly axes?: readonly number[];
}

export interface Vectors {
	readonly about: string;
	/** `hex` is what `frame` is encoded to, and `decoded` what that is decoded to. */
	readonly messages: readonly {
		readonly name: string;
		readonly encoding: BinaryEncoding;
		readonly frame: VectorFrame;
		readonly hex: string;
		readonly decoded: VectorFrame;
	}[];
	/**
	 * Messages that build on those before, one stream each, in the order in which they were sent.
	 * `hex` is our encoder's message of `frame`; other encoders may choose other offsets. `decoded`
	 * is the result of a decoder that has received the messages before it. Messages without
	 * `decoded` are lost.
	 */
	readonly linked: readonly {
		readonly name: string;
		readonly messages: readonly {
			readonly frame: VectorFrame;
			readonly hex: string;
			readonly decoded?: VectorFrame;
		}[];
	}[];
	/**
	 * Messages of which some bones can't be used: those are not tracked, and counted in
	 * `droppedBones`.
	 */
	readonly damaged: readonly {
		readonly name: string;
		readonly hex: string;
		readonly droppedBones: number;
		readonly decoded: VectorFrame;
	}[];
	/** Bytes that are no message, and whether a decoder refuses or ignores them. */
	readonly others: readonly { readonly name: string; readonly hex: string; readonly result: "refused" | "ignored" }[];
}

/** Path of the committed file. */
export const VECTORS_FILE: string = fileURLToPath(new URL("../test/fixtures/tracking-vectors.json", import.meta.url));

/** Makes the content of the committed file. */
export function generateVectors(): Vectors {
	const encoder = new TrackingEncoder();
	const leftFootMissing = (bone: number) => bone < 73 || bone > 76;
	const messages = [
		vector("head, turned only", "f32", headSample(false)),
		vector("head, everything", "f32", headSample(true)),
		vector(
			"right hand, tracked in part, f32",
			"f32",
			skeletonSample("XRHandRight", 26, (bone) => bone % 5 !== 3),
		),
		vector(
			"right hand, tracked in part, q16",
			"q16",
			skeletonSample("XRHandRight", 26, (bone) => bone % 5 !== 3),
		),
		vector("left WebXR hand with velocities, relative to parents, f32", "f32", movingFrame()),
		vector("left WebXR hand with velocities, relative to parents, q16", "q16", movingFrame()),
		vector("full body without the left foot, q16", "q16", skeletonSample("FullBody", 84, leftFootMissing)),
		vector(
			"nothing tracked, q16",
			"q16",
			skeletonSample("XRHandLeft", 26, () => false),
		),
		vector(
			"a skeleton without a table, too large for q16",
			"q16",
			skeletonSample(undefined, 3, () => true, 10),
		),
		vector("controller, grip only", "f32", controllerFrame(false)),
		vector("controller, everything", "f32", controllerFrame(true)),
		vector("head, turned only, with its picture", "f32", seeing(headSample(false))),
		vector("head, everything, with its picture", "f32", seeing(headSample(true))),
		vector("controller, everything, with its picture", "f32", seeing(controllerFrame(true))),
		vector("left WebXR hand with velocities and its picture, f32", "f32", seeing(movingFrame())),
		vector("left WebXR hand with velocities and its picture, q16", "q16", seeing(movingFrame())),
	];
	const linked = [
		linkedVector(
			"a hand whose second message is lost, and whose thumb goes out of sight",
			"XRHandLeft",
			[2],
			(frame, index) => {
				if (index >= 4) frame.valid.fill(0, 3, 6);
			},
		),
		linkedVector("a hand whose first three messages are lost", "XRHandRight", [1, 2, 3], () => {}),
		linkedVector("a hand that moves and is relative to its parents", "WebXRHandLeft", [], (frame, index) => {
			worldToLocal(frame);
			frame.confidence = 0;
			if (index !== 4) return;
			frame.hasVelocity = true;
			frame.linearVelocities.fill(0.25, 0, 25 * 3);
			frame.angularVelocities.fill(-0.5, 0, 25 * 3);
		}),
		linkedVector("an upper body", "Body", [], () => {}),
		linkedVector("a hand with the pictures that its wearer sees", "XRHandLeft", [], (frame, index) => {
			frame.seenRtpTicks = index * 1500;
		}),
	];
	const [head, , hand, quantised] = messages;
	const linkedHand = linked[0]!.messages[0]!.hex;
	const others = [
		other("empty", "", "refused"),
		other("half a header", head!.hex.slice(0, 24), "refused"),
		other("another first byte", patched(head!.hex, 0, "b5"), "refused"),
		other("version 0", patched(head!.hex, 1, "00"), "refused"),
		other("version 2", patched(head!.hex, 1, "02"), "ignored"),
		other("kind 9", patched(head!.hex, 2, "09"), "ignored"),
		other("skeleton 99", patched(hand!.hex, 3, "63"), "ignored"),
		other("27 bones of a hand", patched(hand!.hex, 6, "1b"), "refused"),
		other("no bones", patched(hand!.hex, 6, "0000"), "refused"),
		other("time is NaN", patched(head!.hex, 16, "000000000000f87f"), "refused"),
		other("last byte missing", hand!.hex.slice(0, -2), "refused"),
		other("one byte more", `${hand!.hex}00`, "refused"),
		other("position is NaN", patched(head!.hex, 24, "0000c07f"), "refused"),
		other("position is infinite", patched(head!.hex, 24, "0000807f"), "refused"),
		other("without its picture's last byte", messages[11]!.hex.slice(0, -2), "refused"),
		other("one byte more than its picture", `${messages[11]!.hex}00`, "refused"),
		other("rotation of length 0", patched(head!.hex, 36, "00".repeat(16)), "refused"),
		other("rotation of length 2", patched(head!.hex, 36, `${"00".repeat(12)}00000040`), "refused"),
		other(
			"no bone with a finite position",
			patched(hand!.hex, 24, "ff".repeat(hand!.hex.length / 2 - 24)),
			"refused",
		),
		other(
			"no quantised bone with a rotation",
			patched(quantised!.hex, 40, "ff".repeat(quantised!.hex.length / 2 - 40)),
			"refused",
		),
	];
	others.push(
		other("linked, without a table", patched(linkedHand, 3, "ff"), "refused"),
		other("linked, skeleton 99", patched(linkedHand, 3, "63"), "ignored"),
		other("linked, 27 bones of a hand", patched(linkedHand, 6, "1b"), "refused"),
		other("linked, another form of offset", patched(linkedHand, 40, "80"), "refused"),
		other("linked, last byte missing", linkedHand.slice(0, -2), "refused"),
		other("linked, one byte more", `${linkedHand}00`, "refused"),
	);
	// Of stream 1: not every decoder remembers streams of higher numbers.
	const damaged = [
		damagedVector("a position is NaN", patched(hand!.hex, 24, "0000c07f")),
		damagedVector("a rotation of length 0", patched(hand!.hex, 64, "00".repeat(16))),
		damagedVector("a rotation of length 2", patched(hand!.hex, 64, `${"00".repeat(12)}00000040`)),
		damagedVector(
			"quantised rotation whose three parts are all largest",
			patched(quantised!.hex, 46, "ff7fff7fff7f"),
		),
		damagedVector(
			"linked, three parts that are all largest: what hangs on it has no place",
			patched(patched(linkedHand, 36, "feefffee4f"), 4, "0100"),
		),
	];
	const vectors: Vectors = {
		about: [
			"Binary messages of the tracking channel, version 1 (docs/protocol.md).",
			"Written by scripts/build-tracking-vectors.ts.",
		].join(" "),
		messages,
		linked,
		damaged,
		others,
	};
	return vectors;

	function vector(name: string, encoding: BinaryEncoding, frame: PoseSample): Vectors["messages"][number] {
		const bytes = encoder.encode(frame, encoding);
		if (bytes === undefined) throw new Error(`${name}: nothing to send.`);
		const decoded = new PoseSample();
		const result = decodeTrackingBinary(bytes, decoded);
		if (result.kind !== "message") throw new Error(`${name}: ${JSON.stringify(result)}`);
		return {
			name,
			encoding,
			frame: vectorFromFrame(frame),
			hex: Buffer.from(bytes).toString("hex"),
			decoded: vectorFromFrame(decoded),
		};
	}
}

function damagedVector(name: string, hex: string): Vectors["damaged"][number] {
	const decoded = new PoseSample();
	const result = new TrackingDecoder().decode(Buffer.from(hex, "hex"), decoded);
	if (result.kind !== "message" || decoded.droppedBones === 0) throw new Error(`${name}: ${JSON.stringify(result)}`);
	return { name, hex, droppedBones: decoded.droppedBones, decoded: vectorFromFrame(decoded) };
}

/** Some messages of a stream, a display frame apart. @param lost their numbers, from 1. */
function linkedVector(
	name: string,
	skeleton: SkeletonType,
	lost: readonly number[],
	change: (frame: PoseSample, index: number) => void,
): Vectors["linked"][number] {
	const encoder = new TrackingEncoder();
	const decoder = new TrackingDecoder();
	const fill = movingSkeleton(skeleton);
	const frame = new PoseSample();
	const messages: Vectors["linked"][number]["messages"][number][] = [];
	const count = 5;
	for (let index = 1; index <= count; index++) {
		fill(frame, 10 + index / 64);
		header(frame, index);
		frame.clientTimeMs = index * 15.625;
		change(frame, index);
		const bytes = encoder.encode(frame, "linked");
		if (bytes?.[2] !== 5) throw new Error(`${name}: not linked.`);
		const received = !lost.includes(index);
		const decoded = new PoseSample();
		if (received && decoder.decode(bytes, decoded).kind !== "message") throw new Error(`${name}: not decoded.`);
		messages.push({
			frame: vectorFromFrame(frame),
			hex: Buffer.from(bytes).toString("hex"),
			...(received && { decoded: vectorFromFrame(decoded) }),
		});
	}
	return { name, messages };
}

function worldToLocal(frame: PoseSample): void {
	const pose = frame as unknown as SkeletonPose;
	localFromWorld(pose, pose);
	frame.parentSpace = true;
}

/** The part of a frame that its kind has. */
export function vectorFromFrame(frame: PoseSample): VectorFrame {
	const { kind, boneCount } = frame;
	const numbers = (array: ArrayLike<number>, count: number) =>
		Array.from({ length: count }, (_, index) => shortest(array[index]!));
	return {
		kind,
		...(kind === "skeleton" && { skeleton: frame.skeleton ?? "none", parentSpace: frame.parentSpace }),
		...(frame.hand && { hand: frame.hand }),
		stream: frame.stream,
		sequence: frame.sequence,
		clientTimeMs: frame.clientTimeMs,
		...(frame.seenRtpTicks !== undefined && { seenRtpTicks: frame.seenRtpTicks }),
		confidence: frame.confidence,
		...(kind === "head" && { positionTracked: frame.positionTracked }),
		positions: numbers(frame.positions, boneCount * 3),
		rotations: numbers(frame.rotations, boneCount * 4),
		valid: numbers(frame.valid, boneCount),
		...(frame.hasVelocity && {
			linearVelocities: numbers(frame.linearVelocities, boneCount * 3),
			angularVelocities: numbers(frame.angularVelocities, boneCount * 3),
		}),
		...(!Number.isNaN(frame.horizontalFovDeg) && {
			fovDeg: [frame.horizontalFovDeg, ...(Number.isNaN(frame.verticalFovDeg) ? [] : [frame.verticalFovDeg])],
		}),
		...(kind === "controller" && {
			buttons: numbers(frame.controls.buttons, frame.controls.buttonCount),
			pressed: frame.controls.pressed,
			touched: frame.controls.touched,
			axes: numbers(frame.controls.axes, frame.controls.axisCount),
		}),
	};
}

/**
 * The shortest decimal number that is the same float of 32 bits; no -0, which JSON readers treat
 * differently.
 */
function shortest(value: number): number {
	for (let digits = 1; digits < 9; digits++) {
		const short = Number(value.toPrecision(digits));
		if (Math.fround(short) === value) return short + 0;
	}
	return value + 0;
}

/** The frame that a vector describes. */
export function frameFromVector(vector: VectorFrame): PoseSample {
	const frame = new PoseSample();
	frame.reset(vector.valid.length);
	frame.kind = vector.kind;
	frame.skeleton = vector.skeleton === "none" ? undefined : vector.skeleton;
	frame.hand = vector.hand;
	frame.stream = vector.stream;
	frame.sequence = vector.sequence;
	frame.clientTimeMs = vector.clientTimeMs;
	frame.seenRtpTicks = vector.seenRtpTicks;
	frame.confidence = vector.confidence;
	frame.parentSpace = vector.parentSpace ?? false;
	frame.positionTracked = vector.positionTracked ?? true;
	frame.positions.set(vector.positions);
	frame.rotations.set(vector.rotations);
	frame.valid.set(vector.valid);
	frame.hasVelocity = vector.linearVelocities !== undefined;
	frame.linearVelocities.set(vector.linearVelocities ?? []);
	frame.angularVelocities.set(vector.angularVelocities ?? []);
	frame.horizontalFovDeg = vector.fovDeg?.[0] ?? Number.NaN;
	frame.verticalFovDeg = vector.fovDeg?.[1] ?? Number.NaN;
	frame.controls.buttonCount = vector.buttons?.length ?? 0;
	frame.controls.buttons.set(vector.buttons ?? []);
	frame.controls.pressed = vector.pressed ?? 0;
	frame.controls.touched = vector.touched ?? 0;
	frame.controls.axisCount = vector.axes?.length ?? 0;
	frame.controls.axes.set(vector.axes ?? []);
	return frame;
}

function header(frame: PoseSample, sequence: number): PoseSample {
	frame.stream = 513;
	frame.sequence = sequence;
	frame.clientTimeMs = 1234567.125;
	return frame;
}

/** @returns `frame`, with a picture whose RTP time needs all of its bits. */
function seeing(frame: PoseSample): PoseSample {
	frame.seenRtpTicks = 0xfedc_ba98;
	return frame;
}

function headSample(everything: boolean): PoseSample {
	const frame = new PoseSample();
	frame.reset(1);
	frame.kind = "head";
	header(frame, everything ? 4294967295 : 1);
	frame.valid[0] = 1;
	frame.rotations.set([0.5, -0.5, 0.5, 0.5]);
	frame.positionTracked = everything;
	if (!everything) return frame;
	frame.positions.set([0.25, 1.625, -0.5]);
	frame.hasVelocity = true;
	frame.linearVelocities.set([0, 0.5, -1]);
	frame.angularVelocities.set([0.125, -2, 0]);
	frame.horizontalFovDeg = 90;
	frame.verticalFovDeg = 58.75;
	return frame;
}

/**
 * Bones on a helix, turned more and more about every axis; each of the four parts is the largest of
 * some, with either sign.
 */
function skeletonSample(
	skeleton: SkeletonType | undefined,
	bones: number,
	isTracked: (bone: number) => boolean,
	scale = 1,
): PoseSample {
	if (skeleton !== undefined && SKELETONS[skeleton].names.length !== bones)
		throw new Error(`${skeleton} has not ${bones} bones.`);
	const frame = new PoseSample();
	frame.reset(bones);
	frame.kind = "skeleton";
	frame.skeleton = skeleton;
	header(frame, 70_000);
	for (let bone = 0; bone < bones; bone++) {
		if (!isTracked(bone)) continue;
		frame.valid[bone] = 1;
		const position = [Math.cos(bone) * 0.5, bone / 50, Math.sin(bone * 3)];
		frame.positions.set(
			position.map((part) => Math.round(part * scale * 10_000) / 10_000),
			bone * 3,
		);
		const parts = [
			Math.sin(bone * 1.1),
			Math.sin(bone * 1.7 + 1),
			Math.sin(bone * 2.3 + 2),
			Math.sin(bone * 2.9 + 3),
		];
		const length = Math.sqrt(parts.reduce((sum, part) => sum + part * part, 0));
		frame.rotations.set(
			parts.map((part) => Math.round((part / length) * 10_000) / 10_000),
			bone * 4,
		);
	}
	return frame;
}

function movingFrame(): PoseSample {
	const frame = skeletonSample("WebXRHandLeft", 25, (bone) => bone !== 7);
	frame.parentSpace = true;
	frame.confidence = 0;
	frame.hasVelocity = true;
	for (let bone = 0; bone < 25; bone++) {
		if (bone === 7) continue;
		frame.linearVelocities.set([bone / 8, 0 - bone / 16, 0.25], bone * 3);
		frame.angularVelocities.set([bone / 4, 0, 0 - bone], bone * 3);
	}
	return frame;
}

function controllerFrame(everything: boolean): PoseSample {
	const frame = new PoseSample();
	frame.reset(everything ? 2 : 1);
	frame.kind = "controller";
	header(frame, 9);
	frame.hand = everything ? "right" : undefined;
	frame.valid.fill(1, 0, frame.boneCount);
	frame.positions.set([0.25, 1, -0.375]);
	frame.rotations.set([0, 0, 0, 1]);
	if (!everything) return frame;
	frame.positions.set([0.25, 1.125, -0.5], 3);
	frame.rotations.set([0.5, 0.5, -0.5, 0.5], 4);
	frame.hasVelocity = true;
	frame.linearVelocities.set([1, 2, 3]);
	frame.angularVelocities.set([-1, -2, -3]);
	frame.controls.buttonCount = 7;
	frame.controls.buttons.set([1, 0.5, 0, 0.25, 0, 0, 0]);
	frame.controls.pressed = 0b1;
	frame.controls.touched = 0b1011;
	frame.controls.axisCount = 4;
	frame.controls.axes.set([0, 0, -0.75, 1]);
	return frame;
}

function patched(hex: string, at: number, bytes: string): string {
	return hex.slice(0, at * 2) + bytes + hex.slice(at * 2 + bytes.length);
}

function other(name: string, hex: string, result: "refused" | "ignored"): Vectors["others"][number] {
	return { name, hex, result };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	writeFileSync(VECTORS_FILE, JSON.stringify(generateVectors(), null, "\t"));
