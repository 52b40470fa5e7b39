/** Records that can't be written: each is counted, and the first is reported. */
export class RecordFaults {
	readonly #onNotice: (message: string) => void;
	#count = 0;

	/** @param onNotice receives a sentence, once. */
	constructor(onNotice: (message: string) => void) {
		this.#onNotice = onNotice;
	}

	/** Number of records so far; one counts for each file that it is missing in. */
	get count(): number {
		return this.#count;
	}

	/** @param error what was thrown. */
	add(error: unknown, records = 1): void {
		if (this.#count === 0) {
			const reason = error instanceof Error ? error.message : String(error);
			this.#onNotice(`A record can't be written: ${reason}. This one and others like it count as lost.`);
		}
		this.#count += records;
	}
}
