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

export interface XrPoseSourceEvents {
	/**
	 * The axes were set anew, as when a person has recentred the view: poses before and after it
	 * have nothing in common.
	 */
	reset: [];
}

/**
 * Reads what a WebXR session knows of a person: head, hands, body and controllers, in the axes of
 * its reference space, which are the protocol's.
 *
 * Frames and list are made once and filled again at each reading; nothing else is allocated by this
 * class. Hands and controllers may come and go in turn. What is lost is told once: a hand or body
 * with no bone tracked, a controller where it last was, with nothing pressed and confidence 0,
 * because whoever follows it must not go on with the trigger pulled.
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
	readonly #frames: PoseSample[] = [];
	#viewerPose: XrViewerPose | undefined;
	/** Bits of what the present reading has met. */
	#seen = 0;
	/** The field of view that the head asks for, horizontal and vertical, degrees; NaN: none. */
	horizontalFovDeg = Number.NaN;
	verticalFovDeg = Number.NaN;

	/**
	 * @param referenceSpace `local-floor` if the device has it, else `local`: its -Z is the
	 * person's forward, and is turned by recentring.
	 */
	constructor(referenceSpace: XrReferenceSpace) {
		this.#referenceSpace = referenceSpace;
		referenceSpace.addEventListener?.("reset", () => this.#events.emit("reset"), { signal: this.#end.signal });
	}

	/**
	 * The viewer's pose of the last reading, for drawing; `undefined` while the head is not
	 * tracked.
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
	 * Reads all that is tracked now. Call it in the session's animation frame.
	 *
	 * @param readAtMs now, on the clock of `performance.now()`.
	 * @returns the head first, then whatever else there is news of. List and frames are the
	 * source's, and hold until the next reading.
	 */
	read(xrFrame: XrFrame, readAtMs: number): readonly PoseSample[] {
		this.#frames.length = 0;
		this.#readHead(xrFrame, readAtMs);
		this.#seen = 0;
		const { inputSources, trackedSources } = xrFrame.session;
		for (let index = 0; index < inputSources.length; index++)
			this.#readInput(xrFrame, inputSources[index]!, readAtMs);
		if (trackedSources !== undefined)
			for (let index = 0; index < trackedSources.length; index++)
				this.#readInput(xrFrame, trackedSources[index]!, readAtMs);
		if (xrFrame.body) {
			this.#seen |= BODY;
			this.#readJoints(xrFrame, xrFrame.body, this.#body, readAtMs);
		}
		this.#loseUnseen(readAtMs);
		return this.#frames;
	}

	/**
	 * Nothing is tracked any more: the session has ended, or is hidden, which ends its animation
	 * frames for a while.
	 *
	 * @returns what there is to tell of that, as `read` does; of the head nothing.
	 */
	lose(readAtMs: number): readonly PoseSample[] {
		this.#frames.length = 0;
		this.#viewerPose = undefined;
		this.#seen = 0;
		this.#loseUnseen(readAtMs);
		return this.#frames;
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
		const frame = this.#head;
		frame.reset(1);
		frame.kind = "head";
		frame.stream = POSE_STREAM.head;
		frame.clientTimeMs = readAtMs;
		frame.valid[0] = 1;
		writeTransform(pose.transform, frame, 0);
		writeVelocities(pose, frame);
		if (pose.emulatedPosition === true) {
			frame.positionTracked = false;
			frame.positions.fill(0, 0, 3);
		}
		frame.horizontalFovDeg = this.horizontalFovDeg;
		frame.verticalFovDeg = this.verticalFovDeg;
		this.#frames.push(frame);
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
			this.#frames.push(this.#hands.left.frame);
		if ((this.#seen & RIGHT_HAND) === 0 && this.#hands.right.lose(readAtMs))
			this.#frames.push(this.#hands.right.frame);
		if ((this.#seen & BODY) === 0 && this.#body.lose(readAtMs)) this.#frames.push(this.#body.frame);
		if ((this.#seen & LEFT_CONTROLLER) === 0 && this.#controllers.left.lose(readAtMs))
			this.#frames.push(this.#controllers.left.frame);
		if ((this.#seen & RIGHT_CONTROLLER) === 0 && this.#controllers.right.lose(readAtMs))
			this.#frames.push(this.#controllers.right.frame);
	}

	#readJoints(xrFrame: XrFrame, joints: XrJoints, into: Joints, readAtMs: number): void {
		if (into.read(xrFrame, joints, this.#referenceSpace, readAtMs)) this.#frames.push(into.frame);
	}

	#readController(xrFrame: XrFrame, source: XrInputSource, gripSpace: XrSpace, hand: Side, readAtMs: number): void {
		const controller = this.#controllers[hand];
		if (!controller.read(xrFrame, source, gripSpace, this.#referenceSpace, readAtMs)) return;
		this.#seen |= hand === "left" ? LEFT_CONTROLLER : RIGHT_CONTROLLER;
		this.#frames.push(controller.frame);
	}
}

const LEFT_HAND = 1;
const RIGHT_HAND = 2;
const BODY = 4;
const LEFT_CONTROLLER = 8;
const RIGHT_CONTROLLER = 16;

class Controller {
	readonly frame = new PoseSample();
	readonly #hand: Side;
	#tracked = false;

	constructor(hand: Side) {
		this.#hand = hand;
	}

	/** @returns whether it is tracked. */
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
		const { frame } = this;
		frame.reset(aim ? 2 : 1);
		frame.kind = "controller";
		frame.hand = this.#hand;
		frame.stream = this.#hand === "left" ? POSE_STREAM.leftController : POSE_STREAM.rightController;
		frame.clientTimeMs = readAtMs;
		// Out of the cameras' sight a controller goes on by its own sensors alone.
		frame.confidence = grip.emulatedPosition === true ? 0 : 1;
		frame.valid.fill(1, 0, frame.boneCount);
		writeTransform(grip.transform, frame, 0);
		if (aim) writeTransform(aim.transform, frame, 1);
		writeVelocities(grip, frame);
		if (gamepad) fillButtons(frame, gamepad);
		this.#tracked = true;
		return true;
	}

	/** Lets go of all buttons. @returns whether that is news. */
	lose(readAtMs: number): boolean {
		if (!this.#tracked) return false;
		this.#tracked = false;
		const { frame } = this;
		frame.clientTimeMs = readAtMs;
		frame.confidence = 0;
		frame.hasVelocity = false;
		frame.pressed = 0;
		frame.touched = 0;
		frame.buttons.fill(0, 0, frame.buttonCount);
		frame.axes.fill(0, 0, frame.axisCount);
		return true;
	}
}

/** A hand or a body: its joints, looked up by name when it first comes, and read all at once. */
class Joints {
	readonly frame = new PoseSample();
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

	/** @returns whether there is something to tell: some joint is tracked, or none is any more. */
	read(xrFrame: XrFrame, joints: XrJoints, base: XrReferenceSpace, readAtMs: number): boolean {
		if (joints !== this.#joints) this.#learn(joints);
		this.#begin(readAtMs);
		const wasTracked = this.#tracked;
		this.#tracked = this.#readPoses(xrFrame, base);
		if (!this.#tracked) this.frame.confidence = 0;
		return this.#tracked || wasTracked;
	}

	/** No joint is tracked. @returns whether that is news. */
	lose(readAtMs: number): boolean {
		if (!this.#tracked) return false;
		this.#tracked = false;
		this.#begin(readAtMs);
		this.frame.confidence = 0;
		return true;
	}

	#begin(readAtMs: number): void {
		const { frame } = this;
		frame.reset(SKELETON_SHAPES[this.#skeleton].boneCount);
		frame.kind = "skeleton";
		frame.skeleton = this.#skeleton;
		frame.stream = this.#stream;
		frame.clientTimeMs = readAtMs;
	}

	#learn(joints: XrJoints): void {
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
		const { frame } = this;
		const spaces = this.#spaces;
		let tracked = false;
		// Not asked for the answer: where only some joints are tracked it is false, and the others
		// are there.
		if (xrFrame.fillPoses !== undefined) {
			// A browser that leaves out what it does not see would leave what was seen before.
			this.#matrices.fill(Number.NaN);
			xrFrame.fillPoses(spaces, base, this.#matrices);
		}
		for (let index = 0; index < spaces.length; index++) {
			const bone = this.#bones[index]!;
			const valid =
				xrFrame.fillPoses !== undefined
					? writeMatrix(this.#matrices, index * 16, frame, bone)
					: writePose(
							this.#skeleton === "FullBody" ? undefined : xrFrame.getJointPose,
							xrFrame,
							spaces[index]!,
							base,
							frame,
							bone,
						);
			if (!valid) continue;
			frame.valid[bone] = 1;
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
	frame: PoseSample,
	bone: number,
): boolean {
	const pose = getJointPose === undefined ? xrFrame.getPose(space, base) : getJointPose.call(xrFrame, space, base);
	if (!pose) return false;
	writeTransform(pose.transform, frame, bone);
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

function writeVelocities({ linearVelocity, angularVelocity }: XrPose, frame: PoseSample): void {
	if (!linearVelocity && !angularVelocity) return;
	frame.hasVelocity = true;
	if (linearVelocity) writeVector(linearVelocity, frame.linearVelocities);
	if (angularVelocity) writeVector(angularVelocity, frame.angularVelocities);
}

function writeVector({ x, y, z }: XrVector, into: Float32Array): void {
	into[0] = x;
	into[1] = y;
	into[2] = z;
}

/**
 * Position and rotation of a rigid transform's matrix, 16 numbers column by column. The
 * quaternion's largest part is found first, so that nothing is divided by a small number (Shepperd
 * 1978, "Quaternion from rotation matrix").
 *
 * @returns false where the matrix is not of finite numbers: the joint is not tracked.
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
	// Four times each part times the largest.
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
