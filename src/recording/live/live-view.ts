import type { Loggable } from "panogaze-rerun";
import { monotonicSec } from "../../media/clock.ts";
import { EventListeners } from "../../media/events.ts";
import { Thread, threadFile } from "../../threads/thread.ts";
import { RecordQueue, YOUNG_GENERATION_MB } from "../queue/record-queue.ts";
import type { SessionRecord } from "../session-record.ts";
import { KeyFrameWishes } from "../tap/key-frame-wishes.ts";
import { type RecordedServer, SessionTap, shownId } from "../tap/session-tap.ts";
import type { CompleteLiveViewOptions } from "./live-view-options.ts";
import type { FromLiveViewThread, LiveViewThreadOptions, ToLiveViewThread } from "./live-view-protocol.ts";
import { WatcherFeed } from "./watcher-feed.ts";

/** Events of a `LiveView`. */
export interface LiveViewEvents {
	/** A watcher has come; the number of watchers with it. */
	watch: [watchers: number];
	/** A watcher is gone; the number of the others. `dropped`: it stayed too far behind. */
	leave: [watchers: number, dropped: boolean];
	/** Wrong data that was logged, once for each kind. */
	notice: [message: string];
	/** There is no live view any more. */
	failed: [reason: string];
}

/** Counters of a live view. */
export interface LiveViewStats {
	/** Watchers who are connected. */
	readonly watchers: number;
	/** Watchers who were dropped, as they stayed too far behind. */
	readonly droppedWatchers: number;
	/** Bytes that are kept for later watchers. */
	readonly historyBytes: number;
	/** Things that happened and are not shown: the machine was too slow, or they were broken. */
	readonly lost: number;
}

/**
 * Records wait this long for others: longer makes fewer and larger chunks, and an older view.
 */
const BATCH_MS = 100;
/** Bytes that may wait for the thread: some seconds of several viewers. */
const MAX_QUEUED_BYTES = 32 << 20;
const CHECK_KEY_FRAMES_MS = 1000;
/** A new watcher sees a video from its newest key frame on, or a new one if that is older. */
const FRESH_KEY_FRAME_SEC = 3;
/** A history has about so many places at which its video can begin. */
const KEY_FRAMES_OF_HISTORY = 2;
/** More key frames for it would cost the viewer's own link too much. */
const LEAST_KEY_FRAME_SEC = 10;

type LiveViewThread = Pick<Thread<ToLiveViewThread, FromLiveViewThread>, "post" | "exited" | "end">;

/** Starts a thread in which a `LiveHistory` obeys. */
export type StartLiveViewThread = (
	options: LiveViewThreadOptions,
	onMessage: (message: FromLiveViewThread) => void,
) => LiveViewThread;

const startLiveViewThread: StartLiveViewThread = (data, onMessage) =>
	new Thread({
		file: threadFile("./live-view-worker", import.meta.url),
		name: "panogaze-live-view",
		data,
		givesWay: true,
		youngGenerationMb: YOUNG_GENERATION_MB,
		onMessage,
	});

/**
 * A server's sessions as Rerun's viewers see them while they go on, with those of the last minutes.
 * A thread of its own makes and keeps the messages; nothing waits for it or for a watcher.
 */
export class LiveView implements AsyncDisposable {
	readonly #events = new EventListeners<LiveViewEvents>();
	readonly #thread: LiveViewThread;
	readonly #queue: RecordQueue;
	readonly #watchers = new Map<number, WatcherFeed>();
	readonly #keyFrames = new KeyFrameWishes();
	readonly #keyFrameAgeSec: number;
	readonly #maxWatchers: number;
	readonly #timer: NodeJS.Timeout;
	#tap: SessionTap | undefined;
	#numbers = 0;
	#historyBytes = 0;
	#lostByThread = 0;
	#droppedWatchers = 0;
	#isOver = false;
	#isClosing = false;
	#closing: Promise<void> | undefined;

