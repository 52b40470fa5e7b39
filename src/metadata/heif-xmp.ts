import { type BoxPlace, box, boxPlaces, fullBox } from "./box-bytes.ts";
import {
	brokenItems,
	type ItemList,
	type ItemLocation,
	itemInfos,
	itemLocationContent,
	itemLocations,
	uint,
} from "./heif-items.ts";
import { TagError } from "./sphere-statement.ts";
import { type BytePlace, blanked, writtenOver, type XmpContainer } from "./xmp-container.ts";

const XMP_TYPE = "application/rdf+xml";

/** A HEIC or AVIF file as a container of XMP, which describes its primary picture. */
export class HeifXmp implements XmpContainer {
	readonly width: number;
	readonly height: number;
	readonly xmp: string | undefined;
	readonly #bytes: Buffer;
	readonly #meta: BoxPlace;
	readonly #boxes: readonly BoxPlace[];
	readonly #list: ItemList;
	readonly #locations: readonly ItemLocation[];
	readonly #primary: number;
	readonly #xmpId: number | undefined;

	/** @throws {TagError} `unsupported` for a broken file, and for moving pictures */
	constructor(bytes: Buffer) {
		this.#bytes = bytes;
		const tops = boxPlaces(bytes, 0, bytes.length, "The file");
		const meta = tops.find(({ type }) => type === "meta");
		if (meta === undefined)
			throw new TagError("unsupported", "The file is broken: it has no list of items (meta).");
		if (tops.some(({ type }) => type === "moov"))
			throw new TagError(
				"unsupported",
				"The file holds moving pictures beside its picture: it can't be rewritten.",
			);
		this.#meta = meta;
		this.#boxes = boxPlaces(bytes, meta.body + 4, meta.end, "The box meta");
		this.#list = itemInfos(bytes, this.#box("iinf"));
		this.#locations = itemLocations(bytes, this.#box("iloc"));
		const pitm = this.#box("pitm");
		if (pitm.end - pitm.body < (bytes[pitm.body] === 0 ? 6 : 8)) throw brokenItems();
		this.#primary = bytes[pitm.body] === 0 ? bytes.readUInt16BE(pitm.body + 4) : bytes.readUInt32BE(pitm.body + 4);
		const size = this.#largestSize();
		this.width = size.width;
		this.height = size.height;
		this.#xmpId = this.#list.items.find(({ contentType }) => contentType === XMP_TYPE)?.id;
		this.xmp = this.#xmpId === undefined ? undefined : this.#text();
	}

