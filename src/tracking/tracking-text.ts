import { ignored, isFiniteNumber, isNumberArray, type JsonObject, parseJsonObject, refused } from "./parse-result.ts";
import { boneId } from "./skeletons/skeleton.ts";
import { isSkeletonType, type Side, SKELETON_SHAPES, type SkeletonType } from "./skeletons/skeleton-shape.ts";
import {
	boneCountOf,
	DECODED,
	type DecodeResult,
	frameFromHeadPose,
	headPoseFromFrame,
	isSendable,
	MAX_AXES,
	MAX_BONES,
	MAX_BUTTONS,
	type StreamLayouts,
	TrackingFrame,
} from "./tracking-frame.ts";
import { encodeHeadMessage, parseTrackingMessage } from "./tracking-message.ts";

/*
 * The `tracking` channel's JSON: head, skeleton, hand and controller. docs/protocol.md shows each. For first scripts and for eyes; what is sent
 * a hundred times a second fits one packet only in the binary form.
 */

const UINT16_MAX = 0xffff;
const UINT32_MAX = 0xffffffff;

/** A message is put together here, and copied when it is whole. Nothing stays in it between calls. */
const staging = new TrackingFrame();

/** A clause that says why a message is refused. */
class Refusal extends Error {}

/**
 * Reads one text message of the `tracking` channel into `into`. Never throws. Unknown types and skeletons are ignored, and so are unknown fields.
 *
 * @param into left as it was unless the result is a `message`.
 */
