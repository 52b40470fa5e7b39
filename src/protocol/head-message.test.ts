import { describe, expect, it, vi } from "vitest";
import { anglesFromQuaternion, quaternionFromAngles } from "../media/rotation.ts";
import { type HeadFields, PoseSample } from "../skeleton/pose-sample.ts";
import { headText } from "./head-text.cases.ts";
import { mutatedTexts } from "./mutated-texts.cases.ts";
import { TrackingDecoder } from "./tracking-decoder.ts";
import { TrackingEncoder } from "./tracking-encoder.ts";
import { decodeTrackingText, encodeTrackingText } from "./tracking-text.ts";

const POSE: HeadFields = {
	sequence: 7,
	clientTimeMs: 1234.56,
	orientation: quaternionFromAngles({ yawDeg: 30, pitchDeg: -12, rollDeg: 3 }),
	position: [0.1, 1.6, -0.25],
	linearVelocity: [0, 0.5, 0],
	angularVelocity: [0, -1.25, 0],
	fovDeg: 90,
};
const HEAD = { type: "head", s: 0, n: 1, t: 5, q: [0, 0, 0, 1] };

function decoded(text: string): PoseSample {
	const sample = new PoseSample();
	const result = decodeTrackingText(text, sample);
	if (result.kind !== "message") throw new Error(`${result.kind}: ${JSON.stringify(result)}`);
	return sample;
}
const outcome = (text: string) => decodeTrackingText(text, new PoseSample());
const parsed = (fields: object): PoseSample => decoded(JSON.stringify(fields));

