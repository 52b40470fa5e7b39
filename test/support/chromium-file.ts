import { existsSync } from "node:fs";

// Without Playwright, which takes half a second to load.

const SYSTEM_PATHS = [
	"/usr/bin/chromium",
	"/usr/bin/chromium-browser",
	"/usr/bin/google-chrome",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * The path of the Chromium that `PANOGAZE_CHROMIUM` names, or of the system's.
 * @returns `undefined` where the npm package's is to be taken
 */
export function systemChromium(): string | undefined {
	const wanted = process.env["PANOGAZE_CHROMIUM"];
	return wanted === "bundled" ? undefined : (wanted ?? SYSTEM_PATHS.find((path) => existsSync(path)));
}

/** Resolves with the path of the npm package's Chromium. The first call on a machine unpacks it. */
export async function unpackChromium(): Promise<string> {
	const { default: bundled } = await import("@sparticuz/chromium");
	return bundled.executablePath();
}

/**
 * Unpacks the npm package's Chromium where it is the one that tests start. A global setup: of two
 * processes that begin it at once, one would start what the other has half unpacked.
 */
export default async function prepareChromium(): Promise<void> {
	if (systemChromium() === undefined) await unpackChromium();
}
