import type { Orientation } from "../source/picture-orientation.ts";
import type { PicturePacking } from "../source/stereo.ts";

/** A packing from a file; `undefined`: it is none. */
export function readPacking(value: unknown): PicturePacking | undefined {
	const { across, down, parts } = (value ?? {}) as Partial<Record<keyof PicturePacking, unknown>>;
	const isOneOrTwo = (count: unknown): count is 1 | 2 => count === 1 || count === 2;
	if (!isOneOrTwo(across) || !isOneOrTwo(down) || !Array.isArray(parts)) return undefined;
	const isPart = (part: Partial<PicturePacking["parts"][number]> | null) =>
		[0, across - 1].includes(part?.column ?? -1) && [0, down - 1].includes(part?.row ?? -1);
	return parts.length >= 1 && parts.length <= 2 && parts.every(isPart) ? { across, down, parts } : undefined;
}

/** The steps that set coded pictures upright, from a file; `undefined`: there are none. */
export function readOrientation(value: unknown): Orientation | undefined {
	const { rotationDeg, mirrored } = (value ?? {}) as Partial<Record<keyof Orientation, unknown>>;
	const turn = ([0, 90, 180, 270] as const).find((degrees) => degrees === rotationDeg);
	if (turn === undefined || typeof mirrored !== "boolean" || (turn === 0 && !mirrored)) return undefined;
	return { rotationDeg: turn, mirrored };
}
