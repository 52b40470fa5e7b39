import { createServer } from "node:http";
import { type ClientHttp2Session, connect } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveCamera } from "../../test/support/test-server.ts";
import { GrpcWebReader } from "./grpc-web-reader.ts";
import { RelayError } from "./relay-error.ts";
import { RERUN_SERVICE } from "./rerun-passes.ts";
import { RerunRelay } from "./rerun-relay.ts";
import type { PanogazeServer } from "./server.ts";

const TOKEN = "swordfish";
const READ = `${RERUN_SERVICE}/ReadMessages`;
let server: PanogazeServer;
beforeAll(async () => {
	server = await serveCamera({ bearerToken: TOKEN, viewToken: "v", rerun: true });
});
afterAll(() => server.close());

/** Calls as Rerun's program does, until there are so many bytes or the call ends. */
async function call({ programUrl }: RerunRelay, { path = READ, bytes = 5, until = 1 } = {}) {
	const client: ClientHttp2Session = connect(programUrl.replace(/^rerun\+|proxy$/g, ""));
	try {
		const stream = client.request({
			":method": "POST",
			":path": path,
			"content-type": "application/grpc",
			te: "trailers",
		});
		stream.end(Buffer.alloc(bytes));
		const facts: Record<string, unknown> = {};
		stream.on("response", (headers) => Object.assign(facts, headers));
		stream.on("trailers", (headers) => Object.assign(facts, headers));
		const first = await new Promise<Buffer>((resolve, reject) => {
			const parts: Buffer[] = [];
			const whole = () => Buffer.concat(parts);
			stream.on("data", (part: Buffer) => {
				parts.push(part);
				if (whole().length >= until) resolve(whole());
			});
			stream.on("end", () => resolve(whole()));
			stream.on("error", reject);
		});
		return { facts, first };
	} finally {
		client.destroy();
	}
}

/** Stands in for a server: notes the paths that are asked for, and sends many short messages. */
class Upstream implements AsyncDisposable {
	static readonly messages = Buffer.concat(
		Array.from({ length: 4000 }, () => Buffer.concat([Buffer.from([0, 0, 0, 0, 60]), Buffer.alloc(60, "x")])),
	);
	readonly asked: string[] = [];
	#status = 200;
	readonly #server = createServer((request, response) => {
		this.asked.push(request.url ?? "");
		response.setHeader("content-type", request.url === READ ? "application/grpc-web+proto" : "application/json");
		response.statusCode = this.#status;
		response.end(request.url === READ ? Upstream.messages : "{}");
	});

	/** @param status of an answer; 204: as that of a server without a live view. */
	static async open({ status = 200 } = {}): Promise<Upstream> {
		const upstream = new Upstream();
		upstream.#status = status;
		await new Promise<void>((resolve) => upstream.#server.listen(0, "127.0.0.1", resolve));
		return upstream;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
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
	});

	it("takes its token to that one call, however another path is spelt", async () => {
		await using upstream = await Upstream.open();
		await using relay = await RerunRelay.open({ url: upstream.url, token: TOKEN });
		const others = [
			"/status",
			`${RERUN_SERVICE}/../recordings/start`,
			`${RERUN_SERVICE}/%2e%2e/recordings/start`,
			`${READ}/../../recordings/start`,
			`${READ}?x`,
			`//other.example${READ}`,
			`${RERUN_SERVICE}/WriteMessages`,
		];
		for (const path of others)
			expect((await call(relay, { path })).facts, path).toMatchObject({ "grpc-status": "12" });
		expect(upstream.asked).toEqual(["/rerun/pass"]);
	});

	it("waits for a slow viewer once at a time, and outlives a request that is too long", async () => {
		await using upstream = await Upstream.open();
		await using relay = await RerunRelay.open({ url: upstream.url });
		const warnings: string[] = [];
		const onWarning = ({ name }: Error) => warnings.push(name);
		process.on("warning", onWarning);
		const { first } = await call(relay, { until: Upstream.messages.length });
		expect(first.equals(Upstream.messages)).toBe(true);
		process.off("warning", onWarning);
		expect(warnings).not.toContain("MaxListenersExceededWarning");
		const { facts } = await call(relay, { bytes: 100_000 });
		expect(facts).toMatchObject({ "grpc-status": "8" });
		expect((await call(relay)).first.length).toBeGreaterThan(0);
		expect(upstream.asked).toEqual(["/rerun/pass", READ, READ]);
	});

	it("says why it can't: without a token, without the right to record, or without a server", async () => {
		const url = server.urls[0]!;
		await expect(RerunRelay.open({ url })).rejects.toThrow(/can't be watched: .*token/i);
		await expect(RerunRelay.open({ url, token: "v" })).rejects.toThrow(/right to record/);
		await using bare = await Upstream.open({ status: 204 });
		const none = new RelayError(`${bare.url} can't be watched: it has no live view.`);
		await expect(RerunRelay.open({ url: bare.url })).rejects.toThrow(none);
		await expect(RerunRelay.open({ url: "http://127.0.0.1:1" })).rejects.toThrow("No server answers at");
		await expect(RerunRelay.open({ url: "ftp://x" })).rejects.toThrow(RangeError);
		await expect(RerunRelay.open({ url: "robot:8080" })).rejects.toThrow("address begins with http:// or https://");
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
