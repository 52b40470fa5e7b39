import type { EncoderChoice } from "../encoder/video-encoder.ts";
import { monotonicSec, RTP_VIDEO_CLOCK_HZ } from "../media/clock.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import {
	IDENTITY,
	multiplyQuaternions,
	normalizeQuaternion,
	type Quaternion,
	quaternionFromAngles,
	RAD_PER_DEG,
	type ViewAngles,
} from "../media/rotation.ts";
import type { VideoFormat } from "../media/video-format.ts";
import { clampLensFov, LENS_FOV, type LensFov, type ViewerLens } from "../media/viewer-lens.ts";
import type { Transform } from "../projection/transform.ts";
import type { DisplayMessage } from "../protocol/control-message.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import type { RenderPool } from "./render-pool.ts";
import { addedStats, NO_RENDER_STATS, type RenderStats } from "./render-protocol.ts";
import type { RenderedView } from "./rendered-view.ts";
import { shareableLens, type ViewLens } from "./view-lens.ts";
import type { PictureParts, ViewPose } from "./view-mailbox.ts";
import { shapedSize, shapeFor, type ViewShape } from "./view-shape.ts";
import { type ViewSize, type ViewWish, viewSizeFor } from "./view-size.ts";
import type { ConfiguredView } from "./viewer-options.ts";

/** Heads that differ by less in every number look the same: 1e-5 is 0.001 degrees. */
const SAME_LOOK = 1e-5;
/** The lens that shows the widest views. */
const WIDEST_LENS: ViewerLens = "little-planet";

/**
 * A viewer's view: where it looks and how large it is, from the first message on,
 * and its drawing from `start` to `end`.
 */
export class SteeredView {
	#pool: RenderPool;
	readonly #configured: ConfiguredView;
	readonly #encoder: EncoderChoice;
	/** The client's newest head, before recentring; of the kind "none" before the first. */
	readonly #head = new PoseSample(1);
	#rendered: { readonly viewId: number; readonly view: RenderedView } | undefined;
	#fovDeg: number;
	/** Rotation from the client's world to the panorama's, since the client recentred. */
	#worldFromClient: Quaternion = IDENTITY;
	/** The direction until the client's first pose. */
	#initial: Quaternion = IDENTITY;
	#hasLooked = false;
	/** Size of a flat view, and what the client wishes beyond it. */
	#flatSize: ViewSize;
	#shape: ViewShape | undefined;
	/** The lens that the viewer has chosen. */
	#chosenLens: ViewerLens = "flat";
	/** The projection that the application has set in place of it. */
	#projection: ProjectionSpec | undefined;
	#transform: Transform | undefined;
	#parts: PictureParts = { stamps: false, surround: false };
	#bitrateBps: number;
	#isPaused = false;
	#isHeldBack = false;
	/** Form of the video since `start`, and the time of its RTP time stamp 0. */
	#video: { readonly format: VideoFormat; readonly startSec: number } | undefined;
	/** Called with each direction of the view. */
	#onTurn: ((worldFromView: Quaternion) => void) | undefined;
	#worldFromView: Quaternion = IDENTITY;
	/** Statistics and encoder of the drawing that has ended. */
	#formerStats = NO_RENDER_STATS;
	#formerEncoderName = "";

	/**
	 * @param pool borrowed.
	 * @param configured size, rate and field of view until the client asks for
	 * others.
	 * @param startBitrateBps bits per second until `bitrateBps` is set.
	 */
	constructor(pool: RenderPool, configured: ConfiguredView, encoder: EncoderChoice, startBitrateBps: number) {
		this.#pool = pool;
		this.#configured = configured;
		this.#encoder = encoder;
		this.#fovDeg = configured.fovDeg;
		this.#flatSize = { width: configured.width, height: configured.height, eyes: 1 };
		this.#bitrateBps = startBitrateBps;
	}

	/**
	 * The client's newest head; `undefined` before the first. Lent: it changes with
	 * the next one.
	 */
	get head(): PoseSample | undefined {
		return this.#head.kind === "head" ? this.#head : undefined;
	}

