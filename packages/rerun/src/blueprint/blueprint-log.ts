import type { Loggable } from "../archetypes/archetype.ts";
import { Batching, ChunkBatcher, type TimePoint } from "../chunk/batcher.ts";
import { entityPath } from "../chunk/entity-path.ts";
import { TuidSource } from "../chunk/tuid.ts";
import { LogMessage } from "../rrd/log-message.ts";
import type { BlueprintActivation, StoreId } from "../rrd/messages.ts";
import { randomUuid } from "../uuid.ts";

/** The timeline of blueprints, on which viewers add the changes of users. */
const TIMES: readonly TimePoint[] = [{ name: "blueprint", kind: "sequence", time: 0n }];

/** The store of a blueprint, as it is written. */
export class BlueprintLog {
	readonly storeId: StoreId;
	readonly #tuids: TuidSource;
	readonly #batcher: ChunkBatcher;

	readonly #onWarning: (warning: Error) => void;

	/**
	 * @param onWarning receives warnings about data that is logged though viewers can't show it.
	 */
	constructor(applicationId: string, nowNs: () => bigint, onWarning: (warning: Error) => void) {
		this.storeId = { kind: "blueprint", recordingId: randomUuid(), applicationId };
		this.#onWarning = onWarning;
		this.#tuids = new TuidSource(nowNs);
		this.#batcher = new ChunkBatcher(this.#tuids, Batching.never);
	}

	/** Logs an archetype. @throws {Error} what went wrong when `loggable` was made. */
	log(path: string, loggable: Loggable, isStatic = false): void {
		if (loggable.error !== undefined) throw loggable.error;
		if (loggable.warning !== undefined) this.#onWarning(loggable.warning);
		if (loggable.batches.length > 0) this.#batcher.push(entityPath(path), isStatic ? [] : TIMES, loggable.batches);
	}

	/** The messages of the store: its introduction, its data and its activation. */
	finish(source: string, activation: Omit<BlueprintActivation, "storeId">): LogMessage[] {
		const { storeId } = this;
		return [
			LogMessage.storeInfo({ storeId, source }, this.#tuids.next()),
			...this.#batcher.drain().map((chunk) => LogMessage.chunk(storeId, chunk)),
			LogMessage.blueprintActivation({ storeId, ...activation }),
		];
	}
}
