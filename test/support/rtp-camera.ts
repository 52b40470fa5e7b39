import { createSocket, type Socket } from "node:dgram";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { monotonicSec } from "../../src/media/clock.ts";
import { splitAnnexB } from "../../src/media/h264.ts";
import { encodeClip } from "../../src/session/h264-clip.cases.ts";
import { writeSenderReport } from "../../src/session/rtcp.ts";

/** Pictures a second of an `RtpCamera`. */
export const RTP_CAMERA_RATE = 25;
/** RTP ticks between two pictures. */
const TICKS = 90_000 / RTP_CAMERA_RATE;
/** Its first RTP time: it wraps around soon. */
const FIRST_TICKS = 0xffff_0000;
const PAYLOAD_TYPE = 96;
const SSRC = 0x1234_5678;
const MOST_PAYLOAD_BYTES = 1200;
const CLIP_FRAMES = 20;

/** Grey of a picture; every 20th has the same. */
export function greyOf(picture: number): number {
	return 40 + 8 * (picture % CLIP_FRAMES);
}

/** Options of an `RtpCamera`. */
export interface RtpCameraOptions {
	/** Time from the capture of a picture to its sending, seconds. */
	readonly latencySec: number;
	/** Error of its clock, seconds. @default 0 */
	readonly clockErrorSec?: number | undefined;
	/** Number of the first picture with which a sender report goes out. @default 3 */
	readonly firstReport?: number | undefined;
}

/**
 * A camera that sends RTP to this machine, with RTCP sender reports of a known clock. Its pictures
 * are numbered from 0; each has the grey of its number. A session description leads to it.
 */
export class RtpCamera {
	/** Path of its session description. */
	readonly sdp: string;
	/** FFmpeg's options for the description. */
	readonly inputOptions = { protocol_whitelist: "file,udp,rtp", reorder_queue_size: "0" };
	/** Error of its clock from the next report on, seconds. */
	clockErrorSec: number;
	readonly #folder: string;
	readonly #socket: Socket;
	readonly #port: number;
	readonly #options: RtpCameraOptions;
	readonly #clip = encodeClip({
		width: 128,
		height: 64,
		frames: CLIP_FRAMES,
		keyframes: [10],
		picture: (width, height, index) =>
			Buffer.alloc(width * height * 1.5, 128).fill(greyOf(index), 0, width * height),
	});
	readonly #startSec: number;
	readonly #startUnixSec: number;
	readonly #timer: NodeJS.Timeout;
	#sequence = 65_500;
	#sent = 0;

	private constructor(socket: Socket, port: number, options: RtpCameraOptions) {
		this.#socket = socket;
		this.#port = port;
		this.#options = options;
		this.clockErrorSec = options.clockErrorSec ?? 0;
		this.#folder = mkdtempSync(join(tmpdir(), "rtp-camera-"));
		this.sdp = join(this.#folder, "camera.sdp");
		const lines = [
			...["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=camera", "c=IN IP4 127.0.0.1", "t=0 0"],
			...[`m=video ${port} RTP/AVP ${PAYLOAD_TYPE}`, `a=rtpmap:${PAYLOAD_TYPE} H264/90000`],
			`a=fmtp:${PAYLOAD_TYPE} packetization-mode=1`,
		];
		writeFileSync(this.sdp, `${lines.join("\r\n")}\r\n`);
		this.#startSec = monotonicSec();
		this.#startUnixSec = (performance.timeOrigin + performance.now()) / 1000;
		this.#timer = setInterval(() => this.#sendDue(), 5);
	}

	/** Begins to send. */
	static async start(options: RtpCameraOptions): Promise<RtpCamera> {
		return new RtpCamera(createSocket("udp4"), await freePortPair(), options);
	}

	/** Capture of a picture on the monotonic clock of this machine, seconds. */
	capturedSec(picture: number): number {
		return this.#startSec + picture / RTP_CAMERA_RATE - this.#options.latencySec;
	}

	/** The same by the camera's clock, seconds since 1970. */
	cameraSec(picture: number): number {
		return this.#startUnixSec + this.capturedSec(picture) - this.#startSec + this.clockErrorSec;
	}

	close(): void {
		clearInterval(this.#timer);
		this.#socket.close();
		rmSync(this.#folder, { recursive: true });
	}

	#sendDue(): void {
		while (monotonicSec() - this.#startSec >= this.#sent / RTP_CAMERA_RATE) this.#send(this.#sent++);
	}

	#send(picture: number): void {
		const rtpTicks = (FIRST_TICKS + picture * TICKS) >>> 0;
		const first = this.#options.firstReport ?? 3;
		if (picture >= first && (picture - first) % RTP_CAMERA_RATE === 0) {
			const wallClockSec = this.cameraSec(picture);
			const sent = { packetsSent: picture, payloadBytesSent: 0, cname: "camera" };
			const report = writeSenderReport({ ssrc: SSRC, wallClockSec, rtpTicks, ...sent });
			this.#socket.send(report, this.#port + 1, "127.0.0.1");
		}
		const units = splitAnnexB(this.#clip[picture % CLIP_FRAMES]!.accessUnit);
		for (const [index, unit] of units.entries()) this.#sendUnit(unit, rtpTicks, index === units.length - 1);
	}

	/** RFC 6184, 5.6 and 5.8: whole, or in fragments. */
	#sendUnit(unit: Uint8Array, rtpTicks: number, isLast: boolean): void {
		if (unit.length <= MOST_PAYLOAD_BYTES) {
			this.#sendPacket(unit, rtpTicks, isLast);
			return;
		}
		for (let at = 1; at < unit.length; at += MOST_PAYLOAD_BYTES) {
			const end = Math.min(unit.length, at + MOST_PAYLOAD_BYTES);
			const header = [
				(unit[0]! & 0xe0) | 28,
				(unit[0]! & 0x1f) | (at === 1 ? 0x80 : 0) | (end === unit.length ? 0x40 : 0),
			];
			const payload = Buffer.concat([Buffer.from(header), unit.subarray(at, end)]);
			this.#sendPacket(payload, rtpTicks, isLast && end === unit.length);
		}
	}

	#sendPacket(payload: Uint8Array, rtpTicks: number, marker: boolean): void {
		const packet = Buffer.alloc(12 + payload.length);
		packet[0] = 0x80;
		packet[1] = PAYLOAD_TYPE | (marker ? 0x80 : 0);
		packet.writeUInt16BE(this.#sequence++ & 0xffff, 2);
		packet.writeUInt32BE(rtpTicks, 4);
		packet.writeUInt32BE(SSRC, 8);
		packet.set(payload, 12);
		this.#socket.send(packet, this.#port, "127.0.0.1");
	}
}

/** An even port that is free, with the one behind it, for RTP and RTCP. */
async function freePortPair(): Promise<number> {
	for (;;) {
		const first = await bound(0);
		const { port } = first.address();
		const second = port % 2 === 0 ? await bound(port + 1).catch(() => undefined) : undefined;
		await Promise.all([first, second].map((socket) => socket && new Promise<void>((done) => socket.close(done))));
		if (second !== undefined) return port;
	}
}

function bound(port: number): Promise<Socket> {
	const socket = createSocket("udp4");
	return new Promise((resolve, reject) => {
		socket.once("error", reject);
		socket.bind(port, () => resolve(socket));
	});
}
