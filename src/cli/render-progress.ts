import type { WriteStream } from "node:tty";
import type { RenderProgress } from "../render/options.ts";

const CLEAR_LINE = "\r\x1b[2K";
/** Times between two lines, milliseconds: on a terminal one line is rewritten. */
const TERMINAL_MS = 200;
const LOG_MS = 5000;

/** Prints the progress of a rendering, often on a terminal and seldom elsewhere. */
export class RenderProgressLine {
	readonly #out: WriteStream;
	readonly #name: string;
	#nextMs: number;
	#isShown = false;

	constructor(out: WriteStream, name: string) {
		this.#out = out;
		this.#name = name;
		this.#nextMs = performance.now() + (out.isTTY ? 0 : LOG_MS);
	}

	show(progress: RenderProgress): void {
		const now = performance.now();
		if (now < this.#nextMs) return;
		this.#nextMs = now + (this.#out.isTTY ? TERMINAL_MS : LOG_MS);
		const words = `${this.#name}: ${wordsForProgress(progress)}`;
		this.#out.write(
			this.#out.isTTY ? CLEAR_LINE + words.slice(0, Math.max(20, this.#out.columns - 1)) : `${words}\n`,
		);
		this.#isShown = this.#out.isTTY;
	}

	clear(): void {
		if (this.#isShown) this.#out.write(CLEAR_LINE);
		this.#isShown = false;
	}
}

/** The progress in one line: pictures, share, rate, speed and the time that remains. */
function wordsForProgress({ pictures, picturesExpected, timeSec, elapsedSec }: RenderProgress): string {
	const rate = pictures / Math.max(1e-3, elapsedSec);
	const percent = (100 * pictures) / picturesExpected;
	const parts = [
		picturesExpected > 0
			? `${pictures} of ${picturesExpected} pictures, ${Math.min(100, Math.round(percent))} %`
			: `${pictures} pictures`,
		`${rate.toFixed(1)} fps`,
	];
	if (timeSec > 0) parts.push(`${(timeSec / Math.max(1e-3, elapsedSec)).toFixed(2)}x`);
	if (picturesExpected > pictures) parts.push(`${clockText((picturesExpected - pictures) / rate)} left`);
	return parts.join(" | ");
}

function clockText(seconds: number): string {
	const whole = Math.ceil(seconds);
	const two = (value: number) => String(value).padStart(2, "0");
	const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
	return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
