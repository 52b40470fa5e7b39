import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { describe, expect, it } from "vitest";
import { TrackingSender } from "../src/client/tracking-sender.ts";
import { PoseSample } from "../src/skeleton/pose-sample.ts";
import { seededRandom } from "../src/skeleton/seeded-random.cases.ts";

/** The class that docs/how-to/write-a-client.md shows. */
interface DocumentedWindow {
	readonly windowBytes: number;
	roundTripMs: number;
	sent(nowMs: number, bytes: number): void;
	hasRoom(nowMs: number, bytes: number | "head", bufferedAmount: number): boolean;
}

function documentedWindow(): DocumentedWindow {
	const page = readFileSync(new URL("../docs/how-to/write-a-client.md", import.meta.url), "utf8");
	const [, program] = /```ts\n([\s\S]*?)```/.exec(page)!;
	return new Function(`${stripTypeScriptTypes(program!)}\nreturn new SendWindow();`)() as DocumentedWindow;
}

function pose(kind: "head" | "skeleton", stream: number, bones: number): PoseSample {
	const sample = new PoseSample();
	sample.kind = kind;
	sample.reset(bones);
	sample.stream = stream;
	sample.valid.fill(1, 0, bones);
	return sample;
}

describe("the send window of docs/how-to/write-a-client.md", () => {
	it.each([1, 2, 3])("sends what TrackingSender sends, on a channel that fills at random (seed %i)", (seed) => {
		const random = seededRandom(seed);
		const sender = new TrackingSender();
		const window = documentedWindow();
		const head = pose("head", 0, 1);
		const body = pose("skeleton", 3, 20);
		const messages: number[] = [];
		const channel = {
			readyState: "open" as const,
			bufferedAmount: 0,
			send: (message: string | ArrayBufferView) => void messages.push((message as string).length),
		};
		const differences: string[] = [];
		let bodyBytes = 0;
		let smallest = window.windowBytes;
		let largest = window.windowBytes;
		let sentBodies = 0;
		for (let nowMs = 0; nowMs < 40_000; nowMs += 1 + Math.floor(random() * 12)) {
			// Ten seconds of a free path, then of one that is narrow, and again.
			const isNarrow = Math.floor(nowMs / 10_000) % 2 === 1;
			channel.bufferedAmount = isNarrow && random() < 0.7 ? Math.floor(random() * 20_000) : 0;
			if (random() < 0.01) sender.roundTripMs = window.roundTripMs = 5 + random() * 200;
			sender.put(head, nowMs);
			sender.put(body, nowMs);
			messages.length = 0;
			sender.flush(nowMs, channel);
			const [headBytes, ...rest] = messages;
			if ((headBytes !== undefined) !== window.hasRoom(nowMs, "head", channel.bufferedAmount))
				differences.push(`head at ${nowMs}`);
			if (headBytes !== undefined) window.sent(nowMs, headBytes);
			if ((rest.length === 1) !== window.hasRoom(nowMs, bodyBytes, channel.bufferedAmount))
				differences.push(`body at ${nowMs}`);
			for (const bytes of rest) {
				window.sent(nowMs, bytes);
				bodyBytes = bytes;
				sentBodies++;
			}
			if (window.windowBytes !== sender.windowBytes) differences.push(`window at ${nowMs}`);
			smallest = Math.min(smallest, window.windowBytes);
			largest = Math.max(largest, window.windowBytes);
		}
		expect(differences).toEqual([]);
		expect(sentBodies).toBeGreaterThan(500);
		expect(smallest).toBeLessThan(4 * 1191);
		expect(largest).toBeGreaterThan(10 * 1191);
	});

	it("gives the constants of the Unity package's sender", () => {
		const unity = readFileSync(new URL("../unity/Runtime/Core/TrackingSender.cs", import.meta.url), "utf8");
		for (const constant of [
			"PacketBytes = 1191",
			"FirstWindow = 10 * PacketBytes",
			"LeastWindow = 4 * PacketBytes",
			"LargestWindow = 100 * PacketBytes",
			"ChunkHeaderBytes = 16",
			"GrowthMs = 1000",
			"AcknowledgedLateMs = 10",
			"UsualRoundTripMs = 50",
			"HandedOverMs = 4",
		])
			expect(unity).toContain(`${constant};`);
	});
});
