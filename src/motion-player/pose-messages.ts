import { anglesFromQuaternion } from "../media/rotation.ts";
import type { MotionRow } from "../motion/motion-row.ts";
import type { StreamDeclaration } from "../protocol/control-message.ts";
import { bonesOfTable, encodeLegacyBodyPose } from "../protocol/legacy/body-pose.ts";
import { TrackingEncoder } from "../protocol/tracking-encoder.ts";
import { encodeTrackingText } from "../protocol/tracking-text.ts";
import { boneTable } from "../skeleton/bone-table.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";

/**
 * The channels that are used. `tracking`: control and tracking. `legacy`: camera and body_pose,
 * as the existing headset client sends them.
 */
export type PlayerProtocol = "tracking" | "legacy";

/** A message and the channel for it. */
export interface PoseMessage {
	readonly label: string;
	/** Bytes are valid until the next message is made. */
	readonly message: string | Uint8Array;
}

/** The most streams that the `hello` declares. */
const MAX_DECLARED = 16;

/** Makes messages of recorded poses, numbered by stream. */
export class PoseMessages {
	readonly #protocol: PlayerProtocol;
	readonly #sample = new PoseSample();
	readonly #encoder = new TrackingEncoder();
	readonly #sequences = new Map<string, number>();
	/**
	 * Numbers of streams on the wire: the recording's own, unless two of its streams have the same.
	 */
	readonly #ids = new Map<string, number>();
	/** True when the server accepts binary messages. */
	binary = false;

	constructor(protocol: PlayerProtocol) {
		this.#protocol = protocol;
	}

	/** The hello's declarations of the streams in these rows. */
	declare(rows: Iterable<MotionRow>): StreamDeclaration[] {
		const streams = new Map<string, StreamDeclaration>();
		for (const { stream, sample } of rows) {
			const { kind, skeleton, hand, parentSpace } = sample;
			if (kind === "none" || streams.has(stream) || streams.size === MAX_DECLARED) continue;
			streams.set(stream, {
				id: this.#idOf(stream, sample.stream),
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
	 * Makes the message of a pose.
	 * @param clientTimeMs the time at which the client pretends to have read it
	 * @returns `undefined` for poses that the protocol has no message for.
	 */
	messageOf(row: MotionRow, clientTimeMs: number): PoseMessage | undefined {
		return this.#protocol === "legacy" ? legacyMessage(row.sample) : this.#trackingMessage(row, clientTimeMs);
	}

	#trackingMessage(row: MotionRow, clientTimeMs: number): PoseMessage | undefined {
		const sample = this.#sample.copyFrom(row.sample);
		sample.stream = this.#idOf(row.stream, sample.stream);
		sample.sequence = this.#nextSequence(row.stream);
		sample.clientTimeMs = clientTimeMs;
		// A whole body fits one packet so; hands and heads keep every digit.
		const message = this.binary
			? this.#encoder.encode(sample, sample.boneCount > 30 ? "q16" : "f32")
			: encodeTrackingText(sample);
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

function legacyMessage(sample: PoseSample): PoseMessage | undefined {
	const { kind, skeleton } = sample;
	if (kind === "head") {
		const { yawDeg, pitchDeg, rollDeg } = anglesFromQuaternion(sample.orientation);
		const fov = Number.isNaN(sample.horizontalFovDeg) ? 90 : sample.horizontalFovDeg;
		return {
			label: "camera",
			message: JSON.stringify({ yaw: yawDeg, pitch: pitchDeg, roll: -rollDeg, fov_x: fov }),
		};
	}
	// The client of that protocol tracks a FullBody and nothing else.
	if (kind !== "skeleton" || (skeleton !== "FullBody" && skeleton !== "Body") || sample.parentSpace) return undefined;
	return { label: "body_pose", message: encodeLegacyBodyPose(bonesOfTable(boneTable(sample))) };
}
