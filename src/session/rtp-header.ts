/** RTP header extensions that are written, by their URI in SDP. */
export const RtpExtensionUri = {
	/** draft-holmer-rmcat-transport-wide-cc-extensions-01, 2. */
	transportCc: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
	/** libwebrtc, docs/native-code/rtp-hdrext/abs-send-time. */
	absSendTime: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
	/** libwebrtc, docs/native-code/rtp-hdrext/playout-delay. */
	playoutDelay: "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
	/** RFC 9143, 15.1. */
	mid: "urn:ietf:params:rtp-hdrext:sdes:mid",
} as const;

/**
 * Identifiers of the header extensions that the client offered. An extension that is
 * missing is not written.
 */
export interface RtpExtensionIds {
	readonly transportCc?: number | undefined;
	readonly absSendTime?: number | undefined;
	readonly playoutDelay?: number | undefined;
	readonly mid?: number | undefined;
}

/** The fields that the headers of an RTP stream have in common. */
export interface RtpHeaderOptions {
	readonly ssrc: number;
	readonly payloadType: number;
	/** Each 1 to 14: the one-byte form of RFC 8285, 4.2, is used. */
	readonly extensions: RtpExtensionIds;
	/**
	 * Written into every packet if `extensions.mid` is given. At most 16 bytes of
	 * UTF-8, the most of the one-byte form; a longer one is left out.
	 */
	readonly mid?: string | undefined;
	/**
	 * First sequence number. Below 2^15 keeps SRTP's rollover counter in step when
	 * early packets are lost (RFC 3711, 3.3.1).
	 */
	readonly firstSequenceNumber: number;
}

/** RFC 3550, 5.1. */
const FIXED_HEADER_BYTES = 12;
const VERSION_2 = 0x80;
const HAS_EXTENSION = 0x10;
const MARKER = 0x80;
/** Mark of the one-byte form: RFC 8285, 4.2. */
const ONE_BYTE_PROFILE = 0xbede;
const MAX_ONE_BYTE_ID = 14;
const MAX_ELEMENT_BYTES = 16;

/**
 * Least and greatest playout delay, 12 bits each in steps of 10 ms: 0 and 10 ms.
 * Chromium shows pictures as soon as they are decoded only where the least is 0 and the
 * greatest is above it (libwebrtc, video/video_receive_stream2.cc,
 * `SetMaxCompositionDelayInFrames`).
 */
const PLAYOUT_DELAY = [0, 0, 1];
/** The greatest delay, in steps of 10 ms, of pictures that may wait for their sound. */
const WAITING_STEPS = 50;

/**
 * The header of one RTP stream's packets: constant but for marker, sequence number,
 * time and the extensions that depend on the moment of sending. No clock.
 */
export class RtpHeader {
	readonly #payloadType: number;
	/** The whole header, with the fields that change left zero. */
	readonly #bytes: Buffer;
	readonly #layout: ExtensionLayout;
	#sequenceNumber: number;

	/** @throws {RangeError} when an extension's id is not 1 to 14. */
	constructor(options: RtpHeaderOptions) {
		this.#payloadType = options.payloadType;
		this.#layout = extensionLayout(options.extensions, options.mid);
		this.#sequenceNumber = options.firstSequenceNumber & 0xffff;
		const extensions = this.#layout.bytes;
		this.#bytes = Buffer.alloc(FIXED_HEADER_BYTES + extensions.length);
		this.#bytes[0] = extensions.length > 0 ? VERSION_2 | HAS_EXTENSION : VERSION_2;
		this.#bytes[1] = options.payloadType;
		this.#bytes.writeUInt32BE(options.ssrc >>> 0, 8);
		this.#bytes.set(extensions, FIXED_HEADER_BYTES);
	}

	/** Bytes before the payload, the same in every packet. */
	get byteLength(): number {
		return this.#bytes.length;
	}

	/**
	 * Lets the receiver hold pictures back, up to half a second, from the next written packet on:
	 * libwebrtc keeps to the greatest delay also where it would keep lips in step.
	 */
	set mayWait(mayWait: boolean) {
		const { playoutDelayAt } = this.#layout;
		if (playoutDelayAt > 0) this.#bytes[playoutDelayAt + 2] = mayWait ? WAITING_STEPS : PLAYOUT_DELAY[2]!;
	}

	/** The sequence number that the next stamped packet gets. */
	get nextSequenceNumber(): number {
		return this.#sequenceNumber;
	}

	/**
	 * Writes the header of a packet that begins at `at`, without marker and numbers.
	 */
	write(into: Buffer, at: number, rtpTicks: number): void {
		this.#bytes.copy(into, at);
		into.writeUInt32BE(rtpTicks, at + 4);
	}

