import { OutputError } from "../render/output-error.ts";
import type { SourcePacket } from "../source/source-packets.ts";
import { Thread, threadFile } from "../threads/thread.ts";
import type { FromPacketFile, PacketFileStart, ToPacketFile } from "./packet-file-protocol.ts";

/** Numbers of packets in a file, and of those with stamps that were there before. */
export interface WrittenPackets {
	readonly packets: number;
	readonly again: number;
}

/** Packets that may wait for the thread. */
const MOST_WAITING = 64;
const END_MS = 2000;

/**
 * Writes the packets of a recorded source into a file of the format NUT, with their time stamps to
 * the microsecond, later by `STAMP_SHIFT_SEC`. What a loop brings again is left out.
 *
 * @returns the number of packets, 0: there is no file; and of those that were left out.
 * @throws {OutputError} when it can't be written.
 */
export async function writePacketFile(
	start: PacketFileStart,
	packets: AsyncIterable<SourcePacket>,
): Promise<WrittenPackets> {
	const finished = Promise.withResolvers<WrittenPackets>();
	finished.promise.catch(() => {});
	let waiting = 0;
	let wake = () => {};
	const thread = new Thread<ToPacketFile, FromPacketFile>({
		file: threadFile("./packet-file-worker", import.meta.url),
		name: "panogaze-packets",
		data: start,
		stopMessage: { type: "discard" },
		onMessage: (message) => {
			if (message.type === "done") waiting--;
			else if (message.type === "finished") finished.resolve(message);
			else
				finished.reject(
					new OutputError("encoding", start.path, `The sphere can't be kept: ${message.message}.`),
				);
			wake();
		},
	});
	void thread.exited.then(({ error }) => {
		finished.reject(error ?? new Error("The thread that keeps the sphere has ended too early."));
		wake();
	});
	const free = () =>
		new Promise<void>((resolve) => {
			wake = resolve;
		});
	try {
		for await (const packet of packets) {
			while (waiting >= MOST_WAITING) await Promise.race([free(), finished.promise]);
			waiting++;
			// A view of a larger buffer would bring all of that along.
			const data = new Uint8Array(packet.data);
			thread.post({ type: "packet", packet: { ...packet, data } }, [data.buffer as ArrayBuffer]);
		}
		thread.post({ type: "finish" });
		return await finished.promise;
	} finally {
		await thread.end(END_MS);
	}
}
