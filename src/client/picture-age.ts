import type { FrameMessage } from "../protocol/frame-message.ts";
import { type LatencyPercentiles, RecentLatencies } from "./recent-latencies.ts";

const PICTURES_REMEMBERED = 256; // 4 s at 60 fps

/**
 * Measures the age of the world in the pictures that are shown, where the server says when light
 * fell in. Stamps in pictures don't say it, so a picture may be shown before its message comes.
 * Reads no clock.
 */
export class PictureAgeMeter {
	/** Captures by RTP time, on the server's clock. */
	readonly #capturedMs = new Map<number, number>();
	/** Displays by RTP time, on the clock of `performance.now()`. */
	readonly #shownMs = new Map<number, number>();
	/** Ages by both clocks, without their difference. */
	readonly #ages = new RecentLatencies();

	/** The server has described a picture. */
	described({ rtpTicks, times: { capturedMs } }: FrameMessage): void {
		if (capturedMs === undefined) return;
		const shownMs = this.#shownMs.get(rtpTicks);
		if (shownMs === undefined) keepNewest(this.#capturedMs, rtpTicks, capturedMs);
		else this.#match(rtpTicks, capturedMs, shownMs);
	}

	/** A picture is shown. @param shownMs on the clock of `performance.now()`. */
	shown(rtpTicks: number, shownMs: number): void {
		const capturedMs = this.#capturedMs.get(rtpTicks);
		if (capturedMs === undefined) keepNewest(this.#shownMs, rtpTicks, shownMs);
		else this.#match(rtpTicks, capturedMs, shownMs);
	}

	/**
	 * The ages of the last ten seconds; `undefined` where none is known.
	 * @param serverOffsetMs server clock minus `performance.now()`; NaN: unknown.
	 */
	percentiles(nowMs: number, serverOffsetMs: number): LatencyPercentiles | undefined {
		const ages = this.#ages.percentiles(nowMs);
		if (ages === undefined || Number.isNaN(serverOffsetMs)) return undefined;
		return { ...ages, p50: ages.p50 + serverOffsetMs, p95: ages.p95 + serverOffsetMs };
	}

	/** Another connection begins, with RTP times and a server's clock of its own. */
	reset(): void {
		this.#capturedMs.clear();
		this.#shownMs.clear();
		this.#ages.clear();
	}

	#match(rtpTicks: number, capturedMs: number, shownMs: number): void {
		this.#capturedMs.delete(rtpTicks);
		this.#shownMs.delete(rtpTicks);
		this.#ages.add(shownMs - capturedMs, shownMs);
	}
}

function keepNewest(map: Map<number, number>, key: number, value: number): void {
	map.set(key, value);
	const [oldest] = map.keys();
	if (map.size > PICTURES_REMEMBERED && oldest !== undefined) map.delete(oldest);
}
