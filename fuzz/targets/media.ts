import type { ClientMediaPacket } from "../../src/media/client-media.ts";
import { splitAnnexB } from "../../src/media/h264.ts";
import { MediaReceiver } from "../../src/session/receive/media-receiver.ts";
import { isRtcp, parseRtp } from "../../src/session/receive/rtp-packet.ts";
import type { FuzzTarget } from "../fuzzer.ts";

const CODECS = ["opus", "h264", "vp8"] as const;
const LENGTH_BYTES = 2;

/** A packet of RTP behind its length, as `run` reads it. */
function packet(sequenceNumber: number, payload: readonly number[], marker = true): Buffer {
	const bytes = Buffer.alloc(LENGTH_BYTES + 12 + payload.length);
	bytes.writeUInt16BE(bytes.length - LENGTH_BYTES, 0);
	bytes[2] = 0x80;
	bytes[3] = 96 | (marker ? 0x80 : 0);
	bytes.writeUInt16BE(sequenceNumber, 4);
	bytes.writeUInt32BE(3000 * sequenceNumber, 6);
	bytes.writeUInt32BE(7, 10);
	bytes.set(payload, LENGTH_BYTES + 12);
	return bytes;
}

const SPS = [0x67, 0x42, 0xe0, 0x1f];
const PPS = [0x68, 0xce];
const IDR = [0x65, 0x88, 0x80];
const stapA = (units: readonly (readonly number[])[]) => [0x78, ...units.flatMap((unit) => [0, unit.length, ...unit])];

export const target: FuzzTarget = {
	covers: [
		"rtp-packet",
		"packet-order",
		"frame-builder",
		"opus-frame-reader",
		"h264-frame-reader",
		"vp8-frame-reader",
	].map((name) => `src/session/receive/${name}.ts`),
	maxBytes: 3000,
	seeds: () => [
		Buffer.concat([Buffer.of(0), packet(1, [0xf8, 0xff, 0xfe]), packet(3, [0xf8, 1, 2])]),
		Buffer.concat([Buffer.of(1), packet(1, stapA([SPS, PPS, IDR])), packet(2, [0x61, 0x9a, 1])]),
		Buffer.concat([Buffer.of(1), packet(1, [0x7c, 0x85, 0x88], false), packet(2, [0x7c, 0x45, 0x80])]),
		Buffer.concat([
			Buffer.of(2),
			packet(1, [0x10, 0x50, 0, 0, 0x9d, 1, 0x2a, 64, 0, 64, 0]),
			packet(2, [0x90, 0x80, 5, 1]),
		]),
	],
	run(input) {
		const codec = CODECS[(input[0] ?? 0) % CODECS.length]!;
		const frames: ClientMediaPacket[] = [];
		const receiver = new MediaReceiver({
			...{ codec, payloadType: 96, formatParameters: "", ssrc: 1, hasNack: true, hasPli: true },
			onFrame: (frame) => frames.push(frame),
			sendRtcp: () => {},
		});
		let nowSec = 0;
		for (let at = 1; at + LENGTH_BYTES <= input.length; nowSec += 0.02) {
			const end = at + LENGTH_BYTES + ((input[at]! << 8) | input[at + 1]!);
			const bytes = input.subarray(at + LENGTH_BYTES, end);
			at = end;
			const parsed = isRtcp(bytes) ? undefined : parseRtp(Uint8Array.from(bytes));
			if (parsed !== undefined) receiver.add(parsed, nowSec, 0.02);
			receiver.housekeep(nowSec, 0.02);
		}
		receiver.housekeep(nowSec + 10, 0.02);
		for (const [index, { data, keyframe }] of frames.entries()) {
			if (data.length === 0 || data.length > 2 * input.length + 64)
				throw new Error(`A frame has ${data.length} bytes.`);
			if (index === 0 && !keyframe) throw new Error("The first frame needs others.");
			if (codec === "h264" && splitAnnexB(data).length === 0) throw new Error("An access unit has no unit.");
		}
	},
};
