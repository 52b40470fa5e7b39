// A page that has panogaze-client: a person who looks around and moves, and a log of all that
// leaves and comes.
import { connect, type PanogazeConnection, XR_STREAMS } from "../../src/client/index.ts";
import { quaternionFromAngles } from "../../src/media/rotation.ts";
import { POSE_STREAM } from "../../src/protocol/pose-streams.ts";
import { movingSkeleton } from "../../src/skeleton/moving-skeleton.cases.ts";
import { PoseSample } from "../../src/skeleton/pose-sample.ts";
import { readCanvasMark, type SphereMark } from "../support/sphere-mark.ts";
import { headAt, SESSION_BODIES, VOICE_HZ } from "./session-motion.ts";

/** A pose that was given to the network. */
export interface SentPose {
	readonly stream: number;
	readonly sequence: number;
	/** Time of its reading on the page's clock. */
	readonly timeMs: number;
}

/** A picture on the page's screen. */
export interface ShownPicture {
	readonly rtpTicks: number;
	/** When the page learned of it, on its clock. */
	readonly atMs: number;
	/** What the page read in it, of some of them. */
	readonly mark: SphereMark | undefined;
}

/** Packets of sound in their order, a character for each byte. */
export interface SessionSounds {
	/** Those of the source, to the page: behind the RTP time and a space. */
	readonly heard: readonly string[];
	/** Those of the page's microphone. */
	readonly microphone: readonly string[];
}

/** What the page has sent, received and shown. */
export interface SessionReport {
	readonly sent: readonly SentPose[];
	/** RTP times of the encoded pictures in their order: of `view` and each camera. */
	readonly received: Readonly<Record<string, readonly number[]>>;
	readonly sounds: SessionSounds;
	readonly shown: readonly ShownPicture[];
	/** When the person began and ended to move, on the page's clock. */
	readonly movedMs: readonly [begin: number, end: number];
}

declare global {
	/** The page's own things, for the test that drives it. */
	var session: SessionPage;
}

const sent: SentPose[] = [];
const units = new Map<MediaStreamTrack, number[]>();
const sounds = { heard: [] as string[], microphone: [] as string[] };

/** Counts what leaves by the `tracking` channel and by the microphone, and comes by each track. */
function watchConnections(): void {
	const { send } = RTCDataChannel.prototype;
	RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: string | ArrayBufferView) {
		if (this.label === "tracking" && typeof data === "string") {
			const { s = 0, n, t } = JSON.parse(data) as { s?: number; n: number; t: number };
			sent.push({ stream: s, sequence: n, timeMs: t });
		} else if (this.label === "tracking" && typeof data === "object") {
			// The header of docs/protocol.md.
			const header = new DataView(data.buffer, data.byteOffset);
			sent.push({
				stream: header.getUint16(4, true),
				sequence: header.getUint32(8, true),
				timeMs: header.getFloat64(16, true),
			});
		}
		Reflect.apply(send, this, [data]);
	} as typeof send;
	const counting = `onrtctransform = ({ transformer: { readable, writable, options } }) => {
		const transform = (frame, controller) => {
			const time = frame.getMetadata().rtpTimestamp ?? frame.timestamp;
			const bytes = () => String.fromCharCode(...new Uint8Array(frame.data));
			const { id, kind } = options;
			postMessage([id, kind === "video" ? time : kind === "heard" ? time + " " + bytes() : bytes()]);
			controller.enqueue(frame);
		};
		readable.pipeThrough(new TransformStream({ transform })).pipeTo(writable);
	};`;
	const worker = new Worker(URL.createObjectURL(new Blob([counting], { type: "text/javascript" })));
	const lists: (number | string)[][] = [];
	worker.onmessage = ({ data: [id, unit] }: MessageEvent<[number, number | string]>) => lists[id]!.push(unit);
	const watch = (place: RTCRtpSender | RTCRtpReceiver, list: number[] | string[], kind: string) => {
		place.transform = new RTCRtpScriptTransform(worker, { id: lists.push(list) - 1, kind });
	};
	// Chromium passes a transform over that is set later than here.
	const { addTransceiver } = RTCPeerConnection.prototype;
	RTCPeerConnection.prototype.addTransceiver = function (this: RTCPeerConnection, ...wish) {
		const transceiver = addTransceiver.apply(this, wish);
		const { sender, receiver } = transceiver;
		if (transceiver.direction === "sendonly") watch(sender, sounds.microphone, "microphone");
		else if (receiver.track.kind === "audio") watch(receiver, sounds.heard, "heard");
		else {
			const list: number[] = [];
			units.set(receiver.track, list);
			watch(receiver, list, "video");
		}
		return transceiver;
	};
}

