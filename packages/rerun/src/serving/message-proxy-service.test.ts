import { describe, expect, it } from "vitest";
import { introduction, outline, scalar } from "../rrd/log-messages.cases.ts";
import { MessageError } from "../rrd/messages.ts";
import { seededRandom } from "../seeded-random.cases.ts";
import { GrpcFrameReader } from "./grpc-frames.ts";
import { decodeProxyMessage, messageHeader, parseProxyUrl } from "./message-proxy-service.ts";

describe("messages on a connection", () => {
	const framed = [introduction(), scalar("/a", 1), scalar("/b", null, { count: 30_000 })].map((message) => ({
		message,
		frame: Buffer.concat([messageHeader(message.kind, message.bytes.length), message.bytes]),
	}));

	it("arrive as they were sent", () => {
		for (const { message, frame } of framed) {
			const [read] = [...new GrpcFrameReader(1e7).push(frame)];
			expect(outline(decodeProxyMessage(read!.bytes)!)).toBe(outline(message));
		}
	});

	it("that are empty, or of kinds to come, are passed over; broken ones are refused", () => {
		expect(decodeProxyMessage(new Uint8Array(0))).toBeNull();
		expect(decodeProxyMessage(Uint8Array.of(0x0a, 0))).toBeNull();
		expect(decodeProxyMessage(Uint8Array.of(0x0a, 2, 0x4a, 0))).toBeNull();
		for (const bytes of [[0x0a], [0x08, 1], [0x0a, 2, 0x08, 1], [0x0a, 2, 0x0a, 0], [0x0a, 2, 0x12, 0], [0xff]])
			expect(() => decodeProxyMessage(Uint8Array.from(bytes))).toThrow(MessageError);
	});

	it("of whatever bytes are read or refused, and nothing else happens", () => {
		const random = seededRandom(9);
		let refused = 0;
		for (let round = 0; round < 3000; round++) {
			const bytes = Uint8Array.from(framed[round % 2]!.frame.subarray(5));
			for (let flips = 1 + random() * 4; flips > 0; flips--)
				bytes[Math.floor(random() * bytes.length)] = random() * 256;
			try {
				decodeProxyMessage(bytes);
			} catch (error) {
				if (!(error instanceof MessageError)) throw error;
				refused++;
			}
		}
		expect(refused).toBeGreaterThan(300);
	});
});

describe("parseProxyUrl()", () => {
	it("reads what Rerun writes", () => {
		expect(parseProxyUrl("rerun+http://127.0.0.1:9876/proxy")).toEqual({
			secure: false,
			host: "127.0.0.1",
			port: 9876,
			origin: "http://127.0.0.1:9876",
			url: "rerun+http://127.0.0.1:9876/proxy",
		});
		expect(parseProxyUrl("rerun://viewer.example.com/proxy")).toMatchObject({
			secure: true,
			port: 443,
			host: "viewer.example.com",
		});
		expect(parseProxyUrl("rerun+http://robot:8000/proxy").origin).toBe("http://robot:8000");
		expect(parseProxyUrl("rerun+https://[::1]:9/proxy")).toMatchObject({
			secure: true,
			host: "::1",
			origin: "https://[::1]:9",
		});
	});

	it("refuses others, and says how they look", () => {
		for (const url of [
			"",
			"127.0.0.1:9876",
			"http://127.0.0.1:9876/proxy",
			"rerun+http://127.0.0.1:9876",
			"rerun+http://x:99999/proxy",
		])
			expect(() => parseProxyUrl(url)).toThrow(
				"is not the address of a Rerun proxy, such as rerun+http://127.0.0.1:9876/proxy",
			);
		expect(() => parseProxyUrl("rerun+http://user:secret@x/proxy")).toThrow(TypeError);
	});
});
