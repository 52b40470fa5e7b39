import { describe, expect, it } from "vitest";
import { tableOf } from "./sessions-command.ts";
import { bytesAsText, durationAsText } from "./size-words.ts";

describe("panogaze sessions", () => {
	it("lists recordings in columns, with dashes for what is not known", () => {
		const files = [1, 2];
		const table = tableOf([
			{ stem: "session_a", state: "cut-off", bytes: 812, files, kept: true },
			{
				...{ stem: "session_bc", state: "closed", durationSec: 3723, viewers: 2, bytes: 1_250_000, files: [1] },
				...{ episodes: { ended: 12, successes: 9 }, kept: false },
			},
		]);
		expect(table.split("\n")).toEqual([
			"RECORDING   DURATION  VIEWERS  EPISODES (SUCCESSES)    SIZE  FILES",
			"session_a          –        –                     –   812 B      2  cut-off, kept",
			"session_bc   1:02:03        2                12 (9)  1.3 MB      1",
		]);
		expect(tableOf([])).toBe("There is no recording.");
	});

	it("writes sizes and durations for people", () => {
		expect([0, 999, 1000, 5e9, 7e12, 9e15].map(bytesAsText)).toEqual([
			...["0 B", "999 B", "1.0 kB", "5.0 GB", "7.0 TB", "9000.0 TB"],
		]);
		expect([0, 59.6, 3599].map(durationAsText)).toEqual(["0:00", "1:00", "59:59"]);
	});
});
