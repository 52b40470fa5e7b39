import { crc32, deflateRawSync } from "node:zlib";

/** A box of ISO/IEC 14496-12: its length and type, then its content. */
export function box(type: string, ...content: readonly Uint8Array[]): Buffer {
	const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(type, "latin1"), ...content]);
	bytes.writeUInt32BE(bytes.length);
	return bytes;
}

/** A box whose content begins with a version and flags, all 0. */
export function fullBox(type: string, ...content: readonly Uint8Array[]): Buffer {
	return box(type, Buffer.alloc(4), ...content);
}

/** Big-endian 32-bit numbers, of which negative ones stand for themselves. */
export function words(...values: readonly number[]): Buffer {
	const bytes = Buffer.alloc(4 * values.length);
	for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index);
	return bytes;
}

/** The box `sv3d` of Spherical Video V2. @param projection such as the box `equi` */
export function sv3d(projection: Buffer, [yaw, pitch, roll]: readonly [number, number, number] = [0, 0, 0]): Buffer {
	const pose = words(...[yaw, pitch, roll].map((degrees) => Math.round(degrees * 65_536)));
	return box("sv3d", fullBox("svhd", Buffer.from("test\0")), box("proj", fullBox("prhd", pose), projection));
}

/** The box `st3d`. */
export function st3d(mode: number): Buffer {
	return fullBox("st3d", Buffer.of(mode));
}

/** A list of vertices of a mesh. @param kind 0: triangles, 1: a strip, 2: a fan */
export interface VertexList {
	readonly kind: number;
	readonly indices: readonly number[];
	/** @default 0, the video */
	readonly texture?: number;
}

/** A box `mesh`, as Spherical Video V2 describes it. @param vertices x, y, z, u, v of each */
export function mesh(vertices: readonly (readonly number[])[], lists: readonly VertexList[]): Buffer {
	const coordinates = [...new Set(vertices.flat())];
	const floats = Buffer.alloc(4 * coordinates.length);
	for (const [index, value] of coordinates.entries()) floats.writeFloatBE(value, 4 * index);
	const last = [0, 0, 0, 0, 0];
	const steps = vertices.flatMap((vertex) =>
		vertex.map((value, axis) => {
			const index = coordinates.indexOf(value);
			const step = index - last[axis]!;
			last[axis] = index;
			return step;
		}),
	);
	const parts = lists.map(({ kind, indices, texture = 0 }) => {
		const deltas = indices.map((index, at) => index - (indices[at - 1] ?? 0));
		return Buffer.concat([
			Buffer.of(texture, kind),
			words(indices.length),
			zigzag(deltas, bitsOf(vertices.length)),
		]);
	});
	return box(
		"mesh",
		words(coordinates.length),
		floats,
		words(vertices.length),
		zigzag(steps, bitsOf(coordinates.length)),
		words(lists.length),
		...parts,
	);
}

/** A box `mesh` of one triangle ahead. */
export const TRIANGLE: Buffer = mesh(
	[
		[0, 0, -1, 0, 0],
		[1, 0, -1, 1, 0],
		[0, 1, -1, 0, 1],
	],
	[{ kind: 0, indices: [0, 1, 2] }],
);

function bitsOf(count: number): number {
	return Math.ceil(Math.log2(2 * count));
}

/** Numbers of `bits` bits in zigzag code, up to a whole byte. */
function zigzag(values: readonly number[], bits: number): Buffer {
	const text = values
		.map((value) => (value < 0 ? -2 * value - 1 : 2 * value).toString(2).padStart(bits, "0"))
		.join("");
	const bytes = text.match(/.{1,8}/g) ?? [];
	return Buffer.from(bytes.map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2)));
}

/** The box `mshp`. @param encoding `raw ` or `dfl8` */
export function mshp(encoding: string, ...meshes: readonly Buffer[]): Buffer {
	const content = Buffer.concat(meshes);
	const encoded = Buffer.concat([
		Buffer.from(encoding, "latin1"),
		encoding === "dfl8" ? deflateRawSync(content) : content,
	]);
	return fullBox("mshp", words(crc32(encoded)), encoded);
}

/** UUID of the box that holds Spherical Video V1. */
const SPHERICAL_V1 = Buffer.from("ffcc8263f8554a938814587a02521fdd", "hex");

/** XML of Spherical Video V1. @param fields such as `StereoMode` */
export function sphericalV1(fields: Readonly<Record<string, string | number>>): string {
	const elements = Object.entries({ Spherical: "true", ProjectionType: "equirectangular", ...fields }).map(
		([name, value]) => `<GSpherical:${name}> ${value} </GSpherical:${name}>`,
	);
	const names =
		'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" ' +
		'xmlns:GSpherical="http://ns.google.com/videos/1.0/spherical/"';
	return `<?xml version="1.0"?><rdf:SphericalVideo ${names}>${elements.join("\n")}</rdf:SphericalVideo>`;
}

/** The box `uuid` with Spherical Video V1. */
export function v1Box(fields: Readonly<Record<string, string | number>>): Buffer {
	return box("uuid", SPHERICAL_V1, Buffer.from(sphericalV1(fields)));
}

/**
 * An MP4 with boxes put into the description of its first video track, and behind the track's other
 * boxes. The file has its index behind its pictures, as FFmpeg writes it.
 */
export function mp4With(mp4: Buffer, inEntry: readonly Buffer[], inTrack: readonly Buffer[] = []): Buffer {
	const entry = Buffer.concat(inEntry);
	const track = Buffer.concat(inTrack);
	let result = mp4;
	const insert = (at: number, content: Buffer, owners: readonly number[]) => {
		result = Buffer.concat([result.subarray(0, at), content, result.subarray(at)]);
		for (const owner of owners) result.writeUInt32BE(result.readUInt32BE(owner) + content.length, owner);
	};
	const start = (type: string) => result.indexOf(type, result.indexOf("moov")) - 4;
	const end = (at: number) => at + result.readUInt32BE(at);
	const [moov, trak] = [start("moov"), start("trak")];
	insert(end(trak), track, [moov, trak]);
	const stsd = start("stsd");
	insert(end(stsd + 16), entry, [moov, trak, start("mdia"), start("minf"), start("stbl"), stsd, stsd + 16]);
	return result;
}
