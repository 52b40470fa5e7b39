import type { CubeFaceName, GoproMaxSpec } from "../media/projection.ts";
import { NO_RAY } from "./continued-projection.ts";
import { EAC_GRID, type FaceRotationDeg, faceOf, placeOnFace, rayThroughFace } from "./cube-faces.ts";
import { EQUIANGULAR_FACE } from "./cubemap.ts";
import type { Point, Projection, ProjectionPart, ProjectionTile, Ray } from "./geometry.ts";
import { CUT_STEEPNESS, smoothStep } from "./smooth-step.ts";
import { requireNumber } from "./spec-bounds.ts";

/** Part of the overlap that is blended: the rest keeps the taps of both halves inside. */
const FEATHER_SHARE = 0.9;

/**
 * Columns that each cut face shows twice in pictures of `width` x `height` (one of the two rows).
 * In pictures of 4096 x 1344 they are those by which a row is wider than three square faces: 64. In
 * pictures of 2272 x 736 it is half of these, 32: the copies lie 30 to 32 columns apart in the 3K
 * frames of trek-view/max2sphere, whose template states 16 for each half.
 */
export function defaultMaxOverlap(width: number, height: number): number {
	const wider = Math.max(0, width - 3 * height);
	return width === 2272 && height === 736 ? wider / 2 : wider;
}

/** Half of a cut face, or a whole one, in the picture. */
interface MaxPiece {
	readonly face: CubeFaceName;
	readonly rotation: FaceRotationDeg;
	/** Index of the lens that took it: 0 in front, 1 behind. */
	readonly lens: 0 | 1;
	/** The place at which the face would begin if it were not cut, and its width. */
	readonly faceX: number;
	readonly faceWidth: number;
	/** The rectangle that shows it. */
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/**
 * The two pictures of a GoPro MAX, one above the other: rows of three equi-angular faces, in the
 * order and with the turns of `EAC_GRID`. The faces at the sides of a row are cut in the middle,
 * where the front lens's picture ends and the back lens's begins; both halves show the overlap.
 */
export class GoproMax implements Projection {
	readonly width: number;
	readonly height: number;
	/** The lens in front, and the one behind. */
	readonly parts: readonly ProjectionPart[];
	readonly tiles: readonly ProjectionTile[];
	readonly #pieces: readonly MaxPiece[];
	readonly #blend: "feather" | "cut";
	/** Half of the overlap, as a part of half a face. */
	readonly #halfOverlap: number;

	/**
	 * @throws {RangeError} when the picture is no two rows of faces, or the overlap does not fit.
	 */
	constructor({ overlap, blend = "feather" }: GoproMaxSpec, width: number, height: number) {
		const rowHeight = height / 2;
		const sideWidth = (width - rowHeight) / 2;
		if (!(sideWidth >= rowHeight / 2)) {
			throw new RangeError(
				"A picture of a GoPro MAX has two rows of three faces, 4096x2688 or 2272x1472 with both rows; " +
					`got ${width}x${height}.`,
			);
		}
		const columns = requireNumber(
			overlap ?? defaultMaxOverlap(width, rowHeight),
			"overlap",
			`a number of columns from 0 to ${Math.floor(sideWidth / 2)}`,
			(value) => value >= 0 && value <= sideWidth / 2,
		);
		this.width = width;
		this.height = height;
		this.#blend = blend;
		this.#halfOverlap = columns / (sideWidth - columns);
		this.#pieces = piecesOf(width, rowHeight, sideWidth, columns);
		this.parts = ([0, 1] as const).map((lens) => ({
			project: (ray) => this.#projectTo(this.#pieceFor(ray, lens), ray),
			weight: (ray) => (lens === 0 ? this.#frontWeight(ray) : 1 - this.#frontWeight(ray)),
			blendPlace: (ray) => (lens === 0 ? this.#blendPlace(ray) : -this.#blendPlace(ray)),
		}));
		this.tiles = this.#pieces.map((piece) => ({
			x: piece.x,
			y: piece.y,
			width: piece.width,
			height: piece.height,
			face: piece.face,
			part: piece.lens,
			contains: (ray) => faceOf(ray) === piece.face && this.#reach(ray, piece.lens) >= 0,
			project: (ray) => this.#projectTo(piece, ray),
			unproject: (x, y) => rayAt(piece, x, y),
		}));
	}

