import { describe, expect, it } from "vitest";
import { PathLosses } from "./path-losses.ts";
import { Retransmitter } from "./retransmitter.ts";

const BITRATE = 8_000_000;

/** A retransmitter that has sent a packet each millisecond, both its numbers the same. */
class Sent {
	readonly losses = new PathLosses();
	readonly retransmitter = new Retransmitter(this.losses);
	#next = 0;

	send(packets: number): this {
		for (const end = this.#next + packets; this.#next < end; this.#next++) {
			this.losses.sent(this.#next, this.#next / 1000);
			this.retransmitter.put(this.#next, this.#next, Buffer.alloc(1000, this.#next), this.#next / 1000);
		}
		return this;
	}

	report(from: number, arrivalSec: readonly number[], nowSec: number): void {
		this.losses.report(
			{ feedbackNumber: 0, baseSequenceNumber: from, arrivalSec: Float64Array.from(arrivalSec) },
			nowSec,
		);
	}

	nack(
		sequenceNumbers: readonly number[],
		nowSec: number,
		{ roundTripSec = 0.04, keyframeDue = false, isProtected = false, narrowedSec = Number.NEGATIVE_INFINITY } = {},
	) {
		const moment = { nowSec, roundTripSec, bitrateBps: BITRATE, isProtected, narrowedSec };
		return this.retransmitter.onNack(sequenceNumbers, moment, keyframeDue);
	}

	due(nowSec: number): number[] {
		return this.retransmitter
			.takeDue({
				nowSec,
				roundTripSec: 0.04,
				bitrateBps: BITRATE,
				isProtected: false,
				narrowedSec: Number.NEGATIVE_INFINITY,
			})
			.map(([first = -1]) => first);
	}
}

describe("Retransmitter", () => {
	it("asks for a key frame, and repairs nothing else, when more is lost than a key frame costs", () => {
		const sent = new Sent().send(500);
		const lost = Array.from({ length: 178 }, (_, index) => 300 + index);
		expect(sent.nack(lost, 0.5)).toEqual({ packets: [], refused: 178, keyframeNeeded: true });
		// The same packets are asked for again until the key frame is there.
		expect(sent.nack(lost, 0.52, { keyframeDue: true })).toEqual({
			packets: [],
			refused: 178,
			keyframeNeeded: false,
		});
		sent.retransmitter.keyframeBegins(500, true);
		sent.send(20);
		expect(sent.nack(lost, 0.54)).toMatchObject({ packets: [], keyframeNeeded: false });
		expect(sent.nack([505], 0.54).packets).toHaveLength(1);
	});

	it("repairs pictures before a key frame that nobody asked for, and asks for none in their stead", () => {
		const sent = new Sent().send(10);
		sent.retransmitter.keyframeBegins(5, false);
		expect(sent.nack([3], 0.02).packets).toHaveLength(1);
		expect(sent.nack([3], 0.9)).toMatchObject({ refused: 1, keyframeNeeded: false });
	});

	it("answers with a key frame for pictures that were made before the path became much narrower", () => {
		const sent = new Sent().send(100);
		expect(sent.nack([80], 0.1, { narrowedSec: 0.05 }).packets, "made for the present path").toHaveLength(1);
		expect(sent.nack([40, 81], 0.1, { narrowedSec: 0.05 })).toEqual({
			packets: [],
			refused: 2,
			keyframeNeeded: true,
		});
	});

	it("does not send again what has arrived meanwhile", () => {
		const sent = new Sent().send(10);
		sent.report(0, [0, 0.001, 0.003, 0.002], 0.01);
		expect(sent.nack([2], 0.02)).toEqual({ packets: [], refused: 0, keyframeNeeded: false });
	});

	it("waits for packets that may only be late on a path that reorders them", () => {
		const sent = new Sent().send(300);
		// Packet 1 was overtaken by 40 ms.
		sent.report(0, [0, 0.05, 0.01, 0.01], 0.06);
		expect(sent.nack([200, 201, 202, 203], 0.3).packets).toEqual([]);
		sent.report(200, [0.24, Number.NaN, Number.NaN, 0.24], 0.31);
		expect(sent.due(0.31)).toEqual([]);
		// Asked for a second time.
		expect(sent.nack([202], 0.35).packets).toHaveLength(1);
		// Reported missing for longer than packets are late there.
		sent.report(203, [0.25], 0.37);
		expect(sent.due(0.37)).toEqual([201]);
		expect(sent.retransmitter.waits).toBe(false);
	});

	it("waits for a report, however long the way, where more packets are overtaken than lost", () => {
		const far = { roundTripSec: 0.2 };
		const sent = new Sent().send(300);
		sent.report(0, [0, 0.03, 0.01, 0.01], 0.06);
		expect(sent.nack([200, 202], 0.4, far).packets).toEqual([]);
		sent.report(200, [0.24, 0.21, Number.NaN, 0.22, 0.28], 0.41);
		expect(sent.due(0.41), "missing for 60 ms, where others are late by 30").toEqual([202]);
		// Four are lost meanwhile, and two were overtaken.
		sent.report(220, [0.3, Number.NaN, Number.NaN, Number.NaN, 0.33, 0.4], 0.42);
		expect(sent.nack([250], 0.43, far).packets).toHaveLength(1);
	});

	it("repairs packets more than 32,768 packets after a key frame, asked for or not", () => {
		const sent = new Sent().send(10);
		sent.retransmitter.keyframeBegins(10, true);
		sent.send(33_000);
		expect(sent.nack([33_000], 33).packets).toHaveLength(1);
		// One that is gone needs a key frame: none that was sent comes after it.
		expect(sent.nack([32_000], 33.01)).toMatchObject({ refused: 1, keyframeNeeded: true });
	});

	it("answers only the second request where FEC most likely comes before a copy", () => {
		const sent = new Sent().send(300);
		const moment = { roundTripSec: 0.24, isProtected: true };
		expect(sent.nack([282], 0.4, moment)).toEqual({ packets: [], refused: 0, keyframeNeeded: false });
		expect(sent.nack([282], 0.5, moment).packets).toEqual([]);
		expect(sent.nack([282], 0.65, moment).packets).toHaveLength(1);
	});

	it("sends two copies on a lossy path when one was lost, or when the way is long", () => {
		const sent = new Sent().send(300);
		const arrivals = Array.from({ length: 200 }, (_, index) => (index % 20 === 0 ? Number.NaN : index / 1000));
		sent.report(0, arrivals, 0.2);
		expect(sent.nack([280], 0.3).packets).toHaveLength(1);
		expect(sent.due(0.32)).toEqual([]);
		expect(sent.nack([280], 0.35).packets).toHaveLength(1);
		expect(sent.due(0.355)).toEqual([]);
		expect(sent.due(0.361)).toEqual([280 & 0xff]);
		expect(sent.nack([281], 0.4, { roundTripSec: 0.24 }).packets).toHaveLength(1);
		expect(sent.due(0.411)).toEqual([281 & 0xff]);
	});
});
