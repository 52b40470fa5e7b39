import { describe, expect, it } from "vitest";
import { anglesFromQuaternion, quaternionFromAngles } from "../media/rotation.ts";
import type { HeadPose } from "./head-pose.ts";
import { mutatedTexts } from "./mutated-texts.cases.ts";
import { encodeHeadMessage, parseTrackingMessage } from "./tracking-message.ts";

const POSE: HeadPose = {
	sequence: 7,
	clientTimeMs: 1234.56,
	orientation: quaternionFromAngles({ yawDeg: 30, pitchDeg: -12, rollDeg: 3 }),
	position: [0.1, 1.6, -0.25],
	linearVelocity: [0, 0.5, 0],
	angularVelocity: [0, -1.25, 0],
	fovDeg: 90,
};
const HEAD = { type: "head", s: 0, n: 1, t: 5, q: [0, 0, 0, 1] };

function parsed(fields: object): HeadPose {
	const result = parseTrackingMessage(JSON.stringify(fields));
	if (result.kind !== "message") throw new Error(`${result.kind}: ${JSON.stringify(result)}`);
	return result.message.pose;
}

describe("head message", () => {
	it("comes back as it was sent, to a millionth", () => {
		const result = parseTrackingMessage(encodeHeadMessage(POSE, 3, 58.7));
		if (result.kind !== "message") throw new Error(result.kind);
		expect(result.message.stream).toBe(3);
		const { orientation, ...rest } = result.message.pose;
		const { orientation: sent, ...restSent } = POSE;
		expect(rest).toEqual(restSent);
		for (const [part, value] of orientation.entries()) expect(value).toBeCloseTo(sent[part]!, 5);
		expect(anglesFromQuaternion(orientation).yawDeg).toBeCloseTo(30, 3);
	});

	it("fits well into one packet, also with every field", () => {
		expect(encodeHeadMessage({ ...POSE, sequence: 0xffffffff, clientTimeMs: 86_400_000.12 }, 65535, 58.716).length).toBeLessThan(256);
	});

	it("leaves out what the pose does not have", () => {
		const text = encodeHeadMessage({ sequence: 1, clientTimeMs: 5, orientation: [0, 0, 0, 1] });
		expect(JSON.parse(text)).toEqual(HEAD);
		expect(parsed(HEAD)).toEqual({ sequence: 1, clientTimeMs: 5, orientation: [0, 0, 0, 1] });
	});

	it("skips unknown fields, and takes stream 0 when none is named", () => {
		const { s: _, ...withoutStream } = HEAD;
		expect(parsed({ ...withoutStream, colour: "red", n: 9 }).sequence).toBe(9);
	});

	it("scales a nearly unit quaternion to length 1 and refuses others", () => {
		const pose = parsed({ ...HEAD, q: [0, 0, 0, 0.95] });
		expect(pose.orientation).toEqual([0, 0, 0, 1]);
		for (const q of [
			[0, 0, 0, 0],
			[0, 0, 0, 0.89],
			[0.8, 0.8, 0, 0],
		])
			expect(parseTrackingMessage(JSON.stringify({ ...HEAD, q }))).toMatchObject({
				kind: "refused",
				reason: expect.stringContaining("length of `q`"),
			});
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
		expect(parseTrackingMessage(text)).toMatchObject({ kind: "refused", reason: expect.stringContaining(reason) });
	});

	it("ignores types of later versions", () => {
		expect(parseTrackingMessage('{"type":"skeleton","n":"whatever"}')).toEqual({ kind: "ignored", type: "skeleton" });
	});

	it("never throws and never lets a number that is not finite through, whatever is mutated", () => {
		let understoodCount = 0;
		for (const mutated of mutatedTexts(encodeHeadMessage(POSE), 20_000)) {
			const result = parseTrackingMessage(mutated);
			if (result.kind !== "message") continue;
			understoodCount++;
			const { orientation, clientTimeMs, position = [], fovDeg = 90 } = result.message.pose;
			expect([...orientation, ...position, clientTimeMs, fovDeg].every(Number.isFinite)).toBe(true);
			expect(Math.hypot(...orientation)).toBeCloseTo(1, 9);
		}
		expect(understoodCount).toBeGreaterThan(100);
	});
});
