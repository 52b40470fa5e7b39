import type { ToRecordingThread } from "../recording-protocol.ts";

/** Start data of a live view's thread. */
export interface LiveViewThreadOptions {
	/** Seconds since 1970 at the origin of the monotonic clock. */
	readonly epochSec: number;
	/** Minutes that later watchers receive. */
	readonly minutes: number;
	/** Most bytes of them. */
	readonly maxBytes: number;
	/** Bytes of new data that a watcher may leave unread before it is dropped. */
	readonly maxBacklogBytes: number;
}

/** A message to a live view's thread. */
export type ToLiveViewThread =
	| ToRecordingThread
	/** A watcher has come; it is named by a number. */
	| { readonly type: "watch"; readonly watcher: number }
	/** A watcher's connection has taken so many bytes. */
	| { readonly type: "taken"; readonly watcher: number; readonly bytes: number }
	/** A watcher is gone. */
	| { readonly type: "leave"; readonly watcher: number };

/** The counters of a live view's history. */
export interface LiveViewProgress {
	/** Bytes that are kept for later watchers. */
	readonly historyBytes: number;
	/** Watchers that were dropped, as they stayed too far behind. */
	readonly droppedWatchers: number;
	/** Records that could not be read or written. */
	readonly lost: number;
}

/** A message from a live view's thread. */
export type FromLiveViewThread =
	/** So many bytes of records have been worked off, which used this memory. */
	| { readonly type: "worked"; readonly bytes: number; readonly memory: ArrayBuffer[] }
	/** Bytes for a watcher's connection: whole messages in frames of gRPC. */
	| { readonly type: "feed"; readonly watcher: number; readonly pieces: Uint8Array[]; readonly bytes: number }
	/** A watcher has stayed too far behind, and gets no more. */
	| { readonly type: "dropped"; readonly watcher: number }
	| ({ readonly type: "progress" } & LiveViewProgress)
	/** Wrong data that was logged, once for each kind. */
	| { readonly type: "notice"; readonly message: string };
