import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { exitByForce } from "../threads/process-end.ts";
import { EXIT_CODES, exitCodeOf } from "./exit-codes.ts";
import { interruption } from "./interruption.ts";
import { playMotionCommand } from "./play-motion-command.ts";
import { probeCommand } from "./probe-command.ts";
import { recordMotionCommand } from "./record-motion-command.ts";
import { recoverMotionCommand } from "./recover-motion-command.ts";
import { serveCommand } from "./serve-command.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };

const program = new Command("panogaze")
	.description("Look around inside a remote 360 degree camera: each viewer's own view, drawn on the server, streamed over WebRTC.")
	.version(version)
	.exitOverride()
	.configureHelp({ sortOptions: false })
	.showHelpAfterError("(panogaze --help lists the commands)");
program.addCommand(serveCommand(), { isDefault: true });
program.addCommand(probeCommand());
program.addCommand(recordMotionCommand());
program.addCommand(playMotionCommand());
program.addCommand(recoverMotionCommand());
for (const command of program.commands) command.exitOverride();

/** Runs the command that the arguments name, to its end. */
export async function runProgram(): Promise<void> {
	try {
		await program.parseAsync();
	} catch (error) {
		endWith(error);
	}
}

function endWith(error: unknown): never {
	// Whatever did not come about because of Ctrl+C is no failure.
	if (interruption.aborted) exitByForce(0);
	if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : EXIT_CODES.usage);
	console.error(`panogaze: ${inFlags((error as Error).message)}`);
	if (process.env["PANOGAZE_DEBUG"]) console.error(error);
	process.exit(exitCodeOf(error));
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
		publicHosts: "--public-host",
		allowedOrigins: "--allow-origin",
		udpPort: "--udp-port",
		port: "--port",
		startSec: "--start",
		filter: "--filter",
		hwaccel: "--hwaccel",
		inputFormat: "--input-format",
		bearerToken: "--token",
		viewToken: "--view-token",
		host: "--host",
		threads: "--threads",
		precision: "--decimal-precision",
		speed: "--speed",
		clients: "--clients",
		url: "--url",
		track: "--track",
	};
	return message.replace(/^(?:sourceOptions\.)?(\S+?)(?:\[\d+\])?(?= is )/, (whole, option: string) => flags[option] ?? whole);
}
