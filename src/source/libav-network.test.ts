import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { describe, expect, it } from "vitest";
import { type ClipOptions, clipFrameFromLuma, makeClip } from "../../test/support/clips.ts";
import { createLibavSource } from "./libav-source.ts";
import type { LibavSourceOptions } from "./source-options.ts";
import { SourceUnderTest, sleep, startFailure } from "./video-source.cases.ts";

const SMALL = { width: 256, height: 128, frames: 24, rate: 24 } as const satisfies ClipOptions;

function open(spec: string, options: LibavSourceOptions = {}) {
	return createLibavSource(spec, { hwaccel: "none", ...options });
}

const failure = (spec: string) => startFailure(open(spec));

describe("createLibavSource() with a network", () => {
	/** Serves files with ranges; `serve` may do something else. */
	async function listen(
		serve: (url: string, range: number, response: ServerResponse) => void,
	): Promise<{ server: Server; url: string }> {
		const server = createServer((request, response) => {
			const range = Number(/bytes=(\d+)/.exec(request.headers.range ?? "")?.[1] ?? 0);
			serve(request.url!, range, response);
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
	}

	function send(response: ServerResponse, bytes: Buffer, from: number, to = bytes.length): void {
		response.writeHead(from > 0 ? 206 : 200, {
			"content-type": "video/mp4",
			"accept-ranges": "bytes",
			"content-length": bytes.length - from,
			...(from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
		});
		if (to >= bytes.length) response.end(bytes.subarray(from));
		else response.write(bytes.subarray(from, to), () => setTimeout(() => response.destroy(), 50));
	}

	it("plays and loops a file over HTTP, and never shows the password", async () => {
		const bytes = readFileSync(await makeClip({ ...SMALL, frames: 12 }));
		const { server, url } = await listen((_, from, response) => send(response, bytes, from));
		const secret = `${url.replace("//", "//ann:hunter2@")}/clip.mp4?token=abc`;
		await using test = await SourceUnderTest.start(open(secret));
		expect(test.source.name).toBe(`${url}/clip.mp4?token=***`);
		const seen = (await test.take(20)).map(({ middle }) => clipFrameFromLuma(middle[0]));
		expect(new Set(seen).size).toBeGreaterThan(8);
		expect(test.info.live).toBe(false);
		await test.source.stop();
		expect(JSON.stringify(test.notices)).not.toMatch(/hunter2|abc/);
		server.closeAllConnections();
		server.close();
	});

	it("goes on where it was when the connection breaks off", async () => {
		const bytes = readFileSync(
			await makeClip({
				...SMALL,
				frames: 96,
				width: 960,
				height: 480,
				draw: "pattern",
				containerOptions: { movflags: "+faststart" },
			}),
		);
		let requests = 0;
		// The first answers break off after the first third and the second.
		const { server, url } = await listen((_, from, response) => {
			requests++;
			send(
				response,
				bytes,
				from,
				requests === 1
					? bytes.length * 0.35
					: requests === 2
						? Math.max(from, bytes.length * 0.7) + 1
						: bytes.length,
			);
		});
		await using test = await SourceUnderTest.start(open(`${url}/clip.mp4`, { loop: false }));
		const seen: { readonly code: number; readonly mediaTimeSec: number; readonly sequence: number }[] = [];
		const note = () => {
			const picture = test.look();
			if (picture?.timeCode !== undefined) seen.push({ ...picture, code: picture.timeCode });
		};
		const endMs = performance.now() + 25_000;
		while (test.ended === 0 && test.errors.length === 0 && performance.now() < endMs) {
			note();
			await sleep(2);
		}
		note();
		expect(test.errors).toEqual([]);
		const [first, last] = [seen[0]!, seen.at(-1)!];
		expect(last.code).toBe(95);
		const codes = seen.map(({ code }) => code);
		expect(codes).toEqual([...codes].sort((a, b) => a - b));
		for (const { code, mediaTimeSec } of seen)
			expect(mediaTimeSec - first.mediaTimeSec).toBeCloseTo((code - first.code) / 24, 2);
		// Every picture in between was published, or dropped because it was late: none was jumped
		// over where a connection broke off.
		const published = last.sequence - first.sequence;
		expect(published + test.source.stats().framesDropped).toBeGreaterThanOrEqual(last.code - first.code);
		const { reconnects } = test.source.stats();
		expect(reconnects).toBeGreaterThanOrEqual(1);
		expect(test.notices.filter((notice) => notice.includes("Connecting again"))).toHaveLength(reconnects);
		server.closeAllConnections();
		server.close();
	});

	it("shows a live stream on arrival, keeps the last picture over an outage and reconnects", async () => {
		const bytes = readFileSync(await makeClip({ ...SMALL, frames: 24, container: "ts", keyframeInterval: 6 }));
		let connections = 0;
		const server = createTcpServer((socket) => {
			connections++;
			socket.on("error", () => {});
			const timer = setInterval(() => socket.write(bytes), 250);
			setTimeout(() => socket.destroy(), 1200);
			socket.on("close", () => clearInterval(timer));
			socket.write(bytes);
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		await using test = await SourceUnderTest.start(
			open(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`),
		);
		expect(test.info).toMatchObject({ live: true, durationSec: Number.NaN });
		const told: (number | string)[] = [];
		test.source.on("reconnecting", (attempt, code) => told.push(attempt, code));
		test.source.on("reconnected", () => told.push("back"));
		let last = await test.next();
		await test.until(() => {
			const picture = test.look();
			if (picture !== undefined) {
				expect(picture.mediaTimeSec).toBeGreaterThan(last.mediaTimeSec);
				last = picture;
			}
			return connections >= 3 && test.source.stats().reconnects >= 2;
		});
		await test.next();
		expect(test.errors).toEqual([]);
		expect(told.slice(0, 6)).toEqual([1, "connection", "back", 1, "connection", "back"]);
		expect(test.source.stats().nextPictureSec, "nobody knows when a sender sends").toBeNaN();
		await test.source.stop();
		server.close();
	});

	it("tells refused from missing and forbidden", async () => {
		const { server, url } = await listen((path, _, response) => response.writeHead(Number(path.slice(1))).end());
		expect(await failure(`${url}/404`)).toMatchObject({
			code: "not-found",
			message: `The server has nothing at ${url}/404 (404).`,
		});
		expect(await failure(`${url}/403`)).toMatchObject({ code: "connection" });
		expect(await failure(`${url}/401`)).toMatchObject({
			code: "connection",
			message: expect.stringContaining("user name and password"),
		});
		expect(await failure(`${url}/500`)).toMatchObject({ code: "connection" });
		await new Promise((resolve) => server.close(resolve));
		const refused = await failure(`${url.replace("//", "//u:secret@")}/x`);
		expect(refused).toMatchObject({
			code: "connection",
			message: `${url}/x can't be reached: connection refused.`,
		});
		expect(`${refused.stack} ${refused.cause}`).not.toContain("secret");
	});

	it("comes to an end by itself when it is stopped while a server keeps silent", async () => {
		const server = createTcpServer((socket) => socket.on("error", () => {}));
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const { port } = server.address() as AddressInfo;
		for (const scheme of ["http", "rtsp", "rtmp", "tcp"]) {
			// Nothing else ends a reader of a server that keeps silent: this timeout is longer than
			// the test's.
			const source = createLibavSource(`${scheme}://127.0.0.1:${port}/live`, { hwaccel: "none" }, 600_000);
			const isConnected = once(server, "connection");
			const starting = source.start(() => {
				throw new Error("It opened.");
			});
			const outcome = expect(starting).rejects.toThrow("was stopped before it was open");
			await isConnected;
			await source.stop();
			await outcome;
		}
		server.close();
	});

	it("hears a sender over UDP again after a silence: the port is let go of before it is taken anew", async () => {
		const bytes = readFileSync(await makeClip({ ...SMALL, frames: 48, keyframeInterval: 12, container: "ts" }));
		const sender = createSocket("udp4");
		sender.bind(0, "127.0.0.1");
		await once(sender, "listening");
		// A port that was free a moment ago.
		const probe = createSocket("udp4").bind(0, "127.0.0.1");
		await once(probe, "listening");
		const { port } = probe.address();
		await new Promise<void>((resolve) => probe.close(() => resolve()));
		let sending = true;
		let at = 0;
		const timer = setInterval(() => {
			if (sending) sender.send(bytes.subarray(at, at + 7 * 188), port, "127.0.0.1");
			at = at + 7 * 188 < bytes.length ? at + 7 * 188 : 0;
		}, 5);
		try {
			await using test = await SourceUnderTest.start(open(`udp://127.0.0.1:${port}?timeout=400000`));
			await test.take(5);
			sending = false;
			await test.until(() => test.notices.length > 0);
			sending = true;
			const { sequence } = test.store;
			await test.until(() => test.store.sequence > sequence + 5);
			expect(test.notices.join()).not.toContain("in use");
		} finally {
			clearInterval(timer);
			sender.close();
		}
	});
});
