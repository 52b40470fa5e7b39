import { anglesFromQuaternion, type Quaternion } from "../media/rotation.ts";
import { frameFromRecordedPose, type RecordedPose } from "../motion/recorded-pose.ts";
import type { StreamDeclaration } from "../protocol/control-message.ts";
import { encodeLegacyBodyPose, type LegacyBone } from "../protocol/legacy/body-pose.ts";
import { TrackingEncoder } from "../protocol/tracking-binary.ts";
import { encodeTrackingText } from "../protocol/tracking-text.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";

/**
 * `tracking`: control and tracking channel. `legacy`: camera and body_pose, as the existing headset
 * client sends them.
 */
export type PlayerProtocol = "tracking" | "legacy";

/** A message and the channel that it goes by. */
export interface PoseMessage {
	readonly label: string;
	/** Binary holds until the next message is made. */
	readonly message: string | Uint8Array;
}

/** Streams that the `hello` declares, at most. */
const MAX_DECLARED = 16;

/** Makes messages of recorded poses, numbered by stream. */
export class PoseMessages {
	readonly #protocol: PlayerProtocol;
	readonly #frame = new PoseSample();
	readonly #encoder = new TrackingEncoder();
	readonly #sequences = new Map<string, number>();
	/**
	 * Numbers of streams on the wire: the recording's own, unless two of its streams have the same.
	 */
	readonly #ids = new Map<string, number>();
	/** Whether the server has said that it takes binary messages. */
	binary = false;

	constructor(protocol: PlayerProtocol) {
		this.#protocol = protocol;
	}

	/** What the hello says of the streams that came so far. */
	declare(poses: Iterable<RecordedPose>): StreamDeclaration[] {
		const streams = new Map<string, StreamDeclaration>();
		for (const { stream, kind, skeleton, hand, parentSpace, streamId } of poses) {
			if (streams.has(stream) || streams.size === MAX_DECLARED) continue;
			streams.set(stream, {
				id: this.#idOf(stream, streamId),
				kind,
				...(skeleton !== undefined && { skeleton }),
				...(hand !== undefined && { hand }),
				space: parentSpace ? "parent" : "tracking",
				label: stream,
			});
		}
		return [...streams.values()];
	}

	/**
	 * @param clientTimeMs when the client is said to have read it.
	 * @returns `undefined` for what the protocol has no message for.
	 */
	messageOf(pose: RecordedPose, clientTimeMs: number): PoseMessage | undefined {
		return this.#protocol === "legacy" ? legacyMessage(pose) : this.#trackingMessage(pose, clientTimeMs);
	}

	#trackingMessage(pose: RecordedPose, clientTimeMs: number): PoseMessage | undefined {
		const frame = this.#frame;
		frameFromRecordedPose(pose, frame);
		frame.stream = this.#idOf(pose.stream, pose.streamId);
		frame.sequence = this.#nextSequence(pose.stream);
		frame.clientTimeMs = clientTimeMs;
		// Whole bodies in one packet, hands and heads in every digit.
		const message = this.binary
			? this.#encoder.encode(frame, frame.boneCount > 30 ? "q16" : "f32")
			: encodeTrackingText(frame);
		return message === undefined ? undefined : { label: "tracking", message };
	}

	#nextSequence(stream: string): number {
		// 0 means "before the first".
		const sequence = ((this.#sequences.get(stream) ?? 0) + 1) >>> 0 || 1;
		this.#sequences.set(stream, sequence);
		return sequence;
	}

	#idOf(stream: string, wanted: number): number {
		const known = this.#ids.get(stream);
		if (known !== undefined) return known;
		const taken = new Set(this.#ids.values());
		let id = wanted;
		while (taken.has(id)) id = (id + 1) & 0xffff;
		this.#ids.set(stream, id);
		return id;
	}
}

function legacyMessage(pose: RecordedPose): PoseMessage | undefined {
	const { kind, skeleton, ids, positions, rotations } = pose;
	if (kind === "head") {
		const { yawDeg, pitchDeg, rollDeg } = anglesFromQuaternion([
			...rotations.subarray(0, 4),
		] as unknown as Quaternion);
		const fov = Number.isNaN(pose.horizontalFovDeg) ? 90 : pose.horizontalFovDeg;
		return {
			label: "camera",
			message: JSON.stringify({ yaw: yawDeg, pitch: pitchDeg, roll: -rollDeg, fov_x: fov }),
		};
	}
	// The client of that protocol tracks a FullBody and nothing else.
	if (kind !== "skeleton" || (skeleton !== "FullBody" && skeleton !== "Body") || pose.parentSpace) return undefined;
	const bones = Array.from(ids, (id, at): LegacyBone => {
		const [p, q] = [at * 3, at * 4];
		return {
			id,
			position: [positions[p]!, positions[p + 1]!, positions[p + 2]!],
			rotation: [rotations[q]!, rotations[q + 1]!, rotations[q + 2]!, rotations[q + 3]!],
		};
	});
	return { label: "body_pose", message: encodeLegacyBodyPose(bones) };
}
