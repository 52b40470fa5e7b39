import { describe, expect, it } from "vitest";
import type { Logger } from "./logger.ts";
import { logState } from "./recorder-words.ts";

describe("logState()", () => {
	it.each([
		["disk", "The recording has gaps: a.rrd can't be written as fast as is recorded."],
		["machine", "The recording has gaps: this machine is busy, and a.rrd is written too slowly."],
	] as const)("says that the %s makes gaps", (cause, words) => {
		const lines: string[] = [];
		const log: Pick<Logger, "warn"> = { warn: (line: string | object) => void lines.push(String(line)) };
		logState(log as Logger, "a.rrd", { name: "losing", cause });
		expect(lines).toEqual([words]);
	});
});
