import { describe, expect, it, vi } from "vitest";
import { finishRecordings } from "./finish-recordings.ts";

describe("finishRecordings()", () => {
	it("waits for a recording, but not for ever", async () => {
		const said = vi.spyOn(console, "error").mockReturnValue();
		expect(await finishRecordings(undefined)).toBe(true);
		expect(await finishRecordings({ close: () => Promise.resolve() })).toBe(true);
		expect(said).not.toHaveBeenCalled();
		expect(await finishRecordings({ close: () => new Promise(() => {}) }, 20)).toBe(false);
		expect(said.mock.calls).toEqual([
			[expect.stringContaining("could not be finished: the disk does not answer, or this machine is too busy")],
		]);
		said.mockRestore();
	});
});
