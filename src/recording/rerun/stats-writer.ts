import * as rr from "panogaze-rerun";
import type { ViewerStats } from "../../stream/viewer-events.ts";
import type { RecordClock, RowTimes } from "../record-clock.ts";
import type { ViewerPaths } from "../record-paths.ts";
import type { ViewerProgress } from "../session-progress.ts";

/** The curves of each plot, in the order of their values. */
const CURVES = {
	"bit rate": ["sent", "target", "estimate of the path"],
	losses: ["packets lost, %", "views not drawn", "frames not sent", "poses late"],
	delays: ["round trip", "queue of the path", "queue here"],
	clock: ["offset", "uncertainty"],
	"motion to photon": ["median", "95th percentile"],
} as const;
type Curve = keyof typeof CURVES;

/** Writes one viewer's statistics as curves; sums become differences between two readings. */
export class StatsWriter {
	readonly #recording: rr.RecordingStream;
	readonly #clock: RecordClock;
	readonly #paths: ViewerPaths;
	readonly #begun = new Set<Curve>();
	readonly #progress: ViewerProgress;

	/** @param paths of the viewer. */
	constructor(recording: rr.RecordingStream, clock: RecordClock, paths: ViewerPaths, progress: ViewerProgress) {
		this.#progress = progress;
		this.#recording = recording;
		this.#clock = clock;
		this.#paths = paths;
	}

	write(stats: ViewerStats, atSec: number): void {
		const times = this.#clock.at(atSec);
		const before = this.#progress.stats;
		this.#progress.stats = { stats, atSec };
		const { session, clock, client } = stats;
		const { latency, network } = this.#paths;
		if (before !== undefined) this.#writeChanges(before.stats, stats, atSec - before.atSec, times);
		this.#curves(network, "delays", times, [
			session.roundTripTimeSec * 1000,
			session.pathQueueSec * 1000,
			session.pacerQueueSec * 1000,
		]);
		if (!Number.isNaN(clock.offsetMs)) this.#curves(network, "clock", times, [clock.offsetMs, clock.uncertaintyMs]);
		const photon = client?.motionToPhotonMs;
		if (photon !== undefined) this.#curves(latency, "motion to photon", times, [photon.p50, photon.p95]);
	}

	#writeChanges(before: ViewerStats, now: ViewerStats, seconds: number, times: RowTimes): void {
		const { session, render, tracking } = now;
		this.#curves(this.#paths.network, "bit rate", times, [
			((session.bytesSent - before.session.bytesSent) * 8) / seconds / 1e6,
			session.targetBitrateBps / 1e6,
			session.estimatedBitrateBps / 1e6,
		]);
		const notDrawn = (stats: ViewerStats["render"]) => stats.drawsHeldBack + stats.drawsOverBudget;
		this.#curves(this.#paths.network, "losses", times, [
			session.fractionLost * 100,
			notDrawn(render) - notDrawn(before.render),
			session.framesDropped - before.session.framesDropped,
			tracking.late - before.tracking.late,
		]);
	}

	#curves(below: readonly string[], curve: Curve, times: RowTimes, values: readonly number[]): void {
		const path = [...below, curve];
		if (!this.#begun.has(curve)) {
			this.#begun.add(curve);
			this.#recording.log(path, new rr.SeriesLines({ names: CURVES[curve] }), { static: true });
		}
		this.#recording.log(path, new rr.Scalars(values), { times });
	}
}
