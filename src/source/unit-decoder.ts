import { AV_NOPTS_VALUE, AVMEDIA_TYPE_VIDEO } from "node-av/constants";
import { CodecParameters, type Frame, type Packet, Rational } from "node-av/lib";
import { codecIdOf } from "./codec-ids.ts";
import { DecoderFailure, LibavDecoder, type LibavDecoderOptions } from "./libav-decoder.ts";
import { newPacket } from "./new-packet.ts";
import { SourceError } from "./video-source.ts";

/** Stamps of decoded units count microseconds. */
export const UNIT_TIME_BASE: Rational = new Rational(1, 1_000_000);

/** A coded picture that was kept without a container. */
export interface CodedUnit {
	/** Short name as FFmpeg spells it: `h264`, `hevc`, `av1`. */
	readonly codec: string;
	readonly data: Uint8Array;
	readonly keyframe: boolean;
	/** Time by which its picture is known, seconds; NaN: none. */
	readonly stampSec: number;
	/** Time of its decoding, seconds. @default `stampSec` */
	readonly decodeSec?: number | undefined;
	/** Size of its picture, pixels, as far as it is known. */
	readonly width: number;
	readonly height: number;
}

/** Owns a decoded picture, and frees it. `facts`: those of its unit, where they are known. */
export type OnUnitPicture<Facts> = (frame: Frame, facts: Facts | undefined, stampSec: number) => Promise<void>;

/** A decoder for one codec. */
interface OpenDecoder {
	readonly codec: string;
	readonly decoder: LibavDecoder;
	readonly codecpar: CodecParameters;
}

/** Units whose facts wait for their picture in the decoder. */
const MOST_IN_DECODER = 256;

/**
 * Decodes units that were recorded one by one. Each picture comes with the facts of its unit, also
 * where pictures are coded out of order.
 */
export class UnitDecoder<Facts> {
	readonly #options: LibavDecoderOptions;
	/** Facts by the microseconds of their unit's stamp. */
	readonly #facts = new Map<number, Facts>();
	#open: OpenDecoder | undefined;

	/** @param options `live`: a picture comes out as its unit goes in. */
	constructor(options: LibavDecoderOptions) {
		this.#options = options;
	}

	/**
	 * Decodes one unit; a damaged one gives nothing.
	 *
	 * @throws {SourceError} when this codec can't be decoded, or the decoder can't go on.
	 */
	async decode(unit: CodedUnit, facts: Facts, onPicture: OnUnitPicture<Facts>): Promise<void> {
		if (this.#open !== undefined && this.#open.codec !== unit.codec) {
			await this.drain(onPicture);
			this.close();
		}
		this.#open ??= this.#openFor(unit);
		if (!Number.isNaN(unit.stampSec)) this.#facts.set(Math.round(unit.stampSec * 1e6), facts);
		const [oldest] = this.#facts.keys();
		if (this.#facts.size > MOST_IN_DECODER && oldest !== undefined) this.#facts.delete(oldest);
		const packet = packetOf(unit);
		try {
			await this.#run(packet, onPicture);
		} finally {
			packet.free();
		}
	}

	/** Gives the pictures that are still inside. Units from elsewhere may follow. */
	async drain(onPicture: OnUnitPicture<Facts>): Promise<void> {
		await this.#run(null, onPicture);
		this.restart();
	}

	/** Drops the pictures inside: units from elsewhere follow. */
	restart(): void {
		this.#facts.clear();
		this.#open?.decoder.flush();
	}

	/** A second call does nothing. */
	close(): void {
		this.#open?.decoder.close();
		this.#open?.codecpar.free();
		this.#open = undefined;
		this.#facts.clear();
	}

	async #run(packet: Packet | null, onPicture: OnUnitPicture<Facts>): Promise<void> {
		try {
			await this.#open?.decoder.decode(packet, (frame) => {
				const { bestEffortTimestamp, pts } = frame;
				const stamp = bestEffortTimestamp === AV_NOPTS_VALUE ? pts : bestEffortTimestamp;
				const key = stamp === AV_NOPTS_VALUE ? Number.NaN : Number(stamp);
				const facts = this.#facts.get(key);
				this.#facts.delete(key);
				return onPicture(frame, facts, key / 1e6);
			});
		} catch (error) {
			if (!(error instanceof DecoderFailure)) throw error;
			const text = `${this.#options.label} can't be decoded: ${error.message.toLowerCase()}.`;
			throw new SourceError("failed", text, { cause: error });
		}
	}

	#openFor({ codec, width, height }: CodedUnit): OpenDecoder {
		const codecpar = new CodecParameters();
		codecpar.alloc();
		codecpar.codecType = AVMEDIA_TYPE_VIDEO;
		const id = codecIdOf(codec);
		if (id !== undefined) codecpar.codecId = id;
		codecpar.width = width;
		codecpar.height = height;
		return { codec, codecpar, decoder: new LibavDecoder({ codecpar, timeBase: UNIT_TIME_BASE }, this.#options) };
	}
}

function packetOf({ data, keyframe, stampSec, decodeSec = stampSec }: CodedUnit): Packet {
	const packet = newPacket();
	packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
	packet.pts = ticksOf(stampSec);
	packet.dts = ticksOf(decodeSec);
	packet.timeBase = UNIT_TIME_BASE;
	packet.isKeyframe = keyframe;
	return packet;
}

function ticksOf(sec: number): bigint {
	return Number.isFinite(sec) ? BigInt(Math.round(sec * 1e6)) : AV_NOPTS_VALUE;
}
