import { crc32, deflateRawSync } from "node:zlib";
import type { MeshSpec, ProjectionSpec, SphereBounds } from "../media/projection.ts";
import type { StereoLayout } from "../media/stereo-layout.ts";
import { box, fullBox, uint32s } from "./box-bytes.ts";
import { type SphereStatement, TagError } from "./sphere-statement.ts";

/** The boxes of Google's Spherical Video V2 that describe projections, by their types. */
export interface ProjectionBox {
	readonly type: "equi" | "cbmp" | "mshp";
	/** Content of the box, version and flags first. */
	readonly content: Buffer;
	/** True for the whole sphere, equirectangular: Matroska then needs no content. */
	readonly whole: boolean;
}

/** Modes of `st3d`. */
const ST3D_MODES: Partial<Record<StereoLayout, number>> = {
	mono: 0,
	"top-bottom": 1,
	"left-right": 2,
	"right-left": 4,
};

/**
 * The box that describes the statement's projection.
 * @throws {TagError} `not-statable`
 */
export function projectionBox({ projection, rightProjection }: SphereStatement): ProjectionBox {
	switch (projection.kind) {
		case "equirect": {
			const { top, bottom, left, right } = checkedBounds(projection.bounds);
			const content = Buffer.concat([uint32s(0), uint32s(...[top, bottom, left, right].map(fraction))]);
			return { type: "equi", content, whole: top + bottom + left + right === 0 };
		}
		case "cubemap": {
			if (projection.layout !== "google" || projection.paddingIs === "outside")
				throw notStatable(
					"A cubemap is stated in the layout google, with the padding inside of the picture's size; got " +
						`${cubeWords(projection)}. Another layout has to be rendered into this one.`,
				);
			return { type: "cbmp", content: uint32s(0, 0, projection.padding ?? 0), whole: false };
		}
		case "mesh": {
			const right = rightProjection?.kind === "mesh" ? [rightProjection] : [];
			return { type: "mshp", content: meshContent([projection, ...right]), whole: false };
		}
		default:
			throw notStatable(
				"Videos state the projections equirect, cubemap and mesh, and have no words for " +
					`${projection.kind}.`,
			);
	}
}

function cubeWords({ layout = "c3x2", paddingIs }: Extract<ProjectionSpec, { kind: "cubemap" }>): string {
	const name = typeof layout === "string" ? `the layout ${layout}` : "a layout of its own";
	return paddingIs === "outside" ? `${name}, with the padding outside` : name;
}

/**
 * The parts of the sphere that are cropped away, 0 if none are stated.
 * @throws {TagError} `not-statable` when nothing is left of the sphere.
 */
export function checkedBounds(bounds: SphereBounds | undefined): SphereBounds {
	const { top, bottom, left, right } = bounds ?? { top: 0, bottom: 0, left: 0, right: 0 };
	const good = [top, bottom, left, right].every((part) => part >= 0 && part < 1);
	if (!good || top + bottom >= 1 || left + right >= 1)
		throw notStatable(
			"The bounds top, bottom, left and right are parts of the whole sphere that are cropped away, 0 to 1, and " +
				`something has to be left; got ${[top, bottom, left, right].join(",")}.`,
		);
	return { top, bottom, left, right };
}

/** Parts of 1 as 0.32 fixed point. */
function fraction(part: number): number {
	return Math.min(0xffff_ffff, Math.round(part * 2 ** 32));
}

/**
 * The box `st3d`.
 * @throws {TagError} `not-statable` for an order of the eyes that it has no mode for.
 */
export function stereoBox(layout: StereoLayout): Buffer {
	const mode = ST3D_MODES[layout];
	if (mode === undefined)
		throw notStatable(`MP4 has no words for the layout ${layout}. Matroska has; or swap the eyes into top-bottom.`);
	return fullBox("st3d", Buffer.of(mode));
}

/**
 * The box `sv3d`: software, pose and projection.
 * @throws {TagError} `not-statable`
 */
