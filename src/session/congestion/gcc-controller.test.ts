import { describe, expect, it } from "vitest";
import { EmulatedLink } from "../../../test/support/links/emulated-link.ts";
import { seededRandom } from "../../skeleton/seeded-random.cases.ts";
import { type ReceiverTrace, SLOW_FALL, SUDDEN_FALL } from "./busy-receiver-traces.cases.ts";
import type { ProbeCluster } from "./congestion-controller.ts";
import { GccController } from "./gcc-controller.ts";

interface Link {
	rateBps: number;
	queueSec: number;
	loss: number;
	/**
	 * Standard deviation of each packet's own delay, seconds: packets overtake each
	 * other, as on a Wi-Fi link that repeats frames.
	 * @default 0
	 */
	jitterSec?: number;
}

const LIMITS = { minBps: 300_000, startBps: 5_000_000, maxBps: 10_000_000 };
const STEP_SEC = 0.001;
const PACKET_BYTES = 1200;
const ONE_WAY_SEC = 0.02;
/** A probe begins with a frame. */
const FRAME_MS = 33;

/**
 * Feedback counts time in steps of 64 ms and, within one report, of 250 microseconds.
 */
const REFERENCE_SEC = 0.064;

interface SimulationOptions {
	readonly startBps?: number | undefined;
	/** Packets leave in frames, each in the first half of its time. @default evenly */
	readonly frameRate?: number | undefined;
	/** Probes are sent. @default true */
	readonly probes?: boolean | undefined;
	/**
	 * Reports like werift's: after every eleventh packet, and with a reference time
	 * that is rounded down although the first arrival is counted from the time before
	 * rounding. So each report is wrong by up to 64 ms as a whole.
	 */
	readonly roughClock?: boolean | undefined;
}

/**
 * A sender that obeys the estimate, a link with a bounded queue, and a receiver that
 * reports every 50 ms. No clock but this loop.
 */
class Simulation {
	readonly controller: GccController;
	/** Share of the estimate that the encoder uses. */
	usage = 1;
	delivered = 0;
	lost = 0;
	longestQueueSec = 0;
	nowSec = 100;
	readonly #link: Link;
	readonly #options: SimulationOptions;
	readonly #random = seededRandom(1);
	readonly #reports: { readonly dueSec: number; readonly base: number; readonly arrivalSec: Float64Array }[] = [];
	readonly #path = new EmulatedLink({});
	#owedBytes = 0;
	#probe: ProbeCluster | undefined;
	#probeOwedBytes = 0;
	#probePackets = 0;
	#number = 0;
	/** Arrival times by packet number; NaN for lost packets. */
	readonly #arrivalSec: number[] = [];
	/** First number that no report has reached. */
	#reported = 0;
	/** Numbers below the newest one that had not arrived when it was received. */
	#outstanding: number[] = [];
	#reportAtSec = 0;
	#feedbackNumber = 0;
	#lastReportedSec = 0;

	constructor(link: Link, options: SimulationOptions = {}) {
		this.#link = link;
		this.#options = options;
		this.controller = new GccController({ ...LIMITS, startBps: options.startBps ?? LIMITS.startBps });
	}

