import type { EncodedPicture } from "../encoder/video-encoder.ts";
import { assert } from "../media/assert.ts";
import { monotonicSec, RTP_VIDEO_CLOCK_HZ } from "../media/clock.ts";
import type { EncodedVideo, StageTimes } from "../media/encoded-packet.ts";
import type { PictureColor } from "../media/panorama.ts";
import type { PanoramaLease } from "../media/panorama-store.ts";
import { frameMessageFromPacket } from "../protocol/frame-message.ts";
import { stampAccessUnit } from "../protocol/frame-stamp.ts";
import { ArrivalEstimate } from "./arrival-estimate.ts";
import type { EffortLadder } from "./effort-ladder.ts";
import {
	NO_RENDER_STATS,
	type NumberedLens,
	type RenderedViewOptions,
	type RenderReport,
	type RenderStats,
} from "./render-protocol.ts";
import type { TransformDesk } from "./transform-desk.ts";
import { ViewClock } from "./view-clock.ts";
import { type ViewEncodeRequest, ViewEncoder } from "./view-encoder.ts";
import type { ViewMailbox, ViewPose } from "./view-mailbox.ts";
import { type PaintContext, type PaintedPicture, ViewPainter } from "./view-painter.ts";
import type { ViewSize } from "./view-size.ts";

/**
 * Packets on their way to the main thread before draws are left out: the main
 * thread is busy, and further packets would only wait there.
 */
const MAX_IN_FLIGHT = 3;
/** Time until the next turn of a paused view, seconds. */
const PAUSE_SEC = 0.005;

/** The parts of a render worker that all of its views use. */
export interface RenderContext extends PaintContext {
	/** The way of the drawn picture to the application and back. */
	readonly transformDesk: TransformDesk;
	/** Rhythm of the source's panoramas. */
	readonly arrivals: ArrivalEstimate;
	/** Effort of the thread's encoders. */
	readonly efforts: EffortLadder;
	/** Sends a report to the main thread. Buffers in `transfer` are gone afterwards. */
	report(report: RenderReport, transfer?: ArrayBuffer[]): void;
}

/** The numbers of one picture that its packet states. */
interface PictureNumbers extends Pick<EncodedVideo, "stages" | "mediaTimeSec" | "stampSec" | "cameraUs"> {
	/** RTP time since the first picture, 90 kHz. */
	readonly ticks: number;
	readonly stamped: boolean;
}

/** Draws and encodes one viewer's view when its clock says so, and counts. */
export class ViewRenderer implements Disposable {
	readonly id: number;
	readonly #mailbox: ViewMailbox;
	readonly #context: RenderContext;
	readonly #clock: ViewClock;
	readonly #encoder: ViewEncoder;
	readonly #startSec: number;
	readonly #poses = new ArrivalEstimate();
	readonly #painter: ViewPainter;
	#lens: NumberedLens;
	#keyframesAnswered = 0;
	#looks = -1;
	#displaysFollowed = 0;
	/** Sequence number of the panorama last drawn. */
	#panoramaSequence = 0;
	/** The panorama last drawn or left out: a panorama is decided about once. */
	#decidedSequence = 0;
	#lastTicks = -1;
	#packetsSent = 0;
	#stats: { -readonly [Name in keyof RenderStats]: number } = { ...NO_RENDER_STATS };

