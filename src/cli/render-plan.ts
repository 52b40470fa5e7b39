import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { isSequenceName, type OutputKind, outputKind } from "../render/output-kind.ts";

/** An input with the file that it is rendered into. */
export interface RenderPair {
	readonly input: string;
	readonly output: string;
}

/** Endings of the files of a folder that are rendered. */
const MEDIA =
	/\.(mp4|m4v|mov|mkv|webm|avi|ts|mts|m2ts|360|insv|lrv|jpe?g|png|webp|avif|tiff?|heic|heif|insp|jxl|exr|hdr)$/i;
const PICTURES = /\.(jpe?g|png|webp|avif|tiff?|heic|heif|insp|jxl|exr|hdr)$/i;

/**
 * Pairs inputs with outputs: one file, or files in a folder that are named after the inputs.
 *
 * @param paths inputs, and the output last. A folder stands for the photos and videos in it.
 * @param format ending of the files in a folder; `undefined` for that of the input, or else mp4 or
 * jpg.
 * @throws {RangeError} when several inputs have one file as their output, or a folder is empty.
 */
export async function renderPairs(
	paths: readonly string[],
	format: string | undefined,
): Promise<readonly RenderPair[]> {
	const inputs = paths.slice(0, -1);
	const output = paths.at(-1);
	if (output === undefined || inputs.length === 0)
		throw new RangeError(`render takes an input and an output: render IN... OUT; got ${paths.length} of them.`);
	const files = (await Promise.all(inputs.map(filesOf))).flat();
	const intoFolder = output.endsWith("/") || (await isFolder(output));
	if (!intoFolder && files.length > 1)
		throw new RangeError(
			`The output of ${files.length} inputs is a folder, such as ${basename(output)}/; got a file.`,
		);
	if (!intoFolder) return files.map((input) => ({ input, output }));
	return files.map((input) => ({ input, output: join(output, nameFor(input, format)) }));
}

async function filesOf(path: string): Promise<readonly string[]> {
	if (!(await isFolder(path))) return [path];
	const names = (await readdir(path)).filter((name) => MEDIA.test(name) && !name.startsWith("."));
	if (names.length === 0) throw new RangeError(`The folder ${path} holds no photo and no video by its files' names.`);
	return names.sort().map((name) => join(path, name));
}

function isFolder(path: string): Promise<boolean> {
	return stat(path).then(
		(stats) => stats.isDirectory(),
		() => false,
	);
}

function nameFor(input: string, format: string | undefined): string {
	const ending = extname(input);
	const name = basename(input, ending).replace(/%0?\d*d/, "");
	return `${name}.${format ?? endingFor(input)}`;
}

function endingFor(input: string): string {
	const kind = knownKind(input);
	if (kind?.kind === "picture" || kind?.kind === "video") return extname(input).slice(1).toLowerCase();
	return PICTURES.test(input) && !isSequenceName(input) ? "jpg" : "mp4";
}

function knownKind(path: string): OutputKind | undefined {
	try {
		return outputKind(path);
	} catch {
		return undefined;
	}
}

/** The name of the file of a view: `tour.mp4` and `left` make `tour-left.mp4`. */
export function nameOfView(path: string, view: string): string {
	const ending = extname(path);
	return join(dirname(path), `${basename(path, ending)}-${view}${ending}`);
}