export function decodeTrackingText(text: string, into: TrackingFrame, layouts?: StreamLayouts): DecodeResult {
	const fields = parseJsonObject(text);
	if (fields === undefined) return refused("it is not a JSON object");
	const { type } = fields;
	if (typeof type !== "string") return refused("`type` is not a string");
	if (type === "head") return decodeHead(text, into);
	if (type !== "skeleton" && type !== "hand" && type !== "controller") return ignored(type);
	try {
		if (type === "controller") readController(fields, staging);
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
 * The JSON of a frame; a skeleton's in the flat form, to 0.1 mm and 0.01 degrees: about 4.4 kB for a full body, four packets.
 *
 * @returns `undefined` when `TrackingEncoder.encode` has nothing to send either.
 */
export function encodeTrackingText(frame: TrackingFrame): string | undefined {
	const { kind, boneCount, stream, sequence, clientTimeMs } = frame;
	if (kind === "none" || boneCount < 1 || !Number.isFinite(clientTimeMs)) return undefined;
	if (kind !== "skeleton") for (let bone = 0; bone < boneCount; bone++) if (!isSendable(frame, bone)) return undefined;
	if (kind === "head") return encodeHeadMessage(headPoseFromFrame(frame)!, stream, definedNumber(frame.verticalFovDeg));
	const common = {
		s: stream,
		n: sequence,
		t: rounded(clientTimeMs, 100),
		c: frame.confidence === 1 ? undefined : rounded(frame.confidence, 100),
	};
	const velocity = (count: number) =>
		frame.hasVelocity
			? { v: roundedAll(frame.linearVelocities, count * 3, 1e3), w: roundedAll(frame.angularVelocities, count * 3, 1e3) }
			: undefined;
	if (kind === "skeleton")
		return JSON.stringify({
			type: "skeleton",
			...common,
			skeleton: frame.skeleton ?? "none",
			space: frame.parentSpace ? "parent" : undefined,
			p: roundedAll(frame.positions, boneCount * 3, 1e4),
			q: roundedAll(frame.rotations, boneCount * 4, 1e4),
			...velocity(boneCount),
			ok: maskOf(frame),
		});
	const pose = (bone: number) => ({
		p: roundedAll(frame.positions.subarray(bone * 3), 3, 1e6),
		q: roundedAll(frame.rotations.subarray(bone * 4), 4, 1e6),
	});
	return JSON.stringify({
		type: "controller",
		...common,
		hand: frame.hand,
		...pose(0),
		...velocity(1),
		aim: boneCount > 1 ? pose(1) : undefined,
		buttons: roundedAll(frame.buttons, frame.buttonCount, 1e3),
		pressed: bitsOf(frame.pressed),
		touched: bitsOf(frame.touched),
		axes: roundedAll(frame.axes, frame.axisCount, 1e3),
	});
}

function decodeHead(text: string, into: TrackingFrame): DecodeResult {
	const result = parseTrackingMessage(text);
	if (result.kind !== "message") return result;
	frameFromHeadPose(result.message.pose, into, result.message.stream);
	return DECODED;
}

/** @returns the skeleton of a message: its own word, or its stream's, or by its hand and number of bones; FullBody if nothing is said. */
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
	const told = isFiniteNumber(s) ? layouts?.(s)?.skeleton : undefined;
	if (told !== undefined) return told;
	if (type === "skeleton") return "FullBody";
	if (hand !== "left" && hand !== "right") throw new Refusal("`hand` is not left or right");
	const bones = Array.isArray(p) ? p.length / 3 : 0;
	const side = hand === "left" ? "Left" : "Right";
	return bones === 24 ? `Hand${side}` : bones === 25 ? `WebXRHand${side}` : `XRHand${side}`;
}

function readHeader(fields: JsonObject, bones: number, frame: TrackingFrame): void {
	const { s = 0, n, t, c = 1, space = "tracking" } = fields;
	if (!isUnsigned(s, UINT16_MAX)) throw new Refusal("`s` is not a whole number from 0 to 65535");
	if (!isUnsigned(n, UINT32_MAX)) throw new Refusal("`n` is not a whole number of 32 bits");
	if (!isFiniteNumber(t)) throw new Refusal("`t` is not a finite number");
	if (!isFiniteNumber(c) || c < 0 || c > 1) throw new Refusal("`c` is not within 0 to 1");
	if (space !== "tracking" && space !== "parent") throw new Refusal("`space` is not tracking or parent");
	frame.reset(bones);
	frame.stream = s;
	frame.sequence = n;
	frame.clientTimeMs = t;
	frame.confidence = c;
	frame.parentSpace = space === "parent";
}

function readSkeleton(
	fields: JsonObject,
	skeleton: SkeletonType | undefined,
	frame: TrackingFrame,
	layouts: StreamLayouts | undefined,
): void {
	const capacity = skeleton === undefined ? MAX_BONES : SKELETON_SHAPES[skeleton].boneCount;
	if (fields["bones"] !== undefined) {
		readHeader(fields, capacity, frame);
		readVerboseBones(fields["bones"], skeleton, capacity, frame);
	} else readFlatBones(fields, skeleton, capacity, frame, layouts);
	frame.kind = "skeleton";
	frame.skeleton = skeleton;
}

function readFlatBones(
	fields: JsonObject,
	skeleton: SkeletonType | undefined,
	capacity: number,
	frame: TrackingFrame,
	layouts: StreamLayouts | undefined,
): void {
	const { s = 0, p, q, v, w, ok } = fields;
	if (!Array.isArray(p) || p.length === 0 || p.length % 3 !== 0) throw new Refusal("`p` is not three numbers for each bone");
	const count = p.length / 3;
	if (count > capacity) throw new Refusal("it has more bones than its skeleton");
	if (!Array.isArray(q) || q.length !== count * 4) throw new Refusal("`q` is not four numbers for each bone of `p`");
	if (v !== undefined && !(Array.isArray(v) && v.length === count * 3)) throw new Refusal("`v` is not three numbers for each bone");
	if (w !== undefined && !(Array.isArray(w) && w.length === count * 3)) throw new Refusal("`w` is not three numbers for each bone");
	if (ok !== undefined && !(typeof ok === "string" && ok.length >= Math.ceil(count / 8) * 2 && /^[0-9a-f]*$/i.test(ok)))
		throw new Refusal("`ok` is not two hexadecimal digits for each eight bones");
	const bones = isFiniteNumber(s) ? layouts?.(s)?.bones : undefined;
	if (bones !== undefined && bones.length !== count) throw new Refusal("it has not as many bones as its stream has announced");
	readHeader(fields, boneCountOf(skeleton, bones, count), frame);
	frame.hasVelocity = v !== undefined || w !== undefined;
	for (let index = 0; index < count; index++) {
		if (ok !== undefined && ((Number.parseInt(ok.slice((index >> 3) * 2, (index >> 3) * 2 + 2), 16) >> (index & 7)) & 1) === 0) continue;
		const bone = bones === undefined ? index : bones[index]!;
		if (!(bone >= 0 && bone < frame.boneCount)) throw new Refusal("its stream has announced bones that its skeleton does not have");
		putPose(frame, bone, p, index * 3, q, index * 4);
		if (v !== undefined) putFinite(frame.linearVelocities, bone * 3, v, index * 3, 3, "a number of `v`");
		if (w !== undefined) putFinite(frame.angularVelocities, bone * 3, w, index * 3, 3, "a number of `w`");
	}
}

/** Each bone an object with `id` or `name`, `p` or `position`, `q` or `rotation`; vectors as arrays or as {x, y, z, w}: Unity's JsonUtility. */
function readVerboseBones(bones: unknown, skeleton: SkeletonType | undefined, capacity: number, frame: TrackingFrame): void {
	if (!Array.isArray(bones)) throw new Refusal("`bones` is not a list");
	if (bones.length > MAX_BONES) throw new Refusal(`it has more than ${MAX_BONES} bones`);
	for (const entry of bones as unknown[]) {
		if (typeof entry !== "object" || entry === null) throw new Refusal("a bone is not an object");
		const { id, name, p, position = p, q, rotation = q } = entry as JsonObject;
		const bone = typeof name === "string" && skeleton !== undefined ? (boneId(skeleton, name) ?? -1) : id;
		if (!Number.isInteger(bone)) throw new Refusal("a bone has neither a whole `id` nor a `name`");
		// Bones of later versions, or of another table: the others are still good.
		if ((bone as number) < 0 || (bone as number) >= capacity) continue;
		putPose(frame, bone as number, numbersOf(position, "xyz"), 0, numbersOf(rotation, "xyzw"), 0);
	}
}

function readController(fields: JsonObject, frame: TrackingFrame): void {
	const { hand, p, q, v, w, aim, buttons = [], pressed = [], touched = [], axes = [] } = fields;
	if (aim !== undefined && (typeof aim !== "object" || aim === null)) throw new Refusal("`aim` is not an object");
	readHeader(fields, aim === undefined ? 1 : 2, frame);
	putPose(frame, 0, numbersOf(p, "xyz"), 0, numbersOf(q, "xyzw"), 0);
	if (aim !== undefined) putPose(frame, 1, numbersOf((aim as JsonObject)["p"], "xyz"), 0, numbersOf((aim as JsonObject)["q"], "xyzw"), 0);
	frame.hasVelocity = v !== undefined || w !== undefined;
	if (v !== undefined) putFinite(frame.linearVelocities, 0, numbersOf(v, "xyz"), 0, 3, "a number of `v`");
	if (w !== undefined) putFinite(frame.angularVelocities, 0, numbersOf(w, "xyz"), 0, 3, "a number of `w`");
	frame.buttonCount = putList(frame.buttons, buttons, MAX_BUTTONS, "buttons");
	frame.axisCount = putList(frame.axes, axes, MAX_AXES, "axes");
	frame.pressed = bitsFrom(pressed, "pressed");
	frame.touched = bitsFrom(touched, "touched");
	frame.hand = hand === "left" || hand === "right" ? (hand satisfies Side) : undefined;
	frame.kind = "controller";
}

function putPose(frame: TrackingFrame, bone: number, p: readonly unknown[], pAt: number, q: readonly unknown[], qAt: number): void {
	putFinite(frame.positions, bone * 3, p, pAt, 3, "a position");
	putFinite(frame.rotations, bone * 4, q, qAt, 4, "a rotation");
	let square = 0;
	for (let part = 0; part < 4; part++) square += (q[qAt + part] as number) ** 2;
	const length = Math.sqrt(square);
	if (!(length >= 0.9 && length <= 1.1)) throw new Refusal("the length of a rotation is not within 0.9 to 1.1");
	for (let part = 0; part < 4; part++) frame.rotations[bone * 4 + part] = (q[qAt + part] as number) / length;
	frame.valid[bone] = 1;
}

function putFinite(into: Float32Array, at: number, numbers: readonly unknown[], from: number, count: number, what: string): void {
	for (let part = 0; part < count; part++) {
		const value = numbers[from + part];
		// Beyond 32 bits a number would become infinite in the frame.
		if (typeof value !== "number" || !Number.isFinite(Math.fround(value))) throw new Refusal(`${what} is not finite`);
		into[at + part] = value;
	}
}

function putList(into: Float32Array, list: unknown, max: number, name: string): number {
	if (!Array.isArray(list) || list.length > max) throw new Refusal(`\`${name}\` is not a list of at most ${max}`);
	putFinite(into, 0, list, 0, list.length, `a number of \`${name}\``);
	return list.length;
}

function numbersOf(vector: unknown, parts: "xyz" | "xyzw"): readonly unknown[] {
	if (isNumberArray(vector, parts.length)) return vector;
	if (typeof vector !== "object" || vector === null || Array.isArray(vector))
		throw new Refusal(`a vector is not ${parts.length} finite numbers`);
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

function definedNumber(value: number): number | undefined {
	return Number.isNaN(value) ? undefined : value;
}

function maskOf(frame: TrackingFrame): string | undefined {
	const { boneCount } = frame;
	const bytes = new Array<number>(Math.ceil(boneCount / 8)).fill(0);
	let tracked = 0;
	for (let bone = 0; bone < boneCount; bone++) {
		if (!isSendable(frame, bone)) continue;
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
