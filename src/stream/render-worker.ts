import { monotonicSec, RTP_VIDEO_CLOCK_HZ } from "../media/clock.ts";
import { stackedPictureLayout } from "../media/panorama.ts";
import { type PanoramaLease, PanoramaStore } from "../media/panorama-store.ts";
import type { Projector } from "../projection/projector.ts";
import { WasmProjector } from "../projection/wasm-projector.ts";
import { ThisThread } from "../threads/this-thread.ts";
import {
	NO_RENDER_STATS,
	type RenderCommand,
	type RenderedViewOptions,
	type RenderReport,
	type RenderStats,
	type RenderWorkerData,
} from "./render-protocol.ts";
import { ArrivalEstimate, ViewClock } from "./view-clock.ts";
import { ViewEncoder } from "./view-encoder.ts";
import { ViewMailbox } from "./view-mailbox.ts";

/**
 * Packets on their way to the main thread before draws are left out: the main thread is busy, and
 * more would only wait there.
 */
const MAX_IN_FLIGHT = 3;
/** Longest sleep: how late a command may be noticed while no panorama arrives. */
const MAX_SLEEP_SEC = 0.005;

const thread = new ThisThread<RenderWorkerData>();
const { port, data } = thread;
const projector: Projector = new WasmProjector({
	module: data.kernel,
	memory: data.memory,
	scratchAddress: data.scratchAddress,
	maxWidth: data.maxWidth,
	maxHeight: data.maxHeight,
});
const views = new Map<number, RenderedView>();
let arrivals = new ArrivalEstimate();
let store: PanoramaStore | undefined;
let running = false;
let closing = !thread.beginNative();

/** One viewer's view: when it is drawn, and its counters. */
class RenderedView {
	readonly id: number;
	readonly mailbox: ViewMailbox;
	readonly #clock: ViewClock;
	readonly #encoder: ViewEncoder;
	readonly #startSec = monotonicSec();
	#keyframesAnswered = 0;
	#looks = -1;
	readonly #poses = new ArrivalEstimate();
	#workSec = 0;
	/** The panorama last drawn. */
	#panoramaSequence = 0;
	/**
	 * The panorama last drawn or left out: one that is left out is not tried again and again until
	 * the next comes.
	 */
	#decidedSequence = 0;
	#lastTicks = -1;
	#packetsSent = 0;
	#stats: { -readonly [Name in keyof RenderStats]: number } = { ...NO_RENDER_STATS };

