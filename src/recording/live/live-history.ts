import type { Transferable } from "node:worker_threads";
import { entityPath, MessageProxy, RecordingStream, type ViewerFeed } from "panogaze-rerun";
import { countOf, recordsOf } from "../queue/record-queue.ts";
import { RecordFaults } from "../record-faults.ts";
import { entitiesOfViewer } from "../record-paths.ts";
import type { RecordBatch } from "../recording-protocol.ts";
import { SessionWriter } from "../rerun/session-writer.ts";
import { SessionProgress } from "../session-progress.ts";
import type { SessionRecord } from "../session-record.ts";
import { CONSENT_WITHDRAWN } from "../tap/consenting-viewers.ts";
import type { FromLiveViewThread, LiveViewThreadOptions, ToLiveViewThread } from "./live-view-protocol.ts";

/** Name under which Rerun's viewers keep layouts of live views; files have another. */
const APPLICATION_ID = "panogaze live";
const PROGRESS_MS = 500;
/** Bytes on their way to a watcher's connection that it has not taken. */
const WINDOW_BYTES = 1 << 20;
/** Bytes of one message to the other thread, about. */
const POSTED_BYTES = 1 << 18;

interface Watcher {
	readonly feed: ViewerFeed;
	/** Bytes on their way. */
	sent: number;
	isScheduled: boolean;
}

/**
 * The half of a live view that lies in its thread: it makes messages for Rerun out of records,
 * keeps those of the last minutes, and sends each watcher all of them at the pace that its
 * connection has.
 */
export class LiveHistory {
	readonly #post: (message: FromLiveViewThread, transfer?: Transferable[]) => void;
	readonly #proxy: MessageProxy;
	readonly #recording: RecordingStream;
	readonly #progress = new SessionProgress();
	readonly #writer: SessionWriter;
	readonly #faults = new RecordFaults((message) => this.#post({ type: "notice", message }));
	readonly #watchers = new Map<number, Watcher>();
	/** Viewers who have left and are still kept. */
	readonly #leavers = new Map<string, NodeJS.Timeout>();
	readonly #keptMs: number;
	readonly #timer: NodeJS.Timeout;
	#reported = "";

	/** @param post receives each message for the other half, and the buffers that it takes over. */
	constructor(
		options: LiveViewThreadOptions,
		post: (message: FromLiveViewThread, transfer?: Transferable[]) => void,
	) {
		this.#post = post;
		this.#keptMs = options.minutes * 60_000;
		this.#proxy = new MessageProxy({
			maxAgeSec: options.minutes * 60,
			memoryLimitBytes: options.maxBytes,
			viewerBacklogBytes: options.maxBacklogBytes,
			showsDefaultLayout: true,
		});
		this.#recording = new RecordingStream(APPLICATION_ID, {
			enabled: true,
			strict: false,
			logTime: false,
			environment: {},
			// Each message of the other half ends in a flush.
			batching: { tickSec: Number.POSITIVE_INFINITY },
			onWarning: (message) => post({ type: "notice", message }),
		});
		this.#recording.setSinks(this.#proxy);
		this.#writer = new SessionWriter(this.#recording, {
			layout: "live",
			epochSec: options.epochSec,
			progress: this.#progress,
		});
		this.#timer = setInterval(() => this.#report(), PROGRESS_MS);
	}

	/** Obeys a message of the other half. */
	receive(message: ToLiveViewThread): void {
		switch (message.type) {
			case "records":
				this.#writeAll(message);
				void this.#workedOff(message);
				break;
			case "watch":
				this.#watch(message.watcher);
				break;
			case "taken": {
				const watcher = this.#watchers.get(message.watcher);
				if (watcher === undefined) break;
				watcher.sent -= message.bytes;
				this.#schedule(message.watcher, watcher);
				break;
			}
			case "leave":
				this.#watchers.get(message.watcher)?.feed.close();
				this.#watchers.delete(message.watcher);
				break;
			case "close":
				clearInterval(this.#timer);
				for (const { feed } of this.#watchers.values()) feed.close();
				this.#watchers.clear();
				void this.#recording.close();
		}
	}

	/** The history has copies once all is flushed. */
	async #workedOff({ bytes, memory }: RecordBatch): Promise<void> {
		try {
			await this.#recording.flush();
		} catch (error) {
			this.#faults.add(error);
		}
		this.#post({ type: "worked", bytes, memory }, memory);
	}

	/** Nothing that a record does ends the live view: those that can't be read are lost. */
	#writeAll(batch: RecordBatch): void {
		let written = 0;
		try {
			for (const record of recordsOf(batch)) {
				written++;
				try {
					this.#write(record);
				} catch (error) {
					this.#faults.add(error);
				}
			}
		} catch (error) {
			this.#faults.add(error, countOf(batch) - written);
		}
	}

	#write(record: SessionRecord): void {
		this.#writer.write(record);
		if (record.type === "join") this.#keep(record.viewer);
		if (record.type !== "leave") return;
		const { viewer, reason } = record;
		this.#keep(viewer);
		const forget = () => {
			this.#keep(viewer);
			this.#forget(viewer);
		};
		// Nothing is seen any more of viewers who don't want to be. Of others the static data would
		// stay for ever.
		if (reason === CONSENT_WITHDRAWN) {
			this.#recording.flushToSinks();
			forget();
		} else this.#leavers.set(viewer, setTimeout(forget, this.#keptMs).unref());
	}

	/** A viewer is not forgotten at its time. */
	#keep(viewer: string): void {
		clearTimeout(this.#leavers.get(viewer));
		this.#leavers.delete(viewer);
	}

	#forget(viewer: string): void {
		const paths = entitiesOfViewer(viewer).map((path) => `/${entityPath(path).replace(/^\//, "")}`);
		this.#progress.dropTab(viewer);
		this.#proxy.forget((entity) => paths.some((path) => entity === path || entity.startsWith(`${path}/`)));
	}

	#watch(number: number): void {
		const watcher: Watcher = {
			feed: this.#proxy.feed(() => this.#schedule(number, watcher)),
			sent: 0,
			isScheduled: false,
		};
		this.#watchers.set(number, watcher);
		this.#schedule(number, watcher);
	}

	/** Messages that come in the same turn of the event loop are sent together. */
	#schedule(number: number, watcher: Watcher): void {
		if (watcher.isScheduled) return;
		watcher.isScheduled = true;
		setImmediate(() => {
			watcher.isScheduled = false;
			if (this.#watchers.get(number) === watcher) this.#send(number, watcher);
		});
	}

	#send(number: number, watcher: Watcher): void {
		const { feed } = watcher;
		while (watcher.sent < WINDOW_BYTES) {
			const pieces: Uint8Array<ArrayBuffer>[] = [];
			let bytes = 0;
			for (let piece = feed.next(); piece !== null; piece = bytes < POSTED_BYTES ? feed.next() : null) {
				pieces.push(piece);
				bytes += piece.length;
			}
			if (bytes === 0) break;
			watcher.sent += bytes;
			this.#post(
				{ type: "feed", watcher: number, pieces, bytes },
				pieces.map(({ buffer }) => buffer),
			);
		}
		if (!feed.dropped) return;
		this.#watchers.delete(number);
		this.#post({ type: "dropped", watcher: number });
	}

	#report(): void {
		const { historyBytes, droppedViewers: droppedWatchers } = this.#proxy.stats;
		const lost = this.#faults.count;
		const words = `${historyBytes} ${droppedWatchers} ${lost}`;
		if (words === this.#reported) return;
		this.#reported = words;
		this.#post({ type: "progress", historyBytes, droppedWatchers, lost });
	}
}
