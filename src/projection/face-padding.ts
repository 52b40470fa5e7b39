import type { PlaneSampling } from "./plane-sampling.ts";
import type { StoredPart, StoredProjectionTile } from "./stored-projection.ts";
import type { SamplePlane, Samples } from "./tile-padding.ts";

/** Samples beyond a tile's edge that bicubic filters reach: they are drawn with care. */
const FINE_DEPTH = 2;
/** Rings around a tile's samples that are drawn from the nearest sample at least. */
const LEAST_RINGS = 4;
/** Rings beyond these that repeat the outermost one. */
const REPEATED_RINGS = 4;
/** Offset from the middle of a row of samples, in samples, that is as good as none. */
const NEGLIGIBLE = 0.02;

/** A pixel whose centre is this near to an edge belongs to neither side, samples. */
const TIE = 1e-6;

/** Samples that a padding sample is made of, along each axis. */
const TAPS = 4;
/** Places between two samples that weights are known for. */
const PLACES_PER_SAMPLE = 128;
/** The first place that weights are known for, samples from the first tap; and the last. */
const FIRST_PLACE = -1;
const LAST_PLACE = TAPS;
const WEIGHT_BITS = 14;

/**
 * Weights of four samples for a place among them or up to one sample outside: the cubic polynomial
 * through them (Lagrange). The weights of a place sum up to exactly one, so that a constant stays.
 */
const WEIGHTS = lagrangeWeights();

function lagrangeWeights(): Int32Array {
	const places = (LAST_PLACE - FIRST_PLACE) * PLACES_PER_SAMPLE + 1;
	const weights = new Int32Array(places * TAPS);
	for (let place = 0; place < places; place++) {
		const x = FIRST_PLACE + place / PLACES_PER_SAMPLE;
		// Outside of the samples a parabola through three of them, which rounding disturbs less.
		const used = [0, 1, 2, 3].filter((tap) => (x < 0 ? tap < 3 : x > 3 ? tap > 0 : true));
		const exact = [0, 1, 2, 3].map((tap) => (used.includes(tap) ? lagrangeWeight(x, tap, used) : 0));
		const rounded = exact.map((weight) => Math.round(weight * 2 ** WEIGHT_BITS));
		const nearest = Math.max(0, Math.min(TAPS - 1, Math.round(x)));
		rounded[nearest]! += 2 ** WEIGHT_BITS - rounded.reduce((sum, weight) => sum + weight, 0);
		weights.set(rounded, place * TAPS);
	}
	return weights;
}

function lagrangeWeight(x: number, tap: number, taps: readonly number[]): number {
	return taps.reduce((product, other) => (other === tap ? product : (product * (x - other)) / (tap - other)), 1);
}

/** Index of the weights of a place, in samples from the first tap. */
function weightsAt(place: number): number {
	const clamped = Math.max(FIRST_PLACE, Math.min(LAST_PLACE, place));
	return Math.round((clamped - FIRST_PLACE) * PLACES_PER_SAMPLE) * TAPS;
}

/** First and last column and row of the samples that show a tile's own picture, in the plane. */
interface OwnSamples {
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

/**
 * Samples that are made of a piece's own pixels alone: a chroma sample is the mean of two by two
 * pixels, and one that straddles an edge is mixed with another face's colour.
 */
function ownSamples({ piece, source, x, y }: StoredProjectionTile, { step }: PlaneSampling): OwnSamples {
	const [right, down] = [x - source.x, y - source.y];
	/** First sample whose first pixel's centre lies after the edge. */
	const first = (edge: number) => Math.ceil((edge - 0.5) / step + TIE);
	/** Last sample whose last pixel's centre lies before the edge. */
	const last = (edge: number) => Math.floor((edge + 0.5) / step - 1 - TIE);
	return {
		left: first(piece.x + right),
		right: last(piece.x + piece.width + right),
		top: first(piece.y + down),
		bottom: last(piece.y + piece.height + down),
	};
}

/**
 * The distance of a place among the stored samples beyond the edges of a tile's piece, luma pixels.
 */
export function depthBeyond({ piece, source, x: left, y: top }: StoredProjectionTile, x: number, y: number): number {
	const [across, down] = [x - left + source.x - piece.x, y - top + source.y - piece.y];
	return Math.max(-across, across - piece.width, -down, down - piece.height);
}

/**
 * The padding of the tiles of a plane that continue into each other, such as the faces of a cube: a
 * table, made once, of the samples and weights that each sample around a tile is made of.
 */
export class FacePadding {
	readonly #copies: readonly SampleRun[];
	/** Runs that take four samples in a row, and in a column. */
	readonly #rows: readonly SampleRun[];
	readonly #columns: readonly SampleRun[];
	/** Index of the sample to write, of the first of 4 x 4, of weights across and down. */
	readonly #patches: Int32Array;
	readonly #tiles: readonly OwnSamples[];
	readonly #rings: number;

