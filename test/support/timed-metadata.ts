import { box, fullBox, words } from "./sphere-boxes.ts";

/** A box that follows others in a file. */
interface PlacedBox {
	readonly type: string;
	readonly from: number;
	readonly to: number;
}

function* boxesOf(bytes: Buffer): Generator<PlacedBox> {
	for (let from = 0; from + 8 <= bytes.length; ) {
		const to = from + bytes.readUInt32BE(from);
		yield { type: bytes.toString("latin1", from + 4, from + 8), from, to };
		from = to;
	}
}

/**
 * An MP4 file whose `moov` lies at its end, with a further track of metadata.
 * @param tag of its samples, such as `camm`. @param sampleMs each lasts so long.
 */
export function withMetadataTrack(mp4: Buffer, tag: string, samples: readonly Uint8Array[], sampleMs: number): Buffer {
	const moov = [...boxesOf(mp4)].find(({ type }) => type === "moov");
	if (moov?.to !== mp4.length) throw new Error("The moov lies at the end of the file.");
	const head = mp4.subarray(0, moov.from);
	const count = samples.length;
	const length = count * sampleMs;
	const entry = box(tag, Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]));
	const table = box(
		"stbl",
		fullBox("stsd", words(1), entry),
		fullBox("stts", words(1, count, sampleMs)),
		fullBox("stsc", words(1, 1, count, 1)),
		fullBox("stsz", words(0, count, ...samples.map(({ length: bytes }) => bytes))),
		fullBox("stco", words(1, head.length + 8)),
	);
	const media = box(
		"mdia",
		fullBox("mdhd", words(0, 0, 1000, length, 0x55c40000)),
		fullBox("hdlr", words(0), Buffer.from("meta"), words(0, 0, 0), Buffer.from([0])),
		box("minf", fullBox("nmhd"), table),
	);
	const matrix = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];
	const header = fullBox("tkhd", words(0, 0, 77, 0, length, 0, 0, 0, 0, ...matrix, 0, 0));
	header[11] = 3;
	const track = box("trak", header, media);
	return Buffer.concat([head, box("mdat", ...samples), box("moov", mp4.subarray(moov.from + 8, moov.to), track)]);
}

/**
 * A fragmented MP4 file with a `prft` box before each fragment.
 * @param contentOf the box's content, by the number of the fragment.
 */
export function withReferenceTimes(mp4: Buffer, contentOf: (fragment: number) => Uint8Array): Buffer {
	let fragment = 0;
	const parts = [...boxesOf(mp4)].flatMap(({ type, from, to }) => {
		const whole = mp4.subarray(from, to);
		return type === "moof" ? [box("prft", contentOf(fragment++)), whole] : [whole];
	});
	return Buffer.concat(parts);
}

/** The content of a `prft` box. @param unixUs microseconds since 1970 */
export function prftContent(trackId: number, unixUs: number, mediaTicks: number, flags = 24): Buffer {
	const seconds = Math.floor(unixUs / 1e6);
	const fraction = Math.round(((unixUs - seconds * 1e6) / 1e6) * 2 ** 32);
	return words(0x0100_0000 | flags, trackId, seconds + 2_208_988_800, fraction, 0, mediaTicks);
}

/** A packet of camm with GPS time. @param gpsSec seconds since 1980-01-06 */
export function cammPacket(gpsSec: number, fix = 3): Buffer {
	const packet = Buffer.alloc(60);
	packet.writeUInt16LE(6, 2);
	packet.writeDoubleLE(gpsSec, 4);
	packet.writeInt32LE(fix, 12);
	return packet;
}

/** A field of GPMF. */
export function gpmfField(key: string, type: string, size: number, data: Uint8Array): Buffer {
	const head = Buffer.alloc(8);
	head.write(key, "latin1");
	head[4] = type === "" ? 0 : type.charCodeAt(0);
	// Containers count bytes.
	head[5] = size;
	head.writeUInt16BE(data.length / size, 6);
	return Buffer.concat([head, data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
}

/** A payload of GPMF with GPS time as older cameras write it, such as `231114221320.250`. */
export function gpsuPayload(text: string, fix = 3): Buffer {
	const stream = Buffer.concat([
		gpmfField("STNM", "c", 1, Buffer.from("GPS")),
		gpmfField("GPSF", "L", 4, words(fix)),
		gpmfField("GPSU", "U", 16, Buffer.from(text)),
	]);
	return gpmfField("DEVC", "", 1, gpmfField("STRM", "", 1, stream));
}

/** A payload of GPMF as newer cameras write it: days since 2000, milliseconds since midnight. */
export function gps9Payload(samples: readonly (readonly [days: number, ms: number, fix: number])[]): Buffer {
	const data = samples.map(([days, ms, fix]) =>
		Buffer.concat([words(0, 0, 0, 0, 0, days, ms), Buffer.from([0, 1, 0, fix])]),
	);
	const stream = gpmfField("GPS9", "?", 32, Buffer.concat(data));
	return gpmfField("DEVC", "", 1, gpmfField("STRM", "", 1, stream));
}
