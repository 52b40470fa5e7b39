import { entityPath } from "../chunk/entity-path.ts";
import { describeValue } from "../describe-value.ts";

/** Most paths whose escaped form is kept. */
const MAX_PATHS = 10_000;

/** The entities of a recording, whose paths all begin with the same prefix. */
export class EntityNames {
	readonly #prefix: string;
	/** Escaped paths, by the text that the program wrote. */
	readonly #escaped = new Map<string, string>();

	/** @param prefix none, if it is `undefined`. @throws {TypeError} when it is no path. */
	constructor(prefix: string | readonly string[] | undefined) {
		this.#prefix = prefix === undefined ? "" : checkedPath(prefix).replace(/\/$/, "");
	}

	/** The escaped path of an entity. @throws {TypeError} when `path` is no path. */
	pathOf(path: string | readonly string[]): string {
		if (typeof path !== "string") return this.#belowPrefix(path);
		let escaped = this.#escaped.get(path);
		if (escaped === undefined) {
			escaped = this.#belowPrefix(path);
			if (this.#escaped.size >= MAX_PATHS) this.#escaped.clear();
			this.#escaped.set(path, escaped);
		}
		return escaped;
	}

	#belowPrefix(path: string | readonly string[]): string {
		const escaped = checkedPath(path);
		return escaped === "/" && this.#prefix !== "" ? this.#prefix : this.#prefix + escaped;
	}
}

/** The escaped form of a path. @throws {TypeError} when it is neither text nor a list of texts. */
export function checkedPath(path: unknown): string {
	if (typeof path === "string" || (Array.isArray(path) && path.every((part) => typeof part === "string")))
		return entityPath(path);
	throw new TypeError(`The path of an entity must be a text or a list of texts, not ${describeValue(path)}.`);
}

/** The path of `path` below `base`. @throws {TypeError} when `path` is no path. */
export function joinPaths(base: string, path: string | readonly string[]): string {
	const below = checkedPath(path);
	return below === "/" ? base : base === "/" ? below : base + below;
}
