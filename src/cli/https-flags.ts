import type { Command } from "commander";
import type { HttpsOptions } from "../server/certificate.ts";
import type { PanogazeServer } from "../server/server.ts";

export interface HttpsFlags {
	readonly https: boolean;
	readonly cert?: string;
	readonly key?: string;
	readonly certFolder?: string;
}

/** The options of every command that serves a page, below the heading that the command is at. */
export function addHttpsFlags(command: Command): Command {
	return command
		.option(
			"--https",
			"speak HTTPS, which headsets ask for, with a certificate that is made at the first start and kept",
			false,
		)
		.option("--cert <file>", "certificate of your own for HTTPS, PEM; needs --key")
		.option("--key <file>", "private key of --cert, PEM")
		.option(
			"--cert-folder <folder>",
			"where the certificate that was made is kept (default: the user's data folder)",
		);
}

/**
 * The option `https` of `serve()` that the flags stand for. Each of the others implies `--https`.
 * @throws {RangeError} when they contradict each other.
 */
export function httpsFromFlags({ https, cert, key, certFolder }: HttpsFlags): boolean | HttpsOptions {
	if ((cert === undefined) !== (key === undefined))
		throw new RangeError(
			`--cert and --key belong together; ${cert === undefined ? "--cert" : "--key"} is missing.`,
		);
	if (cert !== undefined && certFolder !== undefined)
		throw new RangeError(
			"--cert-folder is for the certificate that panogaze makes; it means nothing together with --cert.",
		);
	if (cert !== undefined) return { certFile: cert, keyFile: key! };
	return certFolder === undefined ? https : { directory: certFolder };
}

/** Lines about HTTPS for people who are about to open one of the printed addresses. */
export function httpsAdvice({ certificate, urls }: Pick<PanogazeServer, "certificate" | "urls">): readonly string[] {
	if (certificate === undefined)
		return urls.some(isOnNetwork)
			? ["A headset, or a phone that is to turn the view, needs HTTPS: add --https.", ""]
			: [];
	const fingerprint = ["Fingerprint of the certificate (SHA-256):", `  ${certificate.fingerprint}`];
	if (!certificate.selfMade) return [...fingerprint, ""];
	const advice =
		"Browsers warn once, as this machine made the certificate itself: " +
		"choose Advanced (or Details), then go on to the page.";
	return [...fingerprint, advice, ""];
}

/** Pages of this machine itself count as secure without HTTPS. */
function isOnNetwork(url: string): boolean {
	return !/^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname);
}
