import * as rr from "panogaze-rerun";
import type { SourcePacket } from "../../source/source-packets.ts";
import type { RecordClock } from "../record-clock.ts";
import { SERVER_LOG_PATH, SOURCE_PATH } from "../record-paths.ts";
import {
	isOfTrack,
	isRecordedCodec,
	type RecordedSourceCodec,
	type SourceSamples,
	type SourceTrack,
} from "../source-samples.ts";
import { SOURCE_CODECS } from "./rerun-codecs.ts";
import { bytesLike, detailsLike } from "./row-values.ts";

const sampleBytes = bytesLike(rr.VideoStream.fromFields({ sample: new Uint8Array(1) }));
const details = detailsLike("panogaze.SourcePacket", {
	decode_time_sec: new Float64Array(1),
	duration_sec: new Float64Array(1),
});
const REORDERED_WORDS =
	"The source's pictures are coded out of order (B-frames). Rerun's viewers show the wrong one of them at times; " +
	"the samples are in the order of decoding, each with its own time in the source.";

/** Writes the source's own video. */
export class SourceWriter {
	readonly #recording: rr.RecordingStream;
	readonly #clock: RecordClock;
	readonly #samples: SourceSamples;
	/** The track of the packets so far. */
	#track: SourceTrack | undefined;
	#newestSec = Number.NEGATIVE_INFINITY;
	#isReordered = false;

	/** @param samples may have had the packets of an earlier part. */
	constructor(recording: rr.RecordingStream, clock: RecordClock, samples: SourceSamples) {
		this.#recording = recording;
		this.#clock = clock;
		this.#samples = samples;
	}

	packet(packet: SourcePacket): void {
		const { stampSec, decodeSec, durationSec, receivedSec, capturedSec = Number.NaN, cameraUs } = packet;
		if (!isRecordedCodec(packet.codec)) return;
		if (!isOfTrack(packet, this.#track)) this.#begin(packet.codec, packet.configuration);
		const sample = this.#samples.make(packet);
		if (sample === undefined) return;
		const { accessUnit, keyframe } = sample;
		const times = this.#clock.captured(receivedSec, capturedSec, cameraUs);
		if (!Number.isNaN(stampSec)) times["source"] = { duration: stampSec };
		const batches = [
			sampleBytes(accessUnit),
			...rr.VideoStream.fromFields({ isKeyframe: keyframe }).batches,
			details.decode_time_sec(decodeSec),
			details.duration_sec(durationSec),
		];
		this.#recording.log(SOURCE_PATH, { batches }, { times });
		if (stampSec < this.#newestSec && !keyframe) this.#reorders(receivedSec);
		this.#newestSec = keyframe ? stampSec : Math.max(this.#newestSec, stampSec);
	}

	#begin(codec: RecordedSourceCodec, configuration: Uint8Array): void {
		this.#track = { codec, configuration };
		this.#recording.log(SOURCE_PATH, new rr.VideoStream(SOURCE_CODECS[codec]), { static: true });
	}

	#reorders(atSec: number): void {
		if (this.#isReordered) return;
		this.#isReordered = true;
		this.#warn(REORDERED_WORDS, atSec);
	}

	#warn(words: string, atSec: number): void {
		const line = new rr.TextLog(words, { level: "WARN" });
		this.#recording.log(SERVER_LOG_PATH, line, { times: this.#clock.at(atSec) });
	}
}
