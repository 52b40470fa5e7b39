import { AccessUnitMaker, readH264Configuration } from "../media/h264-access-unit.ts";
import { HevcAccessUnitMaker } from "../media/hevc-access-unit.ts";
import type { SourcePacket } from "../source/source-packets.ts";

/** The codecs of sources that recordings have a place for, by FFmpeg's short names. */
const RECORDED_CODECS = ["h264", "hevc", "av1", "vp8", "vp9"] as const;
export type RecordedSourceCodec = (typeof RECORDED_CODECS)[number];

/** True for a codec whose packets can be recorded as they are. */
export function isRecordedCodec(codec: string): codec is RecordedSourceCodec {
	return RECORDED_CODECS.some((recorded) => recorded === codec);
}

/** A coded picture in the form that decoders take without a container. */
export interface SourceSample {
	readonly accessUnit: Uint8Array;
	readonly keyframe: boolean;
}

/** What the packets of one track have in common. */
export type SourceTrack = Pick<SourcePacket, "codec" | "configuration">;

/** Turns the packets of one track into samples; `undefined` for one that has no picture. */
type SampleMaker = (packet: SourcePacket) => SourceSample | undefined;

/**
 * Turns a source's packets into samples: access units in Annex B of H.264 and H.265, with parameter
 * sets in each key frame; packets of other codecs stay as they are.
 */
export class SourceSamples {
	#track: SourceTrack | undefined;
	#maker: SampleMaker | undefined;

	/** @returns `undefined` for a packet without a picture, or a broken one. */
	make(packet: SourcePacket): SourceSample | undefined {
		if (this.#maker === undefined || !isOfTrack(packet, this.#track)) this.#maker = sampleMaker(packet);
		this.#track = { codec: packet.codec, configuration: packet.configuration };
		return this.#maker(packet);
	}
}

/**
 * True if a packet goes on with a track. Each message to a thread has another copy of the same
 * configuration.
 */
export function isOfTrack({ codec, configuration }: SourceTrack, track: SourceTrack | undefined): boolean {
	if (track === undefined || track.codec !== codec || track.configuration.length !== configuration.length)
		return false;
	return configuration.every((byte, at) => byte === track.configuration[at]);
}

function sampleMaker({ codec, configuration }: SourceTrack): SampleMaker {
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
