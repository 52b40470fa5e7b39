import { describe, expect, it } from "vitest";
import { seededRandom } from "../seeded-random.cases.ts";
import {
	decodeGrpcMessage,
	encodeGrpcMessage,
	formatGrpcTimeout,
	type GrpcError,
	GrpcFrameReader,
	GrpcStatus,
	grpcFrameHeader,
	grpcWebTrailers,
	parseGrpcTimeout,
} from "./grpc-frames.ts";

const framed = (message: Uint8Array) => Buffer.concat([grpcFrameHeader(message.length), message]);

describe("frames of gRPC", () => {
	it("are read in pieces of any size, into memory of their own", () => {
		const random = seededRandom(1);
		const messages = [0, 1, 5, 300, 70_000, 0, 12].map((length) =>
			Uint8Array.from({ length }, () => random() * 256),
		);
		const body = Buffer.concat([...messages.map(framed), grpcWebTrailers(0)]);
		for (const pieceBytes of [1, 3, 1000, body.length]) {
			const reader = new GrpcFrameReader(100_000);
			const frames = [];
			for (let at = 0; at < body.length; at += pieceBytes)
				frames.push(...reader.push(body.subarray(at, at + pieceBytes)));
			expect(frames.length).toBe(messages.length + 1);
			for (const [index, message] of messages.entries()) {
				expect(frames[index]!.trailers).toBe(false);
				expect(Buffer.compare(frames[index]!.bytes, message)).toBe(0);
				expect(frames[index]!.bytes.buffer.byteLength).toBe(message.length);
			}
			expect(frames.at(-1)).toEqual({ trailers: true, bytes: new Uint8Array(Buffer.from("grpc-status:0\r\n")) });
			expect(reader.pendingBytes).toBe(0);
		}
	});

	it("that are too long or compressed are refused before they are read", () => {
		const refusal = (header: Uint8Array) => {
			try {
				[...new GrpcFrameReader(1000).push(header)];
			} catch (error) {
				return (error as GrpcError).code;
			}
			return null;
		};
		expect(refusal(grpcFrameHeader(1000))).toBe(null);
		expect(refusal(grpcFrameHeader(1001))).toBe(GrpcStatus.resourceExhausted);
		expect(refusal(grpcFrameHeader(0xffff_ffff))).toBe(GrpcStatus.resourceExhausted);
		expect(refusal(grpcFrameHeader(10, 1))).toBe(GrpcStatus.unimplemented);
	});
});

describe("how calls end and how long they may last", () => {
	it("is text that survives the way", () => {
		for (const message of ["", "plain", "100 % of ünïcode\r\nin lines", "\u0000"]) {
			expect(encodeGrpcMessage(message)).toMatch(/^[ -~]*$/);
			expect(decodeGrpcMessage(encodeGrpcMessage(message))).toBe(message);
		}
		expect(decodeGrpcMessage("50% off")).toBe("50% off");
		expect(Buffer.from(grpcWebTrailers(14, "so, no.")).subarray(5).toString()).toBe(
			"grpc-status:14\r\ngrpc-message:so, no.\r\n",
		);
	});

	it("is read in all units", () => {
		expect(
			["1H", "2M", "3S", "4m", "5u", "6n", "123456789S", "S", "-1S", "", undefined].map(parseGrpcTimeout),
		).toEqual([3600, 120, 3, 0.004, expect.closeTo(5e-6), expect.closeTo(6e-9), null, null, null, null, null]);
		for (const seconds of [0.25, 3, 86_400, 1e7])
			expect(parseGrpcTimeout(formatGrpcTimeout(seconds))).toBe(seconds);
	});
});
