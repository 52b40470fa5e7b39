import { renameSync, writeFileSync } from "node:fs";
import { FormatContext, type Packet, Rational } from "node-av/lib";
import { libavText } from "../source/libav-error.ts";
import type { EncoderSetup } from "./encoding.ts";
import { FrameEncoder } from "./frame-encoder.ts";
import { type OutputKind, sequenceName } from "./output-kind.ts";
import type { PictureTime, WriteStart } from "./render-protocol.ts";

/** A picture, or a file for each of a sequence. */
export class PictureFiles implements Disposable {
	readonly #start: WriteStart;
	readonly #setup: EncoderSetup;
	readonly #kind: Exclude<OutputKind, { kind: "video" }>;
	readonly encoder: FrameEncoder;
	#pictures = 0;

	/** @throws {Error} when the encoder does not open. */
	constructor(start: WriteStart, kind: Exclude<OutputKind, { kind: "video" }>, setup: EncoderSetup) {
		this.#start = start;
		this.#kind = kind;
		this.#setup = setup;
		this.encoder = this.#openEncoder();
	}

	/** @throws {Error} when encoding or writing fails. */
	write(address: number, time: PictureTime): void {
		// An encoder that holds pictures back is opened for each.
		const isFirst = this.#pictures === 0;
		const encoder = isFirst || this.#setup.name !== "libsvtav1" ? this.encoder : this.#openEncoder();
		const packets: Buffer[] = [];
		try {
			if (this.#kind.format === "avif") this.#writeAvif(encoder, address, time);
			else {
				encoder.encode(address, time, ({ data }) => void packets.push(Buffer.from(data ?? [])));
				writeFileSync(this.#start.temporaryPath, Buffer.concat(packets));
			}
		} finally {
			if (encoder !== this.encoder) encoder[Symbol.dispose]();
		}
		if (this.#kind.kind === "sequence") {
			const { path, temporaryPath, firstNumber } = this.#start;
			renameSync(temporaryPath, sequenceName(path, firstNumber + this.#pictures));
		}
		this.#pictures++;
	}

	/** @returns the number of pictures. */
	finish(): number {
		return this.#pictures;
	}

	[Symbol.dispose](): void {
		this.encoder[Symbol.dispose]();
	}

	#openEncoder(): FrameEncoder {
		const { facts } = this.#start;
		return new FrameEncoder({
			...this.#start,
			...facts,
			timeBase: { num: 1, den: 25 },
			frameRate: { num: 25, den: 1 },
			setup: this.#setup,
			globalHeader: this.#kind.format === "avif",
		});
	}

	/** AVIF is a container: its picture goes through FFmpeg's muxer. */
	#writeAvif(encoder: FrameEncoder, address: number, time: PictureTime): void {
		const format = new FormatContext();
		try {
			check(format.allocOutputContext2(null, "avif", this.#start.temporaryPath), "there is no AVIF muxer");
			const stream = format.newStream();
			check(stream.codecpar.fromContext(encoder.context), "the picture can't be described");
			stream.timeBase = new Rational(1, 25);
			check(format.openOutputSync(), "can't be opened");
			check(format.writeHeaderSync(), "AVIF does not take these samples");
			const write = (packet: Packet) => {
				packet.streamIndex = stream.index;
				check(format.interleavedWriteFrameSync(packet), "the picture can't be written");
			};
			encoder.encode(address, { ...time, ticks: 0, durationTicks: 1 }, write);
			encoder.finish(write);
			check(format.writeTrailerSync(), "the end can't be written");
			format.closeOutputSync();
		} finally {
			format.freeContext();
		}
	}
}

function check(code: number, what: string): void {
	if (code < 0) throw new Error(`${what}: ${libavText(code)}`);
}
