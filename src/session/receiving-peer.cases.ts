import { type MediaStreamTrack, type RTCDataChannel, RTCPeerConnection, RTCRtpCodecParameters, type RtpPacket } from "werift";
import { monotonicSec } from "../media/clock.ts";
import { joinAnnexB, NalUnitType, nalUnitType } from "../media/h264.ts";
import { RtpExtensionUri } from "./rtp-packetizer.ts";

/** What the tests' client offers; everything by default. */
export interface ReceivingPeerOptions {
	readonly video?: boolean;
	readonly data?: boolean;
	readonly rtx?: boolean;
	readonly transportCc?: boolean;
	readonly nack?: boolean;
	readonly profileLevelId?: string;
}

/** A frame put together again from RTP. */
export interface ReceivedFrame {
	readonly rtpTicks: number;
	/** Annex B. */
	readonly accessUnit: Uint8Array;
	readonly completedSec: number;
}

/** A viewer in this process, made of werift: independent of the engine and of the packetizer that it tests. */
export class ReceivingPeer {
	readonly connection: RTCPeerConnection;
	readonly frames: ReceivedFrame[] = [];
	/** Messages by channel label. */
	readonly messages = new Map<string, (string | Buffer)[]>();
	readonly channels = new Map<string, RTCDataChannel>();
	readonly headers: RtpPacket["header"][] = [];
	readonly #feedback = new TransportFeedbackWriter();
	#feedbackTimer: ReturnType<typeof setInterval> | undefined;
	readonly #assembler = new FrameAssembler((frame) => this.frames.push(frame));
	#track: MediaStreamTrack | undefined;

	constructor(options: ReceivingPeerOptions = {}) {
		const { video = true, data = true, rtx = true, transportCc = true, nack = true, profileLevelId = "42e01f" } = options;
		const feedback = [{ type: "nack", parameter: "pli" }, { type: "ccm", parameter: "fir" }, { type: "goog-remb" }] as {
			type: string;
			parameter?: string;
		}[];
		if (nack) feedback.unshift({ type: "nack" });
		if (transportCc) feedback.push({ type: "transport-cc" });
		const codecs = [
			new RTCRtpCodecParameters({
				mimeType: "video/H264",
				clockRate: 90_000,
				rtcpFeedback: feedback,
				parameters: `level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=${profileLevelId}`,
			}),
		];
		if (rtx) codecs.push(new RTCRtpCodecParameters({ mimeType: "video/rtx", clockRate: 90_000, rtcpFeedback: [] }));
		const uris = [RtpExtensionUri.absSendTime, RtpExtensionUri.mid, ...(transportCc ? [RtpExtensionUri.transportCc] : [])];
		this.connection = new RTCPeerConnection({
			iceServers: [],
			iceUseIpv6: false,
			iceUseTcp: false,
			codecs: { video: codecs, audio: [] },
			headerExtensions: { video: uris.map((uri, index) => ({ id: index + 1, uri })), audio: [] },
		});
		this.connection.onTrack.subscribe((track) => {
			this.#track = track;
			track.onReceiveRtp.subscribe((packet) => {
				this.headers.push(packet.header);
				this.#assembler.add(packet);
			});
		});
		if (video) this.connection.addTransceiver("video", { direction: "recvonly" });
		if (video) this.#askUntilRepaired();
		if (video && transportCc) this.#sendTransportFeedback();
		this.connection.onDataChannel.subscribe((channel) => this.#watch(channel));
		if (data) this.openChannel("control");
	}

	openChannel(label: string, options: { ordered?: boolean; maxPacketLifeTime?: number; maxRetransmits?: number } = {}): RTCDataChannel {
		return this.#watch(this.connection.createDataChannel(label, { ordered: true, ...options }));
	}

	/** An offer, without candidates unless they are asked for: the server has to learn the way from our checks, as from a headset's. */
	async offer(withCandidates = false): Promise<string> {
		await this.connection.setLocalDescription(await this.connection.createOffer());
		const sdp = this.connection.localDescription!.sdp;
		return withCandidates ? sdp : sdp.replace(/a=(?:candidate:.*|end-of-candidates)\r\n/g, "");
	}

	async accept(answer: string): Promise<void> {
		await this.connection.setRemoteDescription({ type: "answer", sdp: answer });
		if (this.connection.connectionState === "connected") return;
		await new Promise<void>((resolve) => {
			this.connection.connectionStateChange.subscribe((state) => state === "connected" && resolve());
		});
	}

	requestKeyframe(): Promise<void> {
		const receiver = this.connection.getTransceivers()[0]!.receiver;
		return receiver.sendRtcpPLI(this.#track!.ssrc!);
	}

	async close(): Promise<void> {
		clearInterval(this.#feedbackTimer);
		await this.connection.close();
	}

	/** werift asks for a packet every 5 ms and gives up after 50: less than a lost repair, or a busy machine, takes. Browsers ask for as long as it is of use. */
	#askUntilRepaired(): void {
		const { nack } = this.connection.getTransceivers()[0]!.receiver as unknown as { readonly nack: { retryCount: number } };
		nack.retryCount = 200;
	}

	/** In place of werift's own feedback, which takes lost packets for received ones. */
	#sendTransportFeedback(): void {
		const { receiver } = this.connection.getTransceivers()[0]!;
		const handleTWCC = (number: number) => this.#feedback.received(number, performance.now());
		receiver.setupTWCC = () => {
			receiver.receiverTWCC ??= { handleTWCC, twccRunning: true } as unknown as typeof receiver.receiverTWCC;
		};
		this.#feedbackTimer = setInterval(() => {
			const packet = this.#feedback.take(1, this.#track?.ssrc ?? 0);
			if (packet !== undefined) void receiver.dtlsTransport.sendRtcp([{ serialize: () => packet } as never]).catch(() => {});
		}, 50);
	}

	#watch(channel: RTCDataChannel): RTCDataChannel {
		this.channels.set(channel.label, channel);
		this.messages.set(channel.label, []);
		channel.onMessage.subscribe((message) => void this.messages.get(channel.label)!.push(message));
		return channel;
	}
}

