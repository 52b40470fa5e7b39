import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import zlib from "node:zlib";
import { McapRecordBuilder } from "@mcap/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { MotionFileError } from "./motion-file-error.ts";
import { readMotion } from "./read-motion.ts";
import { recordInProcess } from "./recorder-in-process.cases.ts";
import { recordEverything } from "./synthetic-motion.cases.ts";

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "panogaze-hostile-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const MIB = 1 << 20;

/** Outcome of reading a file: its number of poses, or the error. */
async function outcome(path: string): Promise<number | Error> {
	let poses = 0;
	try {
		for await (const _ of readMotion(path)) poses++;
		return poses;
	} catch (error) {
		return error as Error;
	}
}

async function recorded(name: string): Promise<Buffer> {
	const recorder = await recordInProcess({ path: join(folder, name) });
	recordEverything(recorder, 3);
	await recorder.close();
	return readFile(recorder.path);
}

describe("MCAP that inflates", () => {
	/**
	 * A recording with one message of zeros in each chunk.
	 * @param stated what each chunk says that it inflates to, bytes
	 */
	async function bomb(
		name: string,
		chunks: number,
		bytes: number,
		stated = (actual: number) => actual,
	): Promise<string> {
		const inner = new McapRecordBuilder();
		inner.writeSchema({ id: 1, name: "zeros", encoding: "", data: new Uint8Array() });
		inner.writeChannel({ id: 1, schemaId: 1, topic: "/zeros", messageEncoding: "", metadata: new Map() });
		inner.writeMessage({ channelId: 1, sequence: 0, logTime: 0n, publishTime: 0n, data: new Uint8Array(bytes) });
		const content = inner.buffer;
		const records = zlib.zstdCompressSync(content);
		const outer = new McapRecordBuilder();
		outer.writeMagic();
		outer.writeHeader({ profile: "", library: "" });
		outer.writeMetadata({ name: "panogaze.recording", metadata: new Map([["axes", "flu"]]) });
		const times = { messageStartTime: 0n, messageEndTime: 0n, uncompressedCrc: 0 };
		for (let chunk = 0; chunk < chunks; chunk++)
			outer.writeChunk({
				...times,
				uncompressedSize: BigInt(stated(content.byteLength)),
				compression: "zstd",
				records,
			});
		const path = join(folder, name);
		await writeFile(path, outer.buffer);
		return path;
	}

	it("reads a chunk of 60 MiB", async () => {
		expect(await outcome(await bomb("large.mcap", 1, 60 * MIB))).toBe(0);
	});

	it.each([
		["chunk over 64 MiB", 1, 65 * MIB, undefined, /has a chunk of \d+ bytes, more than 67108864/],
		["chunk that states less than it is", 1, 60 * MIB, () => 100, /not of the 100 bytes that it states/],
		["chunk that states more than it is", 1, MIB, () => 60 * MIB, /not of the 62914560 bytes that it states/],
		[
			"chunk that states more than there is memory",
			1,
			MIB,
			() => Number.MAX_SAFE_INTEGER,
			/has a chunk of 9007199254740991 bytes/,
		],
		["file that inflates to 18 times 60 MiB", 18, 60 * MIB, undefined, /inflates to more than 1000 times its size/],
	])("refuses a %s", async (name, chunks, bytes, stated, words) => {
		const path = await bomb(`${name}.mcap`, chunks, bytes, stated);
		const before = process.memoryUsage().arrayBuffers;
		const result = await outcome(path);
		expect(result).toBeInstanceOf(MotionFileError);
		expect((result as Error).message).toMatch(words);
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(400 * MIB);
	});

	it("lets other work have its turn between records", async () => {
		const whole = await recordInProcess({ path: join(folder, "long.mcap") });
		recordEverything(whole, 120);
		await whole.close();
		let turns = 0;
		let counting = true;
		const count = () => {
			turns++;
			if (counting) setImmediate(count);
		};
		setImmediate(count);
		expect(await outcome(whole.path)).toBe(480);
		counting = false;
		expect(turns).toBeGreaterThan(3);
	});
});

describe("mutants", () => {
	it.each(["x.h5", "x.mcap"])(
		"of %s are read, or are a MotionFileError, and a whole file in their place is read",
		async (name) => {
			const whole = await recorded(name);
			const path = join(folder, name);
			const random = seededRandom(77);
			let broken = 0;
			for (let round = 0; round < 40; round++) {
				const mutant = Buffer.from(whole);
				for (let edit = 0; edit <= random() * 3; edit++)
					mutant[Math.floor(random() * mutant.length)] = random() < 0.5 ? 0xff : random() * 256;
				const cut = random() < 0.1 ? mutant.subarray(0, Math.floor(random() * mutant.length)) : mutant;
				await writeFile(path, cut);
				const result = await outcome(path);
				if (typeof result === "number") continue;
				broken++;
				expect(result).toBeInstanceOf(MotionFileError);
				expect(result.message).toContain(path);
				await writeFile(path, whole);
				expect(await outcome(path)).toBe(12);
			}
			expect(broken).toBeGreaterThan(10);
		},
	);
});
