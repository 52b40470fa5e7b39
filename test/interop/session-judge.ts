import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { systemChromium, unpackChromium } from "../support/chromium-file.ts";
import { rerunPython } from "./rerun-environment.ts";

const script = fileURLToPath(new URL("session_judge.py", import.meta.url));

/**
 * Asks Rerun's own SDK, or its viewer, about a recording or a dataset.
 *
 * @param command and its arguments, as session_judge.py lists them.
 * @returns the JSON that it prints.
 */
export async function judgeSession(command: string, ...args: readonly string[]) {
	const { stdout } = await promisify(execFile)(rerunPython, ["-W", "ignore", script, command, ...args], {
		env: { ...process.env, VK_ICD_FILENAMES: await softwareVulkan() },
		maxBuffer: 1 << 28,
	});
	return JSON.parse(stdout);
}

/** Chromium's own Vulkan that draws by the processor. */
async function softwareVulkan(): Promise<string> {
	const chromium = systemChromium() === undefined ? await unpackChromium() : "/usr/lib/chromium/chromium";
	return join(dirname(chromium), "vk_swiftshader_icd.json");
}
