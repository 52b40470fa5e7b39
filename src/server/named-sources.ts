import { group, hasMethods, type OptionTable, optional, recordOf, refined, wrongKind } from "../media/option-table.ts";
import { SOURCE_OPTIONS, type SourceOptions } from "../source/source-options.ts";
import type { VideoSource } from "../source/video-source.ts";

/** A source with options of its own. */
export interface SourceWithOptions {
	/** A file, URL or device, as FFmpeg reads it, or a source of your own. */
	readonly source: string | VideoSource;
	/** Options for opening a source that is given as text. */
	readonly sourceOptions?: SourceOptions | undefined;
}

/** One of several sources of a server. */
export type NamedSource = string | VideoSource | SourceWithOptions;

/** A source beside the main one, with its name. */
export interface CameraSource extends SourceWithOptions {
	readonly name: string;
}

/** The sources of a server: the one that is looked around in, and those beside it. */
export interface ServedSources {
	/** `undefined`: the built-in scene. */
	readonly source: string | VideoSource | undefined;
	readonly sourceOptions: SourceOptions;
	readonly mainName: string;
	readonly cameras: readonly CameraSource[];
}

/** The options of a server that name its sources. */
export interface SourceChoice {
	readonly source: string | VideoSource | undefined;
	readonly sources: readonly CameraSource[] | undefined;
	readonly mainSource: string | undefined;
	readonly sourceOptions: SourceOptions;
}

/** Name of a main source that was given none. */
export const MAIN_NAME = "main";
/** Most sources of one server: more than a page has room for. */
export const MOST_SOURCES = 9;
/** Words that the addresses of a server begin with already. */
const TAKEN: ReadonlySet<string> = new Set([
	...["whep", "offer", "status", "healthz", "readyz", "rerun", "recordings", "assets"],
]);
const NAME = /^[a-z][a-z0-9_-]{0,31}$/i;

const WITH_OPTIONS = {
	source: sourceOption,
	sourceOptions: optional(group(SOURCE_OPTIONS)),
} satisfies OptionTable<SourceWithOptions>;

const namedSource = refined(group(WITH_OPTIONS), (value, name): SourceWithOptions => {
	if (typeof value === "string" || isVideoSource(value)) return { source: sourceOption(value, name) };
	if (typeof value === "object" && value !== null) {
		// Defaults are filled in when the source is opened.
		group(WITH_OPTIONS)(value, name);
		return value as SourceWithOptions;
	}
	throw wrongKind(name, "a file, an address or a device as text, a VideoSource, or { source, sourceOptions }", value);
});

/** The check of `sources`: at least one, each with a name that can stand in an address. */
export function sourcesOption(value: unknown, name: string): readonly CameraSource[] {
	const sources = Object.entries(recordOf(namedSource)(value, name));
	for (const [each] of sources) requireSourceName(each, name);
	if (sources.length < 1 || sources.length > MOST_SOURCES)
		throw new RangeError(`${name} has from 1 to ${MOST_SOURCES} sources; got ${sources.length}.`);
	const lowered = sources.map(([each]) => each.toLowerCase());
	const twice = lowered.find((each, index) => lowered.indexOf(each) !== index);
	if (twice !== undefined) throw new RangeError(`${name} has two sources named ${twice}; got both.`);
	return sources.map(([each, source]) => ({ ...source, name: each }));
}

/** True for a name that can stand in an address. */
export function isSourceName(name: string): boolean {
	return NAME.test(name) && !TAKEN.has(name.toLowerCase());
}

/** @throws {RangeError} for a name that can't stand in an address. */
export function requireSourceName(given: string, name: string): void {
	if (isSourceName(given)) return;
	throw new RangeError(
		`A name in ${name} begins with a letter, has at most 32 letters, digits, - and _, and is none of ` +
			`${[...TAKEN].join(", ")}; got ${JSON.stringify(given.slice(0, 40))}.`,
	);
}

/**
 * Chooses the main source.
 * @throws {TypeError | RangeError} if both `source` and `sources` are given, or none has the name
 * `mainSource`.
 */
export function servedSources({ source, sources, mainSource, sourceOptions }: SourceChoice): ServedSources {
	if (sources === undefined) {
		if (mainSource === undefined) return { source, sourceOptions, mainName: MAIN_NAME, cameras: [] };
		throw new TypeError(`mainSource names one of sources; got ${JSON.stringify(mainSource)} without sources.`);
	}
	if (source !== undefined) throw new TypeError("source is the short form of sources with one; got both.");
	const main = mainSource === undefined ? sources[0] : sources.find(({ name }) => name === mainSource);
	if (main === undefined)
		throw new RangeError(
			`mainSource is one of ${sources.map(({ name }) => name).join(", ")}; got ${JSON.stringify(mainSource)}.`,
		);
	return {
		source: main.source,
		sourceOptions: { ...sourceOptions, ...main.sourceOptions },
		mainName: main.name,
		cameras: sources.filter((each) => each !== main),
	};
}

/** The check of a source that is given as text or as an object. */
export function sourceOption(value: unknown, name: string): string | VideoSource {
	if (isVideoSource(value) || (typeof value === "string" && value !== "")) return value;
	throw wrongKind(name, "a file, an address or a device as text, or a VideoSource", value);
}

/** True for an object that can be a source. */
export function isVideoSource(value: unknown): value is VideoSource {
	return hasMethods(value, ["start", "stop", "stats", "on"]);
}
