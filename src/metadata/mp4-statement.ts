import { type BoxPlace, box, boxPlaces } from "./box-bytes.ts";
import { sphereBox, stereoBox } from "./sphere-boxes.ts";
import { type SphereFields, sphericalV1Fields, xmlText } from "./sphere-fields.ts";
import { type SphereStatement, TagError } from "./sphere-statement.ts";

/** UUID of the box that holds Google's Spherical Video V1 metadata. */
const SPHERICAL_V1 = Buffer.from("ffcc8263f8554a938814587a02521fdd", "hex");
/**
 * Bytes of `stsd` before its first entry, and of a VisualSampleEntry's fields after its header
 * (ISO/IEC 14496-12, 8.5.2 and 12.1.3).
 */
const STSD_FIELDS = 8;
const VISUAL_FIELDS = 78;
/** Boxes of a sample entry that state a projection or the layout of two eyes. */
const STATEMENTS = ["st3d", "sv3d"];
/** Parts of Apple's `vexu` that state a projection or a layout; the others describe the camera. */
const VEXU_STATEMENTS = ["proj", "pack"];

/**
 * The content of `moov` with another statement about one video track.
 *
 * @param moov content of the box
 * @param statement `undefined` removes the statement that is there
 * @param track index among the video tracks
 * @throws {TagError} `unsupported` for a broken box and without such a track; `not-statable`
 */
export function moovWithStatement(moov: Buffer, statement: SphereStatement | undefined, track: number): Buffer {
	const places = boxPlaces(moov, 0, moov.length, "The box moov");
	if (places.some(({ type }) => type === "cmov"))
		throw new TagError("unsupported", "The file's index is compressed (cmov), which can't be rewritten.");
	const traks = places.filter((place) => place.type === "trak" && isVideo(moov, place));
	const chosen = traks[track];
	if (chosen === undefined)
		throw new TagError("unsupported", `The file has no video track ${track}: it has ${traks.length}, from 0 on.`);
	return mapBoxes(moov, 0, moov.length, "moov", (place) =>
		place === chosen || place.start === chosen.start ? trakWithStatement(moov, place, statement) : undefined,
	);
}

/** The box `trak`, with the statement in its sample descriptions (V2) and at its end (V1). */
function trakWithStatement(moov: Buffer, trak: BoxPlace, statement: SphereStatement | undefined): Buffer {
	let size = { width: 0, height: 0 };
	const withV2 = mapPath(moov, trak.body, trak.end, ["mdia", "minf", "stbl", "stsd"], (stsd) => {
		const entries = mapBoxes(moov, stsd.body + STSD_FIELDS, stsd.end, "stsd", (entry) => {
			if (entry.end - entry.body < VISUAL_FIELDS)
				throw new TagError("unsupported", `A sample description (${entry.type}) is too short.`);
			if (size.width === 0)
				size = { width: moov.readUInt16BE(entry.body + 24), height: moov.readUInt16BE(entry.body + 26) };
			return entryWithStatement(moov, entry, statement);
		});
		return box("stsd", moov.subarray(stsd.body, stsd.body + STSD_FIELDS), entries);
	});
	if (size.width === 0) throw new TagError("unsupported", "The video track has no sample description.");
	const fields = statement && sphericalV1Fields(statement, size);
	const withoutV1 = mapBoxes(withV2, 0, withV2.length, "trak", (place) =>
		isSphericalV1(withV2, place) ? Buffer.alloc(0) : undefined,
	);
	return box("trak", withoutV1, ...(fields === undefined ? [] : [sphericalV1Box(fields)]));
}

function entryWithStatement(moov: Buffer, entry: BoxPlace, statement: SphereStatement | undefined): Buffer {
	const fields = moov.subarray(entry.body, entry.body + VISUAL_FIELDS);
	const boxes: Buffer[] = [];
	const places = boxPlaces(moov, entry.body + VISUAL_FIELDS, entry.end, `The sample description ${entry.type}`);
	for (const place of places) {
		if (STATEMENTS.includes(place.type)) continue;
		boxes.push(place.type === "vexu" ? vexuWithout(moov, place) : moov.subarray(place.start, place.end));
	}
	const rest = moov.subarray(places.at(-1)?.end ?? entry.body + VISUAL_FIELDS, entry.end);
	const stated = statement === undefined ? [] : [stereoBox(statement.stereo ?? "mono"), sphereBox(statement)];
	return box(entry.type, fields, ...boxes, ...stated, rest);
}

/** Apple's box without its statement about the projection, or nothing if nothing else is in it. */
function vexuWithout(moov: Buffer, vexu: BoxPlace): Buffer {
	const left = mapBoxes(moov, vexu.body, vexu.end, "vexu", ({ type }) =>
		VEXU_STATEMENTS.includes(type) ? Buffer.alloc(0) : undefined,
	);
	return left.length === 0 ? left : box("vexu", left);
}

function sphericalV1Box(fields: SphereFields): Buffer {
	const elements = fields.map(([name, value]) => `<GSpherical:${name}>${xmlText(value)}</GSpherical:${name}>`);
	const xml =
		'<?xml version="1.0"?><rdf:SphericalVideo xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" ' +
		`xmlns:GSpherical="http://ns.google.com/videos/1.0/spherical/">${elements.join("")}</rdf:SphericalVideo>`;
	return box("uuid", SPHERICAL_V1, Buffer.from(xml, "utf8"));
}

function isSphericalV1(bytes: Buffer, { type, body, end }: BoxPlace): boolean {
	return type === "uuid" && end - body >= 16 && bytes.subarray(body, body + 16).equals(SPHERICAL_V1);
}

/** Tells by the handler whether a track is a video track. */
function isVideo(moov: Buffer, trak: BoxPlace): boolean {
	const mdia = boxPlaces(moov, trak.body, trak.end, "A track").find(({ type }) => type === "mdia");
	const hdlr = mdia && boxPlaces(moov, mdia.body, mdia.end, "A track").find(({ type }) => type === "hdlr");
	return hdlr !== undefined && moov.toString("latin1", hdlr.body + 8, hdlr.body + 12) === "vide";
}

/** Boxes, of which some are replaced by the bytes that `replace` returns. */
function mapBoxes(
	bytes: Buffer,
	from: number,
	to: number,
	name: string,
	replace: (place: BoxPlace) => Buffer | undefined,
): Buffer {
	const places = boxPlaces(bytes, from, to, `The box ${name}`);
	const rest = bytes.subarray(places.at(-1)?.end ?? from, to);
	return Buffer.concat([...places.map((place) => replace(place) ?? bytes.subarray(place.start, place.end)), rest]);
}

/** The content of a box, in which the box at the end of a path of types is replaced. */
function mapPath(
	bytes: Buffer,
	from: number,
	to: number,
	[wanted = "", ...rest]: readonly string[],
	replace: (place: BoxPlace) => Buffer,
): Buffer {
	let found = false;
	const content = mapBoxes(bytes, from, to, wanted, (place) => {
		if (place.type !== wanted || found) return undefined;
		found = true;
		return rest.length === 0 ? replace(place) : box(wanted, mapPath(bytes, place.body, place.end, rest, replace));
	});
	if (!found) throw new TagError("unsupported", `The video track is broken: it has no box ${wanted}.`);
	return content;
}
