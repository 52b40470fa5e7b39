/** The other side of a `WatcherFeed`. */
export interface WatcherFeedOptions {
	/** Called when there is something after `next` had nothing, or the watcher is dropped. */
	readonly onAvailable: () => void;
	/** Called when so many bytes have been read. */
	readonly onTaken: (bytes: number) => void;
	/** Called when the reader has closed it. */
	readonly onClose: () => void;
}

interface Parcel {
	readonly pieces: Uint8Array[];
	readonly bytes: number;
}

/** Bytes for one watcher, as they come from a thread: a `ViewerFeed` of `panogaze-rerun`. */
export class WatcherFeed {
	readonly #options: WatcherFeedOptions;
	readonly #parcels: Parcel[] = [];
	#isWaiting = false;
	#dropped = false;
	#isClosed = false;

	constructor(options: WatcherFeedOptions) {
		this.#options = options;
	}

	/** True when the watcher stayed too far behind, or there is no live view any more. */
	get dropped(): boolean {
		return this.#dropped;
	}

	/** Adds bytes that have come, in pieces of whole messages. */
	put(pieces: Uint8Array[], bytes: number): void {
		this.#parcels.push({ pieces, bytes });
		this.#wake();
	}

	/** Ends it for good. What has not been read is forgotten. */
	drop(): void {
		this.#dropped = true;
		this.#parcels.length = 0;
		// In the next turn, as a reader is told of it that is still being made.
		setImmediate(this.#options.onAvailable);
	}

	/** Takes the next bytes; `null`: there are none at the moment. */
	next(): Uint8Array<ArrayBuffer> | null {
		const [parcel] = this.#parcels;
		const piece = parcel?.pieces.shift();
		if (parcel === undefined || piece === undefined) {
			this.#isWaiting = true;
			return null;
		}
		if (parcel.pieces.length === 0) {
			this.#parcels.shift();
			this.#options.onTaken(parcel.bytes);
		}
		return piece as Uint8Array<ArrayBuffer>;
	}

	close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#parcels.length = 0;
		this.#options.onClose();
	}

	#wake(): void {
		if (!this.#isWaiting) return;
		this.#isWaiting = false;
		this.#options.onAvailable();
	}
}
