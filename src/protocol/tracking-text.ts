import { MAX_AXES, MAX_BONES, MAX_BUTTONS, PoseSample } from "../skeleton/pose-sample.ts";
import { boneId } from "../skeleton/tables/skeleton.ts";
import { isSkeletonType, type Side, SKELETON_SHAPES, type SkeletonType } from "../skeleton/tables/skeleton-shape.ts";
import { isSendable, MAX_ROTATION_SQUARE, MIN_ROTATION_SQUARE } from "./bone-validity.ts";
import {
	DECODED,
	type DecodeResult,
	ignored,
	isFiniteNumber,
	isNumberArray,
	type JsonObject,
	parseJsonObject,
	refused,
} from "./parse-result.ts";
import { boneCountOf, type StreamLayouts } from "./stream-layout.ts";

/*
 * The `tracking` channel's JSON: head, skeleton, hand and controller. docs/protocol.md shows each.
 * It is for first scripts and for eyes: a body fits one packet only in the binary form.
 */

const UINT16_MAX = 0xffff;
const UINT32_MAX = 0xffffffff;

/**
 * A message is put together here, and copied when it is whole. Nothing stays in it between calls.
 */
const staging = new PoseSample();

/** The reason of a refusal, as a clause. Never leaves this file. */
class Refusal extends Error {}

/**
 * Reads one text message of the `tracking` channel into `into`. Unknown types and skeletons are
 * ignored, and so are unknown fields.
 *
 * @param into left as it was unless the result is a `message`.
 * @throws {Error} never, whatever the text is: an error would be a fault of this function.
 */
export function decodeTrackingText(text: string, into: PoseSample, layouts?: StreamLayouts): DecodeResult {
	const fields = parseJsonObject(text);
	if (fields === undefined) return refused("it is not a JSON object");
	const { type } = fields;
	if (typeof type !== "string") return refused("`type` is not a string");
	if (type !== "head" && type !== "skeleton" && type !== "hand" && type !== "controller") return ignored(type);
	try {
		if (type === "head") readHead(fields, staging);
		else if (type === "controller") readController(fields, staging);
		else {
			const skeleton = skeletonOf(fields, type, layouts);
			if (skeleton === "unknown") return ignored(`skeleton ${String(fields["skeleton"])}`);
			readSkeleton(fields, skeleton, staging, layouts);
		}
	} catch (error) {
		if (error instanceof Refusal) return refused(error.message);
		throw error;
	}
	into.copyFrom(staging);
	return DECODED;
}

/**
 * Writes a pose as JSON; skeletons in the flat form, to 0.1 mm and 0.01 degrees: about 4.4 kB for a
 * full body, four packets.
 *
 * @returns `undefined` when `TrackingEncoder.encode` has nothing to send either.
 */
export function encodeTrackingText(sample: PoseSample): string | undefined {
	const { kind, boneCount, stream, sequence, clientTimeMs } = sample;
	if (kind === "none" || boneCount < 1 || !Number.isFinite(clientTimeMs)) return undefined;
	if (kind !== "skeleton")
		for (let bone = 0; bone < boneCount; bone++) if (!isSendable(sample, bone)) return undefined;
	const common = {
		s: stream,
		n: sequence,
		t: rounded(clientTimeMs, 100),
		seen: sample.seenRtpTicks,
		c: sample.confidence === 1 ? undefined : rounded(sample.confidence, 100),
	};
	const velocity = (count: number) =>
		sample.hasVelocity
			? {
					v: roundedAll(sample.linearVelocities, count * 3, 1e3),
					w: roundedAll(sample.angularVelocities, count * 3, 1e3),
				}
			: undefined;
	if (kind === "skeleton")
		return JSON.stringify({
			type: "skeleton",
			...common,
			skeleton: sample.skeleton ?? "none",
			space: sample.parentSpace ? "parent" : undefined,
			p: roundedAll(sample.positions, boneCount * 3, 1e4),
			q: roundedAll(sample.rotations, boneCount * 4, 1e4),
			...velocity(boneCount),
			ok: maskOf(sample),
		});
	const pose = (bone: number) => ({
		p: roundedAll(sample.positions.subarray(bone * 3), 3, 1e6),
		q: roundedAll(sample.rotations.subarray(bone * 4), 4, 1e6),
	});
	if (kind === "head")
		return JSON.stringify({
			type: "head",
			...common,
			...pose(0),
			...(!sample.positionTracked && { p: undefined }),
			...(sample.hasVelocity && {
				v: roundedAll(sample.linearVelocities, 3, 1e6),
				w: roundedAll(sample.angularVelocities, 3, 1e6),
			}),
			fov: fovOf(sample),
		});
	const { controls } = sample;
	return JSON.stringify({
		type: "controller",
		...common,
		hand: sample.hand,
		...pose(0),
		...velocity(1),
		aim: boneCount > 1 ? pose(1) : undefined,
		buttons: roundedAll(controls.buttons, controls.buttonCount, 1e3),
		pressed: bitsOf(controls.pressed),
		touched: bitsOf(controls.touched),
		axes: roundedAll(controls.axes, controls.axisCount, 1e3),
	});
}

