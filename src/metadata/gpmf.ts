import { statedTimeUs } from "./gps-time.ts";

/** A time in a payload. */
export interface GpmfTime {
	/** Microseconds since 1970 (UTC). */
	readonly timeUs: number;
	/** Its place in the time that the payload covers, 0 to 1. */
	readonly fraction: number;
}

/** A field: key, type, and its data (GoPro's GPMF introduction, "KLV"). */
interface Field {
	readonly key: string;
	/** Bytes of one structure. */
	readonly size: number;
	readonly count: number;
	readonly data: DataView;
}

const HEADER_BYTES = 8;
/** Most fields that are read of a payload, and how deep: cameras write about 100, and 2. */
const MOST_FIELDS = 4096;
const MOST_DEPTH = 4;
/** `yymmddhhmmss.sss` */
const GPSU = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d\.\d{3})$/;
/** Bytes of a sample of GPS9: seven 32-bit and two 16-bit numbers. */
const GPS9_BYTES = 32;
const EPOCH_2000_MS = Date.UTC(2000, 0, 1);
/** 2 and 3: a fix of as many dimensions. */
const LEAST_FIX = 2;

/**
 * Reads the UTC time in a payload of a `gpmd` track: GPS9 of newer cameras, or GPSU.
 * @returns `undefined` if it states none, has no fix, or is broken.
 */
export function readGpmfTime(payload: Uint8Array): GpmfTime | undefined {
	const fields: Field[] = [];
	const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
	collect(view, 0, fields);
	const gps9 = fields.find(({ key, size }) => key === "GPS9" && size === GPS9_BYTES);
	const found = gps9 && timeOfGps9(gps9);
	if (found !== undefined) return found;
	const fix = fields.find(({ key, data }) => key === "GPSF" && data.byteLength >= 4);
	if (fix !== undefined && fix.data.getUint32(0) < LEAST_FIX) return undefined;
	const stamp = fields.find(({ key }) => key === "GPSU");
	const timeUs = stamp && timeOfGpsu(stamp);
	return timeUs === undefined ? undefined : { timeUs, fraction: 0 };
}

/** Lists the fields within all containers; ends at what is broken. */
function collect(view: DataView, depth: number, fields: Field[]): void {
	for (let at = 0; at + HEADER_BYTES <= view.byteLength && fields.length < MOST_FIELDS; ) {
		const [type, size, count] = [view.getUint8(at + 4), view.getUint8(at + 5), view.getUint16(at + 6)];
		const from = at + HEADER_BYTES;
		if (from + size * count > view.byteLength) return;
		const data = new DataView(view.buffer, view.byteOffset + from, size * count);
		fields.push({ key: textOf(view, at, 4), size, count, data });
		if (type === 0 && depth < MOST_DEPTH) collect(data, depth + 1, fields);
		// Data are filled up to 32 bits.
		at = from + Math.ceil((size * count) / 4) * 4;
	}
}

function timeOfGps9({ data, count }: Field): GpmfTime | undefined {
	for (let sample = 0; sample < count; sample++) {
		const at = sample * GPS9_BYTES;
		if (data.getUint16(at + 30) < LEAST_FIX) continue;
		const [days, milliseconds] = [data.getInt32(at + 20), data.getInt32(at + 24)];
		const timeUs = statedTimeUs((EPOCH_2000_MS + days * 86_400_000 + milliseconds) * 1000);
		if (timeUs !== undefined) return { timeUs, fraction: sample / count };
	}
	return undefined;
}

function timeOfGpsu({ data }: Field): number | undefined {
	const match = GPSU.exec(textOf(data, 0, data.byteLength));
	if (match === null) return undefined;
	const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
	const isReal = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 && second < 61;
	const dayMs = Date.UTC(2000 + year, month - 1, day);
	return isReal ? statedTimeUs(dayMs * 1000 + ((hour * 60 + minute) * 60 + second) * 1e6) : undefined;
}

function textOf(view: DataView, at: number, length: number): string {
	return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, Math.min(length, 16)));
}
