import { describe, expect, it } from "vitest";
import { DisplayMeter } from "../src/client/display-meter.ts";
import type { DisplayMessage } from "../src/protocol/control-message.ts";
import { seededRandom } from "../src/skeleton/seeded-random.cases.ts";
import { ArrivalEstimate } from "../src/stream/arrival-estimate.ts";
import { ViewClock } from "../src/stream/view-clock.ts";

interface Trial {
	readonly viewRate: number;
	readonly displayHz: number;
	/** @default 0.3 */
	readonly roundTripSec?: number;
	/** Largest delay of a picture beyond the usual. @default 0.002 */
	readonly jitterSec?: number;
	/** Delay of three pictures in a hundred beyond that. @default 0 */
	readonly rareSec?: number;
	readonly seconds?: number;
	/** The server does not obey the reports, and has no poses, which come in step with them. */
	readonly isDeaf?: boolean;
}

interface Outcome {
	/** Draws a second, after ten seconds. */
	readonly rate: number;
	/** Repeated refreshes and skipped pictures, by the last reports; a share of the refreshes. */
	readonly faults: number;
	/** Time from a draw to the refresh that shows it, seconds: the shortest and the longest. */
	readonly shownAfterSec: readonly [least: number, most: number];
	/** Largest change of the gap between two draws. */
	readonly unevenSec: number;
}

/** The client's clock is ahead of the server's, and a little faster. */
const OFFSET_SEC = 1234.5;
const DRIFT = 40e-6;
const SETTLED_SEC = 10;
/** Time from a draw to a decoded picture, without the network. */
const WORK_SEC = 0.012;
const REPORT_SEC = 0.4;

/** A server's clock and a client's meter at both ends of a path, in their own time. */
function play({ viewRate, displayHz, roundTripSec = 0.3, ...others }: Trial): Outcome {
	const { jitterSec = 0.002, rareSec = 0, seconds = 25, isDeaf } = others;
	const random = seededRandom(displayHz);
	const clock = new ViewClock(viewRate);
	const meter = new DisplayMeter();
	const [panoramas, poses] = [new ArrivalEstimate(), new ArrivalEstimate()];
	const clientMs = (sec: number) => (sec * (1 + DRIFT) + OFFSET_SEC) * 1000;
	const reports: { readonly atSec: number; readonly message: DisplayMessage }[] = [];
	const drawsSec: number[] = [];
	const decoded: { readonly readySec: number; readonly rtpTicks: number; readonly drawnSec: number }[] = [];
	const shownAfterSec: number[] = [];
	let [presented, poseCount, refreshes, faults] = [0, 0, 0, 0];
	let nextReportSec = 1;
	let nowSec = 0;
	const refreshSec = 1 / displayHz;
	for (let refresh = 0; refresh * refreshSec < seconds; refresh++) {
		const untilSec = refresh * refreshSec;
		// The server until this refresh: a pose of each of the client's refreshes, and draws.
		while (nowSec < untilSec) {
			const due = reports.findIndex(({ atSec }) => atSec <= nowSec);
			const [report] = due < 0 || isDeaf ? [] : reports.splice(due, 1);
			if (report !== undefined) clock.followDisplay(phaseOf(report.message, nowSec), nowSec);
			poseCount = Math.floor((nowSec - roundTripSec / 2) * displayHz);
			if (poseCount > 0 && !isDeaf) poses.note(poseCount, poseCount * refreshSec + roundTripSec / 2);
			const moment = { nowSec, panoramaIsNew: drawsSec.length === 0, poseIsNew: true, panoramas, poses };
			const { draw, againAtSec } = clock.decide(moment);
			if (draw) {
				clock.drawn(nowSec);
				drawsSec.push(nowSec);
				const lateSec = jitterSec * random() ** 3 + (random() < 0.03 ? rareSec : 0);
				const readySec = nowSec + WORK_SEC + roundTripSec / 2 + lateSec;
				const rtpTicks = (Math.round(nowSec * 90_000) + 4_294_000_000) >>> 0;
				decoded.push({ readySec, rtpTicks, drawnSec: nowSec });
				meter.pictureAnnounced(rtpTicks);
			}
			nowSec = Math.max(nowSec + 0.0002, Math.min(againAtSec, untilSec, nowSec + 0.005));
		}
		// The client at this refresh: the newest decoded picture is shown.
		const refreshMs = Math.round(clientMs(untilSec) * 10) / 10;
		if (refresh % 300 < 20) meter.grid.frame(refreshMs);
		const ready = decoded.findLastIndex(({ readySec }) => readySec <= untilSec);
		const [picture] = decoded.splice(0, ready + 1).slice(-1);
		if (picture !== undefined) {
			const { rtpTicks, readySec, drawnSec } = picture;
			const times = { refreshMs, shownMs: refreshMs + 1000 * refreshSec, readyMs: clientMs(readySec) };
			meter.pictureShown({ rtpTicks, ...times, presented: ++presented });
			if (untilSec > SETTLED_SEC) shownAfterSec.push(untilSec - drawnSec);
		}
		if (untilSec < nextReportSec) continue;
		nextReportSec += REPORT_SEC;
		const message = meter.report(refreshMs);
		if (message === undefined) continue;
		reports.push({ atSec: untilSec + roundTripSec / 2, message });
		if (untilSec < SETTLED_SEC) continue;
		refreshes += message.refreshes!;
		faults += message.repeated! + message.skipped!;
	}
	const settled = drawsSec.filter((sec) => sec > SETTLED_SEC);
	const gaps = settled.slice(1).map((sec, index) => sec - settled[index]!);
	return {
		rate: (settled.length - 1) / (settled.at(-1)! - settled[0]!),
		faults: faults / refreshes,
		shownAfterSec: [Math.min(...shownAfterSec), Math.max(...shownAfterSec)],
		unevenSec: Math.max(...gaps) - Math.min(...gaps),
	};
}