export function sphereBox(statement: SphereStatement): Buffer {
	const { yawDeg, pitchDeg, rollDeg } = statement.pose ?? { yawDeg: 0, pitchDeg: 0, rollDeg: 0 };
	const angles = Buffer.alloc(12);
	for (const [index, degrees] of [yawDeg, pitchDeg, rollDeg].entries())
		angles.writeInt32BE(Math.round(degrees * 65_536), 4 * index);
	const { type, content } = projectionBox(statement);
	return box(
		"sv3d",
		fullBox("svhd", Buffer.from(`${softwareOf(statement)}\0`, "utf8")),
		box("proj", fullBox("prhd", angles), box(type, content)),
	);
}

/** The program that made the sphere: a field that readers of V1 insist on. */
export function softwareOf({ software }: SphereStatement): string {
	return software ?? "panogaze";
}

export function notStatable(message: string): TagError {
	return new TagError("not-statable", message);
}

/** Content of `mshp`: version and flags, checksum, encoding, and the compressed meshes. */
function meshContent(meshes: readonly MeshSpec[]): Buffer {
	const payload = Buffer.concat([
		Buffer.from("dfl8", "latin1"),
		deflateRawSync(Buffer.concat(meshes.map(meshBox)), { level: 9 }),
	]);
	// The checksum is that of all that follows it (measured on a file of Google's).
	return Buffer.concat([uint32s(0, crc32(payload)), payload]);
}

/** A mesh: its distinct coordinates, vertices as steps through them, and one list of triangles. */
function meshBox({ vertices, triangles }: MeshSpec): Buffer {
	const indexOf = new Map<number, number>();
	for (const value of vertices) if (!indexOf.has(value)) indexOf.set(value, indexOf.size);
	const coordinates = Buffer.alloc(4 * indexOf.size);
	for (const [value, index] of indexOf) coordinates.writeFloatBE(value, 4 * index);
	const vertexCount = vertices.length / 5;
	const vertexBits = new BitWriter(bitsFor(indexOf.size));
	const last = [0, 0, 0, 0, 0];
	for (const [at, value] of vertices.entries()) {
		const index = indexOf.get(value) ?? 0;
		vertexBits.writeStep(index - (last[at % 5] ?? 0));
		last[at % 5] = index;
	}
	const triangleBits = new BitWriter(bitsFor(vertexCount));
	let lastVertex = 0;
	for (const vertex of triangles) {
		triangleBits.writeStep(vertex - lastVertex);
		lastVertex = vertex;
	}
	const list = Buffer.concat([Buffer.of(0, 0), uint32s(triangles.length), triangleBits.bytes()]);
	return box("mesh", uint32s(indexOf.size), coordinates, uint32s(vertexCount), vertexBits.bytes(), uint32s(1), list);
}

/** Bits of a step between indices: ceil(log2(2 count)). */
function bitsFor(count: number): number {
	return Math.ceil(Math.log2(Math.max(1, 2 * count)));
}

/** Writes signed steps of a fixed number of bits, their sign in the lowest one. */
class BitWriter {
	readonly #bits: number;
	readonly #bytes: number[] = [];
	#used = 8;

	constructor(bits: number) {
		this.#bits = bits;
	}

	writeStep(step: number): void {
		const code = step < 0 ? -2 * step - 1 : 2 * step;
		for (let bit = this.#bits - 1; bit >= 0; bit--) {
			if (this.#used === 8) {
				this.#bytes.push(0);
				this.#used = 0;
			}
			const one = Math.floor(code / 2 ** bit) % 2;
			const byte = this.#bytes.length - 1;
			this.#bytes[byte] = (this.#bytes[byte] ?? 0) | (one << (7 - this.#used++));
		}
	}

	/** The bytes; bits that are left in the last one are 0. */
	bytes(): Buffer {
		return Buffer.from(this.#bytes);
	}
}
