import type { Packet } from "node-av/lib";
import { BoundedQueue } from "./bounded-queue.ts";
import type { LibavInput } from "./libav-input.ts";
import { newPacket } from "./new-packet.ts";

/**
 * Packets read ahead of the decoder: a second or so of a live stream. Beyond that the decoder is
 * too slow and has to skip to a key frame.
 */
const PACKETS_AHEAD = 90;

/** Options of `blockingPackets()`. */
export interface BlockingPacketsOptions {
	/** Called with the number of pictures that were left out. */
	readonly onDropped: (pictures: number) => void;
	/** Returns whether the input is read on when the caller takes no more packets. */
	readonly readsOn: () => boolean;
}

/**
 * Packets from an input that may block, read while the decoder works. A live input that is faster
 * than the decoder loses pictures up to the next key frame instead of falling behind.
 *
 * @throws {SourceError} when reading fails.
 */
export async function* blockingPackets(
	input: LibavInput,
	{ onDropped, readsOn }: BlockingPacketsOptions,
): AsyncGenerator<Packet> {
	const queue = new BoundedQueue<Packet>(PACKETS_AHEAD);
	const stop = new AbortController();
	let reading = true;
	const done = fill(queue, input, stop.signal, onDropped)
		.then(
			() => queue.close(),
			(error: unknown) => queue.fail(error),
		)
		.finally(() => {
			reading = false;
		});
	try {
		for (let packet = await queue.shift(); packet !== undefined; packet = await queue.shift()) yield packet;
	} finally {
		stop.abort();
		queue.close();
		for (const packet of queue.clear()) packet.free();
		// An input that is interrupted can't be read any further.
		if (reading && !readsOn()) input.format.interrupt();
		await done;
		for (const packet of queue.clear()) packet.free();
	}
}

async function fill(
	queue: BoundedQueue<Packet>,
	input: LibavInput,
	stop: AbortSignal,
	onDropped: (pictures: number) => void,
): Promise<void> {
	let wantKeyframe = false;
	while (!stop.aborted) {
		const packet = newPacket();
		let kept = false;
		try {
			if (!(await input.read(packet)) || stop.aborted) return;
			if (wantKeyframe && !packet.isKeyframe) {
				onDropped(1);
				continue;
			}
			wantKeyframe = false;
			kept = input.live && !input.segmented ? queue.tryPush(packet) : await queue.push(packet);
			if (!kept && !stop.aborted) {
				const lost = queue.clear();
				for (const old of lost) old.free();
				onDropped(lost.length + 1);
				wantKeyframe = !packet.isKeyframe;
				kept = packet.isKeyframe && queue.tryPush(packet);
			}
		} finally {
			if (!kept) packet.free();
		}
	}
}