/** Writes transport-cc feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1) with two-bit status vectors. */
export class TransportFeedbackWriter {
	readonly #arrivalTicks = new Map<number, number>();
	#next: number | undefined;
	#highest = 0;
	#count = 0;

	/** @param number transport-wide sequence number */
	received(number: number, arrivalMs: number): void {
		this.#next ??= number;
		const unwrapped = this.#highest + (((number - this.#highest) << 16) >> 16);
		this.#highest = Math.max(this.#highest, unwrapped);
		this.#arrivalTicks.set(unwrapped, Math.round(arrivalMs * 4));
	}

	/** Feedback on everything since the last call, or `undefined` if nothing came. */
	take(senderSsrc: number, mediaSsrc: number): Buffer | undefined {
		const numbers = [...this.#arrivalTicks.keys()].sort((a, b) => a - b);
		if (numbers.length === 0 || this.#next === undefined) return undefined;
		const first = Math.min(this.#next, numbers[0]!);
		const last = numbers.at(-1)!;
		const reference = Math.floor(this.#arrivalTicks.get(numbers[0]!)! / 256);
		let ticks = reference * 256;
		const symbols: number[] = [];
		const deltas: number[] = [];
		for (let number = first; number <= last; number++) {
			const arrival = this.#arrivalTicks.get(number);
			const delta = arrival === undefined ? 0 : arrival - ticks;
			const small = delta >= 0 && delta <= 255;
			symbols.push(arrival === undefined ? 0 : small ? 1 : 2);
			if (arrival === undefined) continue;
			deltas.push(...(small ? [delta] : [(delta >> 8) & 0xff, delta & 0xff]));
			ticks = arrival;
		}
		this.#arrivalTicks.clear();
		this.#next = last + 1;
		const chunks: number[] = [];
		for (let i = 0; i < symbols.length; i += 7) {
			const chunk = symbols.slice(i, i + 7).reduce((bits, symbol, index) => bits | (symbol << (12 - 2 * index)), 0xc000);
			chunks.push(chunk >> 8, chunk & 0xff);
		}
		const packet = Buffer.alloc(Math.ceil((20 + chunks.length + deltas.length) / 4) * 4);
		packet.set([0x8f, 205]);
		packet.writeUInt16BE(packet.length / 4 - 1, 2);
		packet.writeUInt32BE(senderSsrc, 4);
		packet.writeUInt32BE(mediaSsrc, 8);
		packet.writeUInt16BE(first & 0xffff, 12);
		packet.writeUInt16BE(symbols.length, 14);
		packet.writeIntBE(reference & 0x7fffff, 16, 3);
		packet[19] = this.#count++ & 0xff;
		packet.set(chunks, 20);
		packet.set(deltas, 20 + chunks.length);
		return packet;
	}
}

/** Resolves once `condition` holds. @throws {Error} after `timeoutMs`, naming what was awaited. */
export async function until(what: string, condition: () => boolean, timeoutMs = 25_000): Promise<void> {
	const endMs = performance.now() + timeoutMs;
	while (!condition()) {
		if (performance.now() > endMs) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}.`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

interface PartialFrame {
	readonly packets: Map<number, Buffer>;
	first: number;
	last: number | undefined;
}

/** A depacketizer for RFC 6184 that takes packets in any order and tells each frame once, when all of it is there. */
class FrameAssembler {
	readonly #onFrame: (frame: ReceivedFrame) => void;
	readonly #partial = new Map<number, PartialFrame>();
	readonly #done = new Set<number>();

	constructor(onFrame: (frame: ReceivedFrame) => void) {
		this.#onFrame = onFrame;
	}

	add(packet: { readonly header: { sequenceNumber: number; timestamp: number; marker: boolean }; readonly payload: Buffer }): void {
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
		this.#onFrame({ rtpTicks: timestamp, accessUnit: joinAnnexB(units), completedSec: monotonicSec() });
	}
}

/** NAL units of a frame's payloads in order; `undefined` when the beginning is missing. @throws {Error} on a packet that RFC 6184 does not allow. */
export function depacketize(payloads: readonly Uint8Array[]): Uint8Array[] | undefined {
	const units: Uint8Array[] = [];
	let fragments: Uint8Array[] | undefined;
	for (const payload of payloads) {
		const type = nalUnitType(payload[0]!);
		if (type === NalUnitType.stapA) {
			for (let at = 1; at < payload.length; ) {
				const length = (payload[at]! << 8) | payload[at + 1]!;
				if (length === 0 || at + 2 + length > payload.length) throw new Error("An aggregation packet is broken.");
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
