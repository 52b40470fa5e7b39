import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { Screenshot } from "./screenshot.ts";

const PACKAGE = "@rerun-io/web-viewer";
const cache = fileURLToPath(new URL("../../.cache/interop-viewers", import.meta.url));

/**
 * Installs a viewer from npm's registry, if it is not there yet: some 40 MB.
 * @returns the package's folder.
 */
export function setUpWebViewer(version: string): string {
	const prefix = join(cache, `viewer-${version}`);
	const folder = join(prefix, "node_modules", PACKAGE);
	if (existsSync(join(folder, "package.json")) && existsSync(join(folder, "re_viewer_bg.wasm"))) return folder;
	mkdirSync(cache, { recursive: true });
	// Another test file may do the same at this moment.
	const making = mkdtempSync(`${prefix}-`);
	const args = ["install", "--prefix", making, "--no-audit", "--no-fund", "--no-save", `${PACKAGE}@${version}`];
	execFileSync("npm", args, { stdio: "inherit", cwd: making });
	try {
		renameSync(making, prefix);
	} catch (error) {
		rmSync(making, { recursive: true });
		if (!existsSync(folder)) throw error;
	}
	return folder;
}

/** The viewer's own description of a recording that it opened. */
export interface OpenedRecording {
	readonly application_id: string;
	readonly recording_id: string;
	readonly source: string;
	readonly version?: string;
}

/** The part of a viewer's JavaScript API that is used here: the same in all versions. */
interface WebViewer {
	open_channel(name: string): { send_rrd(bytes: Uint8Array): void };
	open(url: string): void;
	get_active_recording_id(): string | null;
	set_active_recording_id(id: string): void;
	get_active_timeline(id: string): string | null;
	get_time_range(id: string, timeline: string): { readonly min: number; readonly max: number } | null;
	set_active_timeline(id: string, timeline: string): void;
	set_current_time(id: string, timeline: string, time: number): void;
	set_playing(id: string, playing: boolean): void;
}

declare global {
	var judged: { readonly viewer: WebViewer; readonly opened: OpenedRecording[] };
}

/** Said of every recording, and of the machine. */
const NOISE = [
	// Of browsers without a graphics card.
	/software rasterizer|swiftshader|GPU stall|Automatic fallback to software WebGL|WebGL: CONTEXT|GroupMarkerNotSet/i,
	// Of the window system's adapter for browsers.
	/RequestUserAttention|pointer event|winit|egui_glow|device_caps|requestAdapter|No available adapters/,
	// Older viewers, of the version in a file's header and of chunks: they read on.
	/which is newer than the local Rerun version|Sorbet (batch )?version|using deprecated parameters for the init/,
	// Asked for its times before it had any.
	/Timeline .* not found/,
];

const FILES = {
	"index.js": "index.js",
	re_viewer: "re_viewer.js",
	"re_viewer.js": "re_viewer.js",
	"re_viewer_bg.wasm": "re_viewer_bg.wasm",
} as const;

