import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { Batching } from "../chunk/batcher.ts";
import { formatLine, logConsole, pinoDestination } from "./bridges.ts";
import { CollectingSink } from "./recording-stream.cases.ts";
import { RecordingStream, type RecordingStreamOptions } from "./recording-stream.ts";

const record = (options: RecordingStreamOptions = {}) => {
	const recording = new RecordingStream("test", {
		environment: {},
		sendProperties: false,
		logTime: false,
		batching: Batching.never,
		...options,
	});
	const sink = new CollectingSink();
	recording.setSinks(sink);
	const lines = async () => {
		await recording.close();
		return sink.rows.map(({ path, values }) => [
			path,
			(values["TextLog:level"] as string[])[0],
			(values["TextLog:text"] as string[])[0],
		]);
	};
	return { recording, sink, lines };
};

const fakeConsole = () => ({
	error: vi.fn(),
	warn: vi.fn(),
	info: vi.fn(),
	log: vi.fn(),
	debug: vi.fn(),
	trace: vi.fn(),
});

describe("logConsole()", () => {
	it("logs what the console still gets, until it is disposed of", async () => {
		const { recording, lines } = record();
		const fake = fakeConsole();
		const { log } = fake;
		const bridge = logConsole(recording, { console: fake });
		fake.log("a %s", "b", 3);
		fake.error(new RangeError("broken"));
		fake.debug({ x: 1n });
		bridge[Symbol.dispose]();
		fake.log("afterwards");
		expect(fake.log).toBe(log);
		expect(log).toHaveBeenCalledTimes(2);
		expect(await lines()).toEqual([
			["/console", "INFO", "a b 3"],
			["/console", "ERROR", expect.stringContaining("RangeError: broken")],
			["/console", "DEBUG", '{"x":"1n"}'],
		]);
	});

	it("doesn't log what logging itself says", async () => {
		const fake = fakeConsole();
		const { recording, lines } = record({ onWarning: (message) => fake.warn(message) });
		logConsole({ log: (path, ...args) => recording.log(path, ...(args as []), 5 as never) }, { console: fake });
		fake.log("once");
		fake.log("twice");
		expect(await lines()).toEqual([]);
		expect(recording.stats.mistakes).toBe(2);
	});
});

describe("formatLine()", () => {
	it.each<[unknown[], string]>([
		[["%s is %d%%, %i, %j%c", "x", 1.5, 2.9, { a: 1 }, "color: red"], 'x is 1.5%, 2, {"a":1}'],
		[["%s and %s", 1], "1 and %s"],
		[[1, null, undefined, "text", true], "1 null undefined text true"],
		[[], ""],
	])("makes %j into %j", (args, text) => {
		expect(formatLine(args)).toBe(text);
	});

	it("survives circles", () => {
		const circle: { self?: unknown } = {};
		circle.self = circle;
		expect(formatLine([circle])).toBe("[object Object]");
	});
});

describe("pinoDestination()", () => {
	it("logs pino's lines with level, name, other fields and time", async () => {
		const { recording, sink, lines } = record();
		const logger = pino({ level: "trace" }, pinoDestination(recording, { timeline: "pino" }));
		logger.info("plain");
		logger.child({ name: "arm" }).warn({ joint: 3 }, "hot");
		logger.fatal({ err: new Error("end") }, "gone");
		logger.trace("fine");
		// Rows of one entity are one chunk, so that those of others come behind them.
		const [plain, gone, fine, hot] = await lines();
		expect(plain).toEqual(["/log", "INFO", "plain"]);
		expect(hot).toEqual(["/log/arm", "WARN", 'hot {"joint":3}']);
		expect(gone).toEqual(["/log", "CRITICAL", expect.stringMatching(/^gone \{"err":.*end/)]);
		expect(fine).toEqual(["/log", "TRACE", "fine"]);
		expect(Math.abs(Number(sink.rows[0]!.times["pino"]! / 1_000_000n) - Date.now())).toBeLessThan(600_000);
	});

	it("is told from options where it is alone", async () => {
		const { recording, lines } = record();
		pino(pinoDestination(recording)).error("alone");
		expect(await lines()).toEqual([["/log", "ERROR", "alone"]]);
	});

	it("logs a line of somebody else as it is", async () => {
		const { recording, lines } = record();
		const { write } = pinoDestination(recording, { path: "other" });
		write("no JSON\n");
		write('{"level":"debug","msg":"named"}\n');
		write("5\n");
		expect(await lines()).toEqual([
			["/other", "INFO", "no JSON"],
			["/other", "DEBUG", "named"],
			["/other", "INFO", "5"],
		]);
	});
});
