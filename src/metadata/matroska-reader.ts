import type { FileHandle } from "node:fs/promises";
import { type EbmlElement, elements, floatOf, unsignedOf } from "./ebml-elements.ts";
import type { FoundStatement, StatedEyes } from "./found-statement.ts";
import { read } from "./mp4-boxes.ts";
import { readProjectionBox, type StatedProjection } from "./projection-boxes.ts";
import { readSphereXml } from "./sphere-xml.ts";

/** Elements of Matroska (RFC 9559). */
const ID = {
	segment: 0x18538067,
	seekHead: 0x114d9b74,
	seek: 0x4dbb,
	seekId: 0x53ab,
	seekPosition: 0x53ac,
	cluster: 0x1f43b675,
	tracks: 0x1654ae6b,
	trackEntry: 0xae,
	trackUid: 0x73c5,
	video: 0xe0,
	stereoMode: 0x53b8,
	projection: 0x7670,
	projectionType: 0x7671,
	projectionPrivate: 0x7672,
	poseYaw: 0x7673,
	posePitch: 0x7674,
	poseRoll: 0x7675,
	tags: 0x1254c367,
	tag: 0x7373,
	targets: 0x63c0,
	tagTrackUid: 0x63c5,
	simpleTag: 0x67c8,
	tagName: 0x45a3,
	tagString: 0x4487,
} as const;

/** The most that is read of one element: meshes of real cameras have 40 KB. */
const CONTENT_BYTES = 8 << 20;
const SPHERICAL_V1_BYTES = 65_536;
/** Tags that are read until the one of Spherical Video V1: each costs reads of its own. */
const MAX_TAGS = 1000;

/** `StereoMode`: the numbers that are not here are layouts that are not unfolded. */
const STEREO_MODES: Readonly<Record<number, StatedEyes>> = {
	0: "mono",
	1: "left-right",
	2: "bottom-top",
	3: "top-bottom",
	11: "right-left",
	15: "custom",
};

/** `ProjectionType`s that have the content of a box as private data, by the box's type. */
const PROJECTION_BOXES: Readonly<Record<number, string>> = { 1: "equi", 2: "cbmp", 3: "mshp" };

/**
 * The statements of a Matroska or WebM file about the sphere, in the order in which they count: the
 * elements `Projection` and `StereoMode`, then Spherical Video V1 in the track's tag
 * `SPHERICAL-VIDEO`.
 *
 * @param track index among the video tracks; another track's statements count if it makes none.
 */
export async function statementsOfMatroska(file: FileHandle, size: number, track: number): Promise<FoundStatement[]> {
	const segment = await child(file, { from: 0, to: size }, ID.segment);
	if (segment === undefined) return [];
	const places = await placesIn(file, segment);
	const tracks = places.tracks === undefined ? [] : await tracksIn(file, places.tracks);
	const chosen = tracks[track];
	const speaking =
		chosen !== undefined && chosen.found.length > 0 ? chosen : tracks.find(({ found }) => found.length > 0);
	const v1 = places.tags && (await sphericalV1(file, places.tags, (chosen ?? tracks[0])?.uid));
	return [...(speaking?.found ?? []), ...(v1 === undefined ? [] : [v1])];
}

type Span = Pick<EbmlElement, "from" | "to">;

async function child(file: FileHandle, { from, to }: Span, id: number): Promise<EbmlElement | undefined> {
	for await (const element of elements(file, from, to)) if (element.id === id) return element;
	return undefined;
}

function contentOf(file: FileHandle, { from, to }: Span, most = CONTENT_BYTES): Promise<Buffer> {
	return read(file, from, Math.min(to - from, most));
}

/** The places of tracks and tags: before the pictures, or where the seek head says. */
async function placesIn(
	file: FileHandle,
	segment: EbmlElement,
): Promise<{ readonly tracks?: Span; readonly tags?: Span }> {
	const places: { tracks?: Span; tags?: Span } = {};
	const take = (element: EbmlElement) => {
		if (element.id === ID.tracks) places.tracks ??= element;
		if (element.id === ID.tags) places.tags ??= element;
	};
	for await (const element of elements(file, segment.from, segment.to)) {
		take(element);
		if (element.id === ID.seekHead) for (const found of await soughtIn(file, element, segment)) take(found);
		// Pictures follow: everything else is found by the seek head, or not at all.
		if (element.id === ID.cluster) break;
	}
	return places;
}

/** The tracks and tags that a seek head points to. */
async function soughtIn(file: FileHandle, seekHead: EbmlElement, segment: EbmlElement): Promise<EbmlElement[]> {
	const found: EbmlElement[] = [];
	for await (const seek of elements(file, seekHead.from, seekHead.to)) {
		if (seek.id !== ID.seek || found.length >= 4) continue;
		let id = 0;
		let position = Number.NaN;
		for await (const field of elements(file, seek.from, seek.to)) {
			if (field.id === ID.seekId) id = unsignedOf(await contentOf(file, field, 8));
			if (field.id === ID.seekPosition) position = unsignedOf(await contentOf(file, field, 8));
		}
		if ((id !== ID.tracks && id !== ID.tags) || !(position < segment.to - segment.from)) continue;
		for await (const element of elements(file, segment.from + position, segment.to)) {
			if (element.id === id) found.push(element);
			break;
		}
	}
	return found;
}

