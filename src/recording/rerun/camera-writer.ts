import * as rr from "panogaze-rerun";
import type { EncodedPacket } from "../../media/encoded-packet.ts";
import type { RecordClock } from "../record-clock.ts";
import { cameraPath } from "../record-paths.ts";
import { RERUN_CODECS } from "./rerun-codecs.ts";
import { bytesLike, detailsLike } from "./row-values.ts";

const sampleBytes = bytesLike(rr.VideoStream.fromFields({ sample: new Uint8Array(1) }));
const details = detailsLike("panogaze.CameraFrame", {
	width: new Uint32Array(1),
	height: new Uint32Array(1),
	media_time_sec: new Float64Array(1),
});

/** Writes the pictures of the cameras beside the view, each as a video. */
export class CameraWriter {
	readonly #recording: rr.RecordingStream;
	readonly #clock: RecordClock;
	/** Codecs of each camera's videos: another codec has an entity of its own. */
	readonly #codecs = new Map<string, EncodedPacket["codec"][]>();

	constructor(recording: rr.RecordingStream, clock: RecordClock) {
		this.#recording = recording;
		this.#clock = clock;
	}

	/** Names of the cameras so far. */
	get names(): readonly string[] {
		return [...this.#codecs.keys()];
	}

	/**
	 * Logs a picture at the time at which the server received it, or began to draw it.
	 * @returns whether it is the first of its camera.
	 */
	picture(
		camera: string,
		{ codec, accessUnit, keyframe, stages, width, height, mediaTimeSec, cameraUs }: EncodedPacket,
	): boolean {
		const codecs = this.#codecs.get(camera) ?? [];
		const isFirst = codecs.length === 0;
		const path = [...cameraPath(camera), ...((codecs[0] ?? codec) === codec ? [] : [codec])];
		if (!codecs.includes(codec)) {
			this.#codecs.set(camera, [...codecs, codec]);
			this.#recording.log(path, new rr.VideoStream(RERUN_CODECS[codec]), { static: true });
		}
		const batches = [
			sampleBytes(accessUnit),
			...rr.VideoStream.fromFields({ isKeyframe: keyframe }).batches,
			details.width(width),
			details.height(height),
			details.media_time_sec(mediaTimeSec),
		];
		const times = this.#clock.captured(stages.drawStartSec, stages.capturedSec, cameraUs);
		this.#recording.log(path, { batches }, { times });
		return isFirst;
	}
}