function readHead(fields: JsonObject, sample: PoseSample): void {
	const { p, q, v, w, fov } = fields;
	readHeader(fields, 1, sample);
	if (!isNumberArray(q, 4)) throw new Refusal("`q` is not four finite numbers");
	putVector(sample.positions, p, "p");
	putVector(sample.linearVelocities, v, "v");
	putVector(sample.angularVelocities, w, "w");
	if (!putRotation(sample.rotations, 0, q, 0)) throw new Refusal("the length of `q` is not within 0.9 to 1.1");
	if (fov !== undefined && !isNumberArray(fov, 2) && !isNumberArray(fov, 1))
		throw new Refusal("`fov` is not one or two finite numbers");
	sample.kind = "head";
	sample.valid[0] = 1;
	sample.positionTracked = p !== undefined;
	sample.hasVelocity = v !== undefined || w !== undefined;
	sample.horizontalFovDeg = fov?.[0] ?? Number.NaN;
	// 0 means unknown, as in the binary form.
	sample.verticalFovDeg = fov?.[1] || Number.NaN;
}

function putVector(into: Float32Array, vector: unknown, name: string): void {
	if (vector === undefined) return;
	if (!isNumberArray(vector, 3) || !putFinite(into, 0, vector, 0, 3))
		throw new Refusal(`\`${name}\` is not three finite numbers`);
}

/**
 * @returns the skeleton that a message names, or its stream, or else the one that fits its hand and
 * number of bones; FullBody if none of them is there.
 */
function skeletonOf(
	fields: JsonObject,
	type: "skeleton" | "hand",
	layouts: StreamLayouts | undefined,
): SkeletonType | undefined | "unknown" {
	const { skeleton, s, hand, p } = fields;
	if (isSkeletonType(skeleton)) return skeleton;
	if (skeleton === "none") return undefined;
	if (typeof skeleton === "string") return "unknown";
	if (skeleton !== undefined) throw new Refusal("`skeleton` is not a string");
	const declared = isFiniteNumber(s) ? layouts?.(s)?.skeleton : undefined;
	if (declared !== undefined) return declared;
	if (type === "skeleton") return "FullBody";
	if (hand !== "left" && hand !== "right") throw new Refusal("`hand` is not left or right");
	const bones = Array.isArray(p) ? p.length / 3 : 0;
	const side = hand === "left" ? "Left" : "Right";
	return bones === 24 ? `Hand${side}` : bones === 25 ? `WebXRHand${side}` : `XRHand${side}`;
}

function readHeader(fields: JsonObject, bones: number, sample: PoseSample): void {
	const { s = 0, n, t, seen, c = 1, space = "tracking" } = fields;
	if (!isUnsigned(s, UINT16_MAX)) throw new Refusal("`s` is not a whole number from 0 to 65535");
	if (!isUnsigned(n, UINT32_MAX)) throw new Refusal("`n` is not a whole number of 32 bits");
	if (!isFiniteNumber(t)) throw new Refusal("`t` is not a finite number");
	if (seen !== undefined && !isUnsigned(seen, UINT32_MAX))
		throw new Refusal("`seen` is not a whole number of 32 bits");
	if (!isFiniteNumber(c) || c < 0 || c > 1) throw new Refusal("`c` is not within 0 to 1");
	if (space !== "tracking" && space !== "parent") throw new Refusal("`space` is not tracking or parent");
	sample.reset(bones);
	sample.stream = s;
	sample.sequence = n;
	sample.clientTimeMs = t;
	sample.seenRtpTicks = seen;
	sample.confidence = c;
	sample.parentSpace = space === "parent";
}

