/**
 * The arrival of the video, by the browser's own statistics. Rates cover the time since
 * the last reading. NaN where unknown.
 */
export interface ReceiverStats {
	readonly width: number;
	readonly height: number;
	/** Frames decoded a second. */
	readonly fps: number;
	readonly bitrateBps: number;
	readonly roundTripMs: number;
	/**
	 * Mean time of a frame in the jitter buffer, where it is assembled and put in
	 * order.
	 */
	readonly jitterBufferMs: number;
	readonly decodeMs: number;
	/** Total since the connection began, as the three below. */
	readonly framesDecoded: number;
	readonly framesDropped: number;
	readonly packetsLost: number;
	readonly freezes: number;
}

type StatsEntry = { readonly id: string; readonly type: string; readonly [field: string]: unknown };

/**
 * Turns the growing totals of one connection's `RTCPeerConnection.getStats()` into
 * rates.
 */
export class ReceiverStatsReader {
	#before: StatsEntry | undefined;

	/** @param report the result of `getStats()`. */
	read(report: { values(): Iterable<unknown> }): ReceiverStats {
		const entries = [...report.values()] as StatsEntry[];
		const inbound = entries.find((entry) => entry.type === "inbound-rtp" && entry["kind"] === "video");
		// Totals of another RTP stream can't be compared.
		const before = this.#before?.id === inbound?.id ? this.#before : undefined;
		this.#before = inbound;
		const total = (field: string) => numberIn(inbound, field);
		const grown = (field: string) => numberIn(inbound, field) - numberIn(before, field);
		const seconds = grown("timestamp") / 1000;
		return {
			width: total("frameWidth"),
			height: total("frameHeight"),
			fps: grown("framesDecoded") / seconds,
			bitrateBps: (grown("bytesReceived") * 8) / seconds,
			roundTripMs: numberIn(selectedPair(entries), "currentRoundTripTime") * 1000,
			jitterBufferMs: (grown("jitterBufferDelay") / grown("jitterBufferEmittedCount")) * 1000,
			decodeMs: (grown("totalDecodeTime") / grown("framesDecoded")) * 1000,
			framesDecoded: total("framesDecoded"),
			framesDropped: total("framesDropped"),
			packetsLost: total("packetsLost"),
			freezes: total("freezeCount"),
		};
	}
}

function numberIn(entry: StatsEntry | undefined, field: string): number {
	const value = entry?.[field];
	return typeof value === "number" ? value : Number.NaN;
}

function selectedPair(entries: readonly StatsEntry[]): StatsEntry | undefined {
	const id = entries.find((entry) => entry.type === "transport")?.["selectedCandidatePairId"];
	// Firefox has no transport entry and marks the pair itself.
	return entries.find(
		(entry) => entry.type === "candidate-pair" && (id === undefined ? entry["selected"] === true : entry.id === id),
	);
}
