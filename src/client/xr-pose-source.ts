import { EventListeners } from "../media/events.ts";
import { POSE_STREAM } from "../protocol/pose-streams.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { type Side, SKELETON_SHAPES } from "../skeleton/tables/skeleton-shape.ts";
import { fullBodyIdFromJoint, xrHandIdFromJoint } from "../skeleton/tables/webxr-joints.ts";
import { fillButtons } from "./gamepad-sample.ts";
import type {
	XrFrame,
	XrInputSource,
	XrJoints,
	XrPose,
	XrReferenceSpace,
	XrSpace,
	XrTransform,
	XrVector,
	XrViewerPose,
} from "./xr-device.ts";

/** The events of an `XrPoseSource`. */
export interface XrPoseSourceEvents {
	/**
	 * The axes have changed, as when a person recentres the view. Poses before it can't
	 * be compared.
	 */
	reset: [];
}

/**
 * Reads the poses of a WebXR session: head, hands, body and controllers, in the axes of
 * its reference space, which are the protocol's.
 *
 * The samples and their list are reused: a reading allocates nothing. Hands and
 * controllers may alternate. A loss is reported once: a hand or body with no bone
 * tracked, a controller at its last pose with nothing pressed and confidence 0, so that
 * no robot goes on with the trigger pulled.
 */
