import { describe, expect, it } from "vitest";
import { PathWatch } from "./path-watch.ts";

/** A path to a panogaze server, checked 20 times a second from time 0. */
function watched({ neverSilent = true } = {}) {
	const watch = new PathWatch();
	let nowMs = 0;
	watch.connected(0);
	if (neverSilent) watch.expectTraffic();
	const seen: { atMs: number; interrupted: boolean; lost: boolean; handOver: boolean }[] = [];
	const probes: number[] = [];
	return {
		watch,
		probes,
		/** @param everyMs something arrives as often; `undefined`: nothing does */
		run(forMs: number, everyMs?: number) {
			const startMs = nowMs;
			for (const endMs = startMs + forMs; nowMs < endMs; ) {
				nowMs += 50;
				if (everyMs !== undefined && (nowMs - startMs) % everyMs < 50) watch.arrived(nowMs - 1);
				const { probe, interrupted, lost, handOver } = watch.check(nowMs);
				if (probe) probes.push(nowMs);
				const before = seen.at(-1) ?? { interrupted: false, lost: false, handOver: false };
				if (before.interrupted !== interrupted || before.lost !== lost || before.handOver !== handOver)
					seen.push({ atMs: nowMs, interrupted, lost, handOver });
			}
			return seen;
		},
		skip(ms: number) {
			nowMs += ms;
		},
	};
}

describe("PathWatch", () => {
	it("finds nothing wrong with a still view, whose picture is repeated twice a second", () => {
		const path = watched();
		expect(path.run(60_000, 500)).toEqual([]);
	});

	it("pings when it is quiet, wants another path after 1 s, and is interrupted within 1.3 s", () => {
		const path = watched();
		path.run(3000, 50);
		const seen = path.run(10_000);
		expect(seen).toMatchObject([
			{ interrupted: false, handOver: true },
			{ interrupted: true, handOver: true },
			{ interrupted: true, lost: true },
		]);
		const [handOver, interrupted, lost] = seen.map(({ atMs }) => atMs - 3000);
		expect(interrupted).toBeLessThanOrEqual(1300);
		expect(handOver).toBeGreaterThanOrEqual(950);
		expect(handOver).toBeLessThanOrEqual(1100);
		expect(lost).toBeGreaterThan(5000);
		expect(
			path.probes.filter((atMs) => atMs < 3000 + handOver!),
			"questions before another path is tried",
		).toHaveLength(2);
		expect(path.probes[0]! - 3000).toBeLessThanOrEqual(550);
		expect(path.probes.length).toBeGreaterThan(10);
	});

	it("is well again with the first thing that arrives", () => {
		const path = watched();
		path.run(1000, 50);
		path.run(1900);
		const seen = path.run(1000, 50);
		expect(seen.at(-1)).toMatchObject({ interrupted: false, handOver: false });
	});

	it("does not take a page that slept or was busy for a dead path", () => {
		const path = watched();
		path.run(1000, 50);
		for (let nap = 0; nap < 20; nap++) {
			path.skip(30_000);
			// Timers come before the messages that arrived meanwhile.
			path.run(50);
			path.run(500, 50);
		}
		expect(path.run(50, 50)).toEqual([]);
	});

	it("leaves the verdict to the browser with a server that may be silent", () => {
		const path = watched({ neverSilent: false });
		expect(path.run(60_000)).toEqual([]);
		path.watch.disconnected();
		expect(path.run(4100)).toMatchObject([
			{ interrupted: true, lost: false, handOver: false },
			{ interrupted: true, lost: true, handOver: false },
		]);
		path.watch.connected(65_000);
		expect(path.run(1000).at(-1)).toMatchObject({ interrupted: false });
	});
});
