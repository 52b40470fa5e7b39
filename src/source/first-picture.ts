import { type Frame, Packet } from "node-av/lib";
import { orientationOf, uprightPicture } from "./libav-converter.ts";
import { LibavDecoder } from "./libav-decoder.ts";
import type { LibavInput } from "./libav-input.ts";
import type { Orientation, UprightPicture } from "./picture-orientation.ts";

/**
 * After so many packets without a picture the track can't be decoded, or only from a later place.
 */
const MAX_PACKETS = 100;

/**
 * Orientation of an input's first picture: some files (JPEG with EXIF) state it in the picture
 * only. It is the container's statement if no picture can be decoded.
 */
export async function firstPicture(
	input: LibavInput,
): Promise<{ readonly orientation: Orientation; readonly picture: UprightPicture }> {
	const { pixelAspect, stream, heif } = input;
	if (heif !== undefined) return { orientation: heif.orientation, picture: { ...heif.upright, pixelAspect: 1 } };
	const frame = await decodeFirst(input).catch(() => undefined);
	try {
		const orientation = (frame && orientationOf(frame)) ?? input.orientation;
		return { orientation, picture: uprightPicture(frame ?? stream.codecpar, orientation, pixelAspect) };
	} finally {
		frame?.free();
	}
}

/** The caller frees the picture. */
async function decodeFirst(input: LibavInput): Promise<Frame | undefined> {
	const { stream, live, frameRate, label } = input;
	const decoder = new LibavDecoder(stream, { hwaccel: "none", threads: 1, live, frameRate, label });
	const packet = new Packet();
	packet.alloc();
	let first: Frame | undefined;
	const keep = async (frame: Frame) => {
		if (first === undefined) first = frame;
		else frame.free();
	};
	try {
		for (let count = 0; first === undefined && count < MAX_PACKETS; count++) {
			const more = await input.read(packet);
			await decoder.decode(more ? packet : null, keep);
			packet.unref();
			if (!more) break;
		}
		return first;
	} finally {
		packet.free();
		decoder.close();
	}
}
