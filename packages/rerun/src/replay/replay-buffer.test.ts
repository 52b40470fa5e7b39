import { describe, expect, it } from "vitest";
import { LogMessage } from "../rrd/log-message.ts";
import {
	BLUEPRINT,
	CODECS,
	introduction,
	outline,
	scalar,
	videoCodec,
	videoSample,
} from "../rrd/log-messages.cases.ts";
import { ReplayBuffer, type ReplayReader } from "./replay-buffer.ts";

const ignore = () => {};

function readAll(reader: ReplayReader): string[] {
	const read: string[] = [];
	for (let message = reader.next(); message !== null; message = reader.next())
		read.push(outline(LogMessage.fromBytes(message.kind, message.bytes)));
	return read;
}

const historyOf = (buffer: ReplayBuffer) => {
	const reader = buffer.read(null, ignore);
	const read = readAll(reader);
	reader.close();
	return read;
};

const add = (buffer: ReplayBuffer, ...messages: LogMessage[]) => {
	for (const message of messages) buffer.add(message);
};

const activation = (makeActive: boolean) =>
	LogMessage.blueprintActivation({ storeId: BLUEPRINT, makeActive, makeDefault: true });

describe("ReplayBuffer", () => {
	it("gives later readers stores and blueprints first, then static data, the rest, and new messages", () => {
		const buffer = new ReplayBuffer();
		add(
			buffer,
			introduction(),
			scalar("/a", 0),
			scalar("/fixed", null),
			introduction(BLUEPRINT),
			scalar("/viewport", 0, { storeId: BLUEPRINT }),
		);
		add(buffer, activation(true), scalar("/a", 1));
		const reader = buffer.read(null, ignore);
		expect(readAll(reader)).toEqual([
			"storeInfo one",
			"storeInfo plan",
			"/viewport 0",
			"blueprintActivation plan",
			"/fixed static",
			"/a 0",
			"/a 1",
		]);
		add(buffer, scalar("/a", 2), scalar("/fixed", null));
		expect(readAll(reader)).toEqual(["/a 2", "/fixed static"]);
	});

	it("newest first gives what comes and the newest of history before the rest", () => {
		const buffer = new ReplayBuffer({ newestFirst: true });
		add(buffer, introduction(), scalar("/b", null), scalar("/a", 0), scalar("/a", 1), scalar("/a", 2));
		const reader = buffer.read(1e6, ignore);
		const first = [1, 2, 3].map(() => outline(LogMessage.fromBytes(...kindAndBytes(reader))));
		add(buffer, scalar("/a", 3));
		expect([...first, ...readAll(reader)]).toEqual(["storeInfo one", "/b static", "/a 2", "/a 3", "/a 1", "/a 0"]);
	});

	it("throws away what is older than it may be, video in front of key frames, and nothing that is static", () => {
		let nowSec = 0;
		const buffer = new ReplayBuffer({ maxAgeSec: 10, nowSec: () => nowSec });
		add(buffer, introduction(), scalar("/fixed", null), videoCodec("/v", CODECS.h264));
		for (; nowSec < 12; nowSec++)
			add(buffer, scalar("/a", nowSec), videoSample("/v", nowSec, { key: nowSec % 4 === 0 }));
		// A sample that needs a forgotten one goes with it.
		const kept = ["/a 2", "/a 3", "/a 4", "/v 4", "/a 5", "/v 5"];
		const history = historyOf(buffer).filter((line) => /^\/[av] \d/.test(line));
		expect(history.slice(0, kept.length)).toEqual(kept);
		nowSec = 100;
		expect(historyOf(buffer)).toEqual(["storeInfo one", "/fixed static", "/v static"]);
		expect(() => new ReplayBuffer({ maxAgeSec: 0 })).toThrow("maxAgeSec must be above 0");
	});

	it("forgets an entity when it is told to, and what comes of it later is kept anew", () => {
		const buffer = new ReplayBuffer();
		add(buffer, introduction(), scalar("/a", null), scalar("/b", null));
		const { byteLength } = buffer;
		add(buffer, videoCodec("/v", CODECS.h264), videoSample("/v", 0, { key: true }), scalar("/b", 1));
		const before = buffer.byteLength;
		const begun = buffer.read(null, ignore);
		add(buffer, scalar("/a", 1), videoSample("/v", 1));
		buffer.forget((entity) => entity === "/a" || entity === "/v");
		expect(historyOf(buffer)).toEqual(["storeInfo one", "/b static", "/b 1"]);
		expect(buffer.byteLength).toBeLessThan(Math.min(before, byteLength + scalar("/b", 1).bytes.length + 256));
		expect(readAll(begun)).toEqual(["storeInfo one", "/b static", "/b 1"]);
		add(buffer, videoSample("/v", 2, { key: true }), videoSample("/v", 3), scalar("/a", 2));
		expect(historyOf(buffer).slice(3)).toEqual(["/v 2", "/v 3", "/a 2"]);
	});

	it("forgets a layout once another is active and the default in its place", () => {
		const buffer = new ReplayBuffer();
		const plan = (recordingId: string) => ({ ...BLUEPRINT, recordingId });
		const show = (recordingId: string, makeDefault: boolean) => {
			const storeId = plan(recordingId);
			add(buffer, introduction(storeId), scalar("/viewport", 0, { storeId }));
			add(buffer, LogMessage.blueprintActivation({ storeId, makeActive: true, makeDefault }));
		};
		add(buffer, introduction());
		show("first", true);
		const { persistentBytes } = buffer;
		show("second", false);
		expect(historyOf(buffer).filter((line) => line.startsWith("storeInfo"))).toHaveLength(3);
		show("third", true);
		expect(historyOf(buffer)).toEqual([
			"storeInfo one",
			"storeInfo third",
			"/viewport 0",
			"blueprintActivation third",
		]);
		expect(buffer.persistentBytes).toBe(persistentBytes);
		expect(buffer.byteLength).toBe(persistentBytes);
	});

	it("throws away the oldest first, then static data, and stores and blueprints never", () => {
		const size = scalar("/a", 0).bytes.length + 256;
		const fixed = introduction().bytes.length + 256 + 2 * (scalar("/s0", null).bytes.length + 256);
		const buffer = new ReplayBuffer({ memoryLimitBytes: fixed + 3.5 * size });
		add(buffer, introduction(), scalar("/s0", null), scalar("/s1", null));
		for (let step = 0; step < 10; step++) add(buffer, scalar("/a", step));
		expect(historyOf(buffer)).toEqual(["storeInfo one", "/s0 static", "/s1 static", "/a 7", "/a 8", "/a 9"]);
		expect(buffer.trimmedMessages).toBe(7);
		expect(buffer.byteLength).toBeLessThanOrEqual(fixed + 3.5 * size);
		// Fits beside the introduction and one of the others.
		add(buffer, scalar("/s2", null, { count: 720 }));
		expect(historyOf(buffer)).toEqual(["storeInfo one", "/s1 static", "/s2 static"]);
		add(buffer, introduction(BLUEPRINT));
		for (let step = 0; step < 50; step++) add(buffer, scalar("/viewport", step, { storeId: BLUEPRINT }));
		expect(historyOf(buffer).length).toBe(52);
		expect(buffer.persistentBytes).toBe(buffer.byteLength);
	});

	it("keeps nothing but stores and blueprints with a limit of 0, and still gives all that comes", () => {
		const buffer = new ReplayBuffer({ memoryLimitBytes: 0 });
		const reader = buffer.read(1e6, ignore);
		add(buffer, introduction(), scalar("/s", null), scalar("/a", 0));
		expect(readAll(reader)).toEqual(["storeInfo one", "/s static", "/a 0"]);
		expect(historyOf(buffer)).toEqual(["storeInfo one"]);
	});

	it("keeps of static data the newest, and of a store one introduction", () => {
		const buffer = new ReplayBuffer();
		for (let round = 0; round < 100; round++)
			add(buffer, introduction(), scalar("/s", null, { value: round }), activation(round % 2 === 0));
		add(buffer, scalar("/t", null));
		expect(historyOf(buffer)).toEqual(["storeInfo one", "blueprintActivation plan", "/s static", "/t static"]);
		expect(buffer.trimmedMessages).toBe(0);
		const single = new ReplayBuffer();
		add(single, introduction(), scalar("/s", null, { value: 99 }), activation(false), scalar("/t", null));
		expect(buffer.byteLength).toBe(single.byteLength);
	});

	it.each([
		["marked", true, undefined],
		["found in H.264", false, CODECS.h264],
	])("cuts video before key frames (%s)", (_, marked, codec) => {
		const buffer = new ReplayBuffer({ memoryLimitBytes: 60_000 });
		add(buffer, introduction());
		if (codec !== undefined) add(buffer, videoCodec("/v", codec), videoCodec("/w", codec));
		for (let step = 0; step < 100; step++) {
			add(buffer, videoSample("/v", step, { key: step % 7 === 0, marked }));
			if (step % 10 === 0) add(buffer, videoSample("/w", step, { key: step % 20 === 0, marked }));
			add(buffer, scalar("/a", step));
			const found = historyOf(buffer);
			for (const [stream, distance] of [
				["/v", 7],
				["/w", 20],
			] as const) {
				const steps = found
					.filter((line) => line.startsWith(stream) && !line.endsWith("static"))
					.map((line) => Number(line.split(" ")[1]));
				expect(steps[0]! % distance || 0).toBe(0);
				expect(steps.length).toBeGreaterThanOrEqual(stream === "/v" && step > 7 ? 1 : 0);
				// Nothing within is missing.
				for (const [index, at] of steps.entries())
					if (index > 0) expect(at - steps[index - 1]!).toBe(stream === "/v" ? 1 : 10);
			}
			expect(buffer.byteLength).toBeLessThanOrEqual(60_000);
		}
	});

	it("keeps of a video without room for a whole group nothing until it begins anew", () => {
		const buffer = new ReplayBuffer({ memoryLimitBytes: 20_000 });
		add(buffer, videoSample("/v", 0, { key: true }));
		for (let step = 1; step < 30; step++) add(buffer, videoSample("/v", step));
		expect(historyOf(buffer)).toEqual([]);
		expect(buffer.byteLength).toBe(0);
		add(buffer, videoSample("/v", 30, { key: true }), videoSample("/v", 31));
		expect(historyOf(buffer)).toEqual(["/v 30", "/v 31"]);
	});

	it("cuts video of a codec that it can't read anywhere", () => {
		const buffer = new ReplayBuffer({ memoryLimitBytes: 20_000 });
		add(buffer, videoCodec("/v", CODECS.av1));
		for (let step = 0; step < 30; step++) add(buffer, videoSample("/v", step, { marked: false }));
		expect(historyOf(buffer).length).toBeGreaterThan(3);
		expect(historyOf(buffer).at(-1)).toBe("/v 29");
	});

	it("drops a reader that stays too far behind, and nobody else", () => {
		const buffer = new ReplayBuffer();
		for (let step = 0; step < 100; step++) add(buffer, scalar("/a", step));
		let told = 0;
		// Reading all of a long history takes time, in which only what is new counts.
		const slow = buffer.read(10_000, () => told++);
		const fast = buffer.read(10_000, ignore);
		expect(readAll(fast).length).toBe(100);
		expect(slow.next()).not.toBeNull();
		for (let step = 100; step < 110; step++) {
			add(buffer, scalar("/a", step));
			expect(readAll(fast)).toEqual([`/a ${step}`]);
			expect(fast.backlogBytes).toBe(0);
		}
		expect([slow.dropped, fast.dropped, told]).toEqual([true, false, 1]);
		expect(slow.next()).toBeNull();
		expect([...buffer.readers]).toEqual([fast]);
	});

	it("doesn't hold for a slow reader's sake what it threw away, unless it was new to it", () => {
		const buffer = new ReplayBuffer({ memoryLimitBytes: 10_000 });
		for (let step = 0; step < 4; step++) add(buffer, scalar("/a", step));
		const patient = buffer.read(null, ignore);
		const live = buffer.read(1e6, ignore);
		for (let step = 4; step < 40; step++) add(buffer, scalar("/a", step));
		const left = readAll(patient);
		expect(left).toEqual(historyOf(buffer));
		expect(readAll(live)).toEqual(Array.from({ length: 36 }, (_, at) => `/a ${at + 4}`));
	});

	it("wakes a reader once after it had read all", () => {
		const buffer = new ReplayBuffer();
		let woken = 0;
		const reader = buffer.read(null, () => woken++);
		add(buffer, scalar("/a", 0));
		expect(woken).toBe(0);
		expect(readAll(reader)).toEqual(["/a 0"]);
		add(buffer, scalar("/a", 1), scalar("/a", 2));
		expect(woken).toBe(1);
		expect(readAll(reader)).toEqual(["/a 1", "/a 2"]);
		reader.close();
		add(buffer, scalar("/a", 3));
		expect([woken, reader.next()]).toEqual([1, null]);
	});

	it("releases what has arrived, and keeps what others need", () => {
		const buffer = new ReplayBuffer();
		add(buffer, introduction(), scalar("/s", null), videoSample("/v", 0, { key: true }));
		const arrived = buffer.sequence;
		add(buffer, videoSample("/v", 1), scalar("/a", 2));
		buffer.release(arrived);
		expect(historyOf(buffer)).toEqual(["storeInfo one", "/s static", "/v 1", "/a 2"]);
		buffer.release(buffer.sequence);
		expect(historyOf(buffer)).toEqual(["storeInfo one", "/s static"]);
		expect(buffer.trimmedMessages).toBe(0);
		expect(buffer.byteLength).toBe(introduction().bytes.length + scalar("/s", null).bytes.length + 512);
	});

	it("is not made with a limit that is none", () => {
		expect(() => new ReplayBuffer({ memoryLimitBytes: Number.NaN })).toThrow(
			"memoryLimitBytes must be 0 or more, not NaN.",
		);
	});

	it("keeps memory of its own, not the reserve of whoever wrote the bytes", () => {
		const large = new Uint8Array(100_000);
		const { bytes } = scalar("/a", 0);
		large.set(bytes, 5);
		const buffer = new ReplayBuffer();
		add(buffer, LogMessage.fromBytes("chunk", large.subarray(5, 5 + bytes.length)));
		expect(buffer.read(null, ignore).next()!.bytes.buffer.byteLength).toBe(bytes.length);
	});
});

function kindAndBytes(reader: ReplayReader): [LogMessage["kind"], Uint8Array] {
	const { kind, bytes } = reader.next()!;
	return [kind, bytes];
}
