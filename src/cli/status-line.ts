import { Writable } from "node:stream";
import type { WriteStream } from "node:tty";
import type { PanogazeServer } from "../server/server.ts";
import type { ServerStats } from "../server/server-events.ts";

const INTERVAL_MS = 1000;
const CLEAR_LINE = "\r\x1b[2K";

/**
 * A line at the bottom of the terminal that shows the state of the server and is renewed every
 * second; log lines go above it. Silent when there is no terminal.
 */
export class StatusLine {
	readonly #out: WriteStream;
	#timer: NodeJS.Timeout | undefined;
	#text = "";

	constructor(out: WriteStream) {
		this.#out = out;
	}

	/** Writes log lines above the status, so that the two do not run into each other. */
	lineStream(): Writable {
		return new Writable({
			decodeStrings: false,
			write: (chunk, _encoding, done) => {
				this.#out.write(this.#text === "" ? chunk : CLEAR_LINE + chunk + this.#text);
				done();
			},
		});
	}

	follow(server: PanogazeServer): void {
		if (!this.#out.isTTY) return;
		let before = server.stats();
		this.#timer = setInterval(() => {
			const now = server.stats();
			this.#show(wordsForStatus(before, now, INTERVAL_MS / 1000));
			before = now;
		}, INTERVAL_MS);
		this.#timer.unref();
	}

	clear(): void {
		clearInterval(this.#timer);
		if (this.#text !== "") this.#out.write(CLEAR_LINE);
		this.#text = "";
	}

	#show(text: string): void {
		this.#text = text.slice(0, Math.max(20, this.#out.columns - 1));
		this.#out.write(CLEAR_LINE + this.#text);
	}
}

/**
 * The events between two readings, in one line.
 * @param seconds between them.
 */
export function wordsForStatus(before: ServerStats, now: ServerStats, seconds: number): string {
	const tape = now.recording === undefined ? "" : ` | ${wordsForRecording(now.recording)}`;
	if (now.viewers.length === 0) return `no viewers, source ${now.source.running ? "running" : "at rest"}${tape}`;
	const former = new Map(before.viewers.map((viewer) => [viewer.id, viewer]));
	let frames = 0;
	let bytes = 0;
	let drawSec = 0;
	let encodeSec = 0;
	for (const viewer of now.viewers) {
		const old = former.get(viewer.id);
		frames += viewer.render.framesDrawn - (old?.render.framesDrawn ?? 0);
		bytes += viewer.session.bytesSent - (old?.session.bytesSent ?? 0);
		drawSec += viewer.render.drawSecTotal - (old?.render.drawSecTotal ?? 0);
		encodeSec += viewer.render.encodeSecTotal - (old?.render.encodeSecTotal ?? 0);
	}
	const viewers = `${now.viewers.length} viewer${now.viewers.length === 1 ? "" : "s"}`;
	// A source that was started again counts from 0.
	const sourceFps = Math.max(0, now.source.framesDecoded - before.source.framesDecoded) / seconds;
	const perFrame =
		frames > 0 ? `, draw ${milliseconds(drawSec / frames)}, encode ${milliseconds(encodeSec / frames)}` : "";
	const parts = [
		viewers,
		`source ${Math.round(sourceFps)} fps`,
		`views ${Math.round(frames / seconds)} fps${perFrame}`,
		`${((bytes * 8) / seconds / 1e6).toFixed(1)} Mbit/s`,
	];
	return parts.join(" | ") + tape;
}

function wordsForRecording({ state, bytes, lost }: NonNullable<ServerStats["recording"]>): string {
	const losses = lost === 0 ? "" : `, ${lost} lost`;
	return `${state === "failed" ? "recording stopped" : state} ${(bytes / 1e6).toFixed(1)} MB${losses}`;
}

function milliseconds(seconds: number): string {
	return `${(seconds * 1000).toFixed(1)} ms`;
}
