import { ChunkStore, RrdReader } from "panogaze-rerun";
import { LiveHistory } from "./live-history.ts";
import { LiveView } from "./live-view.ts";
import type { CompleteLiveViewOptions } from "./live-view-options.ts";
import type { FromLiveViewThread } from "./live-view-protocol.ts";

/** A live view that works in this thread, and the end of its thread. */
export function liveInThisThread(options: Partial<CompleteLiveViewOptions> = {}) {
	const exited = Promise.withResolvers<{ readonly code: number; readonly error: Error | undefined }>();
	const live = new LiveView(
		{ minutes: 1, maxBytes: 64 << 20, maxWatchers: 2, maxBacklogBytes: 1 << 20, ...options },
		(start, onMessage) => {
			const history = new LiveHistory(start, (message: FromLiveViewThread) =>
				queueMicrotask(() => onMessage(structuredClone(message))),
			);
			return {
				post: (message) => history.receive(structuredClone(message)),
				exited: exited.promise,
				end: async () => "ended",
			};
		},
	);
	return { live, failThread: (error: Error) => exited.resolve({ code: 1, error }) };
}

const STREAM_HEADER = Buffer.from([0x52, 0x52, 0x46, 0x32, 0, 33, 0, 0, 0, 2, 0, 0]);

/** The stores in what a watcher has received: whole frames of gRPC with a message each. */
export function storesIn(received: Buffer): readonly ChunkStore[] {
	return ChunkStore.read(streamOf(received));
}

/** For each use of a layout in it, whether it is shown at once. */
export function activationsIn(received: Buffer): readonly boolean[] {
	const messages = [...new RrdReader().push(streamOf(received))];
	return messages.flatMap((message) =>
		message.type === "blueprintActivation" ? [message.activation.makeActive] : [],
	);
}

/** The same messages as Rerun's files have them. */
function streamOf(received: Buffer): Uint8Array {
	const parts: Buffer<ArrayBufferLike>[] = [STREAM_HEADER];
	for (let at = 0; at < received.length; ) {
		const end = at + 5 + received.readUInt32BE(at + 1);
		const outer = received.subarray(at + 5, end);
		at = end;
		// A heartbeat is empty.
		if (outer.length === 0) continue;
		const wrapped = outer.subarray(1 + varintLength(outer, 1));
		const message = wrapped.subarray(1 + varintLength(wrapped, 1));
		const frame = Buffer.alloc(16);
		frame.writeBigUInt64LE(BigInt(wrapped[0]! >> 3));
		frame.writeBigUInt64LE(BigInt(message.length), 8);
		parts.push(frame, message);
	}
	return new Uint8Array(Buffer.concat(parts));
}

function varintLength(bytes: Buffer, at: number): number {
	return bytes.subarray(at).findIndex((byte) => byte < 128) + 1;
}