function readSkeleton(
	fields: JsonObject,
	skeleton: SkeletonType | undefined,
	sample: PoseSample,
	layouts: StreamLayouts | undefined,
): void {
	const capacity = skeleton === undefined ? MAX_BONES : SKELETON_SHAPES[skeleton].boneCount;
	if (fields["bones"] !== undefined) {
		readHeader(fields, capacity, sample);
		readVerboseBones(fields["bones"], skeleton, capacity, sample);
	} else readFlatBones(fields, skeleton, capacity, sample, layouts);
	sample.kind = "skeleton";
	sample.skeleton = skeleton;
}

function readFlatBones(
	fields: JsonObject,
	skeleton: SkeletonType | undefined,
	capacity: number,
	sample: PoseSample,
	layouts: StreamLayouts | undefined,
): void {
	const { s = 0, p, q, v, w, ok } = fields;
	if (!Array.isArray(p) || p.length === 0 || p.length % 3 !== 0)
		throw new Refusal("`p` is not three numbers for each bone");
	const count = p.length / 3;
	if (count > capacity) throw new Refusal("it has more bones than its skeleton");
	if (!Array.isArray(q) || q.length !== count * 4) throw new Refusal("`q` is not four numbers for each bone of `p`");
	if (v !== undefined && !(Array.isArray(v) && v.length === count * 3))
		throw new Refusal("`v` is not three numbers for each bone");
	if (w !== undefined && !(Array.isArray(w) && w.length === count * 3))
		throw new Refusal("`w` is not three numbers for each bone");
	if (
		ok !== undefined &&
		!(typeof ok === "string" && ok.length >= Math.ceil(count / 8) * 2 && /^[0-9a-f]*$/i.test(ok))
	)
		throw new Refusal("`ok` is not two hexadecimal digits for each eight bones");
	const bones = isFiniteNumber(s) ? layouts?.(s)?.bones : undefined;
	if (bones !== undefined && bones.length !== count)
		throw new Refusal("it has not as many bones as its stream has announced");
	readHeader(fields, boneCountOf(skeleton, bones, count), sample);
	sample.hasVelocity = v !== undefined || w !== undefined;
	let fault: string | undefined;
	for (let index = 0; index < count; index++) {
		if (
			ok !== undefined &&
			((Number.parseInt(ok.slice((index >> 3) * 2, (index >> 3) * 2 + 2), 16) >> (index & 7)) & 1) === 0
		)
			continue;
		const bone = bones === undefined ? index : bones[index]!;
		if (!(bone >= 0 && bone < sample.boneCount))
			throw new Refusal("its stream has announced bones that its skeleton does not have");
		fault = putBone(sample, bone, p, q, v, w, index) ?? fault;
	}
	requireSomeBone(sample, fault);
}

/**
 * Each bone an object with `id` or `name`, `p` or `position`, `q` or `rotation`; vectors as arrays
 * or as {x, y, z, w}: Unity's JsonUtility.
 */
function readVerboseBones(
	bones: unknown,
	skeleton: SkeletonType | undefined,
	capacity: number,
	sample: PoseSample,
): void {
	if (!Array.isArray(bones)) throw new Refusal("`bones` is not a list");
	if (bones.length > MAX_BONES) throw new Refusal(`it has more than ${MAX_BONES} bones`);
	let fault: string | undefined;
	for (const entry of bones as unknown[]) {
		if (typeof entry !== "object" || entry === null) throw new Refusal("a bone is not an object");
		const { id, name, p, position = p, q, rotation = q } = entry as JsonObject;
		const bone = typeof name === "string" && skeleton !== undefined ? (boneId(skeleton, name) ?? -1) : id;
		if (!Number.isInteger(bone)) throw new Refusal("a bone has neither a whole `id` nor a `name`");
		// Bones of later versions, or of another table: the others are still good.
		if ((bone as number) < 0 || (bone as number) >= capacity) continue;
		fault = putBone(sample, bone as number, numbersOf(position, "xyz"), numbersOf(rotation, "xyzw")) ?? fault;
	}
	requireSomeBone(sample, fault);
}

