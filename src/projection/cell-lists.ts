/** A bounding box in units of cells, both ends included. */
export interface CellBox {
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

/**
 * Lists of items for each cell of square layers: all items whose boxes touch the cell. The lists
 * lie one after the other in one array.
 */
export class CellLists {
	/** Cells along each side of a layer. */
	readonly size: number;
	/** Items in the longest list. */
	readonly longest: number;
	readonly #starts: Uint32Array;
	readonly #items: Uint32Array;

	/**
	 * @param boxOf the item's box in a layer, in cells; `undefined` when it does not touch the
	 * layer.
	 * @throws {RangeError} when all lists together would be longer than `mostEntries`.
	 */
	constructor(
		layers: number,
		size: number,
		items: number,
		boxOf: (item: number, layer: number) => CellBox | undefined,
		mostEntries: number,
	) {
		this.size = size;
		const counts = new Uint32Array(layers * size * size + 1);
		let entries = 0;
		const visit = (touch: (cell: number, item: number) => void) => {
			for (let layer = 0; layer < layers; layer++) {
				for (let item = 0; item < items; item++) {
					const box = boxOf(item, layer);
					if (box === undefined) continue;
					const [left, right] = [clampCell(box.left, size), clampCell(box.right, size)];
					const [top, bottom] = [clampCell(box.top, size), clampCell(box.bottom, size)];
					for (let row = top; row <= bottom; row++)
						for (let column = left; column <= right; column++)
							touch((layer * size + row) * size + column, item);
				}
			}
		};
		visit((cell) => {
			counts[cell + 1]!++;
			entries++;
			if (entries > mostEntries) throw new RangeError(`The lists have more than ${mostEntries} entries.`);
		});
		this.longest = counts.reduce((most, count) => Math.max(most, count), 0);
		for (let cell = 1; cell < counts.length; cell++) counts[cell]! += counts[cell - 1]!;
		this.#starts = counts.slice();
		this.#items = new Uint32Array(entries);
		visit((cell, item) => {
			this.#items[counts[cell]!++] = item;
		});
	}

	/** Index of a cell's list. Places are in cells from the layer's corner. */
	cell(layer: number, x: number, y: number): number {
		return (layer * this.size + clampCell(y, this.size)) * this.size + clampCell(x, this.size);
	}

	/** The items of a cell, borrowed. */
	itemsIn(cell: number): Uint32Array {
		return this.#items.subarray(this.#starts[cell], this.#starts[cell + 1]);
	}
}

function clampCell(place: number, size: number): number {
	return Math.max(0, Math.min(size - 1, Math.floor(place)));
}
