import type { HeadPose } from "./head-pose.ts";
import { SequenceFilter } from "./sequence-filter.ts";
import { parseTrackingMessage } from "./tracking-message.ts";

/** How many streams one client's messages may name. A bound, so that a client can't make the server remember 65536 of them. */
const MAX_STREAMS = 16;

/** What became of a client's tracking messages. */
export interface TrackingCounters {
	/** Poses handed on. */
	readonly accepted: number;
	/** Poses that came after a newer one. */
	readonly late: number;
	/** Sequence numbers never seen in time. */
	readonly gaps: number;
	/** Messages of types this version does not know. */
	readonly ignored: number;
	/** Messages against the protocol. */
	readonly refused: number;
	/** Why the last refused message was refused. */
	readonly lastRefusal: string | undefined;
}

/** One client's `tracking` channel: text in, head poses out, newest wins, everything else counted. Never throws. */
export class HeadPoseReceiver {
	readonly #filters = new Map<number, SequenceFilter>();
	#ignored = 0;
	#refused = 0;
	#lastRefusal: string | undefined;

	/** @returns the pose, if the message holds one and it is the newest of its stream so far. */
	receive(text: string): HeadPose | undefined {
		const result = parseTrackingMessage(text);
		if (result.kind === "ignored") {
			this.#ignored++;
			return undefined;
		}
		if (result.kind === "refused") return this.#refuse(result.reason);
		const { stream, pose } = result.message;
		const filter = this.#filters.get(stream) ?? this.#addFilter(stream);
		if (filter === undefined) return this.#refuse(`there are more than ${MAX_STREAMS} streams`);
		return filter.accept(pose.sequence) ? pose : undefined;
	}

	get counters(): TrackingCounters {
		const filters = [...this.#filters.values()];
		return {
			accepted: filters.reduce((sum, filter) => sum + filter.accepted, 0),
			late: filters.reduce((sum, filter) => sum + filter.late, 0),
			gaps: filters.reduce((sum, filter) => sum + filter.gaps, 0),
			ignored: this.#ignored,
			refused: this.#refused,
			lastRefusal: this.#lastRefusal,
		};
	}

	#addFilter(stream: number): SequenceFilter | undefined {
		if (this.#filters.size >= MAX_STREAMS) return undefined;
		const filter = new SequenceFilter();
		this.#filters.set(stream, filter);
		return filter;
	}

	#refuse(reason: string): undefined {
		this.#refused++;
		this.#lastRefusal = reason;
		return undefined;
	}
}
