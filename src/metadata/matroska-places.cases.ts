import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { elementAt, elementsIn, uintOf } from "./ebml.ts";

const [SEGMENT, SEEK_HEAD, CUES, CLUSTER, CRC] = [0x18538067, 0x114d9b74, 0x1c53bb6b, 0x1f43b675, 0xbf];
const TRACKS = 0x1654ae6b;

/** Faults of a Matroska file of known sizes: places that point nowhere, wrong checksums. */
export function faultsOfMatroska(path: string): string[] {
	const file = readFileSync(path);
	const [, segment] = elementsIn(file, "the file");
	if (segment?.id !== SEGMENT) return ["there is no segment"];
	const content = file.subarray(segment.body, segment.end);
	const faults: string[] = [];
	const idAt = (at: number) => elementAt(content, at)?.id;
	for (const { id, body, end } of elementsIn(content, "Segment")) {
		if (![SEEK_HEAD, CUES, TRACKS].includes(id)) continue;
		const list = content.subarray(body, end);
		const [first] = elementsIn(list, "a list");
		if (first?.id === CRC && list.readUInt32LE(first.body) !== crc32(list.subarray(first.end)))
			faults.push(`the checksum of ${id.toString(16)} is wrong`);
		if (id === SEEK_HEAD) {
			for (const seek of elementsIn(list, "SeekHead").filter((place) => place.id === 0x4dbb)) {
				const fields = elementsIn(list.subarray(seek.body, seek.end), "Seek");
				const [wanted, at] = [0x53ab, 0x53ac].map((name) => {
					const field = fields.find((place) => place.id === name);
					return uintOf(list.subarray(seek.body, seek.end).subarray(field?.body, field?.end));
				});
				if (idAt(at ?? 0) !== wanted) faults.push(`a seek entry points to ${at}, where no ${wanted} is`);
			}
		}
		if (id === CUES) {
			for (const point of elementsIn(list, "Cues").filter((place) => place.id === 0xbb)) {
				const inner = list.subarray(point.body, point.end);
				const track = elementsIn(inner, "CuePoint").find((place) => place.id === 0xb7);
				const fields = inner.subarray(track?.body, track?.end);
				const place = elementsIn(fields, "CueTrackPositions").find((field) => field.id === 0xf1);
				const at = uintOf(fields.subarray(place?.body, place?.end));
				if (idAt(at) !== CLUSTER) faults.push(`a cue points to ${at}, where no cluster is`);
			}
		}
	}
	return faults;
}
