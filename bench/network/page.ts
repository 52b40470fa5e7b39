// The pages of the network bench, bundled by page-server.ts: a viewer of panogaze, a viewer of
// another page, and that page, which sends its camera.
import { connect } from "../../src/client/index.ts";
import { quaternionFromAngles } from "../../src/media/rotation.ts";

/** Numeric fields of a connection's statistics at one moment of the page's clock. */
export interface StatsSample {
	readonly atMs: number;
	readonly [name: string]: number;
}

/** The observations of a page. Times are of its own `performance.now()`. */
export interface PageReport {
	/** Times at which pictures were given to the compositor. */
	readonly shownMs: readonly number[];
	readonly samples: readonly StatsSample[];
}

const SAMPLE_MS = 250;
const DEGREES_PER_MS = 0.036;

const shownMs: number[] = [];
const samples: StatsSample[] = [];
const connections: RTCPeerConnection[] = [];

globalThis.RTCPeerConnection = class extends RTCPeerConnection {
	constructor(configuration?: RTCConfiguration) {
		super(configuration);
		connections.push(this);
	}
};

/** Shows a panogaze server's view, which turns by 36 degrees a second. */
function watchServer(url: string): void {
	const connection = connect({ url, reconnect: false, client: { name: "network bench" } });
	connection.attach(watchedVideo());
	const turn = () => {
		const nowMs = performance.now();
		const orientation = quaternionFromAngles({ yawDeg: nowMs * DEGREES_PER_MS, pitchDeg: 0, rollDeg: 0 });
		connection.look({ orientation, fovDeg: 90 }, nowMs);
		requestAnimationFrame(turn);
	};
	turn();
	sampleStats("inbound-rtp");
}

/** @returns an offer to receive H.264, without candidates of its own. */
async function offerToReceive(): Promise<string> {
	const connection = new RTCPeerConnection();
	const video = watchedVideo();
	connection.addEventListener("track", ({ streams }) => {
		video.srcObject = streams[0]!;
	});
	const transceiver = connection.addTransceiver("video", { direction: "recvonly" });
	const { codecs } = RTCRtpReceiver.getCapabilities("video")!;
	const wanted = codecs.filter(
		({ mimeType, sdpFmtpLine = "" }) =>
			mimeType === "video/rtx" ||
			(mimeType === "video/H264" && /packetization-mode=1/.test(sdpFmtpLine) && /42e01f/.test(sdpFmtpLine)),
	);
	transceiver.setCodecPreferences(wanted);
	await connection.setLocalDescription();
	sampleStats("inbound-rtp");
	return connection.localDescription!.sdp;
}

async function takeAnswer(sdp: string): Promise<void> {
	await connections[0]!.setRemoteDescription({ type: "answer", sdp });
}

/** Sends the camera to a page. @returns the answer, with all candidates. */
async function sendCamera(
	offer: string,
	{ startBps, maxBps }: { readonly startBps: number; readonly maxBps: number },
): Promise<string> {
	const video = { width: 1280, height: 720, frameRate: 30 };
	const stream = await navigator.mediaDevices.getUserMedia({ video });
	const connection = new RTCPeerConnection();
	// Without the viewer's candidates the relay is the only path.
	const sdp = offer
		.replace(/^a=candidate.*\r\n/gm, "")
		.replace(/^(a=fmtp:\d+ .*packetization-mode=1.*)$/gm, `$1;x-google-start-bitrate=${startBps / 1000}`);
	await connection.setRemoteDescription({ type: "offer", sdp });
	const sender = connection.addTrack(stream.getVideoTracks()[0]!, stream);
	connection.getTransceivers()[0]!.direction = "sendonly";
	await connection.setLocalDescription();
	const parameters = sender.getParameters();
	parameters.encodings[0]!.maxBitrate = maxBps;
	parameters.encodings[0]!.maxFramerate = video.frameRate;
	await sender.setParameters({ ...parameters, degradationPreference: "maintain-resolution" });
	while (connection.iceGatheringState !== "complete")
		await new Promise((resolve) => connection.addEventListener("icegatheringstatechange", resolve, { once: true }));
	sampleStats("outbound-rtp");
	return connection.localDescription!.sdp;
}

function report(): PageReport {
	return { shownMs, samples };
}

function watchedVideo(): HTMLVideoElement {
	const video = document.querySelector("video")!;
	// On a busy machine some expected display times lie seconds ahead.
	const note: VideoFrameRequestCallback = (_now, { presentationTime }) => {
		shownMs.push(presentationTime);
		video.requestVideoFrameCallback(note);
	};
	video.requestVideoFrameCallback(note);
	return video;
}

/** Keeps the numbers of an RTP stream, and a sender's estimate, a few times a second. */
function sampleStats(type: string): void {
	setInterval(async () => {
		const sample: Record<string, number> = { atMs: performance.now() };
		for (const entry of (await connections[0]!.getStats()).values()) {
			if (
				type === "outbound-rtp" &&
				entry.type === "candidate-pair" &&
				entry.availableOutgoingBitrate !== undefined
			)
				sample["availableOutgoingBitrate"] = entry.availableOutgoingBitrate;
			if (entry.type !== type || entry.kind !== "video") continue;
			for (const [name, value] of Object.entries(entry)) if (typeof value === "number") sample[name] = value;
		}
		samples.push(sample as unknown as StatsSample);
	}, SAMPLE_MS);
}

/** The page's functions, which the bench calls. */
const bench = { watchServer, offerToReceive, takeAnswer, sendCamera, report };
export type BenchPage = typeof bench;
Object.assign(globalThis, { bench });
