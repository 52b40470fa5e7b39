import type { ProjectionSpec } from "../media/projection.ts";
import type { StereoLayout } from "../media/stereo-layout.ts";
import { CompareError } from "./compare-error.ts";
import { type ComparedPicture, ComparedPictures } from "./compared-pictures.ts";
import { planesOf, type SampleLayout, sampleLayoutOf } from "./compared-planes.ts";
import { meanError, type PlaneError, planeError, psnr, ssim } from "./picture-error.ts";
import { regionError, type SphereMap, sphereMapOf, weightedError } from "./sphere-regions.ts";

/** Options of `compareFiles`. */
export interface CompareOptions {
	/** The projection of one eye's picture. */
	readonly projection: ProjectionSpec;
	/** @default "mono" */
	readonly stereo?: StereoLayout | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** A number for each kind of samples (`y`, `u`, `v`, or `r`, `g`, `b`), and `all` for all. */
export type Measures = Readonly<Record<string, number>>;

/** The differences of two files' pictures. PSNR is in dB, and infinite without a difference. */
export interface Comparison {
	readonly width: number;
	readonly height: number;
	/** Pairs of pictures that were compared. */
	readonly pictures: number;
	/** FFmpeg's name of the pixel format in which they were compared. */
	readonly pixelFormat: string;
	/** PSNR of the mean squared difference over all pictures; `all` weighs samples alike. */
	readonly psnr: Measures;
	/** The same, weighted by solid angle; `undefined` for pictures without a sphere. */
	readonly wsPsnr: Measures | undefined;
	/** Mean over all pictures. NaN for pictures below 8x8. */
	readonly ssim: Measures;
	/** PSNR of each region: of luma, or of red, green and blue together. */
	readonly regions: Measures;
	/** The pair with the lowest PSNR of all samples. */
	readonly worst: {
		/** Its number, from 0. */
		readonly picture: number;
		readonly timeSec: number;
		readonly psnr: Measures;
		readonly ssim: Measures;
	};
	/** Conversions and lengths that a reader of the numbers has to know. */
	readonly notes: readonly string[];
}

/**
 * Compares the pictures of two files, pair by pair in their order. The second file's samples are
 * converted to the first one's kind if they differ.
 *
 * @throws {SourceError} when a file can't be read.
 * @throws {CompareError} `incomparable`: sizes differ, or a file has no pictures.
 * @throws {RangeError} when the projection is not possible.
 */
export async function compareFiles(a: string, b: string, options: CompareOptions): Promise<Comparison> {
	const first = await ComparedPictures.open(a);
	try {
		const reference = await first.next();
		const second = await ComparedPictures.open(b, first);
		try {
			return await comparePairs(first, second, reference, options);
		} finally {
			await second.close();
		}
	} finally {
		await first.close();
	}
}

async function comparePairs(
	first: ComparedPictures,
	second: ComparedPictures,
	reference: ComparedPicture | undefined,
	options: CompareOptions,
): Promise<Comparison> {
	let comparer: PairComparer | undefined;
	let left = reference;
	let right = await second.next();
	let pictures = 0;
	for (; left !== undefined && right !== undefined; pictures++) {
		options.signal?.throwIfAborted();
		comparer ??= new PairComparer(left, right, first, second, options);
		comparer.compare(left, right);
		left.frame.free();
		right.frame.free();
		left = await first.next();
		right = await second.next();
	}
	const longer = left !== undefined ? first.label : right !== undefined ? second.label : undefined;
	left?.frame.free();
	right?.frame.free();
	if (comparer === undefined)
		throw new CompareError(
			"incomparable",
			`${longer === first.label ? second.label : first.label} has no pictures.`,
		);
	const notes = [
		...(second.convertedFrom === undefined
			? []
			: [`${second.label} was converted from ${second.convertedFrom} to ${second.pixelFormat}.`]),
		...(longer === undefined ? [] : [`${longer} has more pictures: the first ${pictures} of each were compared.`]),
	];
	return { ...comparer.result(), pictures, pixelFormat: first.pixelFormat, notes };
}

/** Adds up the differences of pairs. */
class PairComparer {
	readonly #layout: SampleLayout;
	readonly #map: SphereMap;
	readonly #stereo: StereoLayout;
	readonly #width: number;
	readonly #height: number;
	readonly #errors: Sums;
	readonly #weighted: Sums;
	readonly #ssims: Sums;
	readonly #regions: Sums;
	#pictures = 0;
	#worst: Comparison["worst"] | undefined;