	#box(type: string): BoxPlace {
		const place = this.#boxes.find((candidate) => candidate.type === type);
		if (place === undefined) throw new TagError("unsupported", `The file is broken: it has no box ${type}.`);
		return place;
	}

	/** The size of the largest picture: the whole one, and no tile of it or thumbnail. */
	#largestSize(): { readonly width: number; readonly height: number } {
		const iprp = this.#box("iprp");
		const ipco = boxPlaces(this.#bytes, iprp.body, iprp.end, "The box iprp").find(({ type }) => type === "ipco");
		const sizes = (ipco ? boxPlaces(this.#bytes, ipco.body, ipco.end, "The box ipco") : [])
			.filter(({ type, body, end }) => type === "ispe" && end - body >= 12)
			.map(({ body }) => ({
				width: this.#bytes.readUInt32BE(body + 4),
				height: this.#bytes.readUInt32BE(body + 8),
			}));
		const [largest] = sizes.sort((a, b) => b.width * b.height - a.width * a.height);
		if (largest === undefined)
			throw new TagError("unsupported", "The file is broken: it states no picture's size.");
		return largest;
	}

	/** Places of the XMP in the file. */
	#places(): BytePlace[] {
		const location = this.#locations.find(({ id }) => id === this.#xmpId);
		const base = location?.method === 1 ? this.#box("idat").body : 0;
		return (location?.extents ?? []).map(({ at, length }) => {
			if ((location?.method ?? 0) > 1 || base + at + length > this.#bytes.length) throw brokenItems();
			return { from: base + at, to: base + at + length };
		});
	}

	#text(): string {
		return Buffer.concat(this.#places().map(({ from, to }) => this.#bytes.subarray(from, to))).toString("utf8");
	}

	/**
	 * The XMP is written over the old one, if it fits, and else behind the file's end; the pictures
	 * then move by the growth of the lists.
	 */
	withXmp(xmp: string): Buffer {
		const text = Buffer.from(xmp, "utf8");
		const places = this.#places();
		const inPlace = writtenOver(this.#bytes, places, text);
		if (inPlace !== undefined) return inPlace;
		const bytes = blanked(this.#bytes, places);
		const id = this.#xmpId ?? 1 + Math.max(this.#primary, ...this.#locations.map((location) => location.id));
		const grownBy = this.#metaWith(id, 0, text.length, 0).length - (this.#meta.end - this.#meta.start);
		const textAt = bytes.length + grownBy + 8;
		return Buffer.concat([
			bytes.subarray(0, this.#meta.start),
			this.#metaWith(id, textAt, text.length, grownBy),
			bytes.subarray(this.#meta.end),
			box("mdat", text),
		]);
	}

	#metaWith(id: number, at: number, length: number, grownBy: number): Buffer {
		const moved = this.#locations
			.filter((location) => location.id !== id)
			.map((location) => (location.method === 0 ? movedBehind(location, this.#meta.end, grownBy) : location));
		const own: ItemLocation = { id, method: 0, dataReference: 0, extents: [{ index: 0, at, length }] };
		const boxes = this.#boxes.map(({ type, start, body, end }) => {
			if (type === "iloc") return box("iloc", itemLocationContent([...moved, own]));
			if (type === "iinf" && this.#xmpId === undefined) return this.#listWith(id);
			if (type === "iref" && this.#xmpId === undefined) return this.#references(id, body, end);
			return this.#bytes.subarray(start, end);
		});
		const needsReferences = this.#xmpId === undefined && !this.#boxes.some(({ type }) => type === "iref");
		return box(
			"meta",
			this.#bytes.subarray(this.#meta.body, this.#meta.body + 4),
			...boxes,
			...(needsReferences
				? [box("iref", uint(id > 0xffff ? 0x0100_0000 : 0, 4), this.#reference(id, id > 0xffff))]
				: []),
		);
	}

	/** The box `iinf` with an item for XMP. */
	#listWith(id: number): Buffer {
		const wide = id > 0xffff;
		const name = Buffer.from(`mimeXMP\0${XMP_TYPE}\0`, "latin1");
		const entry = box("infe", Buffer.from([wide ? 3 : 2, 0, 0, 0]), uint(id, wide ? 4 : 2), uint(0, 2), name);
		const count = this.#list.items.length + 1;
		return count > 0xffff
			? box("iinf", Buffer.from([1, 0, 0, 0]), uint(count, 4), this.#list.entries, entry)
			: fullBox("iinf", uint(count, 2), this.#list.entries, entry);
	}

	/** The box `iref`, in which the XMP describes the primary picture. */
	#references(id: number, body: number, end: number): Buffer {
		const wide = this.#bytes[body] !== 0;
		if (id > 0xffff && !wide)
			throw new TagError("unsupported", "The file has more items than its references count.");
		return box("iref", this.#bytes.subarray(body, end), this.#reference(id, wide));
	}

	#reference(id: number, wide: boolean): Buffer {
		const bytes = wide ? 4 : 2;
		return box("cdsc", uint(id, bytes), uint(1, 2), uint(this.#primary, bytes));
	}
}

function movedBehind(location: ItemLocation, from: number, by: number): ItemLocation {
	return {
		...location,
		extents: location.extents.map((extent) => (extent.at >= from ? { ...extent, at: extent.at + by } : extent)),
	};
}
