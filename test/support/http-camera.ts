import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { EncodedPacket, PanogazeServer, Viewer } from "../../src/index.ts";
import type { PlaybackMessage } from "../../src/protocol/playback-message.ts";
import { type ClipOptions, type ClipPicture, clipFrameFromLuma, makeClip } from "./clips.ts";
import { type DecodedView, H264Decoder } from "./h264-decoder.ts";
import { until, WeriftViewer } from "./werift-viewer.ts";

/** Pictures a second of an `HttpCamera`. */
export const CAMERA_RATE = 30;
/** Seconds of a camera's stream, unless told otherwise: it outlives a test on a busy machine. */
const LENGTH_SEC = 90;
/** Seconds of it that come at once, before it goes on at its own pace. */
const BURST_SEC = 6;
/** Greys of one digit of a picture's number. */
const BASE = 24;

/** The front shows the number of the picture as three greys: left, in the middle, and right. */
function drawNumber({ width, height, planes, strides }: ClipPicture, frame: number): void {
	// 20 degrees on each side of the front.
	const [middle, right] = [Math.round(width * (1 / 2 - 1 / 18)), Math.round(width * (1 / 2 + 1 / 18))];
	const grey = (digit: number) => 30 + 8 * (Math.floor(frame / BASE ** digit) % BASE);
	for (let row = 0; row < height; row++) {
		const at = row * strides[0];
		planes[0].fill(grey(0), at, at + middle);
		planes[0].fill(grey(1), at + middle, at + right);
		planes[0].fill(grey(2), at + right, at + width);
	}
	for (const plane of [1, 2] as const) planes[plane].fill(128);
}

/**
 * A live camera over HTTP: a transport stream without an end, whose pictures are numbered from 0.
 * Each connection begins anew, with the first seconds at once.
 */
export class HttpCamera {
	/** False: the connections stay, and nothing comes. */
	sending = true;
	/** Connections so far. */
	connections = 0;
	/** The camera's address. */
	readonly url: string;
	readonly #server: ReturnType<typeof createServer>;
	readonly #answers: ReadonlySet<ServerResponse>;

	private constructor(server: ReturnType<typeof createServer>, answers: ReadonlySet<ServerResponse>) {
		this.#server = server;
		this.#answers = answers;
		this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/camera.ts`;
	}

	/** @param pictures other than numbers, or coded otherwise. */
	static async start(pictures: Partial<ClipOptions> = {}, lengthSec = LENGTH_SEC): Promise<HttpCamera> {
		const frames = lengthSec * CAMERA_RATE;
		const clip = { width: 256, height: 128, frames, rate: CAMERA_RATE, keyframeInterval: 15, container: "ts" };
		const bytes = readFileSync(await makeClip({ ...clip, draw: drawNumber, drawnFrom: { BASE }, ...pictures }));
		const answers = new Set<ServerResponse>();
		const server = createServer((_request, response) => {
			camera.connections++;
			answers.add(response);
			response.on("close", () => answers.delete(response));
			send(response, bytes, bytes.length / lengthSec, () => camera.sending);
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const camera = new HttpCamera(server, answers);
		return camera;
	}

	/** Breaks off the connections; the next one begins anew. */
	breakOff(): void {
		for (const answer of this.#answers) answer.destroy();
	}

	close(): void {
		this.breakOff();
		this.#server.close();
	}
}

function send(response: ServerResponse, bytes: Buffer, bytesPerSec: number, isSending: () => boolean): void {
	response.writeHead(200, { "content-type": "video/mp2t" });
	let at = Math.round(BURST_SEC * bytesPerSec);
	response.write(bytes.subarray(0, at));
	const timer = setInterval(() => {
		if (!isSending()) return;
		const end = Math.min(bytes.length, at + Math.round(bytesPerSec / 25));
		if (end > at) response.write(bytes.subarray(at, end));
		at = end;
	}, 40);
	response.on("close", () => clearInterval(timer));
}

/** A picture that a viewer was sent. */
export interface SentPicture {
	/** Its number at the camera. */
	readonly frame: number;
	readonly rtpTicks: number;
	readonly keyframe: boolean;
	/** Seconds since the server received it; NaN for one of the present. */
	readonly ageSec: number;
}

/** A viewer without a browser, as itself and as the server knows it. */
export class CameraViewer {
	readonly client: WeriftViewer;
	readonly viewer: Viewer;
	/** The pictures that the server has sent it. */
	readonly pictures: readonly SentPicture[];

	private constructor(client: WeriftViewer, viewer: Viewer, pictures: readonly SentPicture[]) {
		this.client = client;
		this.viewer = viewer;
		this.pictures = pictures;
	}

	/** Joins, and resolves when the server has stated the play. */
	static async join(server: PanogazeServer, token?: string): Promise<CameraViewer> {
		const pictures: SentPicture[] = [];
		const joined = new Promise<Viewer>((resolve) => {
			const stop = server.on("join", (viewer) => {
				stop();
				const decoder = new H264Decoder();
				viewer.on("frameSent", (packet) => void pictures.push(pictureOf(packet, decoder)));
				void viewer.closed.then(() => decoder[Symbol.dispose]());
				resolve(viewer);
			});
		});
		const client = await WeriftViewer.connect({
			url: `http://127.0.0.1:${server.port}/`,
			channels: ["control", "tracking"],
			...(token && { token }),
		});
		client.send("control", '{"type":"hello","v":1}');
		const viewer = new CameraViewer(client, await joined, pictures);
		await until(() => viewer.plays.length > 0, "the statement of the play");
		return viewer;
	}

	/** The statements of the play that the client has received. */
	get plays(): PlaybackMessage[] {
		return this.client.textsOf("control").flatMap((text) => {
			const message = JSON.parse(text) as { readonly type: string };
			return message.type === "playback" ? [message as PlaybackMessage] : [];
		});
	}

	/** The newest statement of the play. */
	get play(): PlaybackMessage {
		return this.plays.at(-1)!;
	}

	/** The newest picture; one of nowhere before the first. */
	get picture(): SentPicture {
		return this.pictures.at(-1) ?? { frame: -1, rtpTicks: 0, keyframe: false, ageSec: Number.NaN };
	}

	/** The newest place of the past that is kept, seconds; 0: none is. */
	get newestSec(): number {
		return this.viewer.playback.state.timeShift?.newestSec ?? 0;
	}

	/** Asks for another play. */
	wish(change: object): void {
		this.client.send("control", JSON.stringify({ type: "playback", ...change }));
	}
}

/** The number in a picture of a camera. */
export function cameraFrameOf({ planes, width, height }: DecodedView): number {
	const digitAt = (share: number) =>
		clipFrameFromLuma(planes[0][Math.floor(height / 2) * width + Math.floor(share * width)]!);
	return digitAt(0.15) + BASE * digitAt(0.5) + BASE ** 2 * digitAt(0.85);
}

function pictureOf({ accessUnit, rtpTicks, keyframe, stages }: EncodedPacket, decoder: H264Decoder): SentPicture {
	const frame = cameraFrameOf(decoder.decode(accessUnit));
	return { frame, rtpTicks, keyframe, ageSec: stages.drawStartSec - stages.capturedSec };
}