	constructor(id: number, options: RenderedViewOptions, mailbox: ViewMailbox) {
		this.id = id;
		this.mailbox = mailbox;
		this.#clock = new ViewClock(options.frameRate);
		this.#encoder = new ViewEncoder({
			...options,
			bitrateBps: mailbox.bitrateBps,
			onOpened: (name) => report({ type: "encoder", viewId: id, name }),
			onNotice: (message) => report({ type: "notice", message }),
		});
	}

	/**
	 * Draws `lease` if it is time to.
	 *
	 * @param afterDrawing called when the panorama is not needed any more, before the view is
	 * encoded
	 * @returns when to ask again, unless a panorama comes first.
	 */
	turn(lease: PanoramaLease, nowSec: number, afterDrawing: () => void): number {
		if (this.mailbox.paused) return nowSec + MAX_SLEEP_SEC;
		const { draw, againAtSec } = this.#clock.decide({
			nowSec,
			panoramaIsNew: lease.sequence !== this.#decidedSequence,
			poseIsNew: this.mailbox.looks !== this.#looks || this.mailbox.keyframesWanted !== this.#keyframesAnswered,
			nextPanoramaSec: arrivals.nextSec,
			panoramaPeriodSec: arrivals.periodSec,
			nextPoseSec: this.#nextPoseSec(),
			workSec: this.#workSec,
		});
		if (!draw) return againAtSec;
		this.#decidedSequence = lease.sequence;
		// Noted also where the draw is then held back: otherwise a view that the network holds back
		// would count as one with reason for fewer, larger pictures.
		this.#encoder.bitrateBps = this.mailbox.bitrateBps;
		const affordable = this.#encoder.offer(nowSec);
		if (this.mailbox.heldBack || this.#packetsSent - this.mailbox.framesTaken >= MAX_IN_FLIGHT) {
			this.#stats.drawsHeldBack++;
			this.#clock.drawn(nowSec);
			return nowSec;
		}
		if (!affordable) {
			this.#stats.drawsOverBudget++;
			this.#clock.drawn(nowSec);
			return nowSec;
		}
		this.#clock.drawn(nowSec);
		this.#draw(lease, afterDrawing);
		return monotonicSec();
	}

	dispose(): void {
		this.#encoder[Symbol.dispose]();
	}

	/** With several views in a round, waiting for one's pose would delay the others. */
	#nextPoseSec(): number {
		if (views.size > 1) return Number.POSITIVE_INFINITY;
		this.#poses.note(this.mailbox.looks, this.mailbox.takePose().receivedSec);
		return this.#poses.nextSec;
	}

	#draw(lease: PanoramaLease, afterDrawing: () => void): void {
		const drawStartSec = monotonicSec();
		const size = this.#encoder.sizeFor(this.mailbox.size, lease.format.eyes, drawStartSec);
		const { width, height, eyes } = size;
		this.#looks = this.mailbox.looks;
		const pose = this.mailbox.takePose();
		const view = { width, height, fovRad: pose.fovRad, worldFromView: pose.worldFromView };
		projector.project(lease, view, data.pictureAddress, eyes);
		afterDrawing();
		const drawEndSec = monotonicSec();
		const keyframesWanted = this.mailbox.keyframesWanted;
		const keyframe = keyframesWanted !== this.#keyframesAnswered;
		this.#keyframesAnswered = keyframesWanted;
		const { byteLength } = stackedPictureLayout(width, height, eyes, 0);
		const picture = {
			data: new Uint8Array(data.memory.buffer, data.pictureAddress, byteLength),
			width,
			height: height * eyes,
		};
		const ticks = Math.max(this.#lastTicks + 1, Math.round((drawStartSec - this.#startSec) * RTP_VIDEO_CLOCK_HZ));
		const encoded = this.#encoder.encode(picture, size, lease.format.color, { ticks, keyframe }, drawStartSec);
		const encodeEndSec = monotonicSec();
		Object.assign(this.#stats, { width, height, scale: this.#encoder.scale });
		this.#lastTicks = ticks;
		this.#workSec += (encodeEndSec - drawStartSec - this.#workSec) / 8;
		this.#count(lease.sequence, drawEndSec - drawStartSec, encodeEndSec - drawEndSec);
		const packet = {
			accessUnit: encoded.data,
			keyframe: encoded.keyframe,
			rtpTicks: (ticks % 2 ** 32) >>> 0,
			poseSequence: pose.sequence,
			stages: {
				panoramaReadySec: lease.readyTimeSec,
				poseReceivedSec: pose.receivedSec,
				drawStartSec,
				drawEndSec,
				encodeEndSec,
			},
			pose: { worldFromView: pose.worldFromView, fovRad: pose.fovRad },
			width,
			height,
			eyes,
		};
		this.#packetsSent++;
		report({ type: "packet", viewId: this.id, packet, stats: { ...this.#stats } }, [encoded.data.buffer]);
	}

	#count(panoramaSequence: number, drawSec: number, encodeSec: number): void {
		if (this.#panoramaSequence > 0)
			this.#stats.panoramasSkipped += Math.max(0, panoramaSequence - this.#panoramaSequence - 1);
		this.#panoramaSequence = panoramaSequence;
		this.#stats.framesDrawn++;
		this.#stats.drawSecTotal += drawSec;
		this.#stats.encodeSecTotal += encodeSec;
	}
}

port.on("message", (command: RenderCommand) => {
	switch (command.type) {
		case "store":
			store = command.store && PanoramaStore.attach(command.store);
			// Another source may have another rhythm.
			arrivals = new ArrivalEstimate();
			report({ type: "storeChanged" });
			break;
		case "add":
			views.set(
				command.viewId,
				new RenderedView(command.viewId, command.options, ViewMailbox.attach(command.mailbox)),
			);
			break;
		case "remove":
			views.get(command.viewId)?.dispose();
			views.delete(command.viewId);
			report({ type: "removed", viewId: command.viewId });
			break;
		case "close":
			closing = true;
			for (const view of views.values()) view.dispose();
			projector[Symbol.dispose]();
			thread.endNative();
			port.close();
			return;
	}
	if (!running) void run();
});

/**
 * Draws until there is nothing to draw for. Sleeps on the store's counter, which wakes within
 * microseconds, and lets commands in between turns.
 */
async function run(): Promise<void> {
	running = true;
	// The message to close comes with the wish to stop, and needs a turn of the event loop.
	while (!closing && !thread.stopping && store !== undefined && views.size > 0) {
		const sequence = store.sequence;
		const againAtSec = drawAll(store);
		const sleepSec = Math.min(againAtSec - monotonicSec(), MAX_SLEEP_SEC);
		if (sleepSec > 0) store.waitForNewer(sequence, sleepSec * 1000);
		await new Promise(setImmediate);
	}
	running = false;
}

/**
 * One round: every view that is due, all of the same panorama, so that with many views a panorama
 * that comes in the middle of a round is not drawn for the rest of them only: they would have
 * skipped one.
 * @returns when the next view is due.
 */
function drawAll(from: PanoramaStore): number {
	const lease = from.acquireNewest();
	if (lease === undefined) return Number.POSITIVE_INFINITY;
	arrivals.note(lease.sequence, lease.readyTimeSec);
	let earliest = Number.POSITIVE_INFINITY;
	let left = views.size;
	try {
		for (const view of views.values()) {
			// The last one gives the slot back before it encodes: with one viewer it is held for a
			// few milliseconds only.
			const afterDrawing = --left === 0 ? lease.release : () => {};
			earliest = Math.min(earliest, turn(view, lease, afterDrawing));
		}
	} finally {
		lease.release();
	}
	return earliest;
}

function turn(view: RenderedView, lease: PanoramaLease, afterDrawing: () => void): number {
	try {
		return view.turn(lease, monotonicSec(), afterDrawing);
	} catch (error) {
		view.dispose();
		views.delete(view.id);
		report({ type: "failed", viewId: view.id, message: (error as Error).message });
		return Number.POSITIVE_INFINITY;
	}
}

function report(message: RenderReport, transfer: ArrayBuffer[] = []): void {
	port.postMessage(message, transfer);
}
