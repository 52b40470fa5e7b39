import { EventListeners } from "../media/events.ts";
import type { SynchronizedReceivers } from "./lip-sync.ts";
import { candidateFragment, deleteSession, patchCandidates, postOffer, type WhepClientOptions } from "./whep.ts";

/**
 * Time from the server's answer until media must flow. Where UDP is blocked none ever
 * does.
 */
const CONNECT_TIMEOUT_MS = 10_000;
/** Candidates that come within this time are sent together. */
const TRICKLE_MS = 100;
/**
 * Longest wait for the server's answer to a goodbye before the connection is closed.
 */
const GOODBYE_MS = 1_000;

/** Two counts of packets within this time show whether packets arrive now. */
const RECENT_MS = 300;

export interface PeerOptions extends WhepClientOptions {
	readonly endpoint: URL;
	readonly iceServers?: readonly RTCIceServer[] | undefined;
	/** Secret of the session whose place this one takes, from its welcome. */
	readonly resume?: string | undefined;
	/** Further data channels by label. */
	readonly channels?: { readonly [label: string]: RTCDataChannelInit } | undefined;
	/** Offers to receive sound. */
	readonly sound: boolean;
	/** Sections of video that it offers for cameras, beside the view's. @default 0 */
	readonly cameras?: number | undefined;
	/** Tracks that it offers to send, in sections of their own. @default none */
	readonly sent?: readonly MediaStreamTrack[] | undefined;
	/** Called with the receiver of video as soon as it is made. */
	readonly onReceiver?: ((receiver: RTCRtpReceiver) => void) | undefined;
}

/** A track and its receiver. */
export interface ReceivedTrack {
	readonly track: MediaStreamTrack;
	readonly receiver: RTCRtpReceiver;
}

/** A section of video that can show a camera. */
export interface CameraLine {
	/** Its name; `null` before the offer was made. */
	readonly mid: string | null;
	readonly track: MediaStreamTrack;
}

/** A track of sound. */
export interface ReceivedSound {
	readonly track: MediaStreamTrack;
	/** Present where it is to be kept in step with the pictures. */
	readonly inStep?: SynchronizedReceivers | undefined;
}

interface StatsOfTrack {
	readonly trackIdentifier: string;
}

interface PeerEvents {
	connected: [];
	/** The network path is gone; it may come back by itself. */
	interrupted: [];
	/** The attempt has failed or the session is over. The owner closes the peer. */
	lost: [reason: string];
	track: [track: ReceivedTrack];
	sound: [sound: ReceivedSound];
	channelOpen: [channel: RTCDataChannel];
	message: [label: string, data: string | ArrayBuffer];
}

/**
 * An attempt at a connection: a peer connection, its channels, and its WHEP session.
 * It is not used again after it is lost.
 */