export class XrPoseSource implements Disposable {
	readonly #referenceSpace: XrReferenceSpace;
	readonly #events = new EventListeners<XrPoseSourceEvents>();
	readonly #end = new AbortController();
	readonly #head = new PoseSample();
	readonly #hands = {
		left: new Joints("XRHandLeft", POSE_STREAM.leftHand),
		right: new Joints("XRHandRight", POSE_STREAM.rightHand),
	};
	readonly #controllers = { left: new Controller("left"), right: new Controller("right") };
	readonly #body = new Joints("FullBody", POSE_STREAM.body);
	readonly #samples: PoseSample[] = [];
	#viewerPose: XrViewerPose | undefined;
	/** Bits of the hands, body and controllers that the present reading has found. */
	#seen = 0;
	/** The fields of view that the head's samples ask for, degrees; NaN: none. */
	horizontalFovDeg = Number.NaN;
	verticalFovDeg = Number.NaN;

	/**
	 * @param referenceSpace `local-floor` if the device has it, else `local`. Its -Z is
	 * the person's forward, which recentring turns.
	 */
	constructor(referenceSpace: XrReferenceSpace) {
		this.#referenceSpace = referenceSpace;
		referenceSpace.addEventListener?.("reset", () => this.#events.emit("reset"), { signal: this.#end.signal });
	}

	/**
	 * The viewer's pose at the last reading; `undefined` while the head is not tracked.
	 */
	get viewerPose(): XrViewerPose | undefined {
		return this.#viewerPose;
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof XrPoseSourceEvents>(
		name: Name,
		listener: (...args: XrPoseSourceEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	/**
	 * Reads all tracked poses. Call it in the session's animation frame.
	 *
	 * @param readAtMs now, on the clock of `performance.now()`.
	 * @returns the head first, then all other poses and losses. The list and its
	 * samples belong to the source, and are valid until the next reading.
	 */
	read(xrFrame: XrFrame, readAtMs: number): readonly PoseSample[] {
		this.#samples.length = 0;
		this.#readHead(xrFrame, readAtMs);
		this.#seen = 0;
		const { inputSources, trackedSources } = xrFrame.session;
		this.#readInputs(xrFrame, inputSources, readAtMs);
		if (trackedSources !== undefined) this.#readInputs(xrFrame, trackedSources, readAtMs);
		if (xrFrame.body) {
			this.#seen |= BODY;
			this.#readJoints(xrFrame, xrFrame.body, this.#body, readAtMs);
		}
		this.#loseUnseen(readAtMs);
		return this.#samples;
	}

	/**
	 * Reports everything as lost: the session has ended, or it is hidden and has no
	 * animation frames.
	 *
	 * @returns the losses, as `read` does, without the head.
	 */
	lose(readAtMs: number): readonly PoseSample[] {
		this.#samples.length = 0;
		this.#viewerPose = undefined;
		this.#seen = 0;
		this.#loseUnseen(readAtMs);
		return this.#samples;
	}

	close(): void {
		this.#end.abort();
	}

	[Symbol.dispose](): void {
		this.close();
	}

	#readHead(xrFrame: XrFrame, readAtMs: number): void {
		const pose = xrFrame.getViewerPose(this.#referenceSpace) ?? undefined;
		this.#viewerPose = pose;
		if (pose === undefined) return;
		const sample = this.#head;
		sample.reset(1);
		sample.kind = "head";
		sample.stream = POSE_STREAM.head;
		sample.clientTimeMs = readAtMs;
		sample.valid[0] = 1;
		writeTransform(pose.transform, sample, 0);
		writeVelocities(pose, sample);
		if (pose.emulatedPosition === true) {
			sample.positionTracked = false;
			sample.positions.fill(0, 0, 3);
		}
		sample.horizontalFovDeg = this.horizontalFovDeg;
		sample.verticalFovDeg = this.verticalFovDeg;
		this.#samples.push(sample);
	}

	#readInputs(xrFrame: XrFrame, sources: ArrayLike<XrInputSource>, readAtMs: number): void {
		for (let index = 0; index < sources.length; index++) {
			const source = sources[index];
			if (source !== undefined) this.#readInput(xrFrame, source, readAtMs);
		}
	}

	#readInput(xrFrame: XrFrame, source: XrInputSource, readAtMs: number): void {
		const { handedness } = source;
		if (handedness === "none") return;
		if (source.hand) {
			this.#seen |= handedness === "left" ? LEFT_HAND : RIGHT_HAND;
			this.#readJoints(xrFrame, source.hand, this.#hands[handedness], readAtMs);
		} else if (source.gripSpace && source.targetRayMode === "tracked-pointer") {
			this.#readController(xrFrame, source, source.gripSpace, handedness, readAtMs);
		}
	}

	#loseUnseen(readAtMs: number): void {
		if ((this.#seen & LEFT_HAND) === 0 && this.#hands.left.lose(readAtMs))
			this.#samples.push(this.#hands.left.sample);
		if ((this.#seen & RIGHT_HAND) === 0 && this.#hands.right.lose(readAtMs))
			this.#samples.push(this.#hands.right.sample);
		if ((this.#seen & BODY) === 0 && this.#body.lose(readAtMs)) this.#samples.push(this.#body.sample);
		if ((this.#seen & LEFT_CONTROLLER) === 0 && this.#controllers.left.lose(readAtMs))
			this.#samples.push(this.#controllers.left.sample);
		if ((this.#seen & RIGHT_CONTROLLER) === 0 && this.#controllers.right.lose(readAtMs))
			this.#samples.push(this.#controllers.right.sample);
	}

	#readJoints(xrFrame: XrFrame, joints: XrJoints, into: Joints, readAtMs: number): void {
		if (into.read(xrFrame, joints, this.#referenceSpace, readAtMs)) this.#samples.push(into.sample);
	}

	#readController(xrFrame: XrFrame, source: XrInputSource, gripSpace: XrSpace, hand: Side, readAtMs: number): void {
		const controller = this.#controllers[hand];
		if (!controller.read(xrFrame, source, gripSpace, this.#referenceSpace, readAtMs)) return;
		this.#seen |= hand === "left" ? LEFT_CONTROLLER : RIGHT_CONTROLLER;
		this.#samples.push(controller.sample);
	}
}

const LEFT_HAND = 1;
const RIGHT_HAND = 2;
const BODY = 4;
const LEFT_CONTROLLER = 8;
const RIGHT_CONTROLLER = 16;

class Controller {
	readonly sample = new PoseSample();
	readonly #hand: Side;
	#tracked = false;

	constructor(hand: Side) {
		this.#hand = hand;
	}

	/** @returns whether the controller is tracked. */
	read(
		xrFrame: XrFrame,
		{ targetRaySpace, gamepad }: XrInputSource,
		gripSpace: XrSpace,
		base: XrReferenceSpace,
		readAtMs: number,
	): boolean {
		const grip = xrFrame.getPose(gripSpace, base);
		if (!grip) return false;
		const aim = xrFrame.getPose(targetRaySpace, base);
		const { sample } = this;
		sample.reset(aim ? 2 : 1);
		sample.kind = "controller";
		sample.hand = this.#hand;
		sample.stream = this.#hand === "left" ? POSE_STREAM.leftController : POSE_STREAM.rightController;
		sample.clientTimeMs = readAtMs;
		// Out of the cameras' sight a controller's position is a guess by its own
		// sensors.
		sample.confidence = grip.emulatedPosition === true ? 0 : 1;
		sample.valid.fill(1, 0, sample.boneCount);
		writeTransform(grip.transform, sample, 0);
		if (aim) writeTransform(aim.transform, sample, 1);
		writeVelocities(grip, sample);
		if (gamepad) fillButtons(sample, gamepad);
		this.#tracked = true;
		return true;
	}

	/** Releases all buttons. @returns whether the controller was tracked before. */
	lose(readAtMs: number): boolean {
		if (!this.#tracked) return false;
		this.#tracked = false;
		const { sample } = this;
		sample.clientTimeMs = readAtMs;
		sample.confidence = 0;
		sample.hasVelocity = false;
		const { controls } = sample;
		controls.pressed = 0;
		controls.touched = 0;
		controls.buttons.fill(0, 0, controls.buttonCount);
		controls.axes.fill(0, 0, controls.axisCount);
		return true;
	}
}

/** The joints of a hand or a body, looked up by name once and read all at once. */
class Joints {
	readonly sample = new PoseSample();
	readonly #skeleton: "XRHandLeft" | "XRHandRight" | "FullBody";
	readonly #stream: number;
	readonly #spaces: XrSpace[] = [];
	/** The bone of each space. */
	readonly #bones: number[] = [];
	#joints: XrJoints | undefined;
	#matrices = new Float32Array(0);
	#tracked = false;

	constructor(skeleton: "XRHandLeft" | "XRHandRight" | "FullBody", stream: number) {
		this.#skeleton = skeleton;
		this.#stream = stream;
	}

	/**
	 * @returns whether the sample is to be sent: a joint is tracked, or none is any
	 * more.
	 */
	read(xrFrame: XrFrame, joints: XrJoints, base: XrReferenceSpace, readAtMs: number): boolean {
		if (joints !== this.#joints) this.#lookUp(joints);
		this.#begin(readAtMs);
		const wasTracked = this.#tracked;
		this.#tracked = this.#readPoses(xrFrame, base);
		if (!this.#tracked) this.sample.confidence = 0;
		return this.#tracked || wasTracked;
	}

	/** Marks all joints as untracked. @returns whether one was tracked before. */
	lose(readAtMs: number): boolean {
		if (!this.#tracked) return false;
		this.#tracked = false;
		this.#begin(readAtMs);
		this.sample.confidence = 0;
		return true;
	}

	#begin(readAtMs: number): void {
		const { sample } = this;
		sample.reset(SKELETON_SHAPES[this.#skeleton].boneCount);
		sample.kind = "skeleton";
		sample.skeleton = this.#skeleton;
		sample.stream = this.#stream;
		sample.clientTimeMs = readAtMs;
	}

	#lookUp(joints: XrJoints): void {
		this.#joints = joints;
		this.#spaces.length = 0;
		this.#bones.length = 0;
		joints.forEach((space, name) => {
			const bone = this.#skeleton === "FullBody" ? fullBodyIdFromJoint(name) : xrHandIdFromJoint(name);
			if (bone === undefined) return;
			this.#spaces.push(space);
			this.#bones.push(bone);
		});
		if (this.#matrices.length !== this.#spaces.length * 16)
			this.#matrices = new Float32Array(this.#spaces.length * 16);
	}

	#readPoses(xrFrame: XrFrame, base: XrReferenceSpace): boolean {
		const { sample } = this;
		const spaces = this.#spaces;
		let tracked = false;
		// Its result is not used: it is false if any joint is untracked, though the
		// others are there.
		if (xrFrame.fillPoses !== undefined) {
			// Some browsers do not write untracked joints: without this, their last
			// poses would stand.
			this.#matrices.fill(Number.NaN);
			xrFrame.fillPoses(spaces, base, this.#matrices);
		}
		for (let index = 0; index < spaces.length; index++) {
			const [space, bone] = [spaces[index], this.#bones[index]];
			if (space === undefined || bone === undefined) continue;
			const valid =
				xrFrame.fillPoses !== undefined
					? writeMatrix(this.#matrices, index * 16, sample, bone)
					: writePose(
							this.#skeleton === "FullBody" ? undefined : xrFrame.getJointPose,
							xrFrame,
							space,
							base,
							sample,
							bone,
						);
			if (!valid) continue;
			sample.valid[bone] = 1;
			tracked = true;
		}
		return tracked;
	}
}

function writePose(
	getJointPose: XrFrame["getJointPose"],
	xrFrame: XrFrame,
	space: XrSpace,
	base: XrReferenceSpace,
	sample: PoseSample,
	bone: number,
): boolean {
	const pose = getJointPose === undefined ? xrFrame.getPose(space, base) : getJointPose.call(xrFrame, space, base);
	if (!pose) return false;
	writeTransform(pose.transform, sample, bone);
	return true;
}

function writeTransform(
	{ position, orientation }: XrTransform,
	{ positions, rotations }: PoseSample,
	bone: number,
): void {
	positions[bone * 3] = position.x;
	positions[bone * 3 + 1] = position.y;
	positions[bone * 3 + 2] = position.z;
	rotations[bone * 4] = orientation.x;
	rotations[bone * 4 + 1] = orientation.y;
	rotations[bone * 4 + 2] = orientation.z;
	rotations[bone * 4 + 3] = orientation.w;
}

function writeVelocities({ linearVelocity, angularVelocity }: XrPose, sample: PoseSample): void {
	if (!linearVelocity && !angularVelocity) return;
	sample.hasVelocity = true;
	if (linearVelocity) writeVector(linearVelocity, sample.linearVelocities);
	if (angularVelocity) writeVector(angularVelocity, sample.angularVelocities);
}

function writeVector({ x, y, z }: XrVector, into: Float32Array): void {
	into[0] = x;
	into[1] = y;
	into[2] = z;
}

/**
 * Writes the position and rotation of a rigid transform's matrix, 16 numbers column by
 * column. The quaternion's largest component is found first, so that nothing is divided
 * by a small number (Shepperd 1978, "Quaternion from rotation matrix").
 *
 * @returns false if a number is not finite: the joint is not tracked.
 */
function writeMatrix(m: Float32Array, at: number, { positions, rotations }: PoseSample, bone: number): boolean {
	let sum = 0;
	for (let index = 0; index < 16; index++) sum += m[at + index]!;
	if (!Number.isFinite(sum)) return false;
	const xx = m[at]!;
	const yy = m[at + 5]!;
	const zz = m[at + 10]!;
	const trace = xx + yy + zz;
	const largest = Math.max(trace, xx, yy, zz);
	// Each component times four times the largest one.
	let x = m[at + 6]! - m[at + 9]!;
	let y = m[at + 8]! - m[at + 2]!;
	let z = m[at + 1]! - m[at + 4]!;
	let w = 1 + trace;
	if (largest === xx && largest !== trace) {
		w = x;
		x = 1 + xx - yy - zz;
		y = m[at + 1]! + m[at + 4]!;
		z = m[at + 8]! + m[at + 2]!;
	} else if (largest === yy && largest !== trace) {
		w = y;
		x = m[at + 1]! + m[at + 4]!;
		y = 1 + yy - xx - zz;
		z = m[at + 6]! + m[at + 9]!;
	} else if (largest === zz && largest !== trace) {
		w = z;
		x = m[at + 8]! + m[at + 2]!;
		y = m[at + 6]! + m[at + 9]!;
		z = 1 + zz - xx - yy;
	}
	const length = Math.sqrt(x * x + y * y + z * z + w * w);
	rotations[bone * 4] = x / length;
	rotations[bone * 4 + 1] = y / length;
	rotations[bone * 4 + 2] = z / length;
	rotations[bone * 4 + 3] = w / length;
	positions[bone * 3] = m[at + 12]!;
	positions[bone * 3 + 1] = m[at + 13]!;
	positions[bone * 3 + 2] = m[at + 14]!;
	return true;
}
