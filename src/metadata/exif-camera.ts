/** Make and model of the camera, as files name them. */
export interface CameraName {
	readonly make: string;
	readonly model: string;
}

const EXIF = "Exif\0\0";
/** Tags of TIFF 6.0. */
const MAKE = 0x010f;
const MODEL = 0x0110;
const ASCII = 2;
const ENTRY_BYTES = 12;
const MAX_ENTRIES = 500;
const MAX_TEXT_BYTES = 100;

/** The camera's name in the EXIF of a JPEG. @param segments its APP1 segments */
export function cameraOfExif(segments: readonly Buffer[]): CameraName | undefined {
	const segment = segments.find((bytes) => bytes.toString("latin1", 0, EXIF.length) === EXIF);
	if (segment === undefined) return undefined;
	try {
		return cameraOfTiff(segment.subarray(EXIF.length));
	} catch (error) {
		// An offset leads outside of the segment.
		if (error instanceof RangeError) return undefined;
		throw error;
	}
}

function cameraOfTiff(tiff: Buffer): CameraName | undefined {
	const little = tiff.toString("latin1", 0, 2) === "II";
	const uint16 = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
	const uint32 = (at: number) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
	const directory = uint32(4);
	const texts = new Map<number, string>();
	for (let index = 0; index < Math.min(uint16(directory), MAX_ENTRIES); index++) {
		const entry = directory + 2 + index * ENTRY_BYTES;
		const tag = uint16(entry);
		if ((tag !== MAKE && tag !== MODEL) || uint16(entry + 2) !== ASCII) continue;
		const length = uint32(entry + 4);
		const from = length <= 4 ? entry + 8 : uint32(entry + 8);
		const text = tiff.toString("latin1", from, from + Math.min(length, MAX_TEXT_BYTES));
		texts.set(tag, text.replace(/\0.*$/s, "").trim());
	}
	return texts.size === 0 ? undefined : { make: texts.get(MAKE) ?? "", model: texts.get(MODEL) ?? "" };
}
