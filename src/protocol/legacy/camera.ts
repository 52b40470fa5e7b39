import { quaternionFromAngles, type ViewAngles } from "../../media/rotation.ts";
import { clampFovDeg, type PoseSample } from "../../skeleton/pose-sample.ts";
import {
	DECODED,
	type DecodeResult,
	isFiniteNumber,
	type JsonObject,
	parseJsonObject,
	refused,
} from "../parse-result.ts";
import { POSE_STREAM } from "../pose-streams.ts";

/**
 * The `camera` channel of XRT-Client: JSON text `{"yaw", "pitch", "roll", "fov_x"}`, degrees, one
 * message per rendered frame. Yaw is Unity's `eulerAngles.y` (0 to 360, right is positive), pitch
 * is minus `eulerAngles.x` (-360 to 0, up is positive), roll is `eulerAngles.z`, which is
 * counter-clockwise and so is turned round here. A field that is missing keeps its last value.
 *
 * Holds one client's state; the channel is reliable and ordered, so the poses are numbered in the
 * order they come.
 */
export class LegacyCamera {
	#angles: ViewAngles = { yawDeg: 0, pitchDeg: 0, rollDeg: 0 };
	#fovDeg: number | undefined;
	#sequence = 0;
	#refused = 0;
	#lastRefusal: string | undefined;

	/**
	 * The newest angles in our convention, degrees within (-180, 180]. Level and forward before the
	 * first message.
	 */
	get angles(): ViewAngles {
		return this.#angles;
	}

	/** Messages against the format. They change nothing. */
	get refused(): number {
		return this.#refused;
	}

	/** Why the last refused message was refused. */
	get lastRefusal(): string | undefined {
		return this.#lastRefusal;
	}

	/**
	 * Applies a message, and makes `into` the head that the client's camera then is: numbered from
	 * 1, without a client time.
	 *
	 * @param into left as it was unless the result is a `message`.
	 */
	decode(text: string, into: PoseSample): DecodeResult {
		const fields = parseJsonObject(text);
		if (fields === undefined) return this.#refuse("it is not a JSON object");
		const wrong = ["yaw", "pitch", "roll", "fov_x"].find((name) => !isOptionalNumber(fields[name]));
		if (wrong !== undefined) return this.#refuse(`\`${wrong}\` is not a finite number`);
		this.#keep(fields as { readonly [Name in "yaw" | "pitch" | "roll" | "fov_x"]?: number } & JsonObject);
		this.#sequence = (this.#sequence + 1) >>> 0;
		into.setHead({
			stream: POSE_STREAM.head,
			sequence: this.#sequence,
			clientTimeMs: Number.NaN,
			orientation: quaternionFromAngles(this.#angles),
			fovDeg: this.#fovDeg,
		});
		into.origin = "camera";
		return DECODED;
	}

	#keep({ yaw, pitch, roll, fov_x: fov }: { yaw?: number; pitch?: number; roll?: number; fov_x?: number }): void {
		this.#angles = {
			yawDeg: yaw === undefined ? this.#angles.yawDeg : halfTurnsDeg(yaw),
			pitchDeg: pitch === undefined ? this.#angles.pitchDeg : halfTurnsDeg(pitch),
			rollDeg: roll === undefined ? this.#angles.rollDeg : halfTurnsDeg(-roll),
		};
		if (fov !== undefined) this.#fovDeg = clampFovDeg(fov);
	}

	#refuse(reason: string): DecodeResult {
		this.#refused++;
		this.#lastRefusal = reason;
		return refused(reason);
	}
}

function isOptionalNumber(value: unknown): value is number | undefined {
	return value === undefined || isFiniteNumber(value);
}

/** The same direction within (-180, 180]. */
function halfTurnsDeg(angleDeg: number): number {
	const turned = angleDeg % 360;
	if (turned > 180) return turned - 360;
	// `+ 0` also turns -0 into 0.
	return turned <= -180 ? turned + 360 : turned + 0;
}
