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
