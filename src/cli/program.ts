import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { Command, CommanderError } from "commander";
import { nearestName } from "../media/nearest-name.ts";
import { ListenError } from "../server/listen-error.ts";
import { isPattern } from "../source/source-name.ts";
import { exitByForce } from "../threads/process-end.ts";
import { compareCommand } from "./compare-command.ts";
import { EXIT_CODES, exitCodeOf } from "./exit-codes.ts";
import { exportCommand } from "./export-command.ts";
import { interruption, withinGrace } from "./interruption.ts";
import { playMotionCommand } from "./play-motion-command.ts";
import { probeCommand } from "./probe-command.ts";
import { recordMotionCommand } from "./record-motion-command.ts";
import { recoverMotionCommand } from "./recover-motion-command.ts";
import { renderCommand } from "./render-command.ts";
import { replayCommand } from "./replay-command.ts";
import { rerunCommand } from "./rerun-command.ts";
import { serveCommand } from "./serve-command.ts";
import { sessionsCommand } from "./sessions-command.ts";
import { tagCommand } from "./tag-command.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
	version: string;
};

const program = new Command("panogaze")
	.description(
		"Look around inside a remote 360 degree camera: " +
			"each viewer's own view, drawn on the server, streamed over WebRTC.",
	)
	.version(version)
	.exitOverride()
	.configureHelp({ sortOptions: false })
	.showHelpAfterError("(panogaze --help lists the commands)");
program.addCommand(serveCommand(), { isDefault: true });
program.addCommand(replayCommand());
program.addCommand(probeCommand());
program.addCommand(renderCommand());
program.addCommand(tagCommand());
program.addCommand(compareCommand());
program.addCommand(exportCommand());
program.addCommand(recordMotionCommand());
program.addCommand(playMotionCommand());
program.addCommand(recoverMotionCommand());
program.addCommand(rerunCommand());
program.addCommand(sessionsCommand());
program.addCommand(
	new Command("version")
		.description("Print the version number, as --version does.")
		.action(() => console.log(version)),
);
for (const command of program.commands) command.exitOverride();

/** Runs the command that the arguments name, to its end. */
export async function runProgram(): Promise<void> {
	try {
		await withinGrace(refuseMistypedCommand(process.argv[2]));
		await program.parseAsync();
	} catch (error) {
		endWith(error);
	}
}

function endWith(error: unknown): never {
	// After Ctrl+C an error is a consequence of the interruption, and no failure.
	if (interruption.aborted) exitByForce(0);
	if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : EXIT_CODES.usage);
	console.error(`panogaze: ${wordsFor(error as Error)}`);
	if (process.env["PANOGAZE_DEBUG"]) console.error(error);
	process.exit(exitCodeOf(error));
}

/**
 * The word `serve` may be left out, so a mistyped command would look like a source that does not
 * exist.
 *
 * @throws {RangeError} when `word` is neither a command nor a file, but nearly a command.
 */
async function refuseMistypedCommand(word: string | undefined): Promise<void> {
	const names = [...program.commands.map((command) => command.name()), "help"];
	if (word === undefined || names.includes(word) || isPattern(word) || !/^[a-z][a-z-]*$/i.test(word)) return;
	const nearest = nearestName(word, names);
	if (nearest === undefined) return;
	const exists = await stat(word).then(
		() => true,
		() => false,
	);
	if (!exists) throw new RangeError(`There is no command and no file "${word}". Did you mean ${nearest}?`);
}

function wordsFor(error: Error): string {
	if (!(error instanceof ListenError)) return inFlags(error.message);
	const flag = error.code === "UDP" ? "--udp-port" : "--port";
	return error.message.replace("Choose another one", `Choose another one with ${flag}`);
}

/** Options of `serve()` have other names on the command line. */
function inFlags(message: string): string {
	const flags: Readonly<Record<string, string>> = {
		"view.width": "--width",
		"view.height": "--height",
		"view.fovDeg": "--fov",
		"view.frameRate": "--fps",
		bitrateBps: "--bitrate",
		maxViewers: "--max-viewers",
		"timeShift.minutes": "--time-shift",
		"timeShift.maxViewers": "--time-shift-viewers",
		"rerun.minutes": "--rerun",
		"media.speaker": "--speaker",
		publicHosts: "--public-host",
		allowedOrigins: "--allow-origin",
		udpPort: "--udp-port",
		port: "--port",
		startSec: "--start",
		endSec: "--end",
		rate: "--speed",
		"record.directory": "--record",
		"record.source": "--record-source",
		"record.formats": "--record-format",
		"record.rotate.bytes": "--record-rotate",
		"record.rotate.minutes": "--record-rotate",
		"record.begin": "--record-when",
		"record.name": "--record-name",
		"record.consent": "--record-consent",
		"record.keep.days": "--keep",
		"record.keep.bytes": "--keep",
		"record.keep.freeBytes": "--keep",
		"safety.maxPictureAgeMs": "--max-picture-age",
		"safety.maxPoseAgeMs": "--max-pose-age",
		"safety.maxSilenceMs": "--max-silence",
		filter: "--filter",
		hwaccel: "--hwaccel",
		inputFormat: "--input-format",
		bearerToken: "--token",
		viewToken: "--view-token",
		recordToken: "--record-token",
		host: "--host",
		threads: "--threads",
		precision: "--decimal-precision",
		speed: "--speed",
		clients: "--clients",
		url: "--url",
		track: "--track",
		soundTrack: "--sound-track",
	};
	return message.replace(
		/^(?:sourceOptions\.)?(\S+?)(?:\[\d+\])?(?= is )/,
		(whole, option: string) => flags[option] ?? whole,
	);
}