	/** Horizontal field of view, degrees, within the bounds of the chosen lens. */
	get fovDeg(): number {
		return clampLensFov(this.#chosenLens, this.#fovDeg);
	}

	/** The lens that the viewer has chosen; "flat" before it has. */
	get chosenLens(): ViewerLens {
		return this.#chosenLens;
	}

	/** Draws through the lens that the viewer chooses, unless the application has set another. */
	chooseLens(lens: ViewerLens): void {
		this.#chosenLens = lens;
		this.#putLens();
	}

	/** The projection that the application has set; `undefined`: the viewer chooses. */
	get projection(): ProjectionSpec | undefined {
		return this.#projection;
	}

	/** @throws {RangeError | TypeError} if it is impossible; the former one stays. */
	set projection(projection: ProjectionSpec | undefined) {
		if (projection !== undefined) shareableLens(projection, this.size);
		this.#projection = projection;
		this.#putLens();
	}

	/** Changes the drawn pictures, from the next one on. */
	get transform(): Transform | undefined {
		return this.#transform;
	}
	set transform(transform: Transform | undefined) {
		this.#transform = transform;
		if (this.#rendered) this.#rendered.view.transform = transform;
	}

	/** Size of one eye's view. */
	get size(): ViewSize {
		const shape = this.shape;
		return shape === undefined
			? this.#flatSize
			: { ...shapedSize(this.#flatSize, shape), eyes: this.#flatSize.eyes };
	}

	/** The shape of a flat view that the client wishes; `undefined` through other lenses. */
	get shape(): ViewShape | undefined {
		return this.#lens === "flat" ? this.#shape : undefined;
	}

	/** Parts of the pictures, from the next one on. */
	get parts(): PictureParts {
		return this.#parts;
	}
	set parts(parts: PictureParts) {
		this.#parts = parts;
		if (this.#rendered) this.#rendered.view.mailbox.parts = parts;
	}

	get stats(): RenderStats {
		const former = this.#formerStats;
		return this.#rendered === undefined ? former : addedStats(former, this.#rendered.view.stats);
	}

	/** FFmpeg's name of the encoder; empty before the first picture. */
	get encoderName(): string {
		return this.#rendered?.view.encoderName || this.#formerEncoderName;
	}

	/** Bits per second from the next picture on. */
	set bitrateBps(bitrateBps: number) {
		this.#bitrateBps = bitrateBps;
		if (this.#rendered) this.#rendered.view.mailbox.bitrateBps = bitrateBps;
	}

	/** Stops drawing while true. */
	set paused(paused: boolean) {
		this.#isPaused = paused;
		if (this.#rendered) this.#rendered.view.mailbox.paused = paused;
	}

	/** Leaves draws out while true: the network is behind. */
	set heldBack(heldBack: boolean) {
		this.#isHeldBack = heldBack;
		if (this.#rendered) this.#rendered.view.mailbox.heldBack = heldBack;
	}

	/** Makes the next picture a key frame. */
	requestKeyframe(): void {
		this.#rendered?.view.mailbox.requestKeyframe();
	}

	/**
	 * Begins to draw.
	 *
	 * @param format form of the video that the client receives.
	 * @returns the view, for its events.
	 * @throws {Error} as `RenderPool.addView` does.
	 */
	start(format: VideoFormat): RenderedView {
		this.#video ??= { format, startSec: monotonicSec() };
		const { frameRate, kernel, antialias, eye } = this.#configured;
		const rtpStartSec = this.#video.startSec;
		this.#rendered = this.#pool.addView(
			{ frameRate, encoder: this.#encoder, format, sampling: { kernel, antialias }, rtpStartSec, eye },
			{
				pose: this.#viewPose(this.#initial, 0, Number.NaN),
				bitrateBps: this.#bitrateBps,
				parts: this.#parts,
				...this.size,
			},
			{ lens: this.#lens, shape: this.shape, transform: this.#transform },
		);
		const { view } = this.#rendered;
		view.mailbox.paused = this.#isPaused;
		view.mailbox.heldBack = this.#isHeldBack;
		this.#putHead(monotonicSec());
		return view;
	}

	/**
	 * Draws by another pool from now on, as the same video: RTP time stamps go on, and the next
	 * picture is a key frame. Changes nothing where that pool draws already.
	 *
	 * @param pool borrowed.
	 * @returns the view, for its events, if it is a new one.
	 * @throws {Error} as `RenderPool.addView` does.
	 */
	moveTo(pool: RenderPool): RenderedView | undefined {
		if (pool === this.#pool) return undefined;
		this.end();
		this.#pool = pool;
		return this.#video === undefined ? undefined : this.start(this.#video.format);
	}

	/** The view's present direction. */
	get worldFromView(): Quaternion {
		return this.#worldFromView;
	}

	/** Gets each new direction of the view. */
	set onTurn(onTurn: ((worldFromView: Quaternion) => void) | undefined) {
		this.#onTurn = onTurn;
	}

	/** Ends the drawing. Statistics stay. */
	end(): void {
		if (this.#rendered === undefined) return;
		this.#formerStats = this.stats;
		this.#formerEncoderName = this.encoderName;
		this.#pool.removeView(this.#rendered.viewId);
		this.#rendered = undefined;
	}

	/**
	 * The direction in which the source asks viewers to begin. It holds until the first pose of the
	 * client, or the first `look`.
	 */
	set initialView(angles: ViewAngles | undefined) {
		if (this.#hasLooked || this.head !== undefined) return;
		this.#initial = angles === undefined ? IDENTITY : quaternionFromAngles(angles);
		this.#putPose(this.#initial, 0, Number.NaN);
	}

	/**
	 * Turns the view until the client's head moves.
	 *
	 * @param worldFromView of any length but zero.
	 * @param fovDeg horizontal, degrees.
	 * @throws {RangeError} if a number is not finite, the rotation has no length,
	 * or the field of view is not within those of the chosen lens.
	 */
	look(worldFromView: Quaternion, fovDeg: number): void {
		requireFov(fovDeg, LENS_FOV[this.#chosenLens]);
		const orientation = normalizeQuaternion(worldFromView);
		this.#initial = orientation;
		this.#hasLooked = true;
		this.#fovDeg = fovDeg;
		this.#putPose(orientation, this.#head.sequence, monotonicSec());
	}

	/**
	 * Turns the view with the client's head. A head that looks where the last one
	 * did changes nothing: a client repeats itself to show that it is there, which
	 * must not undo `look`.
	 *
	 * @param head copied.
	 */
	followHead(head: PoseSample, receivedAtSec: number): void {
		const isRepeated = looksTheSame(this.#head, head);
		this.#head.copyFrom(head);
		if (isRepeated) return;
		const { horizontalFovDeg } = head;
		if (!Number.isNaN(horizontalFovDeg)) this.#fovDeg = horizontalFovDeg;
		this.#putHead(receivedAtSec);
	}

	/** Makes the client's forward look `yawDeg` to the right in the panorama. */
	recenter(yawDeg: number, receivedAtSec: number): void {
		this.#worldFromClient = quaternionFromAngles({ yawDeg, pitchDeg: 0, rollDeg: 0 });
		this.#putHead(receivedAtSec);
	}

	/** Draws in step with the client's display. Without effect before `start`. */
	followDisplay({ hz, rtp, spareMs, spreadMs }: DisplayMessage): void {
		const isPhaseKnown = rtp !== undefined && spareMs !== undefined;
		this.#rendered?.view.mailbox.putDisplay({
			refreshSec: 1 / hz,
			readyTicks: isPhaseKnown ? rtp + (spareMs / 1000) * RTP_VIDEO_CLOCK_HZ : Number.NaN,
			spreadSec: (spreadMs ?? 0) / 1000,
		});
	}

	/**
	 * Draws in the shape that the client wishes, and for as many eyes, from the
	 * next picture on.
	 */
	resize(wish: ViewWish): void {
		this.#flatSize = viewSizeFor(this.#configured, wish);
		const former = this.#shape;
		this.#shape = shapeFor(wish, this.#flatSize);
		const isShaped = former !== undefined || this.#shape !== undefined;
		this.#putSize();
		// The samples of a projection of the application's own are those of a picture of the former
		// shape.
		if (isShaped || this.#projection?.kind === "custom") this.#putLens();
	}

	#putSize(): void {
		const { width, height, eyes } = this.size;
		this.#rendered?.view.mailbox.putSize(width, height, eyes);
	}

	get #lens(): ViewLens {
		return this.#projection ?? this.#chosenLens;
	}

	#putLens(): void {
		if (this.#rendered === undefined) return;
		// A view that is squeezed through the flat lens has another size through others.
		this.#putSize();
		this.#pool.setLens(this.#rendered.viewId, this.#lens, this.shape);
	}

	#putHead(receivedAtSec: number): void {
		const { kind, orientation, sequence } = this.#head;
		if (kind !== "head") return;
		this.#putPose(multiplyQuaternions(this.#worldFromClient, orientation), sequence, receivedAtSec);
	}

	#putPose(worldFromView: Quaternion, sequence: number, receivedAtSec: number): void {
		this.#worldFromView = worldFromView;
		this.#onTurn?.(worldFromView);
		this.#rendered?.view.mailbox.putPose(this.#viewPose(worldFromView, sequence, receivedAtSec));
	}

	#viewPose(worldFromView: Quaternion, sequence: number, receivedSec: number): ViewPose {
		// The lens may come after the look that is meant for it. The one that draws bounds it.
		return { worldFromView, fovRad: clampLensFov(WIDEST_LENS, this.#fovDeg) * RAD_PER_DEG, sequence, receivedSec };
	}
}

/**
 * True if two heads are the same as far as JSON's six decimals and binary's 32 bits
 * tell: a client may repeat a pose in another encoding.
 */
function looksTheSame(a: PoseSample, b: PoseSample): boolean {
	const isNear = (x: number, y: number) => Math.abs(x - y) < SAME_LOOK;
	if (a.kind !== b.kind) return false;
	const [fovA, fovB] = [a.horizontalFovDeg, b.horizontalFovDeg];
	if (!Object.is(fovA, fovB) && !isNear(fovA, fovB)) return false;
	for (let part = 0; part < 4; part++) if (!isNear(a.rotations[part]!, b.rotations[part]!)) return false;
	return true;
}

function requireFov(fovDeg: number, { minFovDeg, maxFovDeg }: LensFov): void {
	if (!(fovDeg >= minFovDeg && fovDeg <= maxFovDeg))
		throw new RangeError(`fovDeg is a number from ${minFovDeg} to ${maxFovDeg}; got ${fovDeg}.`);
}
