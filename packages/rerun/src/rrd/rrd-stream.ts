import type { LogMessage } from "./log-message.ts";
import { RrdWriter } from "./rrd-writer.ts";

/**
 * Encodes messages as a recording with a header and no footer, as `LogChannel.send_rrd` takes it.
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
