import { type BoneTable, fillBoneTable, MAX_LISTED_BONES, trackedCount } from "../../skeleton/bone-table.ts";
import type { ControllerInput, PoseSample } from "../../skeleton/pose-sample.ts";
import type { RecordedPose } from "../session-record.ts";

/**
 * Makes recorded poses of samples. Their bones are lent: the next pose overwrites them. Arrays of
 * their own, hundreds of times a second, would cost more than all that is done with them.
 */
export class LentPoses {
	readonly #ids = new Int32Array(MAX_LISTED_BONES);
	readonly #positions = new Float32Array(MAX_LISTED_BONES * 3);
	readonly #rotations = new Float32Array(MAX_LISTED_BONES * 4);
	/** Views of the arrays, by the number of bones. */
	readonly #tables = new Map<number, BoneTable>();

	/**
	 * @param receivedSec seconds on the server's monotonic clock, as `capturedSec`.
	 * @param photonAgeMs milliseconds; NaN: not known.
	 */
	read(sample: PoseSample, receivedSec: number, capturedSec: number, photonAgeMs: number): RecordedPose {
		const table = this.#tableOf(trackedCount(sample));
		fillBoneTable(sample, table);
		return {
			// Viewers emit no other kind.
			kind: sample.kind === "none" ? "skeleton" : sample.kind,
			skeleton: sample.skeleton,
			hand: sample.hand,
			stream: sample.stream,
			sequence: sample.sequence,
			clientTimeMs: sample.clientTimeMs,
			seenRtpTicks: sample.seenRtpTicks,
			positionTracked: sample.positionTracked,
			confidence: sample.confidence,
			ids: table.ids,
			positions: table.positions,
			rotations: table.rotations,
			controls: sample.kind === "controller" ? controlsOf(sample.controls) : undefined,
			receivedSec,
			capturedSec,
			photonAgeMs,
		};
	}

	#tableOf(bones: number): BoneTable {
		const known = this.#tables.get(bones);
		if (known !== undefined) return known;
		const table = {
			ids: this.#ids.subarray(0, bones),
			positions: this.#positions.subarray(0, bones * 3),
			rotations: this.#rotations.subarray(0, bones * 4),
		};
		this.#tables.set(bones, table);
		return table;
	}
}

function controlsOf({ buttons, buttonCount, axes, axisCount, pressed, touched }: ControllerInput) {
	return { buttons: buttons.slice(0, buttonCount), axes: axes.slice(0, axisCount), pressed, touched };
}
