import nodeDataChannel, { type PeerConnection } from "node-datachannel";
import { acceptAnswer, withoutCandidates } from "../motion-player/answer.ts";
import { isRtcp, readRtp } from "./rtp-reader.cases.ts";

/**
 * A viewer made of libdatachannel, for tests with many of them: it connects ten times
 * as fast as `ReceivingPeer`, but is no independent judge. It decodes nothing.
 */
export class NativeViewer {
	/** Resolves with the end of the first frame. */
	readonly firstFrame: Promise<void>;
	readonly #connection: PeerConnection;

	private constructor(connection: PeerConnection, firstFrame: Promise<void>) {
		this.#connection = connection;
		this.firstFrame = firstFrame;
	}

	/** Connects by the answer that `post` returns for an offer. */
	static async join(post: (offer: string) => Promise<string>): Promise<NativeViewer> {
		const connection = new nodeDataChannel.PeerConnection("viewer", {
			iceServers: [],
			disableAutoNegotiation: true,
		});
		const video = new nodeDataChannel.Video("0", "RecvOnly");
		video.addH264Codec(102, "packetization-mode=1;profile-level-id=42e01f");
		const track = connection.addTrack(video);
		const firstFrame = new Promise<void>((resolve) => {
			track.onMessage((packet) => {
				if (!isRtcp(packet) && readRtp(packet).marker) resolve();
			});
		});
		connection.createDataChannel("control");
		const gathered = new Promise<void>((resolve) => {
			connection.onGatheringStateChange((state) => state === "complete" && resolve());
		});
		connection.setLocalDescription("offer");
		await gathered;
		const { sdp } = connection.localDescription() ?? {};
		if (sdp === undefined) throw new Error("The viewer makes no offer.");
		acceptAnswer(connection, await post(withoutCandidates(sdp)));
		return new NativeViewer(connection, firstFrame);
	}

	close(): void {
		this.#connection.close();
	}
}
