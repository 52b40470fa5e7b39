import { spawn } from "node:child_process";
import { Command } from "commander";
import type { PanogazeServer } from "../server/server.ts";
import { exitByForce } from "../threads/process-end.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { finishRecordings } from "./finish-recordings.ts";
import { decimal } from "./flag-values.ts";
import { httpsAdvice } from "./https-flags.ts";
import { interrupted, interruption, withinGrace } from "./interruption.ts";
import { addressLines, mainToken, pageAddresses, printableTokens, printQrCode, rerunLines } from "./page-addresses.ts";
import { addRecordFlags, type RecordFlags, recordFromFlags } from "./record-flags.ts";
import type { TokenOptions } from "./secret-flags.ts";
import { addServerFlags, type ServerFlags, serverOptions } from "./server-flags.ts";

interface ServeFlags extends ServerFlags, RecordFlags {
	readonly open: boolean;
	readonly rerun?: boolean | number;
}

const EXAMPLES = `
Examples:
  panogaze                                          the built-in scene
  panogaze clip.mp4 --port 9000                     a file, over and over
  panogaze rtsp://user:password@192.0.2.10/stream   a camera on the network
  panogaze /dev/video0 --https                      a camera of this machine, for headsets
  panogaze clip.mp4 --in fisheye --in-option fov=190
                                                    a camera whose file does not state its projection
  panogaze clip.mp4 --record sessions               and a file for Rerun of all that happens
  panogaze clip.mp4 --token SECRET --udp-port 8081  for a few, through a firewall`;

/** `panogaze serve [SOURCE]`: the page and the streams of one source, until Ctrl+C. */
export function serveCommand(): Command {
	const command = new Command("serve")
		.description(
			"Serve a 360 degree video, camera or stream to browsers and headsets; without SOURCE the built-in scene.",
		)
		.argument(
			"[source]",
			"file, URL (http, rtsp, rtmp, srt, udp) or device that FFmpeg reads (or the environment's PANOGAZE_SOURCE)",
		);
	return addRecordFlags(addServerFlags(command).optionsGroup("Recording:"))
		.option(
			"--rerun [minutes]",
			"show the sessions at /rerun and in Rerun's program, with the last minutes (default: on with --record, 1)",
			decimal,
		)
		.option("--no-rerun", "don't, in spite of --record")
		.optionsGroup("Page:")
		.option("--open", "open the page in this machine's browser", false)
		.addHelpText("after", EXAMPLES)
		.action(runServe);
}

async function runServe(source: string | undefined, flags: ServeFlags): Promise<void> {
	const rerun = typeof flags.rerun === "number" ? { minutes: flags.rerun } : flags.rerun;
	const options = { ...serverOptions(source, flags), record: recordFromFlags(flags), rerun };
	// A server is loaded when one is to run: neither --help nor a wrong flag waits for it.
	const [{ serve }, { startLog }] = await Promise.all([import("../server/server.ts"), import("./start-log.ts")]);
	const { status, logger } = startLog(flags.logLevel);
	const server = await withinGrace(serve({ ...options, logger, signal: interruption }));
	await greet(server, flags, options);
	status.follow(server);
	await interrupted();
	status.clear();
	await withinGrace(server.close());
	const isWhole = await finishRecordings(server.recorder);
	// node-datachannel's threads keep the process alive, and its own clean-up is not safe to call.
	exitByForce(isWhole ? 0 : EXIT_CODES.notWritable);
}

/**
 * Prints the addresses of the page, and opens it where that is asked for.
 *
 * @param words in front of them.
 */
export async function greet(
	server: PanogazeServer,
	flags: ServerFlags & { readonly open: boolean },
	options: TokenOptions,
	words = `Looking around in ${server.sourceName}. Open:`,
): Promise<void> {
	const tokens = printableTokens(options, flags, process.stdout.isTTY);
	const lines = [words, "", ...addressLines(server.urls, tokens)];
	console.log(
		[
			...lines,
			...rerunLines(server.rerun, tokens, server.certificate?.selfMade === true),
			...httpsAdvice(server),
		].join("\n"),
	);
	await printQrCode(pageAddresses(server.urls, mainToken(tokens)), flags.logLevel);
	// The browser's arguments are visible in the list of processes, so they hold only a token that
	// is already visible there anyway.
	const [address] = pageAddresses(server.urls, flags.token);
	if (flags.open && address !== undefined) openInBrowser(address);
}

function openInBrowser(url: string): void {
	const [command = "xdg-open", ...before] =
		{ darwin: ["open"], win32: ["cmd", "/c", "start", ""] }[process.platform as string] ?? [];
	const child = spawn(command, [...before, url], { stdio: "ignore", detached: true });
	child.on("error", () => console.error(`No program to open the page with was found; open ${url} yourself.`));
	child.unref();
}