	/** Marks the last packet of a frame. */
	mark(packet: Buffer): void {
		packet[1] = MARKER | this.#payloadType;
	}

	/**
	 * Writes the fields of a packet that leaves now: its sequence number, and the
	 * extensions that depend on the moment.
	 *
	 * @param transportSequenceNumber the connection's transport-wide number.
	 * @returns the packet's RTP sequence number.
	 */
	stamp(packet: Buffer, transportSequenceNumber: number, sendTimeSec: number): number {
		const sequenceNumber = this.#sequenceNumber;
		this.#sequenceNumber = (sequenceNumber + 1) & 0xffff;
		packet[2] = sequenceNumber >> 8;
		packet[3] = sequenceNumber & 0xff;
		this.stampTransport(packet, transportSequenceNumber, sendTimeSec);
		return sequenceNumber;
	}

	/**
	 * Renews only the extensions that depend on the moment: for a retransmission, which
	 * has the same header layout.
	 */
	stampTransport(packet: Buffer, transportSequenceNumber: number, sendTimeSec: number): void {
		const { transportCcAt, absSendTimeAt } = this.#layout;
		if (transportCcAt > 0) {
			packet[transportCcAt] = (transportSequenceNumber >> 8) & 0xff;
			packet[transportCcAt + 1] = transportSequenceNumber & 0xff;
		}
		if (absSendTimeAt > 0) {
			// 24 bits, 6 of them whole seconds.
			const time = Math.floor((sendTimeSec % 64) * 2 ** 18);
			packet[absSendTimeAt] = (time >> 16) & 0xff;
			packet[absSendTimeAt + 1] = (time >> 8) & 0xff;
			packet[absSendTimeAt + 2] = time & 0xff;
		}
	}

	/**
	 * Zeroes what `stampTransport` writes.
	 *
	 * @param at offset of the packet in `bytes`, which need not hold its first 12 bytes.
	 */
	clearTransport(bytes: Uint8Array, at: number): void {
		const { transportCcAt, absSendTimeAt } = this.#layout;
		if (transportCcAt > 0) bytes.fill(0, at + transportCcAt, at + transportCcAt + 2);
		if (absSendTimeAt > 0) bytes.fill(0, at + absSendTimeAt, at + absSendTimeAt + 3);
	}
}

interface ExtensionLayout {
	/**
	 * The extension block with constant values in place; empty if nothing was offered.
	 */
	readonly bytes: Buffer;
	/** Offset of the value in the packet; 0 when it is not written. */
	readonly transportCcAt: number;
	readonly absSendTimeAt: number;
	readonly playoutDelayAt: number;
}

/** @throws {RangeError} when an id is not 1 to 14. */
function extensionLayout(ids: RtpExtensionIds, mid: string | undefined): ExtensionLayout {
	const elements: number[] = [];
	/**
	 * Appends one element of the one-byte form.
	 * @returns the offset of its value in the packet.
	 */
	const append = (id: number | undefined, value: Iterable<number>): number => {
		if (id === undefined) return 0;
		if (!Number.isInteger(id) || id < 1 || id > MAX_ONE_BYTE_ID)
			throw new RangeError(`A header extension id is 1 to ${MAX_ONE_BYTE_ID}; got ${id}.`);
		const bytes = [...value];
		elements.push((id << 4) | (bytes.length - 1), ...bytes);
		return FIXED_HEADER_BYTES + 4 + elements.length - bytes.length;
	};
	const transportCcAt = append(ids.transportCc, [0, 0]);
	const absSendTimeAt = append(ids.absSendTime, [0, 0, 0]);
	const playoutDelayAt = append(ids.playoutDelay, PLAYOUT_DELAY);
	const midBytes = Buffer.from(mid ?? "", "utf8");
	if (midBytes.length >= 1 && midBytes.length <= MAX_ELEMENT_BYTES) append(ids.mid, midBytes);
	if (elements.length === 0) return { bytes: Buffer.alloc(0), transportCcAt: 0, absSendTimeAt: 0, playoutDelayAt: 0 };
	const words = Math.ceil(elements.length / 4);
	const bytes = Buffer.alloc(4 + words * 4);
	bytes.writeUInt16BE(ONE_BYTE_PROFILE, 0);
	bytes.writeUInt16BE(words, 2);
	bytes.set(elements, 4);
	return { bytes, transportCcAt, absSendTimeAt, playoutDelayAt };
}

/**
 * A random first sequence number, below 2^15 (see
 * `RtpHeaderOptions.firstSequenceNumber`).
 */
export function randomSequenceNumber(): number {
	return Math.floor(Math.random() * 0x8000);
}
