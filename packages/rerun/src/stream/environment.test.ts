import { describe, expect, it } from "vitest";
import { readEnvironment } from "./environment.ts";

describe("readEnvironment()", () => {
	it("reads what the official SDKs read", () => {
		expect(
			readEnvironment({
				RERUN: "Off",
				RERUN_STRICT: "1",
				RERUN_LOG_TICK: "true",
				RERUN_FLUSH_TICK_SECS: "0.5",
				RERUN_FLUSH_NUM_BYTES: "1024",
				RERUN_FLUSH_NUM_ROWS: "inf",
				RERUN_CHUNK_MAX_ROWS_IF_UNSORTED: "64",
			}),
		).toEqual({
			enabled: false,
			strict: true,
			logTick: true,
			tickSec: 0.5,
			maxBytes: 1024,
			maxRows: Number.POSITIVE_INFINITY,
			maxRowsIfUnsorted: 64,
			problems: [],
		});
	});

	it("says nothing where nothing is said", () => {
		const { problems, ...settings } = readEnvironment({ RERUN: "" });
		expect(problems).toEqual([]);
		expect(Object.values(settings)).toEqual(Object.values(settings).map(() => undefined));
	});

	it("names what it can't read", () => {
		const { problems, tickSec, strict } = readEnvironment({ RERUN_FLUSH_TICK_SECS: "-1", RERUN_STRICT: "ja" });
		expect([tickSec, strict]).toEqual([undefined, undefined]);
		expect(problems.map((problem) => problem.split(" ")[0])).toEqual(["RERUN_STRICT", "RERUN_FLUSH_TICK_SECS"]);
	});
});
