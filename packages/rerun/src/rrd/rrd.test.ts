import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { listArray, numberArray } from "../arrow/arrow-array.ts";
import { FLOAT64, list } from "../arrow/arrow-type.ts";
import { valueAt } from "../arrow/arrow-values.ts";
import type { Chunk } from "../chunk/chunk.ts";
import { TuidSource } from "../chunk/tuid.ts";
import { seededRandom } from "../seeded-random.cases.ts";
import type { StoreId } from "./messages.ts";
import { RrdError, type RrdMessage, RrdReader, type RrdReaderOptions } from "./rrd-reader.ts";
import { RrdWriter, type RrdWriterOptions } from "./rrd-writer.ts";

const tuids = new TuidSource(() => 1_700_000_000_000_000_000n, new Uint8Array(8));
const STORE: StoreId = { kind: "recording", recordingId: "one", applicationId: "test" };
const BLUEPRINT: StoreId = { kind: "blueprint", recordingId: "plan", applicationId: "test" };

function scalars(entityPath: string, count: number, isStatic = false): Chunk {
	const rowIds = new DataView(new ArrayBuffer(16 * count));
	tuids.fill(rowIds, 0, count);
	const numbers = Float64Array.from({ length: count }, (_, at) => at * 2);
	return {
		id: tuids.next(),
		entityPath,
		numRows: count,
		rowIds: new Uint8Array(rowIds.buffer),
		timelines: isStatic ? [] : [{ name: "step", kind: "sequence", times: BigInt64Array.from(numbers, BigInt) }],
		components: [
			{
				descriptor: { component: "Scalars:scalars" },
				lists: listArray(
					list(FLOAT64, true),
					Int32Array.from({ length: count + 1 }, (_, at) => at),
					numberArray(FLOAT64, numbers),
				),
			},
		],
	};
}

function recording(options?: RrdWriterOptions): Uint8Array {
	const writer = new RrdWriter(options);
	const parts = [
		writer.storeInfo({ storeId: STORE, source: "tests" }, tuids.next()),
		writer.chunk(STORE, scalars("/a", 10)),
		writer.chunk(STORE, scalars("/b", 1, true)),
		writer.storeInfo({ storeId: BLUEPRINT, source: "tests" }, tuids.next()),
		writer.chunk(BLUEPRINT, scalars("/viewport", 1, true)),
		writer.activateBlueprint({ storeId: BLUEPRINT, makeActive: true, makeDefault: false }),
		writer.chunk(STORE, scalars("/a", 500)),
		writer.finish(),
	];
	const bytes = Buffer.concat(parts);
	expect(writer.byteLength).toBe(bytes.length);
	return bytes;
}

function read(bytes: Uint8Array, pieceBytes = bytes.length, options?: RrdReaderOptions): RrdMessage[] {
	const reader = new RrdReader(options);
	const messages: RrdMessage[] = [];
	for (let at = 0; at < bytes.length; at += pieceBytes)
		messages.push(...reader.push(bytes.subarray(at, at + pieceBytes)));
	reader.end();
	return messages;
}

/** What is left of messages when bytes are left out. */
const outline = (messages: readonly RrdMessage[]) =>
	messages.map((message) =>
		message.type === "chunk"
			? `${message.storeId.recordingId} ${message.chunk().entityPath} ${message.chunk().numRows}`
			: message.type,
	);

