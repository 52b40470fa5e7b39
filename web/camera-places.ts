/** Place and size of a camera's panel: shares of the window, so that they fit another one too. */
export interface CameraPlace {
	/** Left edge, and top edge, by the window's width and height. */
	readonly x: number;
	readonly y: number;
	/** Width by the window's. */
	readonly width: number;
	/** Only its name is shown, and its video is not sent. */
	readonly folded: boolean;
}

/** Bounds of a panel's width, pixels. */
const LEAST_WIDTH = 140;
const MOST_SHARE = 0.9;
/** Part of a panel that stays within the window, pixels. */
const LEAST_VISIBLE = 48;
/** Width of a panel that nobody has resized, by the window's. */
const FIRST_WIDTH = 0.19;
/** Height that the page's header takes. */
const FIRST_TOP = 76;
const GAP = 12;
/** Shape of a picture before it is known, with the panel's header. */
const FIRST_SHAPE = 0.85;

/** Size of the window, pixels. */
export interface WindowSize {
	readonly width: number;
	readonly height: number;
}

/** The place of a panel that nobody has moved: in a column at the right, then in the next one. */
export function firstPlace(index: number, size: WindowSize): CameraPlace {
	const width = Math.max(LEAST_WIDTH, FIRST_WIDTH * size.width);
	const height = width * FIRST_SHAPE + GAP;
	const perColumn = Math.max(1, Math.floor((size.height - FIRST_TOP - 96) / height));
	const column = Math.floor(index / perColumn);
	const left = size.width - (column + 1) * (width + GAP);
	const top = FIRST_TOP + (index % perColumn) * height;
	return placeWithin({ x: left / size.width, y: top / size.height, width: width / size.width, folded: false }, size);
}

/** The same place, or the nearest at which the panel can be seen and caught. */
export function placeWithin({ x, y, width, folded }: CameraPlace, size: WindowSize): CameraPlace {
	const within = (value: number, least: number, most: number) =>
		Math.min(Math.max(value, least), Math.max(least, most));
	const wide = within(width, LEAST_WIDTH / size.width, MOST_SHARE);
	return {
		x: within(x, LEAST_VISIBLE / size.width - wide, 1 - LEAST_VISIBLE / size.width),
		y: within(y, 0, 1 - LEAST_VISIBLE / size.height),
		width: wide,
		folded,
	};
}

const KEY = "panogaze.cameras";

/** The places that were remembered, by the cameras' names; none where a browser keeps nothing. */
export function readPlaces(storage: Pick<Storage, "getItem"> | undefined): Map<string, CameraPlace> {
	try {
		const stored: unknown = JSON.parse(storage?.getItem(KEY) ?? "{}");
		if (typeof stored !== "object" || stored === null) return new Map();
		return new Map(Object.entries(stored).filter((entry): entry is [string, CameraPlace] => isPlace(entry[1])));
	} catch {
		return new Map();
	}
}

/** Remembers the places, if the browser keeps anything. */
export function writePlaces(
	storage: Pick<Storage, "setItem"> | undefined,
	places: ReadonlyMap<string, CameraPlace>,
): void {
	try {
		storage?.setItem(KEY, JSON.stringify(Object.fromEntries(places)));
	} catch {
		// The page works without.
	}
}

function isPlace(value: unknown): value is CameraPlace {
	if (typeof value !== "object" || value === null) return false;
	const { x, y, width, folded } = value as Partial<CameraPlace>;
	return [x, y, width].every((number) => Number.isFinite(number)) && typeof folded === "boolean";
}
