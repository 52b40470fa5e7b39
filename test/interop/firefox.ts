import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Pinned; it speaks WebDriver BiDi to Firefox. */
const PACKAGE = "puppeteer-core";
const VERSION = "25.16.0";
const folder = fileURLToPath(new URL("../../.cache/interop-firefox", import.meta.url));

/** The parts of puppeteer's pages that the tests use. */
export interface FirefoxPage {
	goto(url: string): Promise<unknown>;
	setViewport(size: { readonly width: number; readonly height: number }): Promise<void>;
	evaluate<T, Args extends readonly unknown[]>(code: (...args: Args) => T, ...args: Args): Promise<Awaited<T>>;
	screenshot(options: { readonly path?: string }): Promise<Uint8Array>;
	on(name: "console", listener: (message: { text(): string }) => void): void;
	readonly mouse: {
		move(x: number, y: number, options?: { readonly steps: number }): Promise<void>;
		down(): Promise<void>;
		up(): Promise<void>;
	};
}

/** A running Firefox. */
export interface Firefox {
	newPage(): Promise<FirefoxPage>;
	close(): Promise<void>;
}

/**
 * Starts Debian's headless Firefox with a fresh profile: without OpenH264, which it would
 * download.
 */
export async function launchFirefox(): Promise<Firefox> {
	const path = join(folder, "node_modules", PACKAGE);
	if (!existsSync(join(path, "package.json"))) {
		mkdirSync(folder, { recursive: true });
		const args = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--no-save", "--ignore-scripts"];
		execFileSync("npm", [...args, `${PACKAGE}@${VERSION}`], { stdio: "inherit", cwd: folder });
	}
	const entry = pathToFileURL(join(path, "lib/puppeteer/puppeteer-core.js")).href;
	const { launch } = (await import(entry)) as { launch(options: object): Promise<Firefox> };
	return launch({
		browser: "firefox",
		executablePath: process.env["PANOGAZE_FIREFOX"] ?? "/usr/bin/firefox-esr",
		headless: true,
		timeout: 90_000,
		protocolTimeout: 120_000,
		extraPrefsFirefox: { "media.autoplay.default": 0, "media.gmp-manager.updateEnabled": false },
	});
}
