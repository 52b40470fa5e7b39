import type { ConnectionStats, LatencyPercentiles, PanogazeConnection } from "../src/client/index.ts";
import type { ServerStatsMessage } from "../src/protocol/control-message.ts";
import { beginDrawing } from "./drawing.ts";
import { element } from "./element.ts";
import { number, words } from "./words.ts";

/** Readings in the chart: those of a minute. */
const HISTORY = 60;

/**
 * The numbers of a connection, once a second, and a chart of motion to photon over the
 * last minute.
 */
export class StatsPanel {
	readonly #fields: ReadonlyMap<string, HTMLElement>;
	readonly #chart: HTMLCanvasElement;
	readonly #history: number[] = [];
	#server: ServerStatsMessage = { type: "stats" };

	constructor(root: HTMLElement, connection: PanogazeConnection) {
		const fields = [...root.querySelectorAll<HTMLElement>("[data-stat]")];
		this.#fields = new Map(fields.map((field) => [field.dataset["stat"] ?? "", field]));
		this.#chart = element<HTMLCanvasElement>("canvas", root);
		new ResizeObserver(() => this.#draw()).observe(this.#chart);
		connection.on("stats", (stats) => this.#show(stats));
		// Shown with the next numbers of the connection.
		connection.on("serverStats", (stats) => {
			this.#server = stats;
		});
	}

	#show(stats: ConnectionStats): void {
		const { motionToPhoton, turnToPhoton, pictureAge, server } = stats;
		const { targetBitrateBps, framesDropped: droppedByServer, sourceFps, drawMs, encodeMs, limit } = this.#server;
		this.#set("motion-p50", milliseconds(motionToPhoton?.p50));
		this.#set("motion-p95", milliseconds(motionToPhoton?.p95));
		this.#set("turn", twoPercentiles(turnToPhoton));
		// Few sources state when light fell in.
		this.#set("picture-age", twoPercentiles(pictureAge)).parentElement!.hidden = pictureAge === undefined;
		this.#set(
			"size",
			Number.isFinite(stats.width) ? marked(`${stats.width} × ${stats.height}`, limit === "size") : "–",
		);
		this.#set("fps", marked(number(stats.fps, 1, "fps"), limit === "frameRate" || limit === "size"));
		this.#set("source-fps", number(sourceFps ?? Number.NaN, 1, "fps"));
		const bitrate = number(stats.bitrateBps / 1e6, 1, targetBitrateBps === undefined ? "Mbit/s" : "");
		this.#set(
			"bitrate",
			targetBitrateBps === undefined
				? bitrate
				: words.valueOf(bitrate, number(targetBitrateBps / 1e6, 1, "Mbit/s")),
		);
		this.#set("round-trip", milliseconds(stats.roundTripMs, 1));
		// While nothing moves, no frame is matched with a pose: only the server's own
		// numbers are known.
		this.#set(
			"server",
			Number.isFinite(server.draw) ? twoStages(server.draw, server.encode) : twoStages(drawMs, encodeMs),
		);
		this.#set("client", twoStages(stats.jitterBufferMs, stats.decodeMs));
		this.#set(
			"dropped",
			droppedByServer
				? words.droppedByServer(number(stats.framesDropped, 0), number(droppedByServer, 0))
				: number(stats.framesDropped, 0),
		);
		this.#set("lost", number(stats.packetsLost, 0));
		this.#history.push(motionToPhoton?.p50 ?? Number.NaN);
		if (this.#history.length > HISTORY) this.#history.shift();
		this.#draw();
	}

	#set(field: string, text: string): HTMLElement {
		const target = this.#fields.get(field);
		if (target === undefined) throw new Error(`The page has no number "${field}".`);
		target.textContent = text;
		return target;
	}

	#draw(): void {
		const drawing = beginDrawing(this.#chart);
		if (drawing === undefined) return;
		const { context, width, height } = drawing;
		const known = this.#history.filter(Number.isFinite);
		// The scale reaches from 0 to at least 50 ms, so that a steady latency looks
		// steady.
		const top = Math.max(50, ...known) * 1.15;
		const points = this.#history.map((value, index) => {
			const x = width - (this.#history.length - 1 - index) * (width / (HISTORY - 1));
			return [x, height - 1 - (value / top) * (height - 2)] as const;
		});
		context.fillStyle = "rgb(238 243 246 / 12%)";
		context.fillRect(0, height - 1, width, 1);
		const shown = points.filter(([, y]) => Number.isFinite(y));
		const [first, last] = [shown[0], shown.at(-1)];
		if (first === undefined || last === undefined || first === last) return;
		context.beginPath();
		for (const [x, y] of shown) context.lineTo(x, y);
		context.strokeStyle = "#63e6c8";
		context.lineWidth = 1.5;
		context.lineJoin = "round";
		context.stroke();
		context.lineTo(last[0], height);
		context.lineTo(first[0], height);
		context.fillStyle = "rgb(99 230 200 / 14%)";
		context.fill();
	}
}

function milliseconds(value: number | undefined, digits = 0): string {
	return number(value ?? Number.NaN, digits, "ms");
}

function twoPercentiles(latencies: LatencyPercentiles | undefined): string {
	return latencies === undefined ? "–" : `${number(latencies.p50, 0)}, p95 ${milliseconds(latencies.p95)}`;
}

function twoStages(first = Number.NaN, second = Number.NaN): string {
	return Number.isFinite(first + second) ? `${number(first, 1)} + ${milliseconds(second, 1)}` : "–";
}

/** Marks a number that a low bit rate has made smaller. */
function marked(value: string, low: boolean): string {
	return low ? words.lowBitrate(value) : value;
}
