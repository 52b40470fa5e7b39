import { describe, expect, it } from "vitest";
import { Points3D } from "../archetypes/spatial-3d.generated.ts";
import { valueAt } from "../arrow/arrow-values.ts";
import { Batching, ChunkBatcher } from "../chunk/batcher.ts";
import { TuidSource } from "../chunk/tuid.ts";
import { seededRandom } from "../seeded-random.cases.ts";
import { LogMessage } from "./log-message.ts";
import { BLUEPRINT, introduction, outline, STORE, scalar } from "./log-messages.cases.ts";
import { MessageError } from "./messages.ts";
import { RrdReader } from "./rrd-reader.ts";
import { RrdWriter } from "./rrd-writer.ts";

const activation = LogMessage.blueprintActivation({ storeId: BLUEPRINT, makeActive: true, makeDefault: true });

describe("LogMessage", () => {
	it("is encoded once, and read again from its bytes", () => {
		for (const message of [
			LogMessage.chunk(STORE, scalar("/a", 5, { count: 100 }).chunk()!, "lz4"),
			introduction(),
			scalar("/a", 5, { count: 100 }),
			scalar("/a", null),
			activation,
			scalar("/b", 1, { storeId: BLUEPRINT }),
		]) {
			expect(message.bytes).toBe(message.bytes);
			const again = LogMessage.fromBytes(message.kind, message.bytes);
			expect(again).toMatchObject({
				kind: message.kind,
				storeId: message.storeId,
				isStatic: message.isStatic,
				retention: message.retention,
				uncompressedByteLength: message.uncompressedByteLength,
			});
			expect(outline(again)).toBe(outline(message));
			expect(again.chunk()).toBe(again.chunk());
		}
		expect(valueAt(LogMessage.fromBytes("chunk", scalar("/a", 5).bytes).chunk()!.components[0]!.lists, 0)).toEqual([
			5,
		]);
	});

	it("has large buffers as they were logged, without another copy", () => {
		const random = seededRandom(1);
		const [batch] = new Points3D(Float32Array.from({ length: 300_000 }, random)).batches;
		const { values } = batch!.values.children[0]!;
		const batcher = new ChunkBatcher(new TuidSource(() => 1n), Batching.never);
		batcher.push("/cloud", [], [batch!]);
		const [chunk] = batcher.drain();
		const message = LogMessage.chunk(STORE, chunk!);
		for (const pieces of [message.pieces, new RrdWriter().messagePieces(message)])
			expect(pieces.some((piece) => piece.buffer === values!.buffer && piece.length === values!.byteLength)).toBe(
				true,
			);
		const again = LogMessage.fromBytes("chunk", message.bytes).chunk()!;
		expect(again.components[0]!.lists.children[0]!.children[0]!.values).toEqual(values);
	});

	it("says how long those who come later need it", () => {
		expect(introduction().retention).toBe("persistent");
		expect(activation.retention).toBe("persistent");
		expect(scalar("/viewport", 0, { storeId: BLUEPRINT }).retention).toBe("persistent");
		expect(scalar("/a", null).retention).toBe("static");
		expect(scalar("/a", 0).retention).toBe("temporal");
	});

	it("is refused where bytes are none", () => {
		expect(() => LogMessage.fromBytes("chunk", Uint8Array.of(1, 2, 3))).toThrow(MessageError);
		expect(() => LogMessage.fromBytes("chunk", introduction().bytes)).toThrow(MessageError);
		expect(() => LogMessage.fromBytes("storeInfo", new Uint8Array(0))).toThrow(MessageError);
	});

	it("is written to files, whose table of chunks has it", () => {
		const messages = [introduction(), scalar("/a", 5, { count: 100 }), scalar("/b", null), activation];
		const writer = new RrdWriter();
		const bytes = Buffer.concat([...messages.map((message) => writer.message(message)), writer.finish()]);
		const reader = new RrdReader();
		const found = [...reader.push(bytes)];
		reader.end();
		expect(found.map(({ type }) => type)).toEqual([
			"header",
			"storeInfo",
			"chunk",
			"chunk",
			"blueprintActivation",
			"footer",
		]);
		const footer = found.at(-1)!;
		if (footer.type !== "footer") throw new Error("no footer");
		const [{ storeId, entries }] = footer.manifests as [(typeof footer.manifests)[number]];
		expect(storeId).toEqual(STORE);
		expect(entries.map(({ entityPath, byteLength }) => [entityPath, byteLength])).toEqual([
			["/a", messages[1]!.bytes.length],
			["/b", messages[2]!.bytes.length],
		]);
		expect(
			bytes.subarray(entries[1]!.byteOffset).subarray(0, entries[1]!.byteLength).equals(messages[2]!.bytes),
		).toBe(true);
	});

	it("that can't be read leaves a file without such a table, and is in it", () => {
		const { bytes } = scalar("/a", 5);
		const broken = Uint8Array.from(bytes);
		const at = Buffer.from(broken).indexOf("rerun:entity_path");
		broken.set(new TextEncoder().encode("nothing"), at);
		const writer = new RrdWriter();
		const file = Buffer.concat(
			[introduction(), LogMessage.fromBytes("chunk", broken)].map((message) => writer.message(message)),
		);
		const found = [...new RrdReader().push(Buffer.concat([file, writer.finish()]))];
		expect(found.map(({ type }) => type)).toEqual(["header", "storeInfo", "chunk"]);
	});
});