/**
 * Writes one bone of a skeleton, or leaves it untracked and counts it if a number of it is not
 * finite or its rotation is none: the others are still good.
 *
 * @param index of the bone in the four lists.
 * @returns the fault of the bone, in words; `undefined` if there is none.
 */
function putBone(
	sample: PoseSample,
	bone: number,
	p: readonly unknown[],
	q: readonly unknown[],
	v?: readonly unknown[],
	w?: readonly unknown[],
	index = 0,
): string | undefined {
	const fault =
		faultOfPose(p, index * 3, q, index * 4) ??
		(v !== undefined && !areReadings(v, index * 3, 3, "a number of `v`")
			? "a number of `v` is not finite"
			: undefined) ??
		(w !== undefined && !areReadings(w, index * 3, 3, "a number of `w`")
			? "a number of `w` is not finite"
			: undefined);
	if (fault !== undefined) {
		sample.droppedBones++;
		return fault;
	}
	putFinite(sample.positions, bone * 3, p, index * 3, 3);
	putRotation(sample.rotations, bone, q, index * 4);
	if (v !== undefined) putFinite(sample.linearVelocities, bone * 3, v, index * 3, 3);
	if (w !== undefined) putFinite(sample.angularVelocities, bone * 3, w, index * 3, 3);
	sample.valid[bone] = 1;
	return undefined;
}

/** A skeleton of which no bone can be read is not one that its device has lost. */
function requireSomeBone(sample: PoseSample, fault: string | undefined): void {
	if (fault !== undefined && !sample.valid.subarray(0, sample.boneCount).includes(1)) throw new Refusal(fault);
}

function readController(fields: JsonObject, sample: PoseSample): void {
	const { hand, v, w, aim, buttons = [], pressed = [], touched = [], axes = [] } = fields;
	if (aim !== undefined && (typeof aim !== "object" || aim === null)) throw new Refusal("`aim` is not an object");
	readHeader(fields, aim === undefined ? 1 : 2, sample);
	putPose(sample, 0, fields);
	if (aim !== undefined) putPose(sample, 1, aim as JsonObject);
	sample.hasVelocity = v !== undefined || w !== undefined;
	if (v !== undefined) requireFinite(sample.linearVelocities, numbersOf(v, "xyz"), "v");
	if (w !== undefined) requireFinite(sample.angularVelocities, numbersOf(w, "xyz"), "w");
	const { controls } = sample;
	controls.buttonCount = putList(controls.buttons, buttons, MAX_BUTTONS, "buttons");
	controls.axisCount = putList(controls.axes, axes, MAX_AXES, "axes");
	controls.pressed = bitsFrom(pressed, "pressed");
	controls.touched = bitsFrom(touched, "touched");
	sample.hand = hand === "left" || hand === "right" ? (hand satisfies Side) : undefined;
	sample.kind = "controller";
}

function putPose(sample: PoseSample, bone: number, fields: JsonObject): void {
	const [p, q] = [numbersOf(fields["p"], "xyz"), numbersOf(fields["q"], "xyzw")];
	const fault = faultOfPose(p, 0, q, 0);
	if (fault !== undefined) throw new Refusal(fault);
	putFinite(sample.positions, bone * 3, p, 0, 3);
	putRotation(sample.rotations, bone, q, 0);
	sample.valid[bone] = 1;
}

function faultOfPose(p: readonly unknown[], pAt: number, q: readonly unknown[], qAt: number): string | undefined {
	if (!areReadings(p, pAt, 3, "a position")) return "a position is not finite";
	if (!areReadings(q, qAt, 4, "a rotation")) return "a rotation is not finite";
	const square = squareAt(q as readonly number[], qAt);
	return square >= MIN_ROTATION_SQUARE && square <= MAX_ROTATION_SQUARE
		? undefined
		: "the length of a rotation is not within 0.9 to 1.1";
}

function squareAt(q: readonly number[], at: number): number {
	return q[at]! ** 2 + q[at + 1]! ** 2 + q[at + 2]! ** 2 + q[at + 3]! ** 2;
}

/**
 * Writes a rotation at length 1.
 * @returns false, and nothing is written, if its length is not within 0.9 to 1.1.
 */