	/** @param startThread a test may work in this thread. */
	constructor(options: CompleteLiveViewOptions, startThread = startLiveViewThread) {
		const { minutes, maxBytes, maxBacklogBytes, maxWatchers } = options;
		const epochSec = Date.now() / 1000 - monotonicSec();
		this.#thread = startThread({ epochSec, minutes, maxBytes, maxBacklogBytes }, (message) =>
			this.#receive(message),
		);
		this.#queue = new RecordQueue({ maxBytes: MAX_QUEUED_BYTES, batchMs: BATCH_MS }, (message, transfer) =>
			this.#thread.post(message, transfer),
		);
		this.#maxWatchers = maxWatchers;
		this.#keyFrameAgeSec = Math.max(LEAST_KEY_FRAME_SEC, (minutes * 60) / KEY_FRAMES_OF_HISTORY);
		this.#timer = setInterval(() => this.#askForKeyFrames(this.#keyFrameAgeSec), CHECK_KEY_FRAMES_MS);
		this.#timer.unref();
		void this.#thread.exited.then(({ error }) => this.#end(error?.message));
	}

	/** Shows a server and its viewers from now on. */
	attach(server: RecordedServer): void {
		if (this.#isOver) return;
		const put = (record: SessionRecord) => {
			this.#queue.put(record);
			if (record.type !== "frame" || !record.packet.keyframe) return;
			const viewer = this.#tap?.viewers.find((candidate) => shownId(candidate) === record.viewer);
			if (viewer !== undefined) this.#keyFrames.came(viewer, monotonicSec());
		};
		this.#tap = new SessionTap(server, put, { isRecording: false, media: false });
	}

	/**
	 * Shows values of the application's own at the present time.
	 * @param path entity from the root.
	 */
	log(path: string | readonly string[], values: readonly Loggable[]): void {
		this.#tap?.log(path, values);
	}

	/** Shows a record that belongs to no viewer, such as an episode. */
	put(record: SessionRecord): void {
		if (!this.#isOver) this.#queue.put(record);
	}

	/** True when there is nothing to be seen any more. */
	get over(): boolean {
		return this.#isOver;
	}

	stats(): LiveViewStats {
		return {
			watchers: this.#watchers.size,
			droppedWatchers: this.#droppedWatchers,
			historyBytes: this.#historyBytes,
			lost: this.#queue.lost + this.#lostByThread,
		};
	}

	/**
	 * Begins to send a watcher the last minutes, and then what happens. The caller closes the feed.
	 * @param onAvailable is called when there is something to read, or the watcher is dropped.
	 */
	feed(onAvailable: () => void): WatcherFeed {
		const watcher = ++this.#numbers;
		const feed = new WatcherFeed({
			onAvailable,
			onTaken: (bytes) => this.#thread.post({ type: "taken", watcher, bytes }),
			onClose: () => this.#forget(watcher),
		});
		if (this.#isOver || this.#watchers.size >= this.#maxWatchers) {
			feed.drop();
			return feed;
		}
		this.#watchers.set(watcher, feed);
		this.#thread.post({ type: "watch", watcher });
		this.#askForKeyFrames(FRESH_KEY_FRAME_SEC);
		this.#events.emit("watch", this.#watchers.size);
		return feed;
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof LiveViewEvents>(name: Name, listener: (...args: LiveViewEvents[Name]) => void): () => void {
		return this.#events.on(name, listener);
	}

	/** Ends the live view, and drops every watcher. A second call waits for the first. */
	close(): Promise<void> {
		this.#isClosing = true;
		this.#closing ??= (async () => {
			this.#end(undefined);
			this.#thread.post({ type: "close" });
			await this.#thread.end(0);
		})();
		return this.#closing;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	#receive(message: FromLiveViewThread): void {
		switch (message.type) {
			case "worked":
				this.#queue.worked(message.bytes, message.memory);
				break;
			case "feed":
				this.#watchers.get(message.watcher)?.put(message.pieces, message.bytes);
				break;
			case "dropped": {
				const feed = this.#watchers.get(message.watcher);
				if (feed === undefined) break;
				this.#watchers.delete(message.watcher);
				this.#droppedWatchers++;
				this.#events.emit("leave", this.#watchers.size, true);
				feed.drop();
				break;
			}
			case "progress":
				this.#historyBytes = message.historyBytes;
				this.#lostByThread = message.lost;
				break;
			case "notice":
				this.#events.emit("notice", message.message);
		}
	}

	#forget(watcher: number): void {
		if (!this.#watchers.delete(watcher)) return;
		this.#thread.post({ type: "leave", watcher });
		this.#events.emit("leave", this.#watchers.size, false);
	}

	#askForKeyFrames(ageSec: number): void {
		this.#keyFrames.ask(this.#tap?.viewers ?? [], ageSec, monotonicSec());
	}

	/** @param reason `undefined`: it was closed. */
	#end(reason: string | undefined): void {
		if (this.#isOver) return;
		this.#isOver = true;
		clearInterval(this.#timer);
		this.#tap?.close();
		this.#queue.close();
		const feeds = [...this.#watchers.values()];
		this.#watchers.clear();
		for (const feed of feeds) feed.drop();
		if (!this.#isClosing) this.#events.emit("failed", reason ?? "its thread has ended");
	}
}
