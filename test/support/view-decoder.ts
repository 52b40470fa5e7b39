import { AV_OPT_SEARCH_CHILDREN, AV_OPT_TYPE_STRING } from "node-av/constants";
import { Codec, CodecContext, Frame, Packet } from "node-av/lib";
import type { ViewCodec } from "../../src/media/video-format.ts";

/** A decoded picture; rows follow each other without padding. */
export interface DecodedView {
	readonly width: number;
	readonly height: number;
	readonly planes: readonly [y: Uint8Array, u: Uint8Array, v: Uint8Array];
}

/** FFmpeg's names of the decoders. */
const DECODERS: Readonly<Record<ViewCodec, string>> = { h264: "h264", vp8: "vp8", vp9: "vp9", av1: "libdav1d" };

/** FFmpeg's decoder of a codec, fed access unit by access unit. */
export class ViewDecoder implements Disposable {
	readonly #context = new CodecContext();
	readonly #packet = new Packet();
	readonly #frame = new Frame();

	constructor(viewCodec: ViewCodec) {
		const codec = Codec.findDecoderByName(DECODERS[viewCodec] as never)!;
		this.#context.allocContext3(codec);
		this.#context.threadCount = 1;
		if (viewCodec === "av1")
			this.#context.setOption("max_frame_delay", "1", AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
		if (this.#context.open2Sync(codec) < 0) throw new Error("The decoder did not open.");
		this.#packet.alloc();
		this.#frame.alloc();
	}

	/** @returns the picture of this very access unit. @throws {Error} if none comes out. */
	decode(accessUnit: Uint8Array): DecodedView {
		this.#packet.data = Buffer.from(accessUnit);
		if (this.#context.sendPacketSync(this.#packet) < 0 || this.#context.receiveFrameSync(this.#frame) < 0)
			throw new Error("The access unit gave no picture.");
		const { width, height, linesize } = this.#frame;
		const planes = this.#frame.data!.slice(0, 3).map((samples, index) => {
			const columns = index === 0 ? width : width / 2;
			const rows = index === 0 ? height : height / 2;
			const plane = new Uint8Array(columns * rows);
			for (let row = 0; row < rows; row++)
				plane.set(samples.subarray(row * linesize[index]!, row * linesize[index]! + columns), row * columns);
			return plane;
		});
		this.#frame.unref();
		return { width, height, planes: planes as unknown as DecodedView["planes"] };
	}

	[Symbol.dispose](): void {
		this.#packet.free();
		this.#frame.free();
		this.#context.freeContext();
	}
}
