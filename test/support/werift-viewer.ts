import {
	type RTCDataChannel,
	RTCPeerConnection,
	RTCRtpCodecParameters,
	type RtpPacket,
	useAbsSendTime,
	useTransportWideCC,
} from "werift";

export interface WeriftViewerOptions {
	/** The server's address, such as `http://127.0.0.1:8080/`. */
	readonly url: string;
	/**
	 * `whep` posts SDP; `offer` posts JSON right after the local description is set, before any
	 * candidate is known, as the Unity client does.
	 */
	readonly door?: "whep" | "offer";
	readonly video?: boolean;
	readonly channels?: readonly string[];
	readonly token?: string;
	/** Longest time that the connection may take. @default 25 seconds */
	readonly timeoutMs?: number;
}

/** A viewer without a browser: werift, a WebRTC implementation that shares no code with ours. */
export class WeriftViewer {
	readonly peer: RTCPeerConnection;
	readonly channels = new Map<string, RTCDataChannel>();
	readonly messages: { readonly label: string; readonly data: string | Buffer }[] = [];
	/** Video packets as they came. */
	readonly packets: RtpPacket[] = [];
	location: string | undefined;
	#authorization: Record<string, string> = {};
	#gathered: RTCPeerConnection["iceTransports"] = [];

	private constructor(peer: RTCPeerConnection) {
		this.peer = peer;
	}

	/** Resolves when media and channels can flow. */
	static async connect({
		url,
		door = "whep",
		video = true,
		channels = [],
		token,
		timeoutMs,
	}: WeriftViewerOptions): Promise<WeriftViewer> {
		const peer = new RTCPeerConnection({
			iceServers: [],
			codecs: {
				audio: [],
				video: [
					new RTCRtpCodecParameters({
						mimeType: "video/H264",
						clockRate: 90_000,
						rtcpFeedback: [
							{ type: "nack" },
							{ type: "nack", parameter: "pli" },
							{ type: "goog-remb" },
							{ type: "transport-cc" },
						],
						parameters: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
					}),
				],
			},
			headerExtensions: { video: [useTransportWideCC(), useAbsSendTime()] },
		});
		const viewer = new WeriftViewer(peer);
		if (video)
			peer.addTransceiver("video", { direction: "recvonly" }).onTrack.subscribe((track) =>
				track.onReceiveRtp.subscribe((packet) => viewer.packets.push(packet)),
			);
		for (const label of channels) viewer.#watch(peer.createDataChannel(label));
		peer.onDataChannel.subscribe((channel) => viewer.#watch(channel));
		await peer.setLocalDescription(await peer.createOffer());
		viewer.#gathered = peer.iceTransports;
		const offer = peer.localDescription!.sdp;
		await viewer.#signal(new URL(door, url), door, door === "offer" ? withoutCandidates(offer) : offer, token);
		await until(() => peer.connectionState === "connected", "the connection", timeoutMs);
		await until(
			() => channels.every((label) => viewer.channels.get(label)!.readyState === "open"),
			"the data channels",
			timeoutMs,
		);
		return viewer;
	}

	/** The decoded texts of one channel so far. */
	textsOf(label: string): string[] {
		return this.messages.filter((message) => message.label === label).map(({ data }) => data.toString());
	}

	send(label: string, data: string | Buffer): void {
		this.channels.get(label)!.send(data);
	}

	/** Calls back for each message of a channel from now on. */
	onMessage(label: string, callback: (data: string | Buffer) => void): void {
		this.channels.get(label)!.onMessage.subscribe(callback);
	}

	async close(): Promise<void> {
		if (this.location !== undefined) await fetch(this.location, { method: "DELETE", headers: this.#authorization });
		await this.peer.close();
		// It forgets those that it has no use for after the answer, and their sockets.
		await Promise.all(this.#gathered.map((transport) => transport.stop()));
	}

	async #signal(url: URL, door: "whep" | "offer", sdp: string, token?: string): Promise<void> {
		const json = door === "offer";
		if (token !== undefined) this.#authorization = { authorization: `Bearer ${token}` };
		const response = await fetch(url, {
			method: "POST",
			headers: { "content-type": json ? "application/json" : "application/sdp", ...this.#authorization },
			body: json ? JSON.stringify({ type: "offer", sdp }) : sdp,
		});
		const body = await response.text();
		if (!response.ok) throw new Error(`${response.status} ${body}`);
		const location = response.headers.get("location");
		if (location !== null) this.location = new URL(location, url).href;
		await this.peer.setRemoteDescription({
			type: "answer",
			sdp: json ? (JSON.parse(body) as { sdp: string }).sdp : body,
		});
	}

	#watch(channel: RTCDataChannel): void {
		this.channels.set(channel.label, channel);
		channel.onMessage.subscribe((data) => this.messages.push({ label: channel.label, data }));
	}
}

/**
 * Polls until `condition` holds.
 * @param what noun phrase for the error
 * @throws {Error} when it does not hold in time.
 */
export async function until(condition: () => boolean, what: string, timeoutMs = 25_000): Promise<void> {
	const deadline = performance.now() + timeoutMs;
	while (!condition()) {
		if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs / 1000} s for ${what}.`);
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

function withoutCandidates(sdp: string): string {
	return sdp.replaceAll(/a=(candidate|end-of-candidates).*\r\n/g, "");
}
