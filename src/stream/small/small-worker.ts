import { openLibavEncoder } from "../../encoder/libav-encoder.ts";
import type { VideoEncoder } from "../../encoder/video-encoder.ts";
import { monotonicSec, RTP_VIDEO_CLOCK_HZ } from "../../media/clock.ts";
import { type PictureColor, sameColor } from "../../media/panorama.ts";
import { type PanoramaLease, PanoramaStore } from "../../media/panorama-store.ts";
import type { SourcePacketBatch } from "../../source/source-packets.ts";
import { ThisThread } from "../../threads/this-thread.ts";
import { PanoramaReducer } from "./panorama-reducer.ts";
import { type SmallFormat, smallFormat } from "./small-format.ts";
import { type FromSmallWorker, SMALL_BPS, SMALL_KEYFRAME_SEC, SMALL_RATE, type SmallTask } from "./small-protocol.ts";

// The thread that makes a small version of a source's newest picture when it is asked to.

const thread = new ThisThread<undefined>();
const { port } = thread;

const NO_BYTES = new Uint8Array(0);
/** No picture is said to have come before. */
const startSec = monotonicSec();
let store: PanoramaStore | undefined;
let reducer: PanoramaReducer | undefined;
let form: SmallFormat | undefined;
let picture = new Uint8Array();
let encoder: VideoEncoder | undefined;
let color: PictureColor | undefined;
let sequence = 0;
let ticks = 0;
let keyframeSec = Number.NEGATIVE_INFINITY;
let lastSec = startSec;
let lastStampSec = Number.NaN;

port.on("message", (message: SmallTask | "stop") => {
	if (message === "stop" || thread.stopping) return end();
	try {
		if (message.store !== undefined) use(PanoramaStore.attach(message.store));
		const times = copyNewest();
		send({ type: "copied" });
		if (times === undefined) return send({ type: "none" });
		const batch = encode(times);
		if (batch === undefined) end();
		else send({ type: "packets", batch });
	} catch (error) {
		send({ type: "failed", message: (error as Error).message.replace(/\.$/, "") });
	}
});

function send(message: FromSmallWorker): void {
	port.postMessage(message);
}

function end(): void {
	encoder?.[Symbol.dispose]();
	encoder = undefined;
	port.close();
}

function use(next: PanoramaStore): void {
	const before = form;
	store = next;
	sequence = 0;
	// The pictures of another store may show another projection.
	keyframeSec = Number.NEGATIVE_INFINITY;
	form = smallFormat(next.format);
	reducer = new PanoramaReducer(next.format, next.layout, form);
	picture = new Uint8Array(reducer.byteLength);
	const { width, height, eyes } = form;
	const isSame = before?.width === width && before.height === height && before.eyes === eyes;
	if (isSame && color !== undefined && sameColor(color, next.format.color)) return;
	encoder?.[Symbol.dispose]();
	encoder = undefined;
	color = next.format.color;
}

/** @returns the picture's times; `undefined`: there is no newer one. */
function copyNewest(): Omit<PanoramaLease, "release"> | undefined {
	const lease = store?.acquireNewest(sequence);
	if (lease === undefined) return undefined;
	try {
		sequence = lease.sequence;
		if (lease.format !== store?.format) throw new Error("its pictures lie each at a place of its own");
		reducer?.reduce(lease.data, picture);
		return lease;
	} finally {
		lease.release();
	}
}

/** @returns `undefined` when the thread is to end. */
function encode(times: Omit<PanoramaLease, "release">): SourcePacketBatch | undefined {
	if (form === undefined || color === undefined || !thread.beginNative()) return undefined;
	try {
		const [width, height] = [form.width, form.height * form.eyes];
		const options = { width, height, frameRate: SMALL_RATE, bitrateBps: SMALL_BPS, color };
		const isFirst = encoder === undefined;
		encoder ??= openLibavEncoder("software", { ...options, effort: "high" });
		const { mediaTimeSec, stampSec = mediaTimeSec, captureTimeSec, cameraUs, readyTimeSec } = times;
		// A picture that stood there before is recorded as it stands at the beginning.
		const receivedSec = Math.max(readyTimeSec, lastSec + 1e-6);
		lastSec = receivedSec;
		// Readers take stamps to rise up to a key frame.
		const isLeap = !(stampSec >= lastStampSec && stampSec < lastStampSec + SMALL_KEYFRAME_SEC);
		lastStampSec = stampSec;
		const wantsKeyframe = isFirst || isLeap || receivedSec - keyframeSec >= SMALL_KEYFRAME_SEC;
		ticks = Math.max(ticks + 1, Math.round((receivedSec - startSec) * RTP_VIDEO_CLOCK_HZ));
		const { data, keyframe } = encoder.encode({ data: picture, width, height }, { ticks, keyframe: wantsKeyframe });
		if (keyframe) keyframeSec = receivedSec;
		const memory = new SharedArrayBuffer(data.length);
		new Uint8Array(memory).set(data);
		const packet = {
			byteLength: data.length,
			keyframe,
			stampSec,
			decodeSec: stampSec,
			durationSec: 0,
			receivedSec,
			capturedSec: captureTimeSec,
			cameraUs,
		};
		return { codec: "h264", configuration: NO_BYTES, memory, packets: [packet] };
	} finally {
		thread.endNative();
	}
}
