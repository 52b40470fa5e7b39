import { type ClientHttp2Session, connect } from "node:http2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GrpcWebReader } from "./grpc-web-reader.ts";
import { RERUN_SERVICE } from "./rerun-passes.ts";
import { RerunRelay } from "./rerun-relay.ts";
import { type PanogazeServer, serve } from "./server.ts";

const TOKEN = "swordfish";
let server: PanogazeServer;
beforeAll(async () => {
	server = await serve({
		port: 0,
		host: "127.0.0.1",
		logLevel: "silent",
		bearerToken: TOKEN,
		viewToken: "v",
		rerun: true,
	});
});
afterAll(() => server.close());

/** Calls as Rerun's program does, until there is data or the call ends. */
async function call({ programUrl }: RerunRelay, path = `${RERUN_SERVICE}/ReadMessages`) {
	const client: ClientHttp2Session = connect(programUrl.replace(/^rerun\+|proxy$/g, ""));
	try {
		const stream = client.request({
			":method": "POST",
			":path": path,
			"content-type": "application/grpc",
			te: "trailers",
		});
		stream.end(Buffer.alloc(5));
		const facts: Record<string, unknown> = {};
		stream.on("response", (headers) => Object.assign(facts, headers));
		stream.on("trailers", (headers) => Object.assign(facts, headers));
		const first = await new Promise<Buffer>((resolve, reject) => {
			stream.on("data", resolve);
			stream.on("end", () => resolve(Buffer.alloc(0)));
			stream.on("error", reject);
		});
		return { facts, first };
	} finally {
		client.destroy();
	}
}

describe("A relay for Rerun's program", () => {
	it("brings the live view of a server that asks for a token, and answers nothing else", async () => {
		await using relay = await RerunRelay.open({ url: `${server.urls[0]}rerun#token=x`, token: TOKEN });
		expect(relay.programUrl).toMatch(/^rerun\+http:\/\/127\.0\.0\.1:\d+\/proxy$/);
		const { facts, first } = await call(relay);
		expect(facts).toMatchObject({ ":status": 200, "content-type": "application/grpc" });
		// A message, not a beat without content.
		expect(first.readUInt32BE(1)).toBeGreaterThan(0);
		expect((await call(relay, "/status")).facts).toMatchObject({ "grpc-status": "12" });
	});

	it("says why it can't: without a token, without the right to record, or without a server", async () => {
		const url = server.urls[0]!;
		await expect(RerunRelay.open({ url })).rejects.toThrow(/can't be watched: .*token/i);
		await expect(RerunRelay.open({ url, token: "v" })).rejects.toThrow(/right to record/);
		await expect(RerunRelay.open({ url: "http://127.0.0.1:1" })).rejects.toThrow("No server answers at");
		await expect(RerunRelay.open({ url: "ftp://x" })).rejects.toThrow(RangeError);
	});
});

describe("GrpcWebReader", () => {
	it("passes messages on in pieces of any size, without beats, and reads the trailers", () => {
		const frame = (flags: number, text: string) => {
			const header = Buffer.from([flags, 0, 0, 0, text.length]);
			return Buffer.concat([header, Buffer.from(text)]);
		};
		const trailers = frame(0x80, "grpc-status: 7\r\ngrpc-message:no%20right\r\n");
		const bytes = Buffer.concat([frame(0, "hello"), frame(0, ""), frame(0, "you"), trailers]);
		for (const step of [1, 2, 7, bytes.length]) {
			const reader = new GrpcWebReader();
			const parts: Buffer[] = [];
			for (let at = 0; at < bytes.length; at += step) parts.push(...reader.push(bytes.subarray(at, at + step)));
			expect(Buffer.concat(parts)).toEqual(Buffer.concat([frame(0, "hello"), frame(0, "you")]));
			expect(reader.trailers).toEqual({ status: 7, message: "no%20right" });
		}
	});
});
