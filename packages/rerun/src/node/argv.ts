import type { BlueprintLike } from "../blueprint/blueprint.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";
import { saveFile } from "../sinks/node/file-sink.ts";
import { connectGrpc } from "../sinks/node/grpc-sink.ts";
import { stdoutSink } from "../sinks/node/stream-sink.ts";
import type { Sink } from "../sinks/sink.ts";
import { readEnvironment } from "../stream/environment.ts";
import { init } from "../stream/global.ts";
import {
	RECORDING_STREAM_OPTIONS,
	type RecordingStream,
	type RecordingStreamOptions,
} from "../stream/recording-stream.ts";
import { closeOnSignal } from "./close-on-signal.ts";
import { spawnViewer } from "./spawn-viewer.ts";
import { serveWebViewer } from "./web-viewer-server.ts";

/** The destination of a program's recording: the flags of the official SDKs' scripts. */
export interface RecordingArguments {
	/** `--stdout`: writes to standard output, to be piped into a viewer. */
	readonly stdout: boolean;
	/** `--serve`: shows the recording in a browser, which is opened. */
	readonly serve: boolean;
	/** `--connect`: sends to a viewer that is running. */
	readonly connect: boolean;
	/** `--url <url>`: the address of that viewer. */
	readonly url: string | null;
	/** `--save <path>`: writes into a file. */
	readonly save: string | null;
	/** `--headless`: starts no viewer. Without another flag, logging is off. */
	readonly headless: boolean;
	/** The program's own arguments. */
	readonly rest: readonly string[];
}

/** The lines about these flags in a program's `--help`. */
export const RECORDING_ARGUMENTS_HELP = `  --save <path>     save into a file (.rrd)
  --connect         send to a viewer that is running
  --url <url>       which one: rerun+http://127.0.0.1:9876/proxy
  --serve           show in a browser
  --stdout          write to standard output, to be piped into a viewer
  --headless        don't start a viewer`;

const SWITCHES = {
	"--stdout": "stdout",
	"--serve": "serve",
	"--connect": "connect",
	"--headless": "headless",
} as const;
const VALUES = { "--url": "url", "--save": "save" } as const;

/**
 * Reads the flags of a recording and leaves the others: `--save run.rrd`, `--save=run.rrd`.
 * Arguments behind `--` are left, too.
 *
 * @throws {TypeError} when a flag lacks its value, or has one that it doesn't take.
 */
export function parseRecordingArguments(argv: readonly string[] = process.argv.slice(2)): RecordingArguments {
	const parsed: { -readonly [Key in keyof RecordingArguments]: RecordingArguments[Key] } = {
		stdout: false,
		serve: false,
		connect: false,
		url: null,
		save: null,
		headless: false,
		rest: [],
	};
	const rest: string[] = [];
	const left = argv.values();
	for (const argument of left) {
		if (argument === "--") {
			rest.push(argument, ...left);
			break;
		}
		const [flag, inline] = splitFlag(argument);
		if (isKey(SWITCHES, flag)) {
			if (inline !== undefined) throw new TypeError(`${flag} takes no value.`);
			parsed[SWITCHES[flag]] = true;
		} else if (isKey(VALUES, flag)) {
			const value = inline ?? left.next().value;
			if (value === undefined || value === "" || (inline === undefined && value.startsWith("--")))
				throw new TypeError(`${flag} needs a value.`);
			parsed[VALUES[flag]] = value;
		} else rest.push(argument);
	}
	parsed.rest = rest;
	return parsed;
}

function splitFlag(argument: string): readonly [string, string | undefined] {
	const equals = argument.startsWith("--") ? argument.indexOf("=") : -1;
	return equals < 0 ? [argument, undefined] : [argument.slice(0, equals), argument.slice(equals + 1)];
}

function isKey<Table extends object>(table: Table, key: string): key is Extract<keyof Table, string> {
	return Object.hasOwn(table, key);
}

/** The options of `startScript`. */
export interface ScriptOptions extends Omit<RecordingStreamOptions, "defaultBlueprint"> {
	/** The program's arguments. @default those of the process */
	readonly argv?: readonly string[] | undefined;
	readonly defaultBlueprint?: BlueprintLike | undefined;
}

const SCRIPT_OPTIONS: OptionNames<ScriptOptions> = { ...RECORDING_STREAM_OPTIONS, argv: true };

/** The recording of a program, with the sink that the program's flags name. */
export interface Script extends AsyncDisposable {
	readonly recording: RecordingStream;
	readonly arguments: RecordingArguments;
	/** The address of the viewer for browsers, with `--serve`. */
	readonly viewerUrl: string | null;
	/** Closes the recording. With `--serve` it waits for Ctrl+C first. */
	end(): Promise<void>;
}

/**
 * Makes the global recording of a program, with the sink that its flags name: see
 * `RecordingArguments`. Without a flag it starts a viewer.
 *
 * ```ts
 * await using script = await startScript("robot");
 * script.recording.log("world", new Points3D([[1, 2, 3]]));
 * ```
 *
 * Ctrl+C ends the recording before it ends the program. The recording is strict unless `options` or
 * the environment say otherwise, as in the scripts of the official SDKs.
 *
 * @throws {TypeError} when a flag is wrong, or an option has an unknown name.
 * @throws {RangeError} when viewers would change `applicationId`.
 * @throws {Error} when a file can't be opened, a port is taken, or no viewer is installed.
 */
export async function startScript(applicationId: string, options: ScriptOptions = {}): Promise<Script> {
	checkOptions(options, SCRIPT_OPTIONS, "startScript()");
	const { argv, ...streamOptions } = options;
	const parsed = parseRecordingArguments(argv);
	const { strict = true } = readEnvironment(options.environment ?? process.env);
	const recording = init(applicationId, {
		strict,
		...streamOptions,
		enabled: (options.enabled ?? true) && !goesNowhere(parsed),
	});
	const { sink, viewerUrl } = recording.enabled ? await sinkOf(parsed) : { sink: null, viewerUrl: null };
	if (sink !== null) recording.setSinks(sink);
	// With a viewer in the browser, `end` waits for the signal.
	const watch = sink === null || viewerUrl !== null ? null : closeOnSignal(recording);
	const end = async () => {
		if (viewerUrl !== null && !recording.closed) {
			await recording.flush();
			await interrupted();
		}
		await recording.close();
		watch?.[Symbol.dispose]();
	};
	return { recording, arguments: parsed, viewerUrl, end, [Symbol.asyncDispose]: end };
}

function goesNowhere({ stdout, serve, connect, url, save, headless }: RecordingArguments): boolean {
	return headless && !(stdout || serve || connect || url !== null || save !== null);
}

async function sinkOf(
	parsed: RecordingArguments,
): Promise<{ readonly sink: Sink | null; readonly viewerUrl: string | null }> {
	if (parsed.stdout) return { sink: stdoutSink(), viewerUrl: null };
	if (parsed.serve) {
		const server = await serveWebViewer({ open: true });
		return { sink: server, viewerUrl: server.url };
	}
	if (parsed.connect || parsed.url !== null) return { sink: connectGrpc(parsed.url ?? undefined), viewerUrl: null };
	if (parsed.save !== null) return { sink: saveFile(parsed.save), viewerUrl: null };
	const { url } = await spawnViewer();
	return { sink: connectGrpc(url), viewerUrl: null };
}

/** Resolves when a signal asks the program to end. */
function interrupted(): Promise<void> {
	return new Promise((resolve) => {
		// A handler alone doesn't keep a program running: the server does.
		process.once("SIGINT", () => resolve());
		process.once("SIGTERM", () => resolve());
	});
}
