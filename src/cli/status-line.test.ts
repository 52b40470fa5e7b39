import type { WriteStream } from "node:tty";
import { describe, expect, it } from "vitest";
import type { ServerStats } from "../server/server-events.ts";
import { StatusLine, wordsForStatus } from "./status-line.ts";

function stats(
	framesDecoded: number,
	viewers: { id: string; framesDrawn: number; bytesSent: number; drawSec: number; encodeSec: number }[],
): ServerStats {
	return {
		viewers: viewers.map(({ id, framesDrawn, bytesSent, drawSec, encodeSec }) => ({
			id,
			session: { bytesSent },
			render: { framesDrawn, drawSecTotal: drawSec, encodeSecTotal: encodeSec },
		})),
		source: { name: "scene", running: true, framesDecoded, framesDropped: 0 },
		pictureMemoryBytes: 0,
	} as unknown as ServerStats;
}

describe("wordsForStatus()", () => {
	it("tells rates between two readings, summed over viewers, also for one who has just come", () => {
		const before = stats(100, [{ id: "a", framesDrawn: 10, bytesSent: 1000, drawSec: 0.02, encodeSec: 0.05 }]);
		const now = stats(160, [
			{ id: "a", framesDrawn: 130, bytesSent: 1_251_000, drawSec: 0.26, encodeSec: 0.65 },
			{ id: "b", framesDrawn: 60, bytesSent: 1_250_000, drawSec: 0.12, encodeSec: 0.3 },
		]);
		expect(wordsForStatus(before, now, 2)).toBe(
			"2 viewers | source 30 fps | views 90 fps, draw 2.0 ms, encode 5.0 ms | 10.0 Mbit/s",
		);
	});

	it("shows no negative rate when the source was started again", () => {
		const viewer = { id: "a", framesDrawn: 0, bytesSent: 0, drawSec: 0, encodeSec: 0 };
		expect(wordsForStatus(stats(100, [viewer]), stats(5, [viewer]), 1)).toContain("source 0 fps");
	});

	it("says when nobody watches", () => {
		expect(wordsForStatus(stats(0, []), stats(0, []), 1)).toBe("no viewers, source running");
	});
});

describe("StatusLine", () => {
	it("is silent where there is no terminal, and lets log lines through", () => {
		const written: string[] = [];
		const line = new StatusLine({
			isTTY: false,
			write: (text: string) => written.push(text),
		} as unknown as WriteStream);
		line.follow({ stats: () => stats(0, []) } as never);
		line.lineStream().write("a log line\n");
		line.clear();
		expect(written).toEqual(["a log line\n"]);
	});
});