	constructor(
		left: ComparedPicture,
		right: ComparedPicture,
		first: ComparedPictures,
		second: ComparedPictures,
		{ projection, stereo = "mono" }: CompareOptions,
	) {
		const { width, height } = left.frame;
		if (width !== right.frame.width || height !== right.frame.height)
			throw new CompareError(
				"incomparable",
				`The pictures of ${first.label} are ${width}x${height}, and those of ${second.label} ` +
					`${right.frame.width}x${right.frame.height}: only pictures of one size are compared.`,
			);
		const layout = sampleLayoutOf(first.pixelFormat);
		if (layout === undefined) throw new Error(`Samples of ${first.pixelFormat} should have been converted.`);
		this.#layout = layout;
		this.#width = width;
		this.#height = height;
		this.#stereo = stereo;
		this.#map = sphereMapOf(projection, { width, height, stereo });
		this.#errors = new Sums();
		this.#weighted = new Sums();
		this.#ssims = new Sums();
		this.#regions = new Sums();
	}

	compare(left: ComparedPicture, right: ComparedPicture): void {
		const [planesA, planesB] = [planesOf(left.frame, this.#layout), planesOf(right.frame, this.#layout)];
		const errors: PlaneError[] = [];
		const ssims: number[] = [];
		for (const [kind, planeA] of planesA.entries()) {
			const planeB = planesB[kind] ?? planeA;
			errors.push(planeError(planeA, planeB, this.#width, this.#height));
			ssims.push(ssim(planeA, planeB, this.#layout.bits));
		}
		const shares = sharesOf(errors);
		const means = this.#named(errors.map(meanError), shares);
		this.#errors.add(means);
		const similar = this.#named(ssims, shares);
		this.#ssims.add(similar);
		const { weights, regions } = this.#map;
		if (weights !== undefined)
			this.#weighted.add(
				this.#named(
					errors.map((error) => weightedError(error, this.#map, this.#stereo)),
					shares,
				),
			);
		// Luma, or all colours alike.
		const counted = this.#layout.names[0] === "y" ? errors.slice(0, 1) : errors;
		this.#regions.add(
			Object.fromEntries(
				regions.map((region) => [
					region.name,
					counted.reduce((sum, error) => sum + regionError(error, region), 0) / counted.length,
				]),
			),
		);
		const inDb = this.#inDb(means);
		if (this.#worst === undefined || (inDb["all"] ?? 0) < (this.#worst.psnr["all"] ?? 0))
			this.#worst = { picture: this.#pictures, timeSec: left.timeSec, psnr: inDb, ssim: similar };
		this.#pictures++;
	}

	result(): Omit<Comparison, "pictures" | "pixelFormat" | "notes"> {
		if (this.#worst === undefined) throw new Error("No pair was compared.");
		return {
			width: this.#width,
			height: this.#height,
			psnr: this.#inDb(this.#errors.means(this.#pictures)),
			wsPsnr: this.#map.weights && this.#inDb(this.#weighted.means(this.#pictures)),
			ssim: this.#ssims.means(this.#pictures),
			regions: this.#inDb(this.#regions.means(this.#pictures)),
			worst: this.#worst,
		};
	}

	/** Numbers by the names of the samples; `all` is their mean by their shares of the samples. */
	#named(values: readonly number[], shares: readonly number[]): Measures {
		const all = values.reduce((sum, value, kind) => sum + value * (shares[kind] ?? 0), 0);
		return { ...Object.fromEntries(this.#layout.names.map((name, kind) => [name, values[kind] ?? 0])), all };
	}

	#inDb(means: Measures): Measures {
		return Object.fromEntries(Object.entries(means).map(([name, mean]) => [name, psnr(mean, this.#layout.bits)]));
	}
}

/** Shares of the kinds of samples in all samples of a picture. */
function sharesOf(errors: readonly PlaneError[]): number[] {
	const total = errors.reduce((sum, { width, height }) => sum + width * height, 0);
	return errors.map(({ width, height }) => (width * height) / total);
}

/** Sums of numbers by their names. */
class Sums {
	readonly #sums = new Map<string, number>();

	add(measures: Measures): void {
		for (const [name, value] of Object.entries(measures)) this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
	}

	means(count: number): Measures {
		return Object.fromEntries([...this.#sums].map(([name, sum]) => [name, sum / count]));
	}
}
