import { Command, InvalidArgumentError, Option } from "commander";
import { DEMO_MOTION } from "../motion-player/demo-motion.ts";
import type { PlayedClient, PlayReport } from "../motion-player/motion-player.ts";
import type { PlayerProtocol } from "../motion-player/pose-messages.ts";
import { exitByForce } from "../threads/process-end.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { wholeNumber } from "./flag-values.ts";
import { interruption, withinGrace } from "./interruption.ts";
import { addTokenFlags, tokensFromFlags } from "./secret-flags.ts";

interface PlayMotionFlags {
	readonly demo: boolean;
	readonly url: string;
	readonly protocol: PlayerProtocol;
	readonly speed: number;
	readonly loop: boolean;
	readonly clients: number;
	readonly video: boolean;
	readonly token?: string;
	readonly tokenFile?: string;
	readonly insecure: boolean;
	readonly json: boolean;
}

/** `panogaze play-motion FILE`: a client that sends the poses of a recording to a server. */
export function playMotionCommand(): Command {
	const command = new Command("play-motion")
		.description(
			"Send a recording of motion to a server, as a client over WebRTC: " +
				"for demonstrations, for tests of load and of regressions.",
		)
		.argument("[file]", "recording: JSONL, CSV, HDF5 or MCAP")
		.option("--demo", "play the recording that comes with panogaze, again and again, until Ctrl+C", false)
		.option("--url <address>", "the server", "http://localhost:8080")
		.addOption(
			new Option(
				"--protocol <name>",
				"tracking: heads, bodies, hands and controllers; " +
					"legacy: camera and body_pose of the existing headset client",
			)
				.choices(["tracking", "legacy"])
				.default("tracking"),
		)
		.option("--speed <factor>", "1 is as it was recorded, 2 twice as fast, max as fast as it goes", speed, 1)
		.option("--loop", "begin again at the end, until Ctrl+C", false)
		.option("--clients <number>", "connections that all send the same", clientCount, 1)
		.option("--video", "receive the view too, without decoding it", false);
	return addTokenFlags(command, "bearer token, if the server asks for one")
		.option("--insecure", "take any certificate, such as one that the server made itself", false)
		.option("--json", "the report for programs", false)
		.action(runPlayMotion);
}

async function runPlayMotion(file: string | undefined, flags: PlayMotionFlags, command: Command): Promise<void> {
	const path = recordingOf(file, flags.demo, command);
	if (!flags.json) console.log(wordsForBeginning(flags.demo ? "the demo" : path, flags));
	const { json, demo, tokenFile: _tokenFile, token: _token, ...options } = flags;
	const loop = flags.loop || demo;
	const { bearerToken } = tokensFromFlags({ token: flags.token, tokenFile: flags.tokenFile });
	// No other command of this program needs a client's engine.
	const { playMotion } = await import("../motion-player/motion-player.ts");
	const report = await withinGrace(playMotion({ path, ...options, loop, token: bearerToken, signal: interruption }));
	process.stdout.write(json ? `${JSON.stringify(report, undefined, "\t")}\n` : `${wordsForReport(report)}\n`);
	// node-datachannel's threads keep the process alive, and its own clean-up is not safe to call.
	exitByForce(report.clients.some(({ lost }) => lost !== undefined) ? EXIT_CODES.connection : 0);
}

/** Ends the command if there is no recording to be played, or there are two. */
function recordingOf(file: string | undefined, demo: boolean, command: Command): string {
	if (demo && file !== undefined) command.error("error: --demo plays a recording of its own; leave out the file");
	if (demo) return DEMO_MOTION;
	return (
		file ??
		command.error("error: missing required argument 'file' (or --demo)", { code: "commander.missingArgument" })
	);
}

function wordsForBeginning(path: string, { url, protocol, speed: factor, clients }: PlayMotionFlags): string {
	const pace = Number.isFinite(factor)
		? factor === 1
			? "in real time"
			: `${factor} times as fast`
		: "as fast as it goes";
	const by = clients === 1 ? "one client" : `${clients} clients`;
	return `Playing ${path} to ${url}, ${pace}, by ${by}, ${protocol} protocol.`;
}

/** A report in lines: the messages sent, and the server's replies. */
function wordsForReport({ clients, poses, unsendable, seconds, notices }: PlayReport): string {
	const rate = Math.round(poses / Math.max(seconds, 0.001));
	const lines = [`${counted(poses, "pose")} in ${seconds.toFixed(1)} s, ${rate} a second.`];
	if (unsendable > 0) lines.push(`${counted(unsendable, "pose")} not sent: this protocol has no message for them.`);
	for (const [index, client] of clients.entries()) {
		const name = clients.length === 1 ? "" : `Client ${index + 1}: `;
		lines.push(...wordsForClient(client).map((words) => name + words));
	}
	return [...lines, ...notices].join("\n");
}

function wordsForClient({ sent, heldBack, video, serverStats, complaints, lost }: PlayedClient): string[] {
	const streams = Object.entries(sent).map(([stream, count]) => `${stream} ${count}`);
	const lines = [`sent ${streams.join(", ") || "nothing"}${heldBack > 0 ? `; ${heldBack} held back` : ""}`];
	if (video !== undefined) {
		const rate =
			video.seconds > 0
				? `, ${(video.frames / video.seconds).toFixed(1)} a second, ${megabits(video.bytes / video.seconds)}`
				: "";
		const packets = `${video.packetsLost} of ${video.packets + video.packetsLost} packets lost`;
		lines.push(`received ${counted(video.frames, "picture")}${rate}, ${packets}`);
	}
	if (serverStats !== undefined) {
		const { viewers, sourceFps, framesSent, framesDropped, drawMs, encodeMs } = serverStats;
		const parts = [
			viewers !== undefined && counted(viewers, "viewer"),
			sourceFps !== undefined && `source ${sourceFps.toFixed(1)} fps`,
			framesSent !== undefined && `${counted(framesSent, "picture")} sent`,
			framesDropped !== undefined && `${framesDropped} dropped`,
			drawMs !== undefined && `draw ${drawMs.toFixed(1)} ms`,
			encodeMs !== undefined && `encode ${encodeMs.toFixed(1)} ms`,
		];
		lines.push(`the server says: ${parts.filter((part) => part !== false).join(", ")}`);
	}
	for (const complaint of complaints) lines.push(`the server complained: ${complaint}`);
	if (lost !== undefined) lines.push(lost);
	return lines;
}

/** `1 pose`, `2 poses`. */
function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function megabits(bytesPerSec: number): string {
	return `${((bytesPerSec * 8) / 1e6).toFixed(1)} Mbit/s`;
}

function speed(text: string): number {
	if (text === "max") return Number.POSITIVE_INFINITY;
	const value = Number(text);
	if (text.trim() === "" || !Number.isFinite(value) || value <= 0)
		throw new InvalidArgumentError("It is a number above 0, or max.");
	return value;
}

function clientCount(text: string): number {
	const count = wholeNumber(text);
	if (count < 1 || count > 1000) throw new InvalidArgumentError("It is a whole number from 1 to 1000.");
	return count;
}