	run(sec: number): void {
		for (const endSec = this.nowSec + sec; this.nowSec < endSec; this.nowSec += STEP_SEC) {
			this.#owedBytes += (this.controller.estimateBps * this.usage * this.#burst() * STEP_SEC) / 8;
			for (; this.#owedBytes >= PACKET_BYTES; this.#owedBytes -= PACKET_BYTES) this.#send();
			if (this.#options.probes !== false && Math.round(this.nowSec * 1000) % FRAME_MS === 0)
				this.#probe ??= this.controller.takeProbe(this.nowSec);
			this.#sendProbe();
			if (this.nowSec >= this.#reportAtSec) this.#report();
			while ((this.#reports[0]?.dueSec ?? Number.POSITIVE_INFINITY) <= this.nowSec) {
				const { base, arrivalSec } = this.#reports.shift()!;
				const feedbackNumber = this.#feedbackNumber++ & 0xff;
				this.controller.onTransportFeedback(
					{ feedbackNumber, baseSequenceNumber: base & 0xffff, arrivalSec },
					this.nowSec,
				);
			}
			if (Math.round(this.nowSec * 1000) % 200 === 0) this.controller.onTick(this.nowSec);
		}
	}

	/** Share of the rate at which packets leave now. */
	#burst(): number {
		const { frameRate } = this.#options;
		if (frameRate === undefined) return 1;
		return (this.nowSec * frameRate) % 1 < 0.5 ? 2 : 0;
	}

	/** Sends what is due of a probe, all of it padding. */
	#sendProbe(): void {
		if (this.#probe === undefined) return;
		const { rateBps, minBytes, minPackets } = this.#probe;
		this.#probeOwedBytes += (rateBps * STEP_SEC) / 8;
		for (; this.#probeOwedBytes >= PACKET_BYTES; this.#probeOwedBytes -= PACKET_BYTES) {
			this.#send();
			this.#probePackets++;
		}
		if (this.#probePackets * PACKET_BYTES < minBytes || this.#probePackets < minPackets) return;
		this.#probe = undefined;
		this.#probePackets = 0;
		this.#probeOwedBytes = 0;
	}

	#send(): void {
		this.controller.onPacketSent(this.#number++ & 0xffff, PACKET_BYTES, this.nowSec, this.#probe?.id);
		const { rateBps, queueSec, loss, jitterSec = 0 } = this.#link;
		this.#path.options = {
			rateBps,
			loss,
			queueMs: queueSec * 1000,
			delayMs: ONE_WAY_SEC * 1000,
			jitterSigmaMs: jitterSec * 1000,
			overtaking: true,
			random: this.#random,
		};
		const fate = this.#path.enter(PACKET_BYTES, this.nowSec * 1000);
		if (fate.kind === "arrives") {
			this.longestQueueSec = Math.max(this.longestQueueSec, fate.queuedMs / 1000);
			this.delivered++;
		} else this.lost++;
		this.#arrivalSec.push(fate.kind === "arrives" ? fate.dueMs / 1000 : Number.NaN);
	}

	/**
	 * Reports as libwebrtc's receiver does: from the oldest packet that was never
	 * reported as received to the newest one that has arrived.
	 */
	#report(): void {
		if (!this.#options.roughClock) this.#reportAtSec = this.nowSec + 0.05;
		// The receiver knows of what has arrived; the clock it reports in is its own.
		const arrived = (number: number) => this.#arrivalSec[number]! <= this.nowSec;
		let last = this.#number - 1;
		while (last >= this.#reported && !arrived(last)) last--;
		const late = this.#outstanding.filter(arrived);
		if (this.#options.roughClock ? last - this.#reported < 10 : last < this.#reported && late.length === 0) return;
		const errorSec = this.#options.roughClock ? -(this.#lastReportedSec % REFERENCE_SEC) : 0;
		const base = Math.min(late[0] ?? this.#reported, this.#reported);
		const end = Math.max(last + 1, this.#reported);
		const arrivalSec = Float64Array.from({ length: end - base }, (_, index) =>
			arrived(base + index) ? this.#arrivalSec[base + index]! - 77 + errorSec : Number.NaN,
		);
		this.#lastReportedSec = this.#arrivalSec[last] ?? this.#lastReportedSec;
		this.#outstanding = this.#outstanding.filter((number) => !arrived(number));
		for (let number = this.#reported; number < end; number++) if (!arrived(number)) this.#outstanding.push(number);
		this.#reported = end;
		this.#reports.push({ dueSec: this.nowSec + ONE_WAY_SEC, base, arrivalSec });
	}
}

describe("GccController with transport-cc", () => {
	it("starts where it is told and reaches the bound of a wide path within seconds", () => {
		const simulation = new Simulation({ rateBps: 100e6, queueSec: 0.2, loss: 0 });
		expect(simulation.controller.estimateBps).toBe(5e6);
		simulation.run(3);
		expect(simulation.controller.estimateBps).toBe(10e6);
	});

	it("calls a path clear after two seconds without loss or queue, and no longer at the first sign of either", () => {
		const link = { rateBps: 100e6, queueSec: 0.2, loss: 0 };
		const simulation = new Simulation(link);
		simulation.run(1);
		expect(simulation.controller.pathIsClear).toBe(false);
		simulation.run(2);
		expect(simulation.controller.pathIsClear).toBe(true);
		link.loss = 0.03;
		simulation.run(0.5);
		expect(simulation.controller.pathIsClear).toBe(false);
		link.loss = 0;
		simulation.run(4);
		expect(simulation.controller.pathIsClear).toBe(true);
		link.rateBps = 5e6;
		simulation.run(1);
		expect(simulation.controller.pathIsClear).toBe(false);
	});

	it("fills most of a 6 Mbit/s link without overflowing its queue", () => {
		const simulation = new Simulation({ rateBps: 6e6, queueSec: 0.2, loss: 0 });
		simulation.run(3);
		simulation.delivered = 0;
		simulation.longestQueueSec = 0;
		simulation.run(8);
		expect(simulation.lost).toBe(0);
		expect(simulation.longestQueueSec).toBeLessThan(0.15);
		expect((simulation.delivered * PACKET_BYTES * 8) / 8).toBeGreaterThan(0.75 * 6e6);
	});

	it("gets down within a second when a path narrows from 20 to 2 Mbit/s, and up again when it widens", () => {
		const link = { rateBps: 20e6, queueSec: 0.2, loss: 0 };
		const simulation = new Simulation(link);
		simulation.run(4);
		link.rateBps = 2e6;
		simulation.run(1);
		expect(simulation.controller.estimateBps).toBeLessThan(2.6e6);
		simulation.run(3);
		const lostBefore = simulation.lost;
		simulation.run(5);
		expect(simulation.lost).toBe(lostBefore);
		link.rateBps = 20e6;
		simulation.run(25);
		expect(simulation.controller.estimateBps).toBeGreaterThan(8e6);
	});

	it("is not slowed down by 2 % of random loss, but by 20 %", () => {
		const noisy = new Simulation({ rateBps: 100e6, queueSec: 0.2, loss: 0.01 });
		noisy.run(8);
		expect(noisy.controller.estimateBps).toBeGreaterThan(8e6);
		const broken = new Simulation({ rateBps: 100e6, queueSec: 0.2, loss: 0.2 });
		broken.run(5);
		expect(broken.controller.estimateBps).toBeLessThan(4e6);
	});

	it("keeps the estimate, and does not raise it without proof, while an encoder makes a third of it", () => {
		const simulation = new Simulation({ rateBps: 100e6, queueSec: 0.2, loss: 0 }, { probes: false });
		simulation.usage = 0.3;
		simulation.run(5);
		expect(simulation.controller.estimateBps).toBeGreaterThan(4.9e6);
		expect(simulation.controller.estimateBps).toBeLessThan(5.2e6);
	});

	it.each([0.4, 0.5, 0.65, 0.7])(
		"grows to the bound of a wide path though the encoder makes %d of what it may",
		(usage) => {
			const simulation = new Simulation({ rateBps: 100e6, queueSec: 0.2, loss: 0 });
			simulation.usage = usage;
			simulation.run(5);
			expect(simulation.controller.estimateBps).toBe(10e6);
		},
	);

	it.each([
		[0.005, 5e6],
		[0.01, 1e6],
		[0.015, 5e6],
		[0.02, 0.3e6],
	])("takes no packet that was overtaken for a lost one: jitter of %d s, from %d bit/s", (jitterSec, startBps) => {
		const simulation = new Simulation(
			{ rateBps: 100e6, queueSec: 0.2, loss: 0, jitterSec },
			{ startBps, frameRate: 30 },
		);
		simulation.run(20);
		expect(simulation.controller.estimateBps).toBeGreaterThan(9e6);
		let lowestBps = Number.POSITIVE_INFINITY;
		for (let i = 0; i < 60; i++) {
			simulation.run(0.1);
			lowestBps = Math.min(lowestBps, simulation.controller.estimateBps);
		}
		expect(lowestBps).toBeGreaterThan(8e6);
	});

	it("still sees loss on a path that reorders packets", () => {
		const link = { rateBps: 100e6, queueSec: 0.2, loss: 0, jitterSec: 0.015 };
		const simulation = new Simulation(link);
		simulation.run(10);
		link.loss = 0.2;
		simulation.run(4);
		expect(simulation.controller.estimateBps).toBeLessThan(5e6);
	});

	it("halves again and again when reports stop coming", () => {
		const link = { rateBps: 100e6, queueSec: 0.2, loss: 0 };
		const simulation = new Simulation(link);
		simulation.run(3);
		link.loss = 1;
		simulation.run(4);
		expect(simulation.controller.estimateBps).toBeLessThanOrEqual(10e6 / 4);
	});

	it("halves also when receiver reports go on coming: they need nothing to have arrived", () => {
		const link = { rateBps: 100e6, queueSec: 0.2, loss: 0 };
		const simulation = new Simulation(link);
		simulation.run(3);
		link.loss = 1;
		for (let i = 0; i < 8; i++) {
			simulation.run(0.5);
			simulation.controller.onReceiverReport(0, 0.04, simulation.nowSec);
			simulation.controller.onRemb(10e6, simulation.nowSec);
		}
		expect(simulation.controller.estimateBps).toBeLessThanOrEqual(10e6 / 4);
	});

	it("is back soon after an outage: it said nothing of how much the path carries", () => {
		const link = { rateBps: 100e6, queueSec: 0.2, loss: 0 };
		const simulation = new Simulation(link);
		simulation.run(3);
		link.loss = 1;
		simulation.run(4);
		link.loss = 0;
		simulation.run(8);
		expect(simulation.controller.estimateBps).toBeGreaterThan(8e6);
	});

	it("forgets a REMB from before the first transport-cc feedback", () => {
		const simulation = new Simulation({ rateBps: 100e6, queueSec: 0.2, loss: 0 });
		simulation.controller.onRemb(1e6, simulation.nowSec);
		expect(simulation.controller.estimateBps).toBe(1e6);
		simulation.run(15);
		expect(simulation.controller.estimateBps).toBe(10e6);
	});

	it("counts a packet once that several reports call lost", () => {
		const controller = new GccController(LIMITS);
		const arrivalSec = new Float64Array(40);
		for (let i = 0; i < 40; i++) {
			controller.onPacketSent(i, PACKET_BYTES, 1 + i / 1000);
			// 5 % are lost: not enough to lower the estimate.
			arrivalSec[i] = i === 3 || i === 30 ? Number.NaN : 7 + i / 1000;
		}
		for (let repeat = 0; repeat < 8; repeat++) {
			controller.onTransportFeedback(
				{ feedbackNumber: repeat, baseSequenceNumber: 0, arrivalSec },
				1.1 + repeat / 100,
			);
		}
		expect(controller.estimateBps).toBe(LIMITS.startBps);
	});
});

describe("GccController with a receiver whose clock is wrong by up to 64 ms from report to report", () => {
	it.each([
		[0.3e6, undefined],
		[0.3e6, 30],
		[1e6, 60],
		[2e6, 30],
		[5e6, undefined],
		[5e6, 60],
	])(
		"takes no clock for a queue: from %d bit/s at %s frames a second to the bound of a wide path",
		(startBps, frameRate) => {
			const simulation = new Simulation(
				{ rateBps: 100e6, queueSec: 0.2, loss: 0 },
				{ roughClock: true, startBps, frameRate },
			);
			let lowestBps = startBps;
			for (let i = 0; i < 150; i++) {
				simulation.run(0.1);
				lowestBps = Math.min(lowestBps, simulation.controller.estimateBps);
			}
			expect(lowestBps).toBe(startBps);
			expect(simulation.controller.estimateBps).toBe(LIMITS.maxBps);
		},
	);

	it("still sees a queue that is one", () => {
		const link = { rateBps: 20e6, queueSec: 0.2, loss: 0 };
		const simulation = new Simulation(link, { roughClock: true, frameRate: 30 });
		simulation.run(4);
		link.rateBps = 2e6;
		simulation.run(1.5);
		expect(simulation.controller.estimateBps).toBeLessThan(2.6e6);
		simulation.run(3);
		const lostBefore = simulation.lost;
		simulation.delivered = 0;
		simulation.run(10);
		expect((simulation.lost - lostBefore) / simulation.delivered).toBeLessThan(0.01);
		expect((simulation.delivered * PACKET_BYTES * 8) / 10).toBeGreaterThan(0.6 * 2e6);
	});
});

describe("GccController without transport-cc", () => {
	it("follows receiver reports: down on loss or a long round trip, up when all is well", () => {
		const controller = new GccController(LIMITS);
		controller.onReceiverReport(0, 0.02, 1);
		controller.onReceiverReport(0.3, 0.02, 2);
		const afterLoss = controller.estimateBps;
		expect(afterLoss).toBeLessThan(5e6 * 0.9);
		controller.onReceiverReport(0, 0.25, 3);
		const afterQueue = controller.estimateBps;
		expect(afterQueue).toBeLessThan(afterLoss);
		for (let sec = 4; sec < 10; sec++) controller.onReceiverReport(0, 0.02, sec);
		expect(controller.estimateBps).toBeGreaterThan(afterQueue);
	});

	it("reacts to a burst of NACKs at once, once per burst", () => {
		const controller = new GccController(LIMITS);
		for (let i = 0; i < 100; i++) controller.onPacketSent(i, 1200, 1 + i / 500);
		controller.onNack(12, 1.2);
		const after = controller.estimateBps;
		expect(after).toBeLessThan(4e6);
		for (let i = 0; i < 50; i++) controller.onPacketSent(100 + i, 1200, 1.2 + i / 500);
		controller.onNack(12, 1.35);
		expect(controller.estimateBps).toBe(after);
	});

	it("never goes above REMB, below the minimum or above the maximum", () => {
		const controller = new GccController(LIMITS);
		controller.onRemb(2e6, 1);
		expect(controller.estimateBps).toBe(2e6);
		controller.onRemb(1000, 2);
		expect(controller.estimateBps).toBe(LIMITS.minBps);
		controller.onRemb(1e9, 3);
		for (let sec = 4; sec < 60; sec++) controller.onReceiverReport(0, 0.02, sec);
		expect(controller.estimateBps).toBe(LIMITS.maxBps);
	});

	it("ignores nonsense", () => {
		const controller = new GccController(LIMITS);
		controller.onRemb(0, 1);
		controller.onRemb(Number.NaN, 1);
		controller.onTransportFeedback(
			{ feedbackNumber: 0, baseSequenceNumber: 5, arrivalSec: new Float64Array(0) },
			1,
		);
		controller.onTransportFeedback(
			{ feedbackNumber: 0, baseSequenceNumber: 5, arrivalSec: Float64Array.of(Number.NaN, 1e9) },
			2,
		);
		controller.onTick(3);
		expect(controller.estimateBps).toBe(5e6);
	});

	/**
	 * Sends what the estimate allows while a receiver reports.
	 * @returns the estimate after each report or REMB
	 */
	function replay(controller: GccController, trace: ReceiverTrace): number[] {
		let owedBytes = 0;
		let nowSec = 0;
		return trace.map(([sec, kind, value]) => {
			for (; nowSec < sec; nowSec += 0.01) {
				for (owedBytes += (0.93 * controller.estimateBps * 0.01) / 8; owedBytes >= 1200; owedBytes -= 1200)
					controller.onPacketSent(0, 1200, nowSec);
			}
			if (kind === "remb") controller.onRemb(value, sec);
			else controller.onReceiverReport(0, value, sec);
			return controller.estimateBps;
		});
	}

	it.each([
		["slowly", SLOW_FALL],
		["suddenly", SUDDEN_FALL],
	])("does not fall with the REMB of a receiver whose processor is busy, which falls %s", (_name, trace) => {
		const estimates = replay(new GccController(LIMITS), trace);
		expect(Math.min(...estimates)).toBeGreaterThan(3e6);
		expect(estimates.at(-1)).toBeGreaterThan(5e6);
	});

	it("is not lowered by one long round trip between short ones, but by two in a row", () => {
		const controller = new GccController(LIMITS);
		const before = replay(controller, [
			[1, "report", 0.002],
			[2, "report", 0.003],
			[3, "report", 0.4],
		]).at(-1)!;
		expect(before).toBeGreaterThanOrEqual(LIMITS.startBps);
		controller.onReceiverReport(0, 0.5, 4);
		expect(controller.estimateBps).toBeLessThan(0.8 * before);
	});

	it("follows a REMB that falls by little at first, and in full once loss or long round trips confirm it", () => {
		for (const confirm of ["nack", "round trips"]) {
			const controller = new GccController(LIMITS);
			const [, , proven, fallen] = replay(controller, [
				[1, "report", 0.02],
				[2, "report", 0.02],
				[3, "report", 0.02],
				[3.3, "remb", 1e6],
			]);
			expect(fallen! / proven!, "three quarters of what was allowed at the last report").toBeGreaterThan(0.6);
			if (confirm === "nack") controller.onNack(150, 3.35);
			else for (const sec of [4, 5]) controller.onReceiverReport(0, 0.3, sec);
			expect(controller.estimateBps).toBeLessThanOrEqual(1e6);
		}
	});

	it("obeys a REMB that was there before any report, and one that stays below a path in trouble", () => {
		const controller = new GccController(LIMITS);
		const trace: ReceiverTrace = [
			[0.5, "remb", 8e5],
			...[1, 2, 3, 4, 5].map((sec) => [sec, "report", 0.02] as const),
		];
		expect(Math.max(...replay(controller, trace))).toBeLessThanOrEqual(8e5);
	});
});
