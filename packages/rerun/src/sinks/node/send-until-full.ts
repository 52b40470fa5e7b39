import type { Writable } from "node:stream";
import type { ReplayMessage, ReplayReader } from "../../replay/replay-buffer.ts";
import { messageHeader } from "../../serving/message-proxy-service.ts";

/** Bytes that wait in a connection before its reader's next messages are left in the history. */
const AHEAD_BYTES = 2 ** 20;
/** Messages below this length are sent together, in pieces of about this length. */
const JOINED_BYTES = 2 ** 16;

/**
 * Sends the messages that can be read, small ones joined: each piece costs a system call here, and
 * in a browser's reader as much as a message.
 *
 * @returns whether `out` is full. If not, all messages have been sent.
 */
export function sendUntilFull(reader: ReplayReader, out: Writable, onSent?: (message: ReplayMessage) => void): boolean {
	let small: Uint8Array[] = [];
	let smallBytes = 0;
	const sendSmall = () => {
		if (smallBytes > 0) out.write(small.length === 1 ? small[0]! : Buffer.concat(small, smallBytes));
		small = [];
		smallBytes = 0;
	};
	while (!out.destroyed && !out.writableEnded) {
		// No small message is left behind: as long as any waits to be joined, nothing was written.
		if (out.writableLength >= AHEAD_BYTES) return true;
		const message = reader.next();
		if (message === null) {
			sendSmall();
			return false;
		}
		onSent?.(message);
		const { kind, bytes } = message;
		const header = messageHeader(kind, bytes.length);
		small.push(header);
		smallBytes += header.length;
		if (bytes.length < JOINED_BYTES) {
			small.push(bytes);
			smallBytes += bytes.length;
			if (smallBytes < JOINED_BYTES) continue;
		}
		sendSmall();
		if (bytes.length >= JOINED_BYTES) out.write(bytes);
	}
	return false;
}
