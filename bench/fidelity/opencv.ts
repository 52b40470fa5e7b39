import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { SamplingKernel } from "../../src/projection/projector.ts";
import type { GrayPicture } from "./pictures.ts";

const PEER = fileURLToPath(new URL("opencv_peer.py", import.meta.url));
/** The interop tests' Python, then the machine's. */
const PYTHONS = [fileURLToPath(new URL("../../.cache/interop/bin/python", import.meta.url)), "python3"];

/** numpy's matrix products take one thread, too. */
const ONE_THREAD = { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" };

/** OpenCV's `remap` in a Python process of its own, one thread. */
export class OpenCv implements Disposable {
	readonly version: string;
	readonly #process: ChildProcess;
	readonly #lines: Interface;
	readonly #answers: AsyncIterator<string>;
	readonly #folder = mkdtempSync(join(tmpdir(), "panogaze-opencv-"));

	private constructor(process: ChildProcess, lines: Interface, answers: AsyncIterator<string>, version: string) {
		this.#process = process;
		this.#lines = lines;
		this.#answers = answers;
		this.version = version;
	}

	/** Starts OpenCV with the first Python that has it; undefined when none has. */
	static async start(): Promise<OpenCv | undefined> {
		for (const python of [process.env["PANOGAZE_PYTHON"], ...PYTHONS]) {
			if (python === undefined || (python.includes("/") && !existsSync(python))) continue;
			const child = spawn(python, [PEER], { stdio: ["pipe", "pipe", "ignore"], env: ONE_THREAD });
			child.on("error", () => undefined);
			child.stdin.on("error", () => undefined);
			const lines = createInterface({ input: child.stdout });
			const answers = lines[Symbol.asyncIterator]();
			const first = await answers.next();
			if (first.done !== true) return new OpenCv(child, lines, answers, JSON.parse(first.value).version);
		}
		return undefined;
	}

	/**
	 * Draws `source` through a map.
	 * @param map x and y of the source for each sample of the output; the first pixel's centre is 0
	 * @returns the picture
	 */
	async remap(
		source: GrayPicture,
		map: Float32Array,
		size: { readonly width: number; readonly height: number },
		interpolation: SamplingKernel,
	): Promise<Uint8Array> {
		const file = (name: string) => join(this.#folder, name);
		writeFileSync(file("source"), source.data);
		writeFileSync(file("map"), map);
		const request = {
			...{ source: file("source"), width: source.width, height: source.height, map: file("map"), interpolation },
			...{ outWidth: size.width, outHeight: size.height, into: file("into") },
		};
		await this.#ask(request);
		return readFileSync(file("into"));
	}

	/**
	 * Milliseconds that a view of a 4:2:0 panorama takes whose direction changes in every frame, so
	 * that numpy makes its maps anew; bilinear, one thread, the median of `frames`.
	 */
	async movingMs(
		panorama: { readonly width: number; readonly height: number },
		view: { readonly width: number; readonly height: number; readonly fovDeg: number },
		frames: number,
	): Promise<number> {
		const { width, height } = panorama;
		const { width: outWidth, height: outHeight, fovDeg } = view;
		const { ms } = await this.#ask({ moving: frames, width, height, outWidth, outHeight, fovDeg });
		return ms ?? Number.NaN;
	}

	async #ask(request: object): Promise<{ readonly ms?: number }> {
		this.#process.stdin?.write(`${JSON.stringify(request)}\n`);
		const answer = await this.#answers.next();
		if (answer.done === true) throw new Error("OpenCV's process ended without an answer.");
		return JSON.parse(answer.value) as { readonly ms?: number };
	}

	[Symbol.dispose](): void {
		this.#process.stdin?.end();
		this.#lines.close();
		rmSync(this.#folder, { recursive: true });
	}
}
