import { afterEach, describe, expect, it } from "vitest";
import { VideoGate } from "../replay/video-gate.ts";
import type { LogMessage } from "../rrd/log-message.ts";
import { introduction, outline, scalar, videoSample } from "../rrd/log-messages.cases.ts";
import { RrdReader } from "../rrd/rrd-reader.ts";
import { CallbackSink, logChannelSink } from "./callback-sink.ts";
import { MemorySink } from "./memory-sink.ts";
import type { SinkError } from "./sink.ts";
import { type WebSocketLike, WebSocketSink } from "./web-socket-sink.ts";

/** A recording's entities and their times. */
function read(rrd: Uint8Array): string[] {
	const reader = new RrdReader();
	const lines: string[] = [];
	for (const message of reader.push(rrd)) {
		if (message.type === "chunk")
			lines.push(`${message.chunk().entityPath} ${message.chunk().timelines[0]?.times[0] ?? "static"}`);
		else if (message.type !== "header") lines.push(message.type);
	}
	reader.end();
	return lines;
}

describe("VideoGate", () => {
	it("lets nothing of a video in, after something was left out, until it begins anew", () => {
		const gate = new VideoGate();
		const admitted = (message: LogMessage, hasRoom: boolean) =>
			gate.admits(message, hasRoom) ? [outline(message)] : [];
		expect([
			...admitted(introduction(), false),
			...admitted(scalar("/s", null), false),
			...admitted(videoSample("/v", 0, { key: true }), true),
			...admitted(videoSample("/v", 1), false),
			...admitted(videoSample("/v", 2), true),
			...admitted(scalar("/a", 2), true),
			...admitted(scalar("/a", 3), false),
			...admitted(videoSample("/w", 3), true),
			...admitted(videoSample("/v", 4, { key: true }), false),
			...admitted(videoSample("/v", 5), true),
			...admitted(videoSample("/v", 6, { key: true }), true),
			...admitted(videoSample("/v", 7), true),
		]).toEqual(["storeInfo one", "/s static", "/v 0", "/a 2", "/w 3", "/v 6", "/v 7"]);
	});
});

describe("MemorySink", () => {
	it("gives what was written since the last time, as recordings of their own", async () => {
		const sink = new MemorySink();
		sink.write([introduction(), scalar("/a", 0)]);
		sink.write([scalar("/a", 1)]);
		expect(sink.stats.queuedBytes).toBeGreaterThan(1000);
		expect(read(sink.drain())).toEqual(["storeInfo", "/a 0", "/a 1"]);
		sink.write([scalar("/a", 2)]);
		expect(await sink.flush()).toBe(true);
		expect(read(sink.drain())).toEqual(["/a 2"]);
		expect(sink.stats).toMatchObject({ messages: 4, queuedBytes: 0, lostMessages: 0 });
	});

	it("is bounded, and says once after each flush that it is full", async () => {
		const problems: string[] = [];
		const sink = new MemorySink({ memoryLimitBytes: 5000, onProblem: ({ message }) => problems.push(message) });
		for (let step = 0; step < 10; step++) sink.write([scalar("/a", step)]);
		expect(sink.stats.messages + sink.stats.lostMessages).toBe(10);
		expect(sink.stats.queuedBytes).toBeLessThanOrEqual(5000);
		expect(problems).toEqual(["The recording in memory has its 5000 bytes: messages are lost."]);
		expect([await sink.flush(), await sink.flush()]).toEqual([false, true]);
		sink.write([scalar("/b", 0)]);
		expect(problems.length).toBe(2);
		await sink.close();
		const strict = new MemorySink({ strict: true, onProblem: () => {} });
		await strict.close();
		expect(() => strict.write([scalar("/a", 0)])).toThrow("The recording in memory is closed.");
	});

	it("goes on when what it reports to throws", () => {
		const sink = new MemorySink({
			memoryLimitBytes: 0,
			onProblem: () => {
				throw new Error("no");
			},
		});
		expect(() => sink.write([scalar("/a", 0)])).not.toThrow();
	});
});

