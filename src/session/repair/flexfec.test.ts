import { describe, expect, it } from "vitest";
import { seededRandom } from "../../skeleton/seeded-random.cases.ts";
import { MAX_PAYLOAD_BYTES } from "../payload/max-payload.ts";
import { RtpHeader } from "../rtp-header.ts";
import { readRtp } from "../rtp-reader.cases.ts";
import { FlexfecEncoder } from "./flexfec.ts";
import { FlexfecDecoder } from "./flexfec-decoder.cases.ts";

const MEDIA_SSRC = 0x1000;
const REPAIR_SSRC = 0x1002;
const EXTENSIONS = { transportCc: 4, absSendTime: 2 };
/** Places of these extensions in a packet: RFC 8285, 4.2. */
const MUTABLE = [
	[17, 2],
	[20, 3],
] as const;

/** A stream whose packets have random payloads of random lengths, and its encoder. */
class ProtectedStream {
	readonly decoder = new FlexfecDecoder(MUTABLE);
	readonly #random = seededRandom(1);
	readonly #header: RtpHeader;
	readonly #encoder: FlexfecEncoder;
	#transportNumber = 0;

	constructor(firstSequenceNumber = 100) {
		const stream = { payloadType: 49, extensions: EXTENSIONS, firstSequenceNumber: 7 };
		this.#header = new RtpHeader({ ...stream, ssrc: MEDIA_SSRC, payloadType: 102, firstSequenceNumber });
		this.#encoder = new FlexfecEncoder({
			stream: { ...stream, ssrc: REPAIR_SSRC },
			protectedSsrc: MEDIA_SSRC,
			protectedHeader: this.#header,
		});
	}

	picture(packets: number, repairs: number, depth = 1): { media: Buffer[]; repair: Buffer[] } {
		const media = Array.from({ length: packets }, (_, index) => {
			const packet = Buffer.alloc(this.#header.byteLength + 1 + Math.floor(this.#random() * 1000));
			for (let at = this.#header.byteLength; at < packet.length; at++) packet[at] = this.#random() * 256;
			this.#header.write(packet, 0, this.#transportNumber * 90);
			if (index === packets - 1) this.#header.mark(packet);
			const number = this.#header.stamp(packet, this.#transportNumber++, 1000 + this.#random());
			this.#encoder.sent(packet, number);
			return packet;
		});
		const repair = this.#encoder.endBlock(repairs, depth, 90);
		for (const packet of repair) this.#encoder.header.stamp(packet, this.#transportNumber++, 1000);
		return { media, repair };
	}
}

const withoutMutable = (packet: Buffer) => {
	const copy = Buffer.from(packet);
	for (const [at, bytes] of MUTABLE) copy.fill(0, at, at + bytes);
	return copy;
};

describe("FlexfecEncoder", () => {
	it("brings back any one packet that it protects, header and all, across the wrap of numbers", () => {
		for (const packets of [1, 2, 14, 16, 17, 46, 48]) {
			for (let lost = 0; lost < packets; lost++) {
				const stream = new ProtectedStream(65_530);
				const { media, repair } = stream.picture(packets, 1);
				for (const [index, packet] of media.entries()) if (index !== lost) stream.decoder.media(packet);
				const fields = readRtp(repair[0]!);
				expect(fields).toMatchObject({ ssrc: REPAIR_SSRC, payloadType: 49, sequenceNumber: 7, marker: false });
				expect(stream.decoder.repair(fields.payload)).toEqual([withoutMutable(media[lost]!)]);
			}
		}
	});

	it("brings back a burst that is as long as the picture has repair packets", () => {
		const stream = new ProtectedStream();
		const { media, repair } = stream.picture(30, 6);
		const lost = media.slice(11, 17).map(withoutMutable);
		for (const packet of [...media.slice(0, 11), ...media.slice(17)]) stream.decoder.media(packet);
		const recovered = repair.flatMap((packet) => stream.decoder.repair(readRtp(packet).payload));
		expect(recovered.sort((a, b) => a.readUInt16BE(2) - b.readUInt16BE(2))).toEqual(lost);
	});

	it("brings back with the next pictures' repair packets what one picture's can't", () => {
		const stream = new ProtectedStream();
		const first = stream.picture(12, 3, 4);
		// Two losses of one repair packet, and the third repair packet lost.
		const lost = [0, 3, 2].map((index) => first.media[index]!);
		const arrive = ({ media, repair }: { media: Buffer[]; repair: Buffer[] }) => [
			...media.filter((packet) => !lost.includes(packet)).flatMap((packet) => stream.decoder.media(packet)),
			...repair.flatMap((packet) => stream.decoder.repair(readRtp(packet).payload)),
		];
		expect(arrive({ ...first, repair: first.repair.slice(0, 2) })).toEqual([]);
		const recovered = [...arrive(stream.picture(12, 3, 4)), ...arrive(stream.picture(12, 3, 4))];
		expect(recovered).toHaveLength(3);
		expect(new Set(recovered)).toEqual(new Set(lost.map(withoutMutable)));
	});

	it("repairs 99 of 100 losses on a path of 6 % with a third of the packets again, within four pictures", () => {
		const stream = new ProtectedStream();
		const random = seededRandom(2);
		let lost = 0;
		let recovered = 0;
		for (let picture = 0; picture < 400; picture++) {
			const { media, repair } = stream.picture(12, 4, 4);
			for (const packet of media) {
				if (random() < 0.06) lost++;
				else recovered += stream.decoder.media(packet).length;
			}
			for (const packet of repair)
				if (random() >= 0.06) recovered += stream.decoder.repair(readRtp(packet).payload).length;
		}
		expect(lost).toBeGreaterThan(200);
		expect(recovered / lost).toBeGreaterThan(0.99);
	});

	it("fits the least path of IPv6, whatever the packets and the mask are", () => {
		const mid = "0123456789abcdef";
		const extensions = { ...EXTENSIONS, playoutDelay: 5, mid: 9 };
		const stream = { payloadType: 49, firstSequenceNumber: 1 };
		const header = new RtpHeader({ ...stream, ssrc: MEDIA_SSRC, extensions, mid });
		const encoder = new FlexfecEncoder({
			stream: { ...stream, ssrc: REPAIR_SSRC, extensions: EXTENSIONS },
			protectedSsrc: MEDIA_SSRC,
			protectedHeader: header,
		});
		let longest = 0;
		for (let block = 0; block < 3; block++) {
			for (let index = 0; index < 30; index++) {
				const packet = Buffer.alloc(header.byteLength + MAX_PAYLOAD_BYTES);
				header.write(packet, 0, 0);
				encoder.sent(packet, header.stamp(packet, 0, 0));
			}
			for (const { length } of encoder.endBlock(2, 4, 0)) longest = Math.max(longest, length);
		}
		// SRTP's tag, UDP and IPv6.
		expect(longest + 16 + 8 + 40).toBeLessThanOrEqual(1280);
	});

	it("reaches no further back than a mask does", () => {
		const stream = new ProtectedStream();
		for (let picture = 0; picture < 5; picture++) {
			const { media, repair } = stream.picture(48, 2, 4);
			for (const packet of media.slice(1)) stream.decoder.media(packet);
			const recovered = repair.flatMap((packet) => stream.decoder.repair(readRtp(packet).payload));
			expect(recovered).toEqual([withoutMutable(media[0]!)]);
		}
	});
});