	/** @param context outlives the renderer. */
	constructor(
		id: number,
		options: RenderedViewOptions,
		mailbox: ViewMailbox,
		lens: NumberedLens,
		context: RenderContext,
	) {
		this.id = id;
		this.#painter = new ViewPainter(context, options.sampling, options.eye);
		const nowSec = monotonicSec();
		this.#startSec = options.rtpStartSec ?? nowSec;
		this.#lens = lens;
		this.#mailbox = mailbox;
		this.#context = context;
		this.#clock = new ViewClock(options.frameRate);
		this.#encoder = new ViewEncoder({
			...options,
			bitrateBps: mailbox.bitrateBps,
			effort: options.leastEffort ? undefined : context.efforts.join(options.frameRate, nowSec),
			onOpened: (name) => context.report({ type: "encoder", viewId: id, name }),
			onNotice: (message) => context.report({ type: "notice", message }),
		});
	}

	/** Draws through another lens from the next picture on. */
	set lens(lens: NumberedLens) {
		this.#lens = lens;
		this.#looks = -1;
	}

	/**
	 * Draws `lease` if its time has come.
	 *
	 * @param lease borrowed until `afterDrawing` is called.
	 * @param nowSec seconds on the server's monotonic clock.
	 * @param afterDrawing called when the panorama is no longer needed, before the
	 * view is encoded.
	 * @returns the time of the next call, unless a panorama comes first.
	 * @throws {EncoderError} if no encoder opens, or it fails.
	 */
	turn(lease: PanoramaLease, nowSec: number, afterDrawing: () => void): number {
		const mailbox = this.#mailbox;
		if (mailbox.paused) return nowSec + PAUSE_SEC;
		this.#poses.note(mailbox.looks, mailbox.takePose().receivedSec);
		this.#followDisplay(nowSec);
		const { draw, againAtSec } = this.#clock.decide({
			nowSec,
			panoramaIsNew: lease.sequence !== this.#decidedSequence,
			poseIsNew: this.#looksElsewhere(lease) || mailbox.keyframesWanted !== this.#keyframesAnswered,
			panoramas: this.#context.arrivals,
			poses: this.#poses,
		});
		if (!draw) return againAtSec;
		this.#decidedSequence = lease.sequence;
		this.#clock.drawn(nowSec);
		if (!this.#mayDraw(nowSec)) return nowSec;
		this.#draw(lease, afterDrawing);
		return monotonicSec();
	}

	[Symbol.dispose](): void {
		this.#encoder[Symbol.dispose]();
	}

	/**
	 * Decides whether network, main thread and bit rate have room for a picture;
	 * counts if not.
	 */
	#mayDraw(nowSec: number): boolean {
		// The budget learns of the reason for a picture even if the draw is held
		// back. Otherwise it would plan for fewer, larger pictures while the
		// network holds the view back.
		this.#encoder.bitrateBps = this.#mailbox.bitrateBps;
		const isPaid = this.#encoder.offer(nowSec);
		const inFlight = this.#packetsSent - this.#mailbox.framesTaken;
		assert(inFlight >= 0, "The main thread takes no packet that was not sent.");
		if (this.#mailbox.heldBack || inFlight >= MAX_IN_FLIGHT) {
			this.#stats.drawsHeldBack++;
			return false;
		}
		if (!isPaid) this.#stats.drawsOverBudget++;
		return isPaid;
	}

	/** A picture without a sphere is the same in every direction. */
	#looksElsewhere({ format }: PanoramaLease): boolean {
		return format.projection?.kind !== "none" && this.#mailbox.looks !== this.#looks;
	}

	/** Passes a new report of the viewer's display to the clock, in the server's time. */
	#followDisplay(nowSec: number): void {
		if (this.#mailbox.displays === this.#displaysFollowed) return;
		const { count, refreshSec, readyTicks, spreadSec } = this.#mailbox.takeDisplay();
		this.#displaysFollowed = count;
		// RTP time stamps have the low 32 bits of the ticks.
		const ticks = this.#lastTicks + ((readyTicks - this.#lastTicks) | 0);
		const drawSec = Number.isNaN(readyTicks) ? Number.NaN : this.#startSec + ticks / RTP_VIDEO_CLOCK_HZ;
		this.#clock.followDisplay({ refreshSec, drawSec, spreadSec }, nowSec);
	}

	#draw(lease: PanoramaLease, afterDrawing: () => void): void {
		const nowSec = monotonicSec();
		const size = this.#encoder.sizeFor(this.#mailbox.size, lease.format.eyes, nowSec);
		const { transformed, parts } = this.#mailbox;
		const turned = this.#mailbox.looks !== this.#looks;
		const painted = this.#paint(lease, size, parts.surround && !transformed, nowSec);
		const { drawStartSec } = painted;
		const drawnSec = monotonicSec();
		const isReady = !transformed || this.#transform(lease, size, painted.pose, drawStartSec);
		afterDrawing();
		if (!isReady) return;
		const drawEndSec = transformed ? monotonicSec() : drawnSec;
		const ticks = Math.max(this.#lastTicks + 1, Math.round((drawStartSec - this.#startSec) * RTP_VIDEO_CLOCK_HZ));
		const encoded = this.#encode(painted, size, lease.format.color, { ticks, turned }, drawStartSec);
		const encodeEndSec = monotonicSec();
		this.#lastTicks = ticks;
		const stages: StageTimes = {
			capturedSec: lease.captureTimeSec,
			panoramaReadySec: lease.readyTimeSec,
			poseReceivedSec: painted.pose.receivedSec,
			drawStartSec,
			drawEndSec,
			encodeEndSec,
		};
		this.#count(lease.sequence, size, stages, drawEndSec - drawnSec);
		const { mediaTimeSec, stampSec, cameraUs } = lease;
		const times = { ticks, stages, mediaTimeSec, stampSec, cameraUs };
		this.#sendPacket(encoded, size, painted, { ...times, stamped: parts.stamps });
	}

	/** Draws the panorama at the newest pose. */
	#paint(lease: PanoramaLease, size: ViewSize, surround: boolean, nowSec: number): PaintedPicture {
		return this.#painter.paint(lease, { size, lens: this.#lens, surround, nowSec }, () => {
			this.#looks = this.#mailbox.looks;
			return this.#mailbox.takePose();
		});
	}

	/**
	 * Gives the drawn picture to the application and waits for it.
	 * @returns whether the picture may be sent: one that the application has not seen must not be,
	 * as it may hide something, or show another camera.
	 */
	#transform(lease: PanoramaLease, { width, height, eyes }: ViewSize, pose: ViewPose, timeSec: number): boolean {
		const { worldFromView, fovRad, sequence: poseSequence } = pose;
		const outcome = this.#context.transformDesk.ask((request) =>
			this.#context.report({
				type: "transform",
				stats: { ...this.#stats },
				request: {
					viewId: this.id,
					request,
					width,
					height,
					eyes,
					worldFromView,
					fovRad,
					lensNumber: this.#lens.number,
					poseSequence,
					timeSec,
					mediaTimeSec: lease.mediaTimeSec,
					panoramaAddress: lease.data.byteOffset,
					panoramaBytes: lease.data.byteLength,
				},
			}),
		);
		if (outcome === "failed") this.#stats.transformsFailed++;
		if (outcome === "late") {
			this.#stats.transformsLate++;
			// It is worth another try, also of a still panorama.
			this.#looks = -1;
		}
		return outcome === "done";
	}

	#encode(
		{ picture }: PaintedPicture,
		size: ViewSize,
		color: PictureColor,
		request: Omit<ViewEncodeRequest, "keyframe">,
		nowSec: number,
	): EncodedPicture {
		const keyframesWanted = this.#mailbox.keyframesWanted;
		const keyframe = keyframesWanted !== this.#keyframesAnswered;
		this.#keyframesAnswered = keyframesWanted;
		return this.#encoder.encode(picture, size, color, { ...request, keyframe }, nowSec);
	}

	#count(panoramaSequence: number, { width, height }: ViewSize, stages: StageTimes, transformSec: number): void {
		const { drawStartSec, drawEndSec, encodeEndSec } = stages;
		if (this.#panoramaSequence > 0)
			this.#stats.panoramasSkipped += Math.max(0, panoramaSequence - this.#panoramaSequence - 1);
		this.#panoramaSequence = panoramaSequence;
		this.#encoder.worked(encodeEndSec - drawStartSec - transformSec, encodeEndSec);
		this.#stats.framesDrawn++;
		this.#stats.drawSecTotal += drawEndSec - drawStartSec - transformSec;
		this.#stats.transformSecTotal += transformSec;
		this.#stats.encodeSecTotal += encodeEndSec - drawEndSec;
		Object.assign(this.#stats, { width, height, scale: this.#encoder.scale });
	}

	#sendPacket(
		{ data, keyframe }: EncodedPicture,
		{ width, height, eyes }: ViewSize,
		{ geometry, pose: { sequence, worldFromView, fovRad } }: PaintedPicture,
		{ ticks, stages, mediaTimeSec, stampSec, cameraUs, stamped }: PictureNumbers,
	): void {
		const facts = {
			rtpTicks: (ticks % 2 ** 32) >>> 0,
			poseSequence: sequence,
			stages,
			pose: { worldFromView, fovRad },
			eyes,
			...geometry,
		};
		const { codec } = this.#encoder;
		const accessUnit = stamped && codec === "h264" ? stampAccessUnit(data, frameMessageFromPacket(facts)) : data;
		const packet: EncodedVideo = {
			kind: "video",
			codec,
			accessUnit,
			keyframe,
			width,
			height,
			mediaTimeSec,
			stampSec,
			cameraUs,
			...facts,
		};
		this.#packetsSent++;
		this.#context.report({ type: "packet", viewId: this.id, packet, stats: { ...this.#stats } }, [
			accessUnit.buffer,
		]);
	}
}
