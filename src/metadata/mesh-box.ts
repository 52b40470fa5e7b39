import { crc32, inflateRawSync } from "node:zlib";
import type { MeshSpec } from "../media/projection.ts";
import { BitReader } from "./bit-reader.ts";
import { boxesIn } from "./mp4-boxes.ts";

/** Bounds of a mesh: ten times as much as cameras and players have. */
const MAX_INFLATED_BYTES = 32 << 20;
const MAX_VERTICES = 250_000;
const MAX_TRIANGLES = 500_000;
const MAX_LISTS = 10_000;

/** Kinds of vertex lists (Spherical Video V2, `index_type`). */
const STRIP = 1;
const FAN = 2;

/** The meshes of an `mshp` box: one for both eyes, or the left eye's and the right eye's. */
export interface MeshBox {
	readonly meshes: readonly MeshSpec[];
	/** A fault that does not keep the meshes from being read, for people. */
	readonly note?: string | undefined;
}

/**
 * Reads the content of an `mshp` box, version and flags first (Google's Spherical Video V2). The
 * same bytes are Matroska's private data of a mesh.
 *
 * @returns a sentence about the fault when there is no mesh that can be read.
 */
export function readMeshBox(content: Buffer): MeshBox | { readonly fault: string } {
	try {
		if (content.length < 12) throw new RangeError("The box ends before its meshes.");
		const encoding = content.toString("latin1", 8, 12);
		const boxes = decoded(encoding, content.subarray(12));
		const meshes = [...boxesIn(boxes)].filter(({ type }) => type === "mesh").slice(0, 2);
		if (meshes.length === 0) throw new RangeError("It holds no mesh.");
		const right = crc32(content.subarray(8)) === content.readUInt32BE(4);
		return {
			meshes: meshes.map(({ content }) => readMesh(content)),
			...(!right && { note: "the mesh's checksum is wrong; it may be damaged" }),
		};
	} catch (error) {
		return { fault: `the mesh can't be read: ${error instanceof Error ? error.message : String(error)}` };
	}
}

function decoded(encoding: string, bytes: Buffer): Buffer {
	switch (encoding) {
		case "raw ":
			return bytes;
		case "dfl8":
			return inflateRawSync(bytes, { maxOutputLength: MAX_INFLATED_BYTES });
		default:
			throw new RangeError(`It is compressed as ${JSON.stringify(encoding)}, which is not known.`);
	}
}

function readMesh(bytes: Buffer): MeshSpec {
	const bits = new BitReader(bytes);
	const coordinateCount = counted(bits, 32, 5 * MAX_VERTICES, "coordinates");
	const coordinates = Float32Array.from({ length: coordinateCount }, (_, i) => bytes.readFloatBE(4 + 4 * i));
	if (!coordinates.every(Number.isFinite)) throw new RangeError("A coordinate is no number.");
	const rest = new BitReader(bytes, 4 + 4 * coordinateCount);
	const vertices = readVertices(rest, coordinates);
	rest.align();
	const triangles = readTriangles(rest, vertices.length / 5);
	if (triangles.length === 0) throw new RangeError("The mesh has no triangles.");
	return { kind: "mesh", vertices, triangles };
}

/** A number of things of `bits` bits each, of which the bytes hold all. */
function counted(reader: BitReader, bits: number, most: number, what: string): number {
	const count = reader.read(32);
	if (count > most || count * bits > reader.left) throw new RangeError(`It can't have ${count} ${what}.`);
	return count;
}

/** Five indices of coordinates for each vertex, each relative to the vertex before. */
function readVertices(reader: BitReader, coordinates: Float32Array): Float32Array {
	const bits = Math.ceil(Math.log2(coordinates.length * 2));
	const count = counted(reader, 5 * bits, MAX_VERTICES, "vertices");
	const vertices = new Float32Array(5 * count);
	const indices = [0, 0, 0, 0, 0];
	for (let at = 0; at < vertices.length; at++) {
		const index = (indices[at % 5] ?? 0) + reader.readZigzag(bits);
		const coordinate = coordinates[index];
		if (coordinate === undefined) throw new RangeError("A vertex has a coordinate that is not there.");
		indices[at % 5] = index;
		vertices[at] = coordinate;
	}
	return vertices;
}

/** The triangles of all vertex lists that show the video. */
function readTriangles(reader: BitReader, vertexCount: number): Uint32Array {
	const bits = Math.ceil(Math.log2(vertexCount * 2));
	const triangles: number[] = [];
	for (let lists = counted(reader, 48, MAX_LISTS, "vertex lists"); lists > 0; lists--) {
		const texture = reader.read(8);
		const kind = reader.read(8);
		const indices = readIndices(reader, bits, vertexCount);
		reader.align();
		// Other textures than the video are reserved.
		if (texture !== 0) continue;
		addTriangles(triangles, indices, kind);
	}
	return Uint32Array.from(triangles);
}

function readIndices(reader: BitReader, bits: number, vertexCount: number): Uint32Array {
	const indices = new Uint32Array(counted(reader, bits, 3 * MAX_TRIANGLES, "indices"));
	let index = 0;
	for (let at = 0; at < indices.length; at++) {
		index += reader.readZigzag(bits);
		if (index < 0 || index >= vertexCount) throw new RangeError("A triangle has a vertex that is not there.");
		indices[at] = index;
	}
	return indices;
}

function addTriangles(triangles: number[], indices: Uint32Array, kind: number): void {
	const step = kind === STRIP || kind === FAN ? 1 : 3;
	for (let at = 0; at + 2 < indices.length; at += step) {
		const odd = kind === STRIP && at % 2 === 1;
		const a = indices[kind === FAN ? 0 : odd ? at + 1 : at] ?? 0;
		const b = indices[odd ? at : at + 1] ?? 0;
		const c = indices[at + 2] ?? 0;
		// Strips repeat vertices to go on elsewhere.
		if (a === b || b === c || a === c) continue;
		if (triangles.length >= 3 * MAX_TRIANGLES) throw new RangeError("It has too many triangles.");
		triangles.push(a, b, c);
	}
}
