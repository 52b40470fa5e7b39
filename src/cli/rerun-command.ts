import { spawn } from "node:child_process";
import { Command } from "commander";
import { wholeNumber } from "./flag-values.ts";
import { interrupted, withinGrace } from "./interruption.ts";
import { addTokenFlags, tokensFromFlags } from "./secret-flags.ts";

interface RerunFlags {
	readonly token?: string;
	readonly tokenFile?: string;
	readonly insecure: boolean;
	readonly port: number;
	readonly open: boolean;
}

/** Rerun's own program, which is not part of panogaze. */
const PROGRAM: string = "rerun";
/** Not Rerun's own, 9876, at which its program listens. */
const DEFAULT_PORT = 9877;

/** `panogaze rerun URL`: a server's live view for Rerun's own program, with a token. */
export function rerunCommand(): Command {
	const command = new Command("rerun")
		.description(
			"Let Rerun's own program on this machine watch the live view of a server that asks for a token, " +
				"or has made its own certificate.",
		)
		.argument("<url>", "the server's address; it may have the token behind #token=");
	return addTokenFlags(command, "bearer token with the right to record")
		.option("--insecure", "take any certificate, such as one that the server made itself", false)
		.option("--port <number>", "port on this machine, 0 for any free one", wholeNumber, DEFAULT_PORT)
		.option("--open", "start Rerun's program (pip install rerun-sdk)", false)
		.action(runRerun);
}

async function runRerun(url: string, flags: RerunFlags): Promise<void> {
	const { token, tokenFile, insecure, port, open } = flags;
	// A token in the address stands for the environment's, too.
	const given = token ?? (tokenFile === undefined ? tokenInAddress(url) : undefined);
	const { bearerToken } = tokensFromFlags({ token: given, tokenFile });
	const { RerunRelay } = await import("../server/rerun-relay.ts");
	await using relay = await withinGrace(RerunRelay.open({ url, token: bearerToken, insecure, port }));
	const { programUrl } = relay;
	const lines = ["The live view for Rerun's program on this machine, until Ctrl+C:", "", `  rerun ${programUrl}`, ""];
	console.log(lines.join("\n"));
	if (open)
		spawn(PROGRAM, [programUrl], { stdio: "ignore" }).on("error", (error) =>
			console.error(`Rerun's program did not start: ${error.message}. pip install rerun-sdk brings it.`),
		);
	await interrupted();
}

/** The token in an address as the server prints it. */
function tokenInAddress(url: string): string | undefined {
	const hash = URL.canParse(url) ? new URL(url).hash.slice(1) : "";
	return new URLSearchParams(hash).get("token") || undefined;
}
