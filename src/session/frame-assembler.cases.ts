import { monotonicSec } from "../media/clock.ts";
import { joinAnnexB, NalUnitType, nalUnitType } from "../media/h264.ts";

/** A frame put together again from RTP. */
export interface ReceivedFrame {
	readonly rtpTicks: number;
	/** Annex B. */
	readonly accessUnit: Uint8Array;
	readonly completedSec: number;
}

interface PartialFrame {
	readonly packets: Map<number, Buffer>;
	first: number;
	last: number | undefined;
}

/**
 * Reads RTP packets by RFC 6184 in any order and reports each frame once, when all of
 * it is there.
 */
export class FrameAssembler {
	readonly #onFrame: (frame: ReceivedFrame) => void;
	readonly #nowSec: () => number;
	readonly #partial = new Map<number, PartialFrame>();
	readonly #done = new Set<number>();

	constructor(onFrame: (frame: ReceivedFrame) => void, nowSec: () => number = monotonicSec) {
		this.#onFrame = onFrame;
		this.#nowSec = nowSec;
	}

	add(packet: {
		readonly header: { sequenceNumber: number; timestamp: number; marker: boolean };
		readonly payload: Buffer;
	}): void {
		const { sequenceNumber, timestamp, marker } = packet.header;
		if (packet.payload.length === 0 || this.#done.has(timestamp)) return;
		const frame = this.#partial.get(timestamp) ?? { packets: new Map(), first: sequenceNumber, last: undefined };
		this.#partial.set(timestamp, frame);
		frame.packets.set(sequenceNumber, packet.payload);
		if (((sequenceNumber - frame.first) << 16) >> 16 < 0) frame.first = sequenceNumber;
		if (marker) frame.last = sequenceNumber;
		this.#finish(timestamp, frame);
	}

	#finish(timestamp: number, { packets, first, last }: PartialFrame): void {
		if (last === undefined || packets.size !== ((last - first) & 0xffff) + 1) return;
		const units = depacketize(Array.from(packets.keys(), (_, index) => packets.get((first + index) & 0xffff)!));
		if (units === undefined) return;
		this.#partial.delete(timestamp);
		this.#done.add(timestamp);
		this.#onFrame({ rtpTicks: timestamp, accessUnit: joinAnnexB(units), completedSec: this.#nowSec() });
	}
}

/**
 * NAL units of a frame's payloads in order; `undefined` when the beginning is missing.
 * @throws {Error} on a packet that RFC 6184 does not allow.
 */
export function depacketize(payloads: readonly Uint8Array[]): Uint8Array[] | undefined {
	const units: Uint8Array[] = [];
	let fragments: Uint8Array[] | undefined;
	for (const payload of payloads) {
		const type = nalUnitType(payload[0]!);
		if (type === NalUnitType.stapA) {
			for (let at = 1; at < payload.length; ) {
				const length = (payload[at]! << 8) | payload[at + 1]!;
				if (length === 0 || at + 2 + length > payload.length)
					throw new Error("An aggregation packet is broken.");
				units.push(payload.subarray(at + 2, at + 2 + length));
				at += 2 + length;
			}
		} else if (type === NalUnitType.fuA) {
			const header = payload[1]!;
			if ((header & 0x80) !== 0) fragments = [Uint8Array.of((payload[0]! & 0xe0) | (header & 0x1f))];
			if (fragments === undefined) return undefined;
			fragments.push(payload.subarray(2));
			if ((header & 0x40) === 0) continue;
			units.push(Buffer.concat(fragments));
			fragments = undefined;
		} else if (type >= 1 && type <= 23) units.push(payload);
		else throw new Error(`A payload has NAL unit type ${type}.`);
	}
	if (fragments !== undefined) throw new Error("A fragmented NAL unit has no end.");
	return units;
}
