import type { WarpStrip } from "./warp-grid.ts";
import { BLANK, CELL_SAMPLES, INTERPOLATED, SKIPPED } from "./wasm/layout.ts";

/** Most memory that strips are kept in, bytes. */
const MAX_KEPT_BYTES = 2 ** 26;

/** Cells of a strip with their exact coordinates and masks. */
interface KeptCells {
	readonly cells: readonly number[];
	readonly classes: readonly number[];
	readonly exact: Int32Array;
	readonly masks: Int16Array;
}

/** Rows of numbers of a strip, in the order of ROWS. */
type KeptRows = readonly Int32Array[];

interface KeptStrip {
	readonly rows?: KeptRows;
	readonly special: KeptCells;
}

const ROWS = ["topX", "topY", "bottomX", "bottomY", "xAcross", "xDown", "yAcross", "yDown", "classes"] as const;

/**
 * Strips, or cells of strips, that were evaluated in double precision, for the next frame of a view
 * that does not move. Another view takes their place.
 */
export class StillStrips {
	readonly #strips = new Map<string, KeptStrip>();
	#viewKey = "";
	#bytes = 0;

	/** Forgets all strips that were evaluated for another view than the one that `key` names. */
	select(key: string): void {
		if (key === this.#viewKey) return;
		this.#viewKey = key;
		this.#strips.clear();
		this.#bytes = 0;
	}

	/** Brings the strip that was kept as `name` back. @returns false if there is none. */
	restore(name: string, strip: WarpStrip): boolean {
		const kept = this.#strips.get(name);
		if (kept === undefined) return false;
		for (const [index, row] of kept.rows?.entries() ?? []) strip[ROWS[index]!].set(row);
		const { cells, classes, exact, masks } = kept.special;
		for (const [k, cell] of cells.entries()) {
			strip.classes[cell] = classes[k]!;
			strip.exact.set(exact.subarray(2 * k * CELL_SAMPLES, 2 * (k + 1) * CELL_SAMPLES), 2 * cell * CELL_SAMPLES);
			strip.masks.set(masks.subarray(k * CELL_SAMPLES, (k + 1) * CELL_SAMPLES), cell * CELL_SAMPLES);
		}
		return true;
	}

	/** Keeps some cells of a strip. */
	keepCells(name: string, strip: WarpStrip, cells: readonly number[]): void {
		this.#keep(name, { special: copyCells(strip, cells) });
	}

	/** Keeps a strip of so many cells. */
	keepStrip(name: string, strip: WarpStrip, cellCount: number): void {
		const rows = ROWS.map((row) => strip[row].slice(0, cellCount + 1));
		const plain = [INTERPOLATED, BLANK, SKIPPED];
		const cells = Array.from({ length: cellCount }, (_, cell) => cell);
		const special = cells.filter((cell) => !plain.includes(strip.classes[cell]!));
		this.#keep(name, { rows, special: copyCells(strip, special) });
	}

	#keep(name: string, kept: KeptStrip): void {
		const { exact, masks } = kept.special;
		const rowBytes = kept.rows?.reduce((sum, row) => sum + row.byteLength, 0) ?? 0;
		const bytes = exact.byteLength + masks.byteLength + rowBytes;
		if (this.#bytes + bytes > MAX_KEPT_BYTES) return;
		this.#bytes += bytes;
		this.#strips.set(name, kept);
	}
}

function copyCells(strip: WarpStrip, cells: readonly number[]): KeptCells {
	const exact = new Int32Array(cells.length * 2 * CELL_SAMPLES);
	const masks = new Int16Array(cells.length * CELL_SAMPLES);
	for (const [k, cell] of cells.entries()) {
		exact.set(strip.exact.subarray(2 * cell * CELL_SAMPLES, 2 * (cell + 1) * CELL_SAMPLES), 2 * k * CELL_SAMPLES);
		masks.set(strip.masks.subarray(cell * CELL_SAMPLES, (cell + 1) * CELL_SAMPLES), k * CELL_SAMPLES);
	}
	return { cells, classes: cells.map((cell) => strip.classes[cell]!), exact, masks };
}