interface VideoTrack {
	readonly uid: number;
	readonly found: readonly FoundStatement[];
}

async function tracksIn(file: FileHandle, tracks: Span): Promise<VideoTrack[]> {
	const found: VideoTrack[] = [];
	for await (const entry of elements(file, tracks.from, tracks.to)) {
		if (entry.id !== ID.trackEntry) continue;
		let uid = Number.NaN;
		let statements: FoundStatement[] | undefined;
		for await (const field of elements(file, entry.from, entry.to)) {
			if (field.id === ID.trackUid) uid = unsignedOf(await contentOf(file, field, 9));
			else if (field.id === ID.video) statements ??= await statementsOfVideo(file, field);
		}
		if (statements !== undefined) found.push({ uid, found: statements });
	}
	return found;
}

async function statementsOfVideo(file: FileHandle, video: EbmlElement): Promise<FoundStatement[]> {
	const found: FoundStatement[] = [];
	for await (const field of elements(file, video.from, video.to)) {
		if (field.id === ID.stereoMode) {
			const eyes = STEREO_MODES[unsignedOf(await contentOf(file, field, 9))] ?? "other";
			found.push({ where: "Matroska's StereoMode", eyes });
		} else if (field.id === ID.projection) found.push(await projectionOf(file, field));
	}
	return found;
}

async function projectionOf(file: FileHandle, projection: EbmlElement): Promise<FoundStatement> {
	let type = 0;
	let content: Buffer = Buffer.alloc(0);
	const pose = { yawDeg: 0, pitchDeg: 0, rollDeg: 0 };
	for await (const field of elements(file, projection.from, projection.to)) {
		if (field.to - field.from > CONTENT_BYTES) continue;
		const bytes = await contentOf(file, field);
		if (field.id === ID.projectionType) type = unsignedOf(bytes);
		else if (field.id === ID.projectionPrivate) content = bytes;
		else if (field.id === ID.poseYaw) pose.yawDeg = floatOf(bytes);
		else if (field.id === ID.posePitch) pose.pitchDeg = floatOf(bytes);
		else if (field.id === ID.poseRoll) pose.rollDeg = floatOf(bytes);
	}
	return {
		where: "Matroska's Projection",
		...stated(type, content),
		...(Object.values(pose).every(Number.isFinite) && { pose }),
		yaw: "counter-clockwise",
	};
}

function stated(type: number, content: Buffer): StatedProjection {
	if (type === 0) return { projection: { kind: "none" } };
	const box = PROJECTION_BOXES[type];
	return (
		(box === undefined ? undefined : readProjectionBox(box, content)) ?? {
			note: `its ProjectionType ${type} is not known`,
		}
	);
}

/** Spherical Video V1 in the tags of the track `uid`, or in tags that name no track. */
async function sphericalV1(file: FileHandle, tags: Span, uid: number | undefined): Promise<FoundStatement | undefined> {
	let count = 0;
	for await (const tag of elements(file, tags.from, tags.to)) {
		if (tag.id !== ID.tag || ++count > MAX_TAGS) continue;
		const { targets, xml } = await readTag(file, tag);
		if (xml === undefined || (uid !== undefined && targets.length > 0 && !targets.includes(uid))) continue;
		const found = readSphereXml(xml);
		if (found !== undefined) return { ...found, where: "Spherical Video V1 (the tag SPHERICAL-VIDEO)" };
	}
	return undefined;
}

async function readTag(
	file: FileHandle,
	tag: EbmlElement,
): Promise<{ readonly targets: readonly number[]; readonly xml: string | undefined }> {
	const targets: number[] = [];
	let xml: string | undefined;
	for await (const field of elements(file, tag.from, tag.to)) {
		if (field.id === ID.targets) {
			for await (const target of elements(file, field.from, field.to))
				if (target.id === ID.tagTrackUid) targets.push(unsignedOf(await contentOf(file, target, 9)));
		}
		if (field.id !== ID.simpleTag) continue;
		let name = "";
		let text = "";
		for await (const { id, ...place } of elements(file, field.from, field.to)) {
			if (id === ID.tagName) name = (await contentOf(file, place, 100)).toString("utf8");
			if (id === ID.tagString) text = (await contentOf(file, place, SPHERICAL_V1_BYTES)).toString("utf8");
		}
		if (name.replace(/\0.*$/s, "").toLowerCase() === "spherical-video") xml = text;
	}
	return { targets, xml };
}
