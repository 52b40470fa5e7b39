import type { ClientStatsMessage } from "../protocol/control-message.ts";
import { MotionToPhotonMeter, type ServerStages } from "./motion-to-photon.ts";
import { PictureAgeMeter } from "./picture-age.ts";
import { type ReceiverStats, ReceiverStatsReader } from "./receiver-stats.ts";
import { type LatencyPercentiles, likelyLatencyMs, RecentLatencies } from "./recent-latencies.ts";
import type { SentStreamCounters } from "./tracking-sender.ts";

/** The numbers of a connection, read once a second. NaN where unknown. */
export interface ConnectionStats extends ReceiverStats {
	/** `undefined` while nothing moved or no video element is attached. */
	readonly motionToPhoton: LatencyPercentiles | undefined;
	/**
	 * Time from the reading of a look to the display frame that shows its turn, by
	 * re-projection. `undefined` while nothing moved or pictures are not re-projected.
	 */
	readonly turnToPhoton: LatencyPercentiles | undefined;
	/**
	 * Time from light falling into the camera to the display of its picture. `undefined` where the
	 * source does not state captures, or no video is attached.
	 */
	readonly pictureAge: LatencyPercentiles | undefined;
	readonly server: ServerStages;
	/** Head poses sent so far. */
	readonly posesSent: number;
	/** Head poses that newer ones replaced before they could be sent. */
	readonly posesReplaced: number;
}

/** The parts that `ConnectionNumbers` need of their connection. */
export interface ConnectionNumbersOptions {
	/** Reads the browser's statistics; `undefined`: there is no connection. */
	readonly getStats: () => Promise<RTCStatsReport | undefined>;
	/** Returns the round trip by the pings of the control channel, milliseconds. */
	readonly roundTripMs: () => number;
	/** Returns the server's clock minus `performance.now()`, milliseconds; NaN: unknown. */
	readonly serverOffsetMs: () => number;
	/** Returns the numbers of the head's poses. */
	readonly headCounters: () => SentStreamCounters;
	/** Takes each reading. */
	readonly onStats: (stats: ConnectionStats) => void;
}

/** Measures a connection: its statistics, motion to photon, and turn to photon. */
export class ConnectionNumbers {
	readonly meter = new MotionToPhotonMeter();
	readonly turns = new RecentLatencies();
	readonly ages = new PictureAgeMeter();
	readonly #options: ConnectionNumbersOptions;
	#reader = new ReceiverStatsReader();
	#latest: ConnectionStats | undefined;

	constructor(options: ConnectionNumbersOptions) {
		this.#options = options;
	}

	/** The last reading. */
	get latest(): ConnectionStats | undefined {
		return this.#latest;
	}

	/** The latency that nearly all pictures keep to now, milliseconds. */
	get likelyLatencyMs(): number {
		return likelyLatencyMs(this.meter.percentiles(performance.now()));
	}

	/** Another connection begins, perhaps to another server. */
	restart(): void {
		this.handedOver();
		this.meter.reset();
		this.ages.reset();
	}

	/** The session goes on by another connection, whose totals begin at zero. */
	handedOver(): void {
		this.#reader = new ReceiverStatsReader();
	}

	/** Makes a reading, if there is a connection. */
	async read(): Promise<void> {
		const report = await this.#options.getStats();
		if (report === undefined) return;
		const received = this.#reader.read(report);
		const nowMs = performance.now();
		const head = this.#options.headCounters();
		this.#latest = {
			...received,
			// ICE knows it in whole milliseconds only: 0 on a short path.
			roundTripMs: received.roundTripMs > 0 ? received.roundTripMs : this.#options.roundTripMs(),
			motionToPhoton: this.meter.percentiles(nowMs),
			turnToPhoton: this.turns.percentiles(nowMs),
			pictureAge: this.ages.percentiles(nowMs, this.#options.serverOffsetMs()),
			server: this.meter.stages(nowMs),
			posesSent: head.sent,
			posesReplaced: head.replaced,
		};
		this.#options.onStats(this.#latest);
	}
}

/** The message that reports a reading to the server. */
export function statsMessageFrom(stats: ConnectionStats): ClientStatsMessage {
	const {
		motionToPhoton,
		turnToPhoton: _turn,
		pictureAge: _age,
		server: _server,
		decodeMs: _decodeMs,
		freezes: _freezes,
		...reported
	} = stats;
	return { type: "stats", ...reported, ...(motionToPhoton && { motionToPhotonMs: motionToPhoton }) };
}