function putRotation(into: Float32Array, bone: number, q: readonly unknown[], qAt: number): boolean {
	const square = squareAt(q as readonly number[], qAt);
	if (!(square >= MIN_ROTATION_SQUARE && square <= MAX_ROTATION_SQUARE)) return false;
	const length = Math.sqrt(square);
	for (let part = 0; part < 4; part++) into[bone * 4 + part] = (q[qAt + part] as number) / length;
	return true;
}

/** @returns whether these are numbers that stay finite in a sample's single precision. */
function areFinite(numbers: readonly unknown[], from: number, count: number): boolean {
	for (let part = 0; part < count; part++) {
		const value = numbers[from + part];
		if (typeof value !== "number" || !Number.isFinite(Math.fround(value))) return false;
	}
	return true;
}

/**
 * Tests that all numbers are finite. JSON writes a number that is not finite as null; another value
 * is a mistake in the client's program.
 */
function areReadings(numbers: readonly unknown[], from: number, count: number, what: string): boolean {
	for (let part = 0; part < count; part++) {
		const value = numbers[from + part];
		if (typeof value !== "number" && value !== null) throw new Refusal(`${what} is not a number`);
	}
	return areFinite(numbers, from, count);
}

/** @returns false, and nothing is written, if one of the numbers is not finite. */
function putFinite(into: Float32Array, at: number, numbers: readonly unknown[], from: number, count: number): boolean {
	if (!areFinite(numbers, from, count)) return false;
	for (let part = 0; part < count; part++) into[at + part] = numbers[from + part] as number;
	return true;
}

function requireFinite(into: Float32Array, numbers: readonly unknown[], name: string): void {
	if (!putFinite(into, 0, numbers, 0, numbers.length)) throw new Refusal(`a number of \`${name}\` is not finite`);
}

function putList(into: Float32Array, list: unknown, max: number, name: string): number {
	if (!Array.isArray(list) || list.length > max) throw new Refusal(`\`${name}\` is not a list of at most ${max}`);
	requireFinite(into, list, name);
	return list.length;
}

function numbersOf(vector: unknown, parts: "xyz" | "xyzw"): readonly unknown[] {
	if (Array.isArray(vector) && vector.length === parts.length) return vector;
	if (typeof vector !== "object" || vector === null || Array.isArray(vector))
		throw new Refusal(`a vector is not ${parts.length} numbers`);
	return [...parts].map((part) => (vector as JsonObject)[part]);
}

function bitsFrom(list: unknown, name: string): number {
	if (!Array.isArray(list) || !list.every((bit) => isUnsigned(bit, MAX_BUTTONS - 1)))
		throw new Refusal(`\`${name}\` is not a list of numbers of buttons`);
	return (list as number[]).reduce((bits, bit) => (bits | (1 << bit)) >>> 0, 0);
}

function bitsOf(bits: number): number[] {
	return Array.from({ length: MAX_BUTTONS }, (_, bit) => bit).filter((bit) => (bits >>> bit) & 1);
}

/**
 * @returns horizontal and vertical field of view as far as they are known, `undefined` for neither.
 */
function fovOf({ horizontalFovDeg, verticalFovDeg }: PoseSample): readonly number[] | undefined {
	if (!Number.isFinite(horizontalFovDeg)) return undefined;
	return [horizontalFovDeg, ...(Number.isFinite(verticalFovDeg) ? [verticalFovDeg] : [])].map((deg) =>
		rounded(deg, 1000),
	);
}

function maskOf(sample: PoseSample): string | undefined {
	const { boneCount } = sample;
	const bytes = new Array<number>(Math.ceil(boneCount / 8)).fill(0);
	let tracked = 0;
	for (let bone = 0; bone < boneCount; bone++) {
		if (!isSendable(sample, bone)) continue;
		tracked++;
		bytes[bone >> 3]! |= 1 << (bone & 7);
	}
	return tracked === boneCount ? undefined : bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function isUnsigned(value: unknown, max: number): value is number {
	return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;
}

function roundedAll(numbers: Float32Array, count: number, perUnit: number): number[] {
	return Array.from(numbers.subarray(0, count), (value) => rounded(value, perUnit));
}

function rounded(value: number, perUnit: number): number {
	return Math.round(value * perUnit) / perUnit;
}