const MAIN = `import { WebViewer } from "./viewer/index.js";
const viewer = new WebViewer();
const opened = [];
viewer.on("recording_open", (event) => opened.push(event));
await viewer.start(null, document.body, {
	width: "100%", height: "100%", hide_welcome_screen: true, manifest_url: "", render_backend: "webgl",
});
globalThis.judged = { viewer, opened };
`;
const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<style>html, body { margin: 0; height: 100%; overflow: hidden }</style>
<body><script type="module" src="./main.js"></script>`;

/**
 * A running viewer of Rerun's own for browsers: it shows recordings as people would see them.
 */
export class WebViewerJudge implements AsyncDisposable {
	readonly page: Page;
	readonly #server: Server;
	readonly #recordings: Map<string, Uint8Array>;
	readonly #complaints: string[];
	#shown = 0;

	private constructor(page: Page, server: Server, recordings: Map<string, Uint8Array>, complaints: string[]) {
		this.page = page;
		this.#server = server;
		this.#recordings = recordings;
		this.#complaints = complaints;
	}

	/** @param folder of the package `@rerun-io/web-viewer`. @param size of the page in pixels. */
	static async open(browser: Browser, folder: string, size = { width: 960, height: 640 }): Promise<WebViewerJudge> {
		const recordings = new Map<string, Uint8Array>();
		const server = await serveViewer(folder, recordings);
		const page = await browser.newPage({ viewport: size, deviceScaleFactor: 1 });
		// Viewers log each shader in hundreds of thousands of lines, which would all come here.
		await page.addInitScript(() => {
			console.debug = console.log = console.info = () => {};
		});
		const complaints: string[] = [];
		page.on("console", (message) => {
			const text = message.text().trim();
			const isComplaint =
				message.type() === "warning" || message.type() === "error" || /\b(WARN|ERROR)\b/.test(text);
			if (isComplaint && !NOISE.some((noise) => noise.test(text))) complaints.push(text);
		});
		page.on("pageerror", (error) => complaints.push(`page: ${error.message}`));
		const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
		// Nothing of what a viewer asks the world for is there: map tiles are a white pixel.
		await page.route(
			(url) => !url.href.startsWith(origin) && url.protocol.startsWith("http"),
			(route) =>
				route.fulfill({
					contentType: "image/png",
					body: WHITE_PIXEL,
					headers: { "access-control-allow-origin": "*" },
				}),
		);
		const judge = new WebViewerJudge(page, server, recordings, complaints);
		await page.goto(origin);
		await judge.#waitFor("the viewer to start", () => page.evaluate(() => globalThis.judged !== undefined));
		return judge;
	}

	/** Makes the page of another size: every pixel is drawn by the processor. */
	async resize(width: number, height: number): Promise<void> {
		await this.page.setViewportSize({ width, height });
	}

	/** Its warnings and errors since the last call. */
	takeComplaints(): string[] {
		return this.#complaints.splice(0);
	}

	/**
	 * Hands over a recording, and waits until it is the one that is shown and has all of its times.
	 *
	 * @param times on one of its timelines: the last of them, in counts or nanoseconds.
	 * @param by `channel`: through the page; `http`: as a file that is fetched.
	 */
	async show(
		rrd: Uint8Array,
		recordingId: string,
		times: { readonly timeline: string; readonly last: number },
		by: "channel" | "http" = "channel",
	): Promise<OpenedRecording> {
		const name = `${++this.#shown}.rrd`;
		this.#recordings.set(name, rrd);
		await this.page.evaluate(
			async ({ name, by }) => {
				const url = `${location.origin}/recordings/${name}`;
				if (by === "http") judged.viewer.open(url);
				else judged.viewer.open_channel(name).send_rrd(new Uint8Array(await (await fetch(url)).arrayBuffer()));
			},
			{ name, by },
		);
		await this.#waitFor(`recording ${recordingId} to be there until ${times.timeline} ${times.last}`, async () => {
			return this.page.evaluate(
				({ id, timeline, last }) => {
					const { viewer, opened } = judged;
					if (!opened.some(({ recording_id }) => recording_id === id)) return false;
					if (viewer.get_active_recording_id() !== id) viewer.set_active_recording_id(id);
					return viewer.get_active_recording_id() === id && viewer.get_time_range(id, timeline)?.max === last;
				},
				{ id: recordingId, ...times },
			);
		});
		return this.page.evaluate((id) => judged.opened.find(({ recording_id }) => recording_id === id)!, recordingId);
	}

	activeTimeline(recordingId: string): Promise<string | null> {
		return this.page.evaluate((id) => judged.viewer.get_active_timeline(id), recordingId);
	}

	/** Goes to a time and stays there. */
	async seek(recordingId: string, timeline: string, time: number): Promise<void> {
		await this.page.evaluate(
			({ id, timeline, time }) => {
				judged.viewer.set_playing(id, false);
				judged.viewer.set_active_timeline(id, timeline);
				judged.viewer.set_current_time(id, timeline, time);
			},
			{ id: recordingId, timeline, time },
		);
	}

	async screenshot(): Promise<Screenshot> {
		return Screenshot.fromPng(await this.page.screenshot());
	}

	/**
	 * Looks again and again until the picture is as it should be.
	 * @throws {Error} if it never is, with what `describe` says of the last one.
	 */
	async seen(
		isRight: (picture: Screenshot) => boolean,
		what: string,
		describe: (picture: Screenshot) => string = () => "",
	): Promise<Screenshot> {
		let picture: Screenshot | undefined;
		await this.#waitFor(
			what,
			async () => {
				picture = await this.screenshot();
				return isRight(picture);
			},
			() => (picture === undefined ? "" : describe(picture)),
		);
		return picture!;
	}

	/** Waits until the page was drawn so many times more. */
	async drawn(times: number): Promise<void> {
		await this.page.evaluate(
			(times) =>
				new Promise<void>((resolve) => {
					const step = () => (times-- > 0 ? requestAnimationFrame(step) : resolve());
					step();
				}),
			times,
		);
	}

	/**
	 * Waits for a complaint of such words, and takes all that there are.
	 * @throws {Error} if none comes.
	 */
	async complained(words: RegExp): Promise<void> {
		await this.#waitFor(`a complaint of ${words}`, async () => this.#complaints.some((text) => words.test(text)));
		this.#complaints.length = 0;
	}

	async #waitFor(what: string, condition: () => Promise<boolean>, describe = () => ""): Promise<void> {
		const deadline = performance.now() + 40_000;
		for (let round = 0; !(await condition()); round++) {
			// Viewers sleep without input, and recordings to open wait.
			await this.page.mouse.move(round % 2 === 0 ? 10 : 60, 2);
			if (performance.now() > deadline)
				throw new Error([`Waited for ${what}.`, describe(), ...this.#complaints].join("\n"));
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.page.close();
		this.#server.close();
		this.#server.closeAllConnections();
	}
}

/** A page with the viewer, and recordings by their names. */
function serveViewer(folder: string, recordings: ReadonlyMap<string, Uint8Array>): Promise<Server> {
	const server = createServer((request, response) => {
		const [, first, second] = request.url!.split("/");
		if (request.url === "/") response.setHeader("content-type", "text/html").end(PAGE);
		else if (request.url === "/main.js") response.setHeader("content-type", "text/javascript").end(MAIN);
		else if (first === "viewer" && Object.hasOwn(FILES, second!)) {
			const path = join(folder, FILES[second as keyof typeof FILES]);
			response.setHeader("content-type", path.endsWith(".wasm") ? "application/wasm" : "text/javascript");
			response.setHeader("content-length", statSync(path).size);
			createReadStream(path).pipe(response);
		} else if (first === "recordings" && recordings.has(second!)) response.end(recordings.get(second!));
		else response.writeHead(404).end();
	});
	return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const WHITE_PIXEL = Buffer.from(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=",
	"base64",
);