/** A voice whose pitch moves, so that no two packets of it are equal. */
function startVoice(): MediaStream {
	const context = new AudioContext();
	const voice = new OscillatorNode(context, { frequency: VOICE_HZ });
	const pitch = new OscillatorNode(context, { frequency: 0.37 });
	const microphone = context.createMediaStreamDestination();
	pitch.connect(new GainNode(context, { gain: VOICE_HZ / 10 })).connect(voice.frequency);
	voice.connect(microphone);
	for (const each of [voice, pitch]) each.start();
	return microphone.stream;
}

const HZ = 90;
/** Between two pictures that the page reads. */
const READING_MS = 300;

/** A person in front of the page. */
class SessionPage {
	readonly connection: PanogazeConnection;
	#timer = 0;
	readonly #shown: ShownPicture[] = [];
	readonly #sample = new PoseSample();
	readonly #bodies = SESSION_BODIES.map((body) => ({ ...body, fill: movingSkeleton(body.skeleton, body) }));
	readonly #video = document.querySelector("video")!;
	readonly #movedMs: [number, number] = [0, 0];
	#dueMs = 0;
	#readMs = 0;

	constructor() {
		watchConnections();
		this.connection = connect({ url: "/whep", streams: XR_STREAMS });
		this.connection.attach(this.#video);
		void this.connection.media.sendMicrophone(startVoice());
		this.connection.cameras.on("change", () => {
			for (const camera of this.connection.cameras.all.values()) camera.enabled = true;
		});
	}

	/** True when the view and so many cameras are seen, and sound can go both ways. */
	sees(cameras: number): boolean {
		const { all } = this.connection.cameras;
		if (this.connection.media.state("audio") !== "sent" || !this.connection.sound.available) return false;
		return this.#video.videoWidth > 0 && [...all.values()].filter(({ live }) => live).length === cameras;
	}

	/** Moves, looks around and listens until it is stopped. */
	move(): void {
		this.connection.sound.enabled = true;
		this.#dueMs = this.#movedMs[0] = performance.now();
		this.#timer = window.setInterval(() => this.#move(), 2);
		this.#watch();
	}

	stop(): void {
		clearInterval(this.#timer);
		this.connection.sound.enabled = false;
		this.#movedMs[1] = performance.now();
	}

	report(): SessionReport {
		const names = new Map([...this.connection.cameras.all].map(([name, { track }]) => [track, name]));
		const view = this.connection.stream?.getVideoTracks()[0];
		names.set(view, "view");
		const received = [...units].flatMap(([track, list]) => {
			const name = names.get(track);
			return name === undefined ? [] : [[name, list] as const];
		});
		return { sent, received: Object.fromEntries(received), sounds, shown: this.#shown, movedMs: this.#movedMs };
	}

	#move(): void {
		const nowMs = performance.now();
		if (nowMs < this.#dueMs) return;
		// A device would not have read what was due in a pause of the page.
		this.#dueMs = Math.max(this.#dueMs + 1000 / HZ, nowMs - 20);
		const sec = nowMs / 1000;
		const send = () => this.connection.sendPose(this.#sample, nowMs);
		const position = [0.05 * Math.sin(sec), 1.6, 0] as const;
		this.#sample.setHead({ orientation: quaternionFromAngles(headAt(sec)), position, fovDeg: 90 });
		send();
		for (const { stream, fill } of this.#bodies) {
			fill(this.#sample, sec);
			this.#sample.stream = stream;
			send();
		}
		this.#sample.reset(1);
		Object.assign(this.#sample, { kind: "controller", stream: POSE_STREAM.rightController, hand: "right" });
		this.#sample.valid[0] = 1;
		this.#sample.positions.set([0.3, 1.2 + 0.1 * Math.sin(sec), -0.4]);
		this.#sample.rotations.set([0, 0, 0, 1]);
		this.#sample.controls.buttonCount = 1;
		this.#sample.controls.buttons[0] = 0.5 + 0.5 * Math.sin(sec);
		send();
	}

	#watch(): void {
		this.#video.requestVideoFrameCallback((_, { rtpTimestamp }) => {
			this.#watch();
			if (rtpTimestamp === undefined) return;
			const atMs = performance.now();
			const isRead = atMs - this.#readMs > READING_MS;
			if (isRead) this.#readMs = atMs;
			const mark = isRead ? readMark(this.#video) : undefined;
			this.#shown.push({ rtpTicks: rtpTimestamp, atMs, mark });
		});
	}
}

/** Reads the mark in the picture of a video that shows 90 degrees of the sphere. */
function readMark(video: HTMLVideoElement): SphereMark | undefined {
	const { videoWidth: width, videoHeight: height } = video;
	if (width === 0) return undefined;
	const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
	context.drawImage(video, 0, 0);
	return readCanvasMark(context.getImageData(0, 0, width, height), 90);
}

globalThis.session = new SessionPage();
