import { execFile, spawn } from "node:child_process";
import fs, { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { promisify } from "node:util";
import { afterAll, describe, expect, it, vi } from "vitest";
import { introduction, scalar, videoSample } from "../../rrd/log-messages.cases.ts";
import { RrdError, RrdReader } from "../../rrd/rrd-reader.ts";
import { saveFile } from "./file-sink.ts";
import { StreamSink } from "./stream-sink.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-rerun-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newPath = () => join(folder, `${files++}.rrd`);

function read(rrd: Uint8Array): { lines: string[]; whole: boolean } {
	const reader = new RrdReader();
	const lines: string[] = [];
	for (const message of reader.push(rrd)) {
		if (message.type === "chunk")
			lines.push(`${message.chunk().entityPath} ${message.chunk().timelines[0]?.times[0] ?? "static"}`);
		else if (message.type !== "header") lines.push(message.type);
	}
	try {
		reader.end();
		return { lines, whole: true };
	} catch (error) {
		if (!(error instanceof RrdError)) throw error;
		return { lines, whole: false };
	}
}

const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
/** A program of its own, that logs as the code says. */
const program = (code: string) => [
	"--input-type=module",
	"--eval",
	`import { saveFile } from ${here("./file-sink.ts")};
import { introduction, scalar } from ${here("../../rrd/log-messages.cases.ts")};
${code}`,
];

describe("saveFile()", () => {
	it("writes a recording that can be read after every flush, and ends it with its table", async () => {
		const path = newPath();
		const sink = saveFile(path, { onProblem: () => {} });
		sink.write([introduction(), scalar("/s", null)]);
		expect(await sink.flush()).toBe(true);
		expect(read(readFileSync(path))).toEqual({ lines: ["storeInfo", "/s static"], whole: true });
		const all = ["storeInfo", "/s static"];
		for (let step = 0; step < 1000; step++) {
			sink.write([scalar("/a", step)]);
			all.push(`/a ${step}`);
		}
		expect(await sink.flush()).toBe(true);
		expect(read(readFileSync(path))).toEqual({ lines: all, whole: true });
		expect(sink.stats).toMatchObject({ messages: 1002, queuedBytes: 0, lostMessages: 0, failure: null });
		await sink.close();
		await sink.close();
		expect(read(readFileSync(path)).lines).toEqual([...all, "footer"]);
		sink.write([scalar("/a", 0)]);
		expect(sink.stats.lostMessages).toBe(1);
	});

	it("writes files anew, or goes on behind what they hold", async () => {
		const path = newPath();
		for (const append of [true, true, false, true]) {
			await using sink = saveFile(path, { append, sync: "never" });
			sink.write([introduction(), scalar("/a", append ? 1 : 0)]);
		}
		expect(read(readFileSync(path)).lines).toEqual(["storeInfo", "/a 0", "footer", "storeInfo", "/a 1"]);
	});

	it("says at once what can't be opened, and which options are wrong", () => {
		expect(() => saveFile(join(folder, "nowhere", "x.rrd"))).toThrow("ENOENT");
		expect(() => saveFile(newPath(), { sync: 0 })).toThrow(
			'sync must be "never", "flush" or seconds above 0, not 0.',
		);
	});

	it("asks a disk that hangs once, and again when it has answered", async () => {
		const { fdatasync } = fs;
		const answers: fs.NoParamCallback[] = [];
		vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
		Object.assign(fs, { fdatasync: (_fd: number, answer: fs.NoParamCallback) => answers.push(answer) });
		syncBuiltinESMExports();
		try {
			await using _sink = saveFile(newPath(), { sync: 1 });
			vi.advanceTimersByTime(5000);
			expect(answers).toHaveLength(1);
			answers[0]!(null);
			vi.advanceTimersByTime(1000);
			expect(answers).toHaveLength(2);
		} finally {
			vi.useRealTimers();
			Object.assign(fs, { fdatasync });
			syncBuiltinESMExports();
		}
	});

	it("loses what there is no room for, of videos up to a key frame, and goes on", async () => {
		const path = newPath();
		const problems: string[] = [];
		const sink = saveFile(path, {
			queueBytes: 12_000,
			sync: 0.01,
			onProblem: ({ message }) => problems.push(message),
		});
		// Nothing is written while the program doesn't let go.
		sink.write([introduction()]);
		for (let step = 0; step < 10; step++) sink.write([videoSample("/v", step, { key: step === 0 })]);
		expect(await sink.flush()).toBe(false);
		sink.write([videoSample("/v", 10), videoSample("/v", 11, { key: true }), videoSample("/v", 12)]);
		await sink.close();
		const { lines } = read(readFileSync(path));
		const kept = lines.filter((line) => line.startsWith("/v")).map((line) => Number(line.split(" ")[1]));
		expect(kept.slice(-2)).toEqual([11, 12]);
		expect(kept.slice(0, -2)).toEqual(Array.from({ length: kept.length - 2 }, (_, at) => at));
		expect(kept.length - 2).toBeLessThan(10);
		expect(problems[0]).toBe(`The file ${path} can't be written as fast as is logged: messages are lost.`);
		expect(kept.length + sink.stats.lostMessages).toBe(13);
	});

	it("leaves what was flushed when the program is killed", async () => {
		const path = newPath();
		const code = `const sink = saveFile(${JSON.stringify(path)});
sink.write([introduction()]);
for (let step = 0; ; step++) {
	sink.write([scalar("/a", step, { count: 1 + step % 300 })]);
	if (step % 50 === 0) { await sink.flush(); console.log(step); }
}`;
		const child = spawn(process.execPath, program(code), { stdio: ["ignore", "pipe", "inherit"] });
		let told = "";
		for await (const text of child.stdout) {
			told += text;
			if (told.split("\n").length > 8) break;
		}
		child.kill("SIGKILL");
		const flushed = Number(told.trim().split("\n").at(-1));
		const { lines } = read(readFileSync(path));
		expect(lines.length).toBeGreaterThanOrEqual(flushed + 2);
		expect(lines).toEqual(["storeInfo", ...Array.from({ length: lines.length - 1 }, (_, step) => `/a ${step}`)]);
	});

	// The programs run side by side: most of the time is spent starting them.
	it.concurrent.each([
		["ends by itself", ""],
		["is ended", "process.exit(0);"],
		["dies of an error", "throw new Error('on purpose');"],
	])("has everything, and its table, when the program %s", async (_, end) => {
		const path = newPath();
		const code = `const sink = saveFile(${JSON.stringify(path)});
sink.write([introduction()]);
for (let step = 0; step < 2000; step++) sink.write([scalar("/a", step)]);
${end}`;
		await promisify(execFile)(process.execPath, program(code)).catch((error) =>
			expect(String(error)).toContain("on purpose"),
		);
		const { lines, whole } = read(readFileSync(path));
		expect([lines.length, whole, lines.at(-1), lines.at(-2)]).toEqual([2002, true, "footer", "/a 1999"]);
	});

	it.runIf(process.platform === "linux")(
		"reports a full disk once, goes on, and leaves a file of whole messages",
		async () => {
			const path = newPath();
			const code = `const problems = [];
const sink = saveFile(${JSON.stringify(path)}, { onProblem: ({ message }) => problems.push(message) });
sink.write([introduction()]);
let flushed = [];
for (let step = 0; step < 400; step++) {
	sink.write([scalar("/a", step)]);
	if (step % 20 === 0) flushed.push(await sink.flush());
}
await sink.close();
console.log(JSON.stringify({ problems, flushed, lost: sink.stats.lostMessages, taken: sink.stats.messages }));`;
			// No file of this shell may be longer than 100 blocks of 1 KiB: as a full disk, it
			// takes what fits.
			const { stdout } = await promisify(execFile)("bash", [
				"-c",
				'ulimit -f 100; "$@"',
				"bash",
				process.execPath,
				...program(code),
			]);
			const told = JSON.parse(stdout) as { problems: string[]; flushed: boolean[]; lost: number; taken: number };
			const { lines, whole } = read(readFileSync(path));
			expect(told.problems).toEqual([
				expect.stringMatching(/^The file .* can't be written any more: EFBIG.*Earlier messages can be read\.$/),
			]);
			expect(told.flushed[0]).toBe(true);
			expect(told.flushed.at(-1)).toBe(false);
			expect(whole).toBe(true);
			expect(lines.length).toBeGreaterThan(20);
			expect(lines).toEqual([
				"storeInfo",
				...Array.from({ length: lines.length - 1 }, (_, step) => `/a ${step}`),
			]);
			expect(lines.length + told.lost).toBe(401);
		},
	);

	it.runIf(existsSync("/dev/full"))("throws when it is asked to, on a disk without any room", async () => {
		const sink = saveFile("/dev/full", { strict: true, onProblem: () => {} });
		sink.write([introduction()]);
		await expect(sink.flush()).rejects.toThrow("ENOSPC");
		expect(() => sink.write([scalar("/a", 0)])).toThrow("ENOSPC");
	});
});

describe("StreamSink", () => {
	it("writes a recording into a stream, and leaves it open", async () => {
		const stream = new PassThrough();
		const sink = new StreamSink(stream);
		sink.write([introduction(), scalar("/a", 0)]);
		expect(await sink.flush()).toBe(true);
		await sink.close();
		expect(read(stream.read())).toEqual({ lines: ["storeInfo", "/a 0"], whole: true });
		expect(stream.writable).toBe(true);
	});

	it("is bounded, and ends with its stream", async () => {
		const problems: string[] = [];
		let go: () => void = () => {};
		const slow = new Writable({
			write(_bytes, _encoding, done) {
				go = done;
			},
		});
		const sink = new StreamSink(slow, { queueBytes: 10_000, onProblem: ({ message }) => problems.push(message) });
		for (let step = 0; step < 20; step++) sink.write([scalar("/a", step)]);
		expect(sink.stats.queuedBytes).toBeLessThanOrEqual(11_000);
		expect(sink.stats.lostMessages).toBeGreaterThan(5);
		expect(await sink.flush(0.02)).toBe(false);
		slow.destroy(new Error("broken pipe"));
		await new Promise((resolve) => slow.once("close", resolve));
		sink.write([scalar("/a", 0)]);
		go();
		expect(problems).toEqual([
			"The stream does not take messages as fast as they are logged: messages are lost.",
			"The stream takes nothing any more: broken pipe.",
		]);
		expect(await sink.flush()).toBe(false);
	});
});