describe("CallbackSink", () => {
	it("hands over recordings as they come, and ends when its receiver does", async () => {
		const got: string[][] = [];
		const problems: SinkError[] = [];
		const channel = {
			ready: true,
			closed: false,
			send_rrd: (rrd: Uint8Array) => void got.push(read(rrd)),
			close() {
				this.closed = true;
			},
		};
		const sink = logChannelSink(channel, { onProblem: (problem) => problems.push(problem) });
		sink.write([introduction(), scalar("/a", 0)]);
		sink.write([]);
		sink.write([scalar("/a", 1)]);
		expect(got).toEqual([["storeInfo", "/a 0"], ["/a 1"]]);
		channel.ready = false;
		sink.write([scalar("/a", 2)]);
		sink.write([scalar("/a", 3)]);
		expect(sink.stats).toMatchObject({ messages: 3, lostMessages: 2, failure: problems[0] });
		expect(problems.map(({ kind }) => kind)).toEqual(["failed"]);
		expect(await sink.flush()).toBe(false);
		await sink.close();
		expect(channel.closed).toBe(true);
		const strict = new CallbackSink(
			() => {
				throw new Error("full");
			},
			{ strict: true, onProblem: () => {} },
		);
		expect(() => strict.write([scalar("/a", 0)])).toThrow("The receiver does not take messages: full");
	});
});

/** The parts of a WebSocket that every library has. */
class FakeSocket implements WebSocketLike {
	binaryType = "blob";
	readyState = 0;
	bufferedAmount = 0;
	readonly got: string[] = [];
	readonly #listeners: { readonly type: string; readonly listener: () => void }[] = [];

	addEventListener(type: string, listener: () => void): void {
		this.#listeners.push({ type, listener });
	}

	send(bytes: Uint8Array): void {
		this.got.push(...read(bytes));
	}

	close(): void {
		this.become(3, "close");
	}

	become(state: number, event: string): void {
		this.readyState = state;
		for (const { type, listener } of this.#listeners) if (type === event) listener();
	}
}

describe("WebSocketSink", () => {
	const sinks: WebSocketSink[] = [];
	afterEach(async () => {
		for (const sink of sinks.splice(0)) await sink.close();
	});
	const sinkOn = (socket: FakeSocket, options = {}) => {
		const problems: string[] = [];
		const sink = new WebSocketSink(socket, {
			flushTimeoutSec: 0.1,
			onProblem: ({ message }) => problems.push(message),
			...options,
		});
		sinks.push(sink);
		return { sink, problems };
	};

	it("keeps what is written until the socket is open, and says when all was sent", async () => {
		const socket = new FakeSocket();
		const { sink } = sinkOn(socket);
		sink.write([introduction(), scalar("/s", null), scalar("/a", 0)]);
		expect(await sink.flush(0.02)).toBe(false);
		socket.become(1, "open");
		expect(socket.binaryType).toBe("arraybuffer");
		sink.write([scalar("/a", 1)]);
		expect(socket.got).toEqual(["storeInfo", "/s static", "/a 0", "/a 1"]);
		expect(await sink.flush()).toBe(true);
	});

	it("waits while the socket has no room, and then leaves out the oldest", async () => {
		const socket = new FakeSocket();
		const { sink, problems } = sinkOn(socket, { queueBytes: 5000 });
		socket.become(1, "open");
		socket.bufferedAmount = 2 ** 21;
		for (let step = 0; step < 10; step++) sink.write([scalar("/a", step)]);
		expect(socket.got).toEqual([]);
		socket.bufferedAmount = 0;
		expect(await sink.flush(20)).toBe(false);
		expect(socket.got.at(-1)).toBe("/a 9");
		expect(socket.got.length + sink.stats.lostMessages).toBe(10);
		expect(problems).toEqual([
			"The WebSocket does not take messages as fast as they are logged: messages are lost.",
		]);
	});

	it("ends with a socket of somebody else's, and counts what was not sent", () => {
		const socket = new FakeSocket();
		const { sink, problems } = sinkOn(socket);
		sink.write([scalar("/a", 0), scalar("/s", null)]);
		socket.close();
		expect(problems).toEqual(["The WebSocket was closed by its other end."]);
		sink.write([scalar("/a", 1)]);
		expect(sink.stats.lostMessages).toBe(3);
	});
});