export class Peer {
	/** The sections that send. Servers that want nothing refuse them, and answer the others. */
	readonly sending: readonly RTCRtpTransceiver[];
	readonly #options: PeerOptions;
	readonly #connection: RTCPeerConnection;
	readonly #channels = new Map<string, RTCDataChannel>();
	readonly #events = new EventListeners<PeerEvents>();
	readonly #cameras: readonly RTCRtpTransceiver[];
	readonly #abort = new AbortController();
	#sessionUrl: URL | undefined;
	/** Video packets at the last count. */
	#packets = Number.NaN;
	#countedMs = Number.NEGATIVE_INFINITY;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(options: PeerOptions) {
		this.#options = options;
		this.#connection = new RTCPeerConnection({
			bundlePolicy: "max-bundle",
			iceServers: [...(options.iceServers ?? [])],
		});
		this.#connection.addEventListener("connectionstatechange", () => this.#stateChanged());
		const video = this.#connection.addTransceiver("video", { direction: "recvonly" }).receiver;
		let picturesStream: MediaStream | undefined;
		this.#connection.addEventListener("track", ({ track, receiver, streams: [stream] }) => {
			preferLowDelay(receiver);
			if (this.#cameras.some((camera) => camera.receiver === receiver)) return;
			if (track.kind !== "audio") {
				picturesStream = stream;
				this.#events.emit("track", { track, receiver });
				return;
			}
			// Pictures have their line before sound.
			const isOne = stream !== undefined && stream === picturesStream;
			const inStep = { sound: receiver, pictures: video, getStats: () => this.getStats() };
			this.#events.emit("sound", isOne ? { track, inStep } : { track });
		});
		this.#connection.addEventListener("datachannel", ({ channel }) => this.#adopt(channel));
		options.onReceiver?.(video);
		if (options.sound) this.#connection.addTransceiver("audio", { direction: "recvonly" });
		this.#cameras = Array.from({ length: options.cameras ?? 0 }, () =>
			this.#connection.addTransceiver("video", { direction: "recvonly" }),
		);
		this.sending = (options.sent ?? []).map((track) =>
			this.#connection.addTransceiver(track, { direction: "sendonly" }),
		);
		this.#adopt(this.#connection.createDataChannel("control"));
		this.#adopt(this.#connection.createDataChannel("tracking", { ordered: false, maxRetransmits: 0 }));
		// A lifetime, unlike a limit of retransmissions, keeps a burst of loss from
		// making later messages queue.
		this.#adopt(this.#connection.createDataChannel("frames", { ordered: false, maxPacketLifeTime: 50 }));
		for (const [label, init] of Object.entries(options.channels ?? {}))
			this.#adopt(this.#connection.createDataChannel(label, init));
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof PeerEvents>(name: Name, listener: (...args: PeerEvents[Name]) => void): () => void {
		return this.#events.on(name, listener);
	}

	channel(label: string): RTCDataChannel | undefined {
		return this.#channels.get(label);
	}

	get connected(): boolean {
		return this.#connection.connectionState === "connected";
	}

	/** The sections that can show cameras. */
	get cameraLines(): readonly CameraLine[] {
		return this.#cameras.map(({ mid, receiver }) => ({ mid, track: receiver.track }));
	}

	/** The browser's statistics, without those of cameras' pictures. */
	async getStats(): Promise<RTCStatsReport> {
		const report = await this.#connection.getStats();
		if (this.#cameras.length === 0) return report;
		const tracks = new Set(this.#cameras.map(({ receiver }) => receiver.track.id));
		const entries = [...report].filter(
			([, entry]) => !tracks.has((entry as Partial<StatsOfTrack>).trackIdentifier!),
		);
		return new Map(entries) as RTCStatsReport;
	}

	/**
	 * Reads the browser's counters of video.
	 *
	 * @returns the frames decoded so far, and whether packets have arrived since the
	 * last call, which is known only if that was a moment ago.
	 */
	async readArrivals(): Promise<{ readonly framesDecoded: number; readonly packetsArrive: boolean }> {
		const { packets, framesDecoded } = await this.countPictures();
		const nowMs = performance.now();
		const packetsArrive = packets > this.#packets && nowMs - this.#countedMs <= RECENT_MS;
		this.#packets = packets;
		this.#countedMs = nowMs;
		return { framesDecoded, packetsArrive };
	}

	/** Reads the browser's counters of video, whatever was read before. */
	async countPictures(): Promise<{ readonly packets: number; readonly framesDecoded: number }> {
		const report: { values(): Iterable<unknown> } = await this.getStats().catch(() => new Map());
		let [packets, framesDecoded] = [0, 0];
		for (const entry of report.values()) {
			const stats = entry as {
				readonly type: string;
				readonly packetsReceived?: number;
				readonly framesDecoded?: number;
			};
			if (stats.type !== "inbound-rtp") continue;
			packets += stats.packetsReceived ?? 0;
			framesDecoded += stats.framesDecoded ?? 0;
		}
		return { packets, framesDecoded };
	}

	/**
	 * Exchanges offer and answer.
	 * @throws {WhepError} if the server refuses or does not answer.
	 * @throws {DOMException} `AbortError` if the peer was closed meanwhile.
	 */
	async open(): Promise<void> {
		const connection = this.#connection;
		const { sdp: made = "", type } = await connection.createOffer();
		const offer = { type, sdp: withStereo(made) };
		// The offer is posted before it becomes the local description: gathering then
		// begins with the ICE servers that come with the answer.
		const answer = await postOffer(this.#options.endpoint, offer.sdp, {
			...this.#options,
			signal: this.#abort.signal,
		});
		this.#sessionUrl = answer.sessionUrl;
		if (this.#abort.signal.aborted) {
			// Closed while the answer was under way: only this peer can end the
			// session.
			this.close();
			this.#abort.signal.throwIfAborted();
		}
		if (answer.iceServers.length > 0) {
			connection.setConfiguration({
				...connection.getConfiguration(),
				iceServers: [...(this.#options.iceServers ?? []), ...answer.iceServers],
			});
		}
		this.#trickle(offer.sdp);
		await connection.setLocalDescription(offer);
		await connection.setRemoteDescription({ type: "answer", sdp: answer.sdp });
		this.#abort.signal.throwIfAborted();
		if (connection.connectionState === "connected") return;
		this.#timer = setTimeout(
			() => this.#events.emit("lost", "No network path to the server could be found. Is UDP blocked?"),
			CONNECT_TIMEOUT_MS,
		);
	}

	/**
	 * Ends the attempt, and the session at the server. The connection is closed after
	 * the server's answer: a server that notices a closed connection first forgets the
	 * session, and would answer the DELETE with 404.
	 *
	 * @param options.atOnce do not wait for the answer.
	 */
	close({ atOnce = false }: { readonly atOnce?: boolean | undefined } = {}): void {
		clearTimeout(this.#timer);
		this.#abort.abort();
		const answered = this.#sessionUrl && deleteSession(this.#sessionUrl, this.#options);
		this.#sessionUrl = undefined;
		if (answered === undefined || atOnce) {
			this.#connection.close();
			return;
		}
		const timer = setTimeout(() => this.#connection.close(), GOODBYE_MS);
		void answered.then(() => {
			clearTimeout(timer);
			this.#connection.close();
		});
	}

	#stateChanged(): void {
		const state = this.#connection.connectionState;
		if (state === "connected") {
			clearTimeout(this.#timer);
			this.#events.emit("connected");
		}
		if (state === "disconnected") this.#events.emit("interrupted");
		if (state === "failed") this.#events.emit("lost", "The network path to the server broke.");
	}

	#adopt(channel: RTCDataChannel): void {
		channel.binaryType = "arraybuffer";
		this.#channels.set(channel.label, channel);
		channel.addEventListener("open", () => this.#events.emit("channelOpen", channel));
		channel.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) =>
			this.#events.emit("message", channel.label, data),
		);
		channel.addEventListener("close", () => {
			if (this.#channels.get(channel.label) === channel) this.#channels.delete(channel.label);
			// A server that ends a session closes its channels, and ICE would notice
			// only much later.
			if (channel.label !== "control" || this.#abort.signal.aborted) return;
			// The server has deleted the session.
			this.#sessionUrl = undefined;
			this.#events.emit("lost", "The server ended the session.");
		});
	}

	/**
	 * Sends our candidates in batches. A server on a public address needs none of them,
	 * and may refuse them; then no more are sent.
	 */
	#trickle(offerSdp: string): void {
		let batch: string[] = [];
		let timer: ReturnType<typeof setTimeout> | undefined;
		let wanted = true;
		const flush = async (complete: boolean) => {
			clearTimeout(timer);
			timer = undefined;
			if (!wanted || this.#sessionUrl === undefined) return;
			const fragment = candidateFragment(offerSdp, batch, complete);
			batch = [];
			wanted = await patchCandidates(this.#sessionUrl, fragment, this.#options);
		};
		this.#connection.addEventListener("icecandidate", ({ candidate }) => {
			if (candidate === null) return void flush(true);
			if (candidate.candidate === "") return;
			batch.push(candidate.candidate);
			timer ??= setTimeout(() => void flush(false), TRICKLE_MS);
		});
	}
}

/**
 * Chromium and Safari hear one ear's sound in both unless their offer has Opus in stereo (RFC 7587,
 * 6.1).
 */
function withStereo(sdp: string): string {
	const [, type] = /^a=rtpmap:(\d+) opus\/48000\/2\r?$/im.exec(sdp) ?? [];
	const parameters = type === undefined ? undefined : new RegExp(`^(a=fmtp:${type} )(?!.*\\bstereo=)`, "m");
	return parameters === undefined ? sdp : sdp.replace(parameters, "$1stereo=1;");
}

/**
 * Asks the browser to show each picture as soon as it is complete. It works where the
 * server's playout-delay extension does not.
 */
function preferLowDelay(
	receiver: RTCRtpReceiver & { jitterBufferTarget?: number | null; playoutDelayHint?: number | null },
): void {
	if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
	else if ("playoutDelayHint" in receiver) (receiver as { playoutDelayHint?: number | null }).playoutDelayHint = 0;
}
