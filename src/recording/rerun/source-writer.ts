import * as rr from "panogaze-rerun";
import { AccessUnitMaker, readH264Configuration } from "../../media/h264-access-unit.ts";
import { HevcAccessUnitMaker } from "../../media/hevc-access-unit.ts";
import type { SourcePacket } from "../../source/source-packets.ts";
import type { RecordClock } from "../record-clock.ts";
import { SERVER_LOG_PATH, SOURCE_PATH } from "../record-paths.ts";
import { SOURCE_CODECS } from "./rerun-codecs.ts";
import { bytesLike, detailsLike } from "./row-values.ts";

/** A coded picture in the form that decoders take without a container. */
interface SourceSample {
	readonly accessUnit: Uint8Array;
	readonly keyframe: boolean;
}

/** Turns the packets of one track into samples; `undefined` for one that has no picture. */
export type SampleMaker = (packet: SourcePacket) => SourceSample | undefined;

/**
 * Access units in Annex B of H.264 and H.265, with parameter sets in each key frame; packets of
 * other codecs stay as they are.
 */
export function sampleMaker({ codec, configuration }: Pick<SourcePacket, "codec" | "configuration">): SampleMaker {
	if (codec === "h264") {
		const read = readH264Configuration(configuration) ?? { parameterSets: [], lengthBytes: undefined };
		const maker = new AccessUnitMaker(read);
		return ({ data }) => maker.make(data);
	}
	if (codec === "hevc") {
		const maker = new HevcAccessUnitMaker(configuration);
		return ({ data }) => maker.make(data);
	}
	return ({ data, keyframe }) => ({ accessUnit: data, keyframe });
}

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
	/** Codec and configuration of the packets so far. */
	#of: Pick<SourcePacket, "codec" | "configuration"> | undefined;
	#maker: SampleMaker | undefined;
	#newestSec = Number.NEGATIVE_INFINITY;
	#isReordered = false;

	constructor(recording: rr.RecordingStream, clock: RecordClock) {
		this.#recording = recording;
		this.#clock = clock;
	}

	packet(packet: SourcePacket): void {
		const { stampSec, decodeSec, durationSec, receivedSec, capturedSec = Number.NaN, cameraUs } = packet;
		if (this.#of?.codec !== packet.codec || !equalBytes(this.#of.configuration, packet.configuration))
			this.#begin(packet);
		const sample = this.#maker?.(packet);
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

	#begin(packet: SourcePacket): void {
		const { codec, configuration, receivedSec } = packet;
		this.#of = { codec, configuration };
		const rerunCodec = SOURCE_CODECS[codec];
		this.#maker = rerunCodec === undefined ? undefined : sampleMaker(packet);
		if (rerunCodec !== undefined)
			this.#recording.log(SOURCE_PATH, new rr.VideoStream(rerunCodec), { static: true });
		else this.#warn(`The source's own video is not recorded: Rerun has no ${codec.toUpperCase()}.`, receivedSec);
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

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