describe("recordings", () => {
	const whole = [
		"header",
		"storeInfo",
		"one /a 10",
		"one /b 1",
		"storeInfo",
		"plan /viewport 1",
		"blueprintActivation",
		"one /a 500",
	];

	it("are read as they were written, in pieces of any size, compressed or not", () => {
		for (const compression of ["none", "lz4"] as const) {
			const bytes = recording({ compression });
			for (const pieceBytes of [1, 7, 100, 4096, bytes.length])
				expect(outline(read(bytes, pieceBytes))).toEqual([...whole, "footer"]);
		}
		const messages = read(recording());
		expect(messages[0]).toEqual({ type: "header", version: [0, 33, 0, 0] });
		expect(messages[1]).toEqual({ type: "storeInfo", info: { storeId: STORE, source: "tests" } });
		expect(messages[6]).toEqual({
			type: "blueprintActivation",
			activation: { storeId: BLUEPRINT, makeActive: true, makeDefault: false },
		});
		const last = messages[7]!;
		expect(last.type === "chunk" && valueAt(last.chunk().components[0]!.lists, 499)).toEqual([998]);
	});

	it("end in a table of where each chunk lies", () => {
		const bytes = recording();
		const messages = read(bytes);
		const footer = messages.at(-1)!;
		if (footer.type !== "footer") throw new Error("no footer");
		expect(footer.manifests.map(({ storeId }) => storeId)).toEqual([STORE, BLUEPRINT]);
		const { entries, columns } = footer.manifests[0]!;
		expect(entries.map(({ entityPath, isStatic, numRows }) => [entityPath, isStatic, numRows])).toEqual([
			["/a", false, 10],
			["/b", true, 1],
			["/a", false, 500],
		]);
		for (const { byteOffset, byteLength } of entries) {
			const frame = new DataView(bytes.buffer, bytes.byteOffset + byteOffset - 16);
			expect([frame.getBigUint64(0, true), frame.getBigUint64(8, true)]).toEqual([2n, BigInt(byteLength)]);
		}
		const chunks = messages.filter((message) => message.type === "chunk");
		const ofStore = chunks.filter(({ storeId }) => storeId.kind === "recording");
		const places = (list: readonly { byteOffset: number; byteLength: number }[]) =>
			list.map(({ byteOffset, byteLength }) => [byteOffset, byteLength]);
		expect(places(ofStore)).toEqual(places(entries));
		const values = (name: string) => [0, 1, 2].map((row) => valueAt(columns.get(name)!, row));
		expect(values("step:start")).toEqual([0n, null, 0n]);
		expect(values("step:end")).toEqual([18n, null, 998n]);
		expect(values("step:Scalars:scalars:num_rows")).toEqual([10n, 0n, 500n]);
		expect(values("Scalars:scalars:has_static_data")).toEqual([false, true, false]);
	});

	it("have column names without spaces, dots, commas, dashes and backslashes in that table, as in Rerun", () => {
		const chunk = scalars("/a", 1);
		const [timeline] = chunk.timelines;
		const [component] = chunk.components;
		const named = {
			...chunk,
			timelines: [{ ...timeline!, name: "a b:c/d.e-f" }],
			components: [{ ...component!, descriptor: { component: "x,y\\z!ü" } }],
		};
		const writer = new RrdWriter();
		const [, , footer] = read(Buffer.concat([writer.chunk(STORE, named), writer.finish()]));
		if (footer?.type !== "footer") throw new Error("no footer");
		expect([...footer.manifests[0]!.columns.keys()].slice(7)).toEqual([
			"x_y_z!ü:has_static_data",
			"a_b:c/d_e_f:start",
			"a_b:c/d_e_f:end",
			"a_b:c/d_e_f:x_y_z!ü:start",
			"a_b:c/d_e_f:x_y_z!ü:end",
			"a_b:c/d_e_f:x_y_z!ü:num_rows",
		]);
	});

	it("without a footer are read, and so are several in one file", () => {
		const plain = recording({ footer: false });
		expect(outline(read(plain))).toEqual(whole);
		const both = Buffer.concat([plain, recording(), plain]);
		for (const pieceBytes of [11, both.length])
			expect(outline(read(both, pieceBytes))).toEqual([...whole, ...whole, "footer", ...whole]);
	});

	it("that were cut off give all that is whole, and then say so", () => {
		const bytes = recording();
		const reader = new RrdReader();
		expect(outline([...reader.push(bytes.subarray(0, 2500))])).toEqual(whole.slice(0, 5));
		expect(() => reader.end()).toThrow(
			/The file ends within a message, of which it has \d+ bytes. \(at byte \d+\)/,
		);
	});

	it("that are none are refused", () => {
		const refusal = (bytes: Uint8Array) => {
			try {
				read(bytes);
			} catch (error) {
				return (error as RrdError).message;
			}
			return "none";
		};
		const bytes = recording();
		const changed = (at: number, ...values: number[]) => {
			const copy = Uint8Array.from(bytes);
			copy.set(values, at);
			return copy;
		};
		expect(refusal(new Uint8Array(0))).toBe("The file is empty. (at byte 0)");
		expect(refusal(new TextEncoder().encode("hello, world, how are you"))).toContain("it is no recording of Rerun");
		expect(refusal(changed(3, 0x31))).toContain("before 0.23");
		expect(refusal(changed(5, 22))).toContain("The file is of Rerun 0.22.0");
		expect(refusal(changed(9, 1))).toContain("written in form 1");
		expect(refusal(changed(12, 9))).toBe("A message is of kind 9, which Rerun doesn't have. (at byte 12)");
		expect(refusal(changed(12 + 8 + 5, 1))).toContain("at most 1073741824 are read");
		expect(refusal(changed(bytes.length - 40, 0x55))).toContain("checksum");
		expect(() => read(bytes, bytes.length, { maxMessageByteLength: 1000 })).toThrow("at most 1000 are read");
	});

	it("of the official SDK are read, from the first of today's framing to the newest", () => {
		for (const version of ["0.23.4", "0.26.2", "0.41.0"]) {
			const bytes = readFileSync(new URL(`../../../../test/fixtures/rerun/sdk-${version}.rrd`, import.meta.url));
			const messages = read(bytes, 100);
			expect(messages[0]).toEqual({ type: "header", version: [...version.split(".").map(Number), 0] });
			const chunks = messages.flatMap((message) =>
				message.type === "chunk" ? [{ storeId: message.storeId, chunk: message.chunk() }] : [],
			);
			expect(new Set(chunks.map(({ storeId }) => storeId.applicationId))).toEqual(new Set(["panogaze_fixture"]));
			const columns = chunks
				.filter(({ chunk }) => chunk.entityPath === "/world/points")
				.flatMap(({ chunk }) => chunk.components);
			expect(
				columns.map(({ descriptor }) => descriptor).sort((a, b) => (a.component < b.component ? -1 : 1)),
				version,
			).toEqual([
				{
					component: "Points3D:labels",
					archetype: "rerun.archetypes.Points3D",
					componentType: "rerun.components.Text",
				},
				{
					component: "Points3D:positions",
					archetype: "rerun.archetypes.Points3D",
					componentType: "rerun.components.Position3D",
				},
			]);
			const positions = columns.find(({ descriptor }) => descriptor.component === "Points3D:positions")!.lists;
			expect([0, 1].map((row) => valueAt(positions, row))).toEqual([
				[
					[0, 1, 2],
					[3, 4, 5],
				],
				[
					[1, 1, 2],
					[3, 4, 5],
				],
			]);
			const axes = chunks.find(
				({ chunk }) => chunk.entityPath === "/world" && chunk.components.length > 0,
			)!.chunk;
			expect(axes.timelines).toEqual([]);
			expect(valueAt(axes.components[0]!.lists, 0)).toEqual([Uint8Array.of(3, 1, 6)]);
		}
	});

	it("of a broken kind end in an RrdError and bounded memory, wherever bytes are wrong", () => {
		const random = seededRandom(4);
		const official = readFileSync(new URL("../../../../test/fixtures/rerun/sdk-0.41.0.rrd", import.meta.url));
		const files = [recording(), recording({ compression: "none" }), official];
		const outcomes = { refused: 0, read: 0 };
		for (let round = 0; round < 2000; round++) {
			const bytes = Uint8Array.from(files[round % 3]!);
			for (let flips = 1 + random() * 3; flips > 0; flips--)
				bytes[Math.floor(random() * bytes.length)] = random() < 0.3 ? 0xff : random() * 256;
			try {
				for (const message of read(round % 7 === 0 ? bytes.subarray(0, random() * bytes.length) : bytes))
					if (message.type === "chunk") for (const { lists } of message.chunk().components) valueAt(lists, 0);
				outcomes.read++;
			} catch (error) {
				if (!(error instanceof RrdError)) throw error;
				outcomes.refused++;
			}
		}
		expect(outcomes.refused).toBeGreaterThan(500);
		expect(outcomes.read).toBeGreaterThan(50);
	});
});