	/**
	 * @param stride samples from one row of the plane to the next.
	 * @param rings rings around a tile that are drawn from its neighbours, at least 4; the next
	 * four repeat the last.
	 */
	constructor(parts: readonly StoredPart[], stride: number, sampling: PlaneSampling, rings = LEAST_RINGS) {
		const table = new PaddingTable(stride, sampling);
		for (const part of parts) for (const tile of part.tiles) table.addTile(tile, part.tiles, rings);
		this.#copies = table.copies.finish();
		this.#rows = table.rows.finish();
		this.#columns = table.columns.finish();
		this.#patches = Int32Array.from(table.patches);
		this.#tiles = parts.flatMap(({ tiles }) => tiles.map((tile) => ownSamples(tile, sampling)));
		this.#rings = rings;
	}

	/**
	 * Writes the padding around all tiles of `plane`, whose own samples are in place.
	 *
	 * @param greatest value of a sample.
	 */
	write({ samples, first, stride }: SamplePlane, greatest: number): void {
		copySamples(samples, first, this.#copies);
		drawLines(samples, first, this.#rows, 1, greatest);
		drawLines(samples, first, this.#columns, stride, greatest);
		drawPatches(samples, first, this.#patches, stride, greatest);
		for (const tile of this.#tiles) this.#repeat(samples, first, stride, tile);
	}

	/** Repeats the outermost ring. */
	#repeat(samples: Samples, first: number, stride: number, tile: OwnSamples): void {
		const rings = this.#rings;
		const left = first + tile.left - rings;
		const right = first + tile.right + rings;
		for (let row = (tile.top - rings) * stride; row <= (tile.bottom + rings) * stride; row += stride) {
			const [begin, end] = [samples[left + row]!, samples[right + row]!];
			for (let k = 1; k <= REPEATED_RINGS; k++) {
				samples[left + row - k] = begin;
				samples[right + row + k] = end;
			}
		}
		const [from, to] = [left - REPEATED_RINGS, right + REPEATED_RINGS + 1];
		const top = (tile.top - rings) * stride;
		const bottom = (tile.bottom + rings) * stride;
		for (let k = 1; k <= REPEATED_RINGS; k++) {
			samples.copyWithin(from + top - k * stride, from + top, to + top);
			samples.copyWithin(from + bottom + k * stride, from + bottom, to + bottom);
		}
	}
}

/**
 * Samples that are written one after the other, at equal distances, and what they are made of:
 * indices relative to the plane's first sample.
 */
interface SampleRun {
	readonly to: number;
	readonly toStep: number;
	/** The one that is copied, or the first of four. */
	readonly from: number;
	readonly fromStep: number;
	readonly count: number;
	/** Indices of weights; empty for copies. */
	readonly weights: Uint16Array;
}

/** Joins samples that follow each other at equal distances. */
class RunBuilder {
	readonly #runs: SampleRun[] = [];
	#to: number[] = [];
	#from: number[] = [];
	#weights: number[] = [];

	add(to: number, from: number, weights?: number): void {
		const count = this.#to.length;
		const isNext =
			count < 2 ||
			(to - this.#to[count - 1]! === this.#to[1]! - this.#to[0]! &&
				from - this.#from[count - 1]! === this.#from[1]! - this.#from[0]!);
		if (!isNext) this.#end();
		this.#to.push(to);
		this.#from.push(from);
		if (weights !== undefined) this.#weights.push(weights);
	}

	finish(): readonly SampleRun[] {
		if (this.#to.length > 0) this.#end();
		return this.#runs;
	}

	#end(): void {
		const [to = 0, nextTo = 0] = this.#to;
		const [from = 0, nextFrom = 0] = this.#from;
		const count = this.#to.length;
		const weights = Uint16Array.from(this.#weights);
		this.#runs.push({ to, toStep: nextTo - to, from, fromStep: nextFrom - from, count, weights });
		[this.#to, this.#from, this.#weights] = [[], [], []];
	}
}

function copySamples(samples: Samples, first: number, runs: readonly SampleRun[]): void {
	for (const { to, toStep, from, fromStep, count } of runs) {
		let target = first + to;
		let source = first + from;
		for (let k = 0; k < count; k++, target += toStep, source += fromStep) samples[target] = samples[source]!;
	}
}

/** @param step from one tap to the next. */
function drawLines(samples: Samples, first: number, runs: readonly SampleRun[], step: number, greatest: number): void {
	const all = WEIGHTS;
	const half = 1 << (WEIGHT_BITS - 1);
	for (const { to, toStep, from, fromStep, count, weights } of runs) {
		let target = first + to;
		let source = first + from;
		for (let k = 0; k < count; k++, target += toStep, source += fromStep) {
			const weight = weights[k]!;
			const sum =
				Math.imul(samples[source]!, all[weight]!) +
				Math.imul(samples[source + step]!, all[weight + 1]!) +
				Math.imul(samples[source + 2 * step]!, all[weight + 2]!) +
				Math.imul(samples[source + 3 * step]!, all[weight + 3]!);
			samples[target] = Math.max(0, Math.min(greatest, (sum + half) >> WEIGHT_BITS));
		}
	}
}

function drawPatches(samples: Samples, first: number, table: Int32Array, stride: number, greatest: number): void {
	const weights = WEIGHTS;
	for (let at = 0; at < table.length; at += 4) {
		const from = first + table[at + 1]!;
		const across = table[at + 2]!;
		const down = table[at + 3]!;
		let sum = 0;
		for (let row = 0; row < TAPS; row++) {
			const start = from + row * stride;
			const line =
				samples[start]! * weights[across]! +
				samples[start + 1]! * weights[across + 1]! +
				samples[start + 2]! * weights[across + 2]! +
				samples[start + 3]! * weights[across + 3]!;
			sum += line * weights[down + row]!;
		}
		const value = Math.round(sum / 2 ** (2 * WEIGHT_BITS));
		samples[first + table[at]!] = Math.max(0, Math.min(greatest, value));
	}
}

/** Collects the entries of the four kinds, which `FacePadding` describes. */
class PaddingTable {
	readonly copies = new RunBuilder();
	readonly rows = new RunBuilder();
	readonly columns = new RunBuilder();
	readonly patches: number[] = [];
	readonly #stride: number;
	readonly #sampling: PlaneSampling;

	constructor(stride: number, sampling: PlaneSampling) {
		this.#stride = stride;
		this.#sampling = sampling;
	}

	addTile(tile: StoredProjectionTile, neighbours: readonly StoredProjectionTile[], rings: number): void {
		const own = ownSamples(tile, this.#sampling);
		const { left, right, top, bottom } = own;
		for (let ring = 1; ring <= rings; ring++) {
			for (const row of [top - ring, bottom + ring])
				for (let column = left - ring; column <= right + ring; column++)
					this.#addSample(tile, own, neighbours, column, row);
			for (const column of [left - ring, right + ring])
				for (let row = top - ring + 1; row < bottom + ring; row++)
					this.#addSample(tile, own, neighbours, column, row);
		}
	}

	#addSample(
		tile: StoredProjectionTile,
		own: OwnSamples,
		neighbours: readonly StoredProjectionTile[],
		column: number,
		row: number,
	): void {
		const { step, x, y } = this.#sampling;
		const to = row * this.#stride + column;
		const ray = tile.rayAt?.(column * step + x, row * step + y);
		const neighbour =
			ray === undefined ? undefined : neighbours.find((each) => each !== tile && each.contains(ray));
		if (ray === undefined || neighbour === undefined) {
			this.#copy(to, own, column, row);
			return;
		}
		const place = neighbour.place(ray);
		const [across, down] = [(place[0] - x) / step, (place[1] - y) / step];
		const theirs = ownSamples(neighbour, this.#sampling);
		const depth = depthBeyond(tile, column * step + x, row * step + y) / step;
		const isSmall = theirs.right - theirs.left < TAPS - 1 || theirs.bottom - theirs.top < TAPS - 1;
		if (depth > FINE_DEPTH || isSmall) this.#copy(to, theirs, Math.round(across), Math.round(down));
		else this.#draw(to, theirs, across, down);
	}

	/** Copies the sample of a tile that is nearest to a place. */
	#copy(to: number, { left, right, top, bottom }: OwnSamples, column: number, row: number): void {
		const [x, y] = [Math.max(left, Math.min(right, column)), Math.max(top, Math.min(bottom, row))];
		this.copies.add(to, y * this.#stride + x);
	}

	/** Draws the picture of a tile at a place, in samples. */
	#draw(to: number, { left, right, top, bottom }: OwnSamples, across: number, down: number): void {
		const column = Math.max(left, Math.min(right - TAPS + 1, Math.floor(across) - 1));
		const row = Math.max(top, Math.min(bottom - TAPS + 1, Math.floor(down) - 1));
		const [nearColumn, nearRow] = [Math.round(across), Math.round(down)];
		const stride = this.#stride;
		if (Math.abs(down - nearRow) < NEGLIGIBLE && nearRow >= top && nearRow <= bottom)
			this.rows.add(to, nearRow * stride + column, weightsAt(across - column));
		else if (Math.abs(across - nearColumn) < NEGLIGIBLE && nearColumn >= left && nearColumn <= right)
			this.columns.add(to, row * stride + nearColumn, weightsAt(down - row));
		else this.patches.push(to, row * stride + column, weightsAt(across - column), weightsAt(down - row));
	}
}
