import {
	type MediaStreamTrack,
	type RTCDataChannel,
	RTCPeerConnection,
	RTCRtpCodecParameters,
	type RtpPacket,
} from "werift";
import { FrameAssembler, type ReceivedFrame } from "./frame-assembler.cases.ts";
import { RtpExtensionUri } from "./rtp-header.ts";
import { TransportFeedbackWriter } from "./transport-feedback-writer.cases.ts";

/** What the tests' client offers; everything by default. */
export interface ReceivingPeerOptions {
	readonly video?: boolean;
	readonly data?: boolean;
	readonly rtx?: boolean;
	readonly transportCc?: boolean;
	readonly nack?: boolean;
	readonly profileLevelId?: string;
}

/**
 * A viewer in this process, made of werift: independent of the engine and of the
 * packetizer that it tests.
 */
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
		const {
			video = true,
			data = true,
			rtx = true,
			transportCc = true,
			nack = true,
			profileLevelId = "42e01f",
		} = options;
		const feedback = [
			{ type: "nack", parameter: "pli" },
			{ type: "ccm", parameter: "fir" },
			{ type: "goog-remb" },
		] as {
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
		const uris = [
			RtpExtensionUri.absSendTime,
			RtpExtensionUri.mid,
			...(transportCc ? [RtpExtensionUri.transportCc] : []),
		];
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

	openChannel(
		label: string,
		options: { ordered?: boolean; maxPacketLifeTime?: number; maxRetransmits?: number } = {},
	): RTCDataChannel {
		return this.#watch(this.connection.createDataChannel(label, { ordered: true, ...options }));
	}

	/**
	 * An offer, without candidates unless they are asked for: the server has to learn
	 * the way from our checks, as from a headset's.
	 */
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

	/**
	 * werift asks for a packet every 5 ms and gives up after 50: less than a lost
	 * repair, or a busy machine, takes. Browsers ask for as long as it is of use.
	 */
	#askUntilRepaired(): void {
		const { nack } = this.connection.getTransceivers()[0]!.receiver as unknown as {
			readonly nack: { retryCount: number };
		};
		nack.retryCount = 200;
	}

	/**
	 * In place of werift's own feedback, which takes lost packets for received ones.
	 */
	#sendTransportFeedback(): void {
		const { receiver } = this.connection.getTransceivers()[0]!;
		const handleTWCC = (number: number) => this.#feedback.received(number, performance.now());
		receiver.setupTWCC = () => {
			const feedback = { handleTWCC, twccRunning: true } as unknown as NonNullable<typeof receiver.receiverTWCC>;
			if (receiver.receiverTWCC === undefined) receiver.receiverTWCC = feedback;
		};
		this.#feedbackTimer = setInterval(() => {
			const packet = this.#feedback.take(1, this.#track?.ssrc ?? 0);
			if (packet !== undefined)
				void receiver.dtlsTransport.sendRtcp([{ serialize: () => packet } as never]).catch(() => {});
		}, 50);
	}

	#watch(channel: RTCDataChannel): RTCDataChannel {
		this.channels.set(channel.label, channel);
		this.messages.set(channel.label, []);
		channel.onMessage.subscribe((message) => void this.messages.get(channel.label)!.push(message));
		return channel;
	}
}

/**
 * Resolves once `condition` holds.
 * @throws {Error} after `timeoutMs`, naming what was awaited.
 */
export async function until(what: string, condition: () => boolean, timeoutMs = 25_000): Promise<void> {
	const endMs = performance.now() + timeoutMs;
	while (!condition()) {
		if (performance.now() > endMs) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}.`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}
