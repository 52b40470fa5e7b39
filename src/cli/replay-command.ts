import { basename } from "node:path";
import { Command } from "commander";
import { exitByForce } from "../threads/process-end.ts";
import { interrupted, interruption, withinGrace } from "./interruption.ts";
import { greet } from "./serve-command.ts";
import { addServerFlags, type ServerFlags, serverOptions } from "./server-flags.ts";

interface ReplayFlags extends ServerFlags {
	readonly source?: string;
	readonly viewer?: string;
	readonly view: boolean;
	readonly free: boolean;
	readonly poses: boolean;
	readonly cameras: boolean;
	readonly open: boolean;
}

const EXAMPLES = `
Examples:
  panogaze replay sessions/session_2026-01-31T23-59-59.125Z.rrd
                                         what a viewer was shown, and its poses
  panogaze replay session.rrd --source clip.mp4
                                         the whole sphere of the file that was served then
  panogaze replay session.rrd --viewer 0123 --free --speed 0.5`;

/** `panogaze replay FILE`: a recorded session for browsers, until Ctrl+C. */
export function replayCommand(): Command {
	const command = new Command("replay")
		.description("Serve a recorded session to browsers as if it were live, with a time bar, speeds and the poses.")
		.argument("<file>", "recording of a session (.rrd, .mcap)");
	return addServerFlags(command)
		.optionsGroup("Replay:")
		.option("--source <file>", "the file that was served then, in place of what is recorded")
		.option("--view", "what the viewer was shown, also where the recording holds the whole sphere", false)
		.option("--viewer <id>", "first characters of a viewer's id (default: the one with the most pictures)")
		.option("--free", "look around freely at first, in place of following the recorded head", false)
		.option("--no-poses", "draw no bodies, hands and controllers")
		.option("--no-cameras", "leave the recorded cameras beside the view out")
		.optionsGroup("Page:")
		.option("--open", "open the page in this machine's browser", false)
		.addHelpText("after", EXAMPLES)
		.action(runReplay);
}

async function runReplay(file: string, flags: ReplayFlags): Promise<void> {
	refuseForeign(flags);
	const options = serverOptions(undefined, flags);
	const { source: _source, sources: _sources, sourceOptions, timeShift: _timeShift, ...serve } = options;
	const { loop, startSec = 0, rate = 1, backend: _backend, pattern: _pattern, ...reading } = sourceOptions ?? {};
	const [{ replay }, { startLog }] = await Promise.all([import("../server/replay.ts"), import("./start-log.ts")]);
	const { status, logger } = startLog(flags.logLevel);
	const replayed = await withinGrace(
		replay(file, {
			...serve,
			viewer: flags.viewer,
			picture: flags.view ? "view" : "sphere",
			source: flags.source,
			sourceOptions: reading,
			loop,
			follow: !flags.free,
			poses: flags.poses,
			cameras: flags.cameras,
			logger,
			signal: interruption,
		}),
	);
	const { server, viewer, recording } = replayed;
	if (rate !== 1) server.playback.setRate(rate);
	if (startSec > 0) server.playback.seek(startSec);
	const served = recording.sources[0]?.source.name;
	if (flags.source !== undefined && served !== undefined && served !== basename(flags.source))
		logger.warn(`${served} was served when this was recorded; ${basename(flags.source)} is shown in its place.`);
	for (const damage of recording.damages) logger.warn(damage);
	const isView = flags.source === undefined && (flags.view || recording.sourcePackets === 0);
	const seen = viewer === undefined ? "read" : "seen";
	const shown = isView
		? `what viewer ${viewer} was shown`
		: `${flags.source === undefined ? (served ?? "the source") : server.sourceName} as it was ${seen}`;
	await greet(server, flags, options, `Replaying ${shown}. Open:`);
	status.follow(server);
	await interrupted();
	status.clear();
	await withinGrace(replayed.close());
	// node-datachannel's threads keep the process alive, and its own clean-up is not safe to call.
	exitByForce(0);
}

/** @throws {RangeError} for a flag that would do nothing. */
function refuseForeign({ camera, timeShift, backend }: ReplayFlags): void {
	const foreign = {
		"--camera": camera,
		"--time-shift": timeShift,
		"--backend ffmpeg": backend === "ffmpeg" || undefined,
	};
	const [given] = Object.entries(foreign).find(([, value]) => value !== undefined) ?? [];
	if (given !== undefined) throw new RangeError(`${given} is not for replay, which shows what was recorded.`);
}
