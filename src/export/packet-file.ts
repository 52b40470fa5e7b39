import { OutputError } from "../render/output-error.ts";
import type { SourcePacket } from "../source/source-packets.ts";
import { Thread, threadFile } from "../threads/thread.ts";
import type { FromPacketFile, PacketFileStart, ToPacketFile } from "./packet-file-protocol.ts";
import { PacketPasses } from "./packet-passes.ts";

/** A file of packets. */
export interface WrittenPackets {
	/** Their number; 0: there is no file. */
	readonly packets: number;
	/** Their places in the file. */
	readonly passes: PacketPasses;
}

/** Packets that may wait for the thread. */
const MOST_WAITING = 64;
const END_MS = 2000;

/**
 * Writes the packets of a recorded source into a file of the format NUT, with times to the
 * microsecond that rise, as `PacketPasses` lays them.
 *
 * @throws {OutputError} when it can't be written.
 */
export async function writePacketFile(
	start: PacketFileStart,
	packets: AsyncIterable<SourcePacket>,
): Promise<WrittenPackets> {
	const finished = Promise.withResolvers<number>();
	finished.promise.catch(() => {});
	const passes = new PacketPasses();
	let waiting = 0;
	let wake = () => {};
	const thread = new Thread<ToPacketFile, FromPacketFile>({
		file: threadFile("./packet-file-worker", import.meta.url),
		name: "panogaze-packets",
		data: start,
		stopMessage: { type: "discard" },
		onMessage: (message) => {
			if (message.type === "done") waiting--;
			else if (message.type === "finished") finished.resolve(message.packets);
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
			const place = passes.add(packet);
			if (place === undefined) continue;
			while (waiting >= MOST_WAITING) await Promise.race([free(), finished.promise]);
			waiting++;
			// A view of a larger buffer would bring all of that along.
			const data = new Uint8Array(packet.data);
			thread.post({ type: "packet", packet: { ...packet, data }, place }, [data.buffer as ArrayBuffer]);
		}
		thread.post({ type: "finish" });
		return { packets: await finished.promise, passes };
	} finally {
		await thread.end(END_MS);
	}
}