describe("head message", () => {
	it("comes back as it was sent, to a millionth", () => {
		const sample = decoded(headText({ ...POSE, stream: 3, verticalFovDeg: 58.7 }));
		expect(sample).toMatchObject({ kind: "head", stream: 3, horizontalFovDeg: 90, verticalFovDeg: 58.7 });
		const { orientation, position } = sample;
		const { orientation: sent, position: sentPosition, ...rest } = POSE;
		expect(sample).toMatchObject(rest);
		for (const [part, value] of position!.entries()) expect(value).toBeCloseTo(sentPosition![part]!, 6);
		for (const [part, value] of orientation.entries()) expect(value).toBeCloseTo(sent[part]!, 5);
		expect(anglesFromQuaternion(orientation).yawDeg).toBeCloseTo(30, 3);
	});

	it("fits well into one packet, also with every field", () => {
		const every = {
			...POSE,
			sequence: 0xffffffff,
			clientTimeMs: 86_400_000.12,
			stream: 65535,
			verticalFovDeg: 58.716,
		};
		expect(headText(every).length).toBeLessThan(256);
	});

	it("leaves out what the pose does not have", () => {
		const text = headText({ sequence: 1, clientTimeMs: 5, orientation: [0, 0, 0, 1] });
		expect(JSON.parse(text)).toEqual(HEAD);
		const sample = parsed(HEAD);
		expect(sample).toMatchObject({ sequence: 1, clientTimeMs: 5, orientation: [0, 0, 0, 1] });
		expect([sample.position, sample.linearVelocity, sample.angularVelocity, sample.fovDeg]).toEqual(
			new Array(4).fill(undefined),
		);
	});

	it("skips unknown fields, and takes stream 0 when none is named", () => {
		const { s: _, ...withoutStream } = HEAD;
		expect(decoded(JSON.stringify({ ...withoutStream, colour: "red", n: 9 }))).toMatchObject({
			stream: 0,
			sequence: 9,
		});
	});

	it("scales a nearly unit quaternion to length 1 and refuses others", () => {
		const pose = parsed({ ...HEAD, q: [0, 0, 0, 0.95] });
		expect(pose.orientation).toEqual([0, 0, 0, 1]);
		for (const q of [
			[0, 0, 0, 0],
			[0, 0, 0, 0.89],
			[0.8, 0.8, 0, 0],
		])
			expect(outcome(JSON.stringify({ ...HEAD, q }))).toMatchObject({
				kind: "refused",
				reason: expect.stringContaining("length of `q`"),
			});
	});

	it.each([
		["high confidence, both fields of view", 1, 170, 66],
		["no confidence, both fields of view", 0, 170, 66],
		["one field of view", 1, 90, Number.NaN],
		["no field of view", 0, Number.NaN, Number.NaN],
	])("is the same from JSON and from binary: %s", (_, confidence, horizontalFovDeg, verticalFovDeg) => {
		const sent = decoded(headText({ ...POSE, stream: 3 }));
		Object.assign(sent, { confidence, horizontalFovDeg, verticalFovDeg });
		const binary = new PoseSample();
		expect(new TrackingDecoder().decode(new TrackingEncoder().encode(sent, "f32")!, binary).kind).toBe("message");
		expect(decoded(encodeTrackingText(sent)!)).toEqual(binary);
	});

	it("is parsed once", () => {
		const parse = vi.spyOn(JSON, "parse");
		try {
			expect(outcome(headText(POSE)).kind).toBe("message");
			expect(parse).toHaveBeenCalledTimes(1);
		} finally {
			parse.mockRestore();
		}
	});

	it("keeps how sure the device is, and refuses what is no share", () => {
		expect(decoded(JSON.stringify({ ...HEAD, c: 0.25 })).confidence).toBe(0.25);
		expect(outcome(JSON.stringify({ ...HEAD, c: 2 }))).toMatchObject({
			kind: "refused",
			reason: "`c` is not within 0 to 1",
		});
	});

	it("is not made of a pose that can't be read", () => {
		const sample = new PoseSample();
		sample.setHead({ ...POSE, orientation: [0, 0, 0, 0] });
		expect(encodeTrackingText(sample)).toBeUndefined();
		sample.setHead({ ...POSE, position: [Number.NaN, 0, 0] });
		expect(encodeTrackingText(sample)).toBeUndefined();
	});

	it("clamps the field of view and takes a horizontal one alone", () => {
		expect(parsed({ ...HEAD, fov: [300, 100] }).fovDeg).toBe(150);
		expect(parsed({ ...HEAD, fov: [1] }).fovDeg).toBe(20);
	});

	it.each([
		["not JSON", "{", "not a JSON object"],
		["an array", "[]", "not a JSON object"],
		["null", "null", "not a JSON object"],
		["no type", "{}", "`type`"],
		["an infinite number", '{"type":"head","n":1,"t":5,"q":[0,0,0,1e999]}', "`q`"],
		["a NaN as JSON spells it", '{"type":"head","n":1,"t":5,"q":[null,0,0,1]}', "`q`"],
		["a short quaternion", '{"type":"head","n":1,"t":5,"q":[0,0,1]}', "`q`"],
		["a quaternion of text", '{"type":"head","n":1,"t":5,"q":"0001"}', "`q`"],
		["no sequence", '{"type":"head","t":5,"q":[0,0,0,1]}', "`n`"],
		["a broken sequence", '{"type":"head","n":1.5,"t":5,"q":[0,0,0,1]}', "`n`"],
		["a sequence of 33 bits", '{"type":"head","n":4294967296,"t":5,"q":[0,0,0,1]}', "`n`"],
		["no time", '{"type":"head","n":1,"q":[0,0,0,1]}', "`t`"],
		["a stream of 17 bits", '{"type":"head","s":65536,"n":1,"t":5,"q":[0,0,0,1]}', "`s`"],
		["a position of two", '{"type":"head","n":1,"t":5,"q":[0,0,0,1],"p":[1,2]}', "`p`"],
		["a position beyond single precision", '{"type":"head","n":1,"t":5,"q":[0,0,0,1],"p":[1e39,0,0]}', "`p`"],
		["a velocity beyond single precision", '{"type":"head","n":1,"t":5,"q":[0,0,0,1],"w":[0,0,-1e300]}', "`w`"],
		["a null velocity", '{"type":"head","n":1,"t":5,"q":[0,0,0,1],"v":null}', "`v`"],
		["an empty field of view", '{"type":"head","n":1,"t":5,"q":[0,0,0,1],"fov":[]}', "`fov`"],
	])("is refused with a reason when it is %s", (_, text, reason) => {
		expect(outcome(text)).toMatchObject({ kind: "refused", reason: expect.stringContaining(reason) });
	});

	it("ignores types of later versions", () => {
		expect(outcome('{"type":"gaze","n":"whatever"}')).toEqual({ kind: "ignored", type: "gaze" });
	});

	it("never throws and never lets a number that is not finite through, whatever is mutated", () => {
		let [understoodCount, unsoundCount] = [0, 0];
		const sample = new PoseSample();
		for (const mutated of mutatedTexts(headText(POSE), 10_000)) {
			if (decodeTrackingText(mutated, sample).kind !== "message") continue;
			understoodCount++;
			const { orientation, clientTimeMs, position = [], fovDeg = 90 } = sample;
			const areFinite = [...orientation, ...position, clientTimeMs, fovDeg].every(Number.isFinite);
			if (!areFinite || !(Math.abs(Math.hypot(...orientation) - 1) < 5e-7)) unsoundCount++;
		}
		expect(unsoundCount).toBe(0);
		expect(understoodCount).toBeGreaterThan(100);
	});
});
