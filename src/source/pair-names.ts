import { stat } from "node:fs/promises";
import { inNativeCode } from "../threads/process-end.ts";
import { isUrl, pathsNamedBy, sourceLabel } from "./source-name.ts";
import { SourceError } from "./video-source.ts";

/**
 * The two sources that `first+second` names; `undefined` for one source, also for a file whose name
 * has a plus.
 *
 * @throws {SourceError} `not-found` when only one of two files is there.
 */
export async function pairNamedBy(
	spec: string,
): Promise<{ readonly first: string; readonly second: string } | undefined> {
	if (!spec.includes("+") || (await isThere(spec))) return undefined;
	let missing: string | undefined;
	for (let at = spec.indexOf("+"); at >= 0; at = spec.indexOf("+", at + 1)) {
		const [first, second] = [spec.slice(0, at), spec.slice(at + 1)];
		if (first === "" || second === "") continue;
		if (isUrl(first) && isUrl(second)) return { first, second };
		const there = [await isThere(first), await isThere(second)];
		if (there[0] && there[1]) return { first, second };
		if (there[0] !== there[1]) missing ??= there[0] ? second : first;
	}
	if (missing !== undefined && !isUrl(spec))
		throw new SourceError(
			"not-found",
			`No such file: ${sourceLabel(missing)}, of the two that ${sourceLabel(spec)} names.`,
		);
	return undefined;
}

async function isThere(spec: string): Promise<boolean> {
	for (const path of pathsNamedBy(spec)) {
		if ((await inNativeCode(() => stat(path)).catch(() => undefined)) !== undefined) return true;
	}
	return false;
}