/** A report in the server's time, as the renderer makes it of RTP time stamps. */
function phaseOf({ hz, rtp = Number.NaN, spareMs = 0, spreadMs = 0 }: DisplayMessage, nowSec: number) {
	const ticksNow = Math.round(nowSec * 90_000) + 4_294_000_000;
	const drawSec = nowSec + ((rtp - ticksNow) | 0) / 90_000 + spareMs / 1000;
	return { refreshSec: 1 / hz, drawSec: Number.isNaN(rtp) ? Number.NaN : drawSec, spreadSec: spreadMs / 1000 };
}

describe("a view in step with its viewer's display", () => {
	it.each([
		{ viewRate: 60, displayHz: 60 },
		{ viewRate: 60, displayHz: 59.94 },
		{ viewRate: 59.94, displayHz: 60 },
		{ viewRate: 30, displayHz: 60 },
		{ viewRate: 59.94, displayHz: 72 },
		{ viewRate: 60, displayHz: 90 },
		{ viewRate: 24, displayHz: 60 },
		{ viewRate: 90, displayHz: 60 },
	])("$viewRate a second at $displayHz Hz over a round trip of 300 ms: no refresh repeats or skips", (trial) => {
		const { rate, faults, unevenSec, shownAfterSec } = play(trial);
		expect(faults).toBeLessThan(0.005);
		expect(Math.abs(rate / Math.min(trial.viewRate, trial.displayHz) - 1)).toBeLessThan(0.005);
		expect(unevenSec).toBeLessThan(0.002);
		// The last moment at which a picture can be drawn for its refresh, and a little.
		const refreshSec = 1 / trial.displayHz;
		const places = [1, 2, 3, 4, 5].find((count) => Math.abs(rem((count * trial.displayHz) / rate)) < 0.02)!;
		expect(shownAfterSec[0]).toBeLessThan(WORK_SEC + 0.15 + 0.006);
		expect(shownAfterSec[1] - shownAfterSec[0]).toBeLessThan((places === 1 ? 0 : refreshSec) + 0.002);
	});

	it("misses no refresh where pictures scatter by half a refresh and more", () => {
		const scattered = (jitterSec: number) => play({ viewRate: 60, displayHz: 60, jitterSec });
		const { faults, shownAfterSec, unevenSec } = scattered(0.01);
		expect(faults).toBeLessThan(0.005);
		expect(shownAfterSec[1] - shownAfterSec[0]).toBeLessThan(0.003);
		expect(unevenSec).toBeLessThan(0.002);
		expect(scattered(0.014).faults).toBeLessThan(0.12);
	});

	it.each([0.003, 0.005, 0.007])("misses no refresh where three pictures in a hundred are %d s late", (rareSec) => {
		const { faults, unevenSec } = play({ viewRate: 60, displayHz: 60, jitterSec: 0.001, rareSec });
		expect(faults).toBeLessThan(0.005);
		expect(unevenSec).toBeLessThan(0.002);
	});

	it("meets repeated and skipped refreshes where the server does not listen", () => {
		const { faults, shownAfterSec } = play({ viewRate: 60, displayHz: 59.94, isDeaf: true, seconds: 40 });
		expect(shownAfterSec[1] - shownAfterSec[0]).toBeGreaterThan(0.015);
		expect(faults).toBeGreaterThan(0.001);
	});

	it("keeps its phase for poses where pictures scatter by more than a refresh", () => {
		const { rate, unevenSec } = play({ viewRate: 60, displayHz: 60, jitterSec: 0.06 });
		expect(rate).toBeCloseTo(60, 0);
		expect(unevenSec).toBeLessThan(0.002);
	});
});

/** Distance to the nearest whole number. */
function rem(value: number): number {
	return value - Math.round(value);
}