	/** `Projection.unproject`. */
	unproject(x: number, y: number): Ray {
		const inX = Math.max(0, Math.min(this.width, x));
		const isLower = y >= this.height / 2;
		const piece = this.#pieces.find(
			(each) => each.y > 0 === isLower && inX >= each.x && inX <= each.x + each.width,
		);
		return piece === undefined ? NO_RAY : rayAt(piece, x, y);
	}

	/** `Projection.project`: in the half with the greater weight. */
	project(ray: Ray): Point {
		return this.#projectTo(this.#pieceFor(ray, this.#frontWeight(ray) >= 0.5 ? 0 : 1), ray);
	}

	#projectTo({ face, rotation, faceX, faceWidth, y, height }: MaxPiece, ray: Ray): Point {
		const [across, down] = placeOnFace(face, rotation, ray);
		return [
			faceX + ((EQUIANGULAR_FACE.picture(across) + 1) / 2) * faceWidth,
			y + ((EQUIANGULAR_FACE.picture(down) + 1) / 2) * height,
		];
	}

	/**
	 * The piece of a lens on the face that the ray meets; on the other lens's face, a neighbour.
	 */
	#pieceFor(ray: Ray, lens: 0 | 1): MaxPiece {
		const met = faceOf(ray);
		const face = lens === 0 && met === "b" ? sideOf(ray) : lens === 1 && met === "f" ? sideOf(ray) : met;
		const piece = this.#pieces.find((each) => each.face === face && each.lens === lens);
		return piece ?? this.#pieces[0]!;
	}

	/** Share of the front lens, by the direction alone. */
	#frontWeight(ray: Ray): number {
		const place = this.#blendPlace(ray);
		return this.#isCut ? Number(place >= 0) : smoothStep(place);
	}

	#blendPlace(ray: Ray): number {
		return frontness(ray) * (this.#isCut ? CUT_STEEPNESS : 1 / (this.#halfOverlap * FEATHER_SHARE));
	}

	get #isCut(): boolean {
		return this.#blend === "cut" || this.#halfOverlap === 0;
	}

	/** The reach of a lens's pixels beyond `ray`, as a part of half a face. */
	#reach(ray: Ray, lens: 0 | 1): number {
		return this.#halfOverlap + (lens === 0 ? frontness(ray) : -frontness(ray));
	}
}

/** The ray through a place of the picture, by the face that `piece` shows. */
function rayAt({ face, rotation, faceX, faceWidth, y: top, height }: MaxPiece, x: number, y: number): Ray {
	const across = (2 * (x - faceX)) / faceWidth - 1;
	const down = (2 * (y - top)) / height - 1;
	return rayThroughFace(face, rotation, [EQUIANGULAR_FACE.plane(across), EQUIANGULAR_FACE.plane(down)]);
}

/** The four faces around the front and back one. */
function sideOf([x, y]: Ray): CubeFaceName {
	if (Math.abs(x) >= Math.abs(y)) return x > 0 ? "r" : "l";
	return y > 0 ? "u" : "d";
}

/**
 * 1 where the side faces meet the front one, 0 in their middle, -1 where they meet the back one.
 */
function frontness([x, y, z]: Ray): number {
	return (4 / Math.PI) * Math.atan2(-z, Math.max(Math.abs(x), Math.abs(y)));
}

function piecesOf(width: number, rowHeight: number, sideWidth: number, overlap: number): MaxPiece[] {
	const faceWidth = sideWidth - overlap;
	return EAC_GRID.faces.flatMap((face, index): MaxPiece[] => {
		if (face === null) return [];
		const rotation = EAC_GRID.rotationsDeg?.[index] ?? 0;
		const y = index < 3 ? 0 : rowHeight;
		const common = { face, rotation, y, height: rowHeight };
		if (index % 3 === 1) {
			const lens = face === "f" ? 0 : 1;
			return [{ ...common, lens, faceX: sideWidth, faceWidth: rowHeight, x: sideWidth, width: rowHeight }];
		}
		const left = index % 3 === 0 ? 0 : width - sideWidth;
		const half = sideWidth / 2;
		// The left half of the left face touches the back, that of the lower face the front, and so
		// on.
		const leftRay = rayThroughFace(face, rotation, [-0.5, 0]);
		const lens = frontness(leftRay) > 0 ? 0 : 1;
		return [
			{ ...common, lens, faceX: left, faceWidth, x: left, width: half },
			{ ...common, lens: lens === 0 ? 1 : 0, faceX: left + overlap, faceWidth, x: left + half, width: half },
		];
	});
}
