import type { LogMessage } from "./log-message.ts";
import { RrdWriter } from "./rrd-writer.ts";

/**
 * Messages as a recording of their own, with its header and without an end: what
 * `LogChannel.send_rrd` of a viewer takes.
 */
export function rrdOf(messages: readonly LogMessage[]): Uint8Array<ArrayBuffer> {
	const writer = new RrdWriter({ footer: false });
	const parts = messages.flatMap((message) => writer.messagePieces(message));
	const bytes = new Uint8Array(writer.byteLength);
	let at = 0;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}
