import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { RrdReader } from "../rrd/rrd-reader.ts";
import { setGlobalRecording } from "../stream/global.ts";
import { parseRecordingArguments, type ScriptOptions, startScript } from "./argv.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-argv-"));
const NONE = { stdout: false, serve: false, connect: false, url: null, save: null, headless: false };

afterAll(() => {
	setGlobalRecording(undefined);
	rmSync(folder, { recursive: true });
});

const pathsOf = (bytes: Uint8Array) => {
	const reader = new RrdReader();
	const paths = [...reader.push(bytes)].flatMap((message) =>
		message.type === "chunk" ? [message.chunk().entityPath] : [],
	);
	reader.end();
	return paths;
};

const url = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

describe("parseRecordingArguments()", () => {
	it.each([
		[[], NONE, []],
		[["--save", "a.rrd", "input.mp4"], { ...NONE, save: "a.rrd" }, ["input.mp4"]],
		[["--save=a=b.rrd", "-v"], { ...NONE, save: "a=b.rrd" }, ["-v"]],
		[
			["--connect", "--url", "rerun+http://robot:9876/proxy"],
			{ ...NONE, connect: true, url: "rerun+http://robot:9876/proxy" },
			[],
		],
		[["--headless", "--serve", "--stdout"], { ...NONE, headless: true, serve: true, stdout: true }, []],
		[["x", "--", "--save", "y"], NONE, ["x", "--", "--save", "y"]],
		[["--saved", "--server"], NONE, ["--saved", "--server"]],
	])("reads %j", (argv, flags, rest) => {
		expect(parseRecordingArguments(argv)).toEqual({ ...flags, rest });
	});

	it.each([
		[["--save"], "--save needs a value."],
		[["--save", "--serve"], "--save needs a value."],
		[["--url="], "--url needs a value."],
		[["--serve=1"], "--serve takes no value."],
	])("refuses %j", (argv, message) => {
		expect(() => parseRecordingArguments(argv)).toThrow(new TypeError(message));
	});
});

describe("startScript()", () => {
	it("records into a file", async () => {
		const path = join(folder, "saved.rrd");
		const script = await startScript("test", { argv: ["--save", path, "mine"], environment: {} });
		expect(script.arguments.rest).toEqual(["mine"]);
		expect(script.recording.strict).toBe(true);
		await script.end();
		await script.end();
		expect(pathsOf(readFileSync(path))).toEqual(["/__properties"]);
	});

	it("records nowhere", async () => {
		const { recording, end, viewerUrl } = await startScript("test", { argv: ["--headless"], environment: {} });
		expect([recording.enabled, recording.sinks, viewerUrl]).toEqual([false, [], null]);
		await end();
	});

	it.each([
		["ends the program by the signal, after its file is whole", "", null, "SIGTERM"],
		[
			"leaves a program that handles it alone",
			'process.on("SIGTERM", () => recording.close().then(() => process.exit(7)));',
			7,
			null,
		],
	])("%s", async (_, handler, exitCode, exitSignal) => {
		const path = join(folder, `signal-${exitCode}.rrd`);
		const program = `
			import { startScript } from ${url("./argv.ts")};
			import { Scalars } from ${url("../archetypes/plot.generated.ts")};
			${handler}
			const argv = ["--save", ${JSON.stringify(path)}];
			const { recording } = await startScript("test", { argv, environment: {}, sendProperties: false });
			recording.log("a", new Scalars(1));
			console.log("ready");
			setInterval(() => {}, 1000);
		`;
		const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		await once(child.stdout, "data");
		child.kill("SIGTERM");
		expect(await once(child, "exit")).toEqual([exitCode, exitSignal]);
		const messages = [...new RrdReader().push(readFileSync(path))];
		expect(messages.map(({ type }) => type)).toEqual(["header", "storeInfo", "chunk", "footer"]);
	});

	it("is strict unless something says otherwise", async () => {
		const strictOf = async (options: ScriptOptions) => {
			const { recording } = await startScript("test", { argv: ["--headless"], environment: {}, ...options });
			return recording.strict;
		};
		expect(await strictOf({})).toBe(true);
		expect(await strictOf({ strict: false })).toBe(false);
		expect(await strictOf({ environment: { RERUN_STRICT: "0" } })).toBe(false);
	});

	it("starts nothing when logging is off", async () => {
		const { recording, end } = await startScript("test", { argv: [], enabled: false, environment: {} });
		expect([recording.enabled, recording.sinks]).toEqual([false, []]);
		await end();
	});

	it("records to standard output", async () => {
		const program = `
			import { startScript } from ${url("./argv.ts")};
			import { Scalars } from ${url("../archetypes/plot.generated.ts")};
			const script = await startScript("test", { argv: ["--stdout"], environment: {}, sendProperties: false });
			script.recording.log("a", new Scalars(1));
			await script.end();
		`;
		const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
			encoding: "buffer",
		});
		expect(pathsOf(stdout)).toEqual(["/a"]);
	});
});
