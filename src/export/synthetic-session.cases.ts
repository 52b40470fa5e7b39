import { Scalars } from "panogaze-rerun";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import type { EpisodeState } from "../recording/episode.ts";
import { PACKET } from "../recording/fake-session.cases.ts";
import type { RecordedPose, SessionRecord } from "../recording/session-record.ts";
import { secOfRecord } from "./session-survey.ts";

export const OPERATOR = "operator";

/** A pose of the operator's head, read at `sec`, which arrives 20 ms later. */
export function headPose(sec: number, fields: Partial<RecordedPose> = {}): SessionRecord {
	const half = sec / 2;
	return {
		type: "pose",
		viewer: OPERATOR,
		pose: {
			kind: "head",
			skeleton: undefined,
			hand: undefined,
			stream: 0,
			sequence: 1,
			clientTimeMs: sec * 1000,
			seenRtpTicks: undefined,
			positionTracked: true,
			confidence: 1,
			ids: Int32Array.of(0),
			positions: Float32Array.of(sec, 1.5, 0),
			rotations: Float32Array.of(0, Math.sin(half), 0, Math.cos(half)),
			controls: undefined,
			receivedSec: sec + 0.02,
			capturedSec: sec,
			photonAgeMs: Number.NaN,
			...fields,
		},
	};
}

/** A pose of the left controller. Its first button is pressed from 1 s on. */
export function controllerPose(sec: number): SessionRecord {
	const pressed = sec >= 1 ? 1 : 0;
	return headPose(sec, {
		kind: "controller",
		hand: "left",
		stream: 1,
		controls: { axes: Float32Array.of(sec / 4, -0.5), buttons: Float32Array.of(pressed, 0), pressed, touched: 3 },
	});
}

/** A picture that is drawn at `sec`, with the number `picture` in its RTP time. */
export function picture(sec: number, number: number, fields: Partial<EncodedPacket> = {}): SessionRecord {
	return {
		type: "frame",
		viewer: OPERATOR,
		packet: {
			...PACKET,
			keyframe: number % 10 === 0,
			rtpTicks: ticksOf(number),
			mediaTimeSec: 5 + sec,
			stages: { ...PACKET.stages, drawStartSec: sec },
			...fields,
		},
		firstPacketSec: sec,
		lastPacketSec: sec,
	};
}

/** RTP time of a picture: it wraps around within the first ones. */
export function ticksOf(number: number): number {
	return (2 ** 32 - 6000 + number * 3000) % 2 ** 32;
}

/** Values that a handler has logged. */
export function logged(sec: number, path: string, values: readonly number[], viewer?: string): SessionRecord {
	return { type: "log", viewer, atSec: sec, path, values: [new Scalars([...values])] };
}

/** A change of an episode. */
export function episode(sec: number, number: number, state: EpisodeState, success?: boolean): SessionRecord {
	return { type: "episode", atSec: sec, episode: { number, task: `task ${number}`, state, success } };
}

/** Records in the order in which a server would have made them. */
export function inOrder(...records: readonly SessionRecord[]): readonly SessionRecord[] {
	return records.toSorted((a, b) => secOfRecord(a) - secOfRecord(b));
}

/** `count` records at a rate. */
export function every(
	rateHz: number,
	count: number,
	make: (sec: number, index: number) => SessionRecord,
): readonly SessionRecord[] {
	return Array.from({ length: count }, (_, index) => make(index / rateHz, index));
}
