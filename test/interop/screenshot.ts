import { inflateSync } from "node:zlib";

export type Rgb = readonly [red: number, green: number, blue: number];

/** A picture of a page, to look at its pixels. */
export class Screenshot {
	readonly png: Buffer;
	readonly width: number;
	readonly height: number;
	readonly #pixels: Uint8Array;
	readonly #channels: number;

	private constructor(png: Buffer, width: number, height: number, channels: number, pixels: Uint8Array) {
		this.png = png;
		this.width = width;
		this.height = height;
		this.#channels = channels;
		this.#pixels = pixels;
	}

	/**
	 * Reads a PNG file (ISO/IEC 15948) of 8 bits a sample, with or without alpha, not interlaced:
	 * what browsers write.
	 */
	static fromPng(png: Buffer): Screenshot {
		const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
		const channels = { 2: 3, 6: 4 }[png[25]!];
		if (channels === undefined || png[24] !== 8 || png[28] !== 0)
			throw new Error("This PNG file is of a kind that is not read.");
		const data: Buffer[] = [];
		for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
			if (png.toString("latin1", at + 4, at + 8) === "IDAT")
				data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
		return new Screenshot(
			png,
			width,
			height,
			channels,
			unfiltered(inflateSync(Buffer.concat(data)), width * channels, height, channels),
		);
	}

	at(x: number, y: number): Rgb {
		const at = (Math.floor(y) * this.width + Math.floor(x)) * this.#channels;
		return [this.#pixels[at]!, this.#pixels[at + 1]!, this.#pixels[at + 2]!];
	}

	/** Counts the pixels of a colour. @param tolerance largest difference in a channel */
	count(color: Rgb, tolerance = 40): number {
		return this.countWhere((pixel) =>
			pixel.every((value, channel) => Math.abs(value - color[channel]!) <= tolerance),
		);
	}

	countWhere(holds: (color: Rgb, x: number, y: number) => boolean): number {
		let count = 0;
		for (let y = 0; y < this.height; y++)
			for (let x = 0; x < this.width; x++) if (holds(this.at(x, y), x, y)) count++;
		return count;
	}

	/** Counts the colours in a part of it, whose edges are shares of its width and height. */
	colorsIn(left: number, right: number, top: number, bottom: number): number {
		const colors = new Set<number>();
		for (let y = Math.floor(top * this.height); y < Math.floor(bottom * this.height); y++)
			for (let x = Math.floor(left * this.width); x < Math.floor(right * this.width); x++) {
				const [red, green, blue] = this.at(x, y);
				colors.add((red << 16) | (green << 8) | blue);
			}
		return colors.size;
	}
}

/** Undoes the prediction of each row: 9.2 of the standard. */
function unfiltered(raw: Uint8Array, rowBytes: number, height: number, channels: number): Uint8Array {
	const pixels = new Uint8Array(rowBytes * height);
	for (let y = 0; y < height; y++) {
		const from = y * (rowBytes + 1);
		const to = y * rowBytes;
		const filter = raw[from]!;
		for (let x = 0; x < rowBytes; x++) {
			const left = x < channels ? 0 : pixels[to + x - channels]!;
			const above = y === 0 ? 0 : pixels[to + x - rowBytes]!;
			const corner = x < channels || y === 0 ? 0 : pixels[to + x - rowBytes - channels]!;
			pixels[to + x] = raw[from + 1 + x]! + predicted(filter, left, above, corner);
		}
	}
	return pixels;
}

function predicted(filter: number, left: number, above: number, corner: number): number {
	switch (filter) {
		case 1:
			return left;
		case 2:
			return above;
		case 3:
			return (left + above) >> 1;
		case 4: {
			const [toLeft, toAbove, toCorner] = [
				Math.abs(above - corner),
				Math.abs(left - corner),
				Math.abs(left + above - 2 * corner),
			];
			return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
		}
		default:
			return 0;
	}
}
