import { describe, expect, it } from "vitest";
import { PathMtu } from "./path-mtu.ts";

const LONG = 1152;
const SHORT = 300;
const ROUND_TRIP_SEC = 0.05;
const PACKET_SEC = 0.005;

/** A path that takes packets of up to `mostBytes`, and reports each one a round trip later. */
class Path {
	readonly mtu: PathMtu;
	mostBytes = Number.POSITIVE_INFINITY;
	nowSec = 100;
	probes = 0;
	#number = 65_500;
	readonly #fates: (() => void)[] = [];

	constructor(hasTransportCc = true) {
		this.mtu = new PathMtu(hasTransportCc);
	}

	/** Sends packets, one each `PACKET_SEC`, of which `isLost` loses some besides the long ones. */
	send(lengths: readonly number[], isLost: (index: number) => boolean = () => false): this {
		for (const [index, byteLength] of lengths.entries()) this.#send(byteLength, isLost(index));
		return this;
	}

	/** Sends as a session does: the longest packets of media, and a probe when one is due. */
	run(sec: number): this {
		for (const endSec = this.nowSec + sec; this.nowSec < endSec; ) {
			this.mtu.tick(this.nowSec, ROUND_TRIP_SEC);
			const probe = this.mtu.probeBytes(this.nowSec);
			if (probe !== undefined) {
				this.probes++;
				this.mtu.probeSent(this.#send(probe), this.nowSec);
			}
			this.send([this.mtu.maxPayloadBytes + 32, SHORT]);
			if (this.mtu.keyframeNeeded) this.mtu.keyframeMade();
		}
		return this;
	}

	#send(byteLength: number, isLost = false): number {
		const number = this.#number;
		this.#number = (number + 1) & 0xffff;
		this.nowSec += PACKET_SEC;
		this.mtu.sent(number, byteLength, this.nowSec);
		const arrives = !isLost && byteLength <= this.mostBytes;
		this.#fates.push(() => this.mtu[arrives ? "arrived" : "missing"](number, this.nowSec));
		if (this.#fates.length > ROUND_TRIP_SEC / PACKET_SEC) this.#fates.shift()!();
		return number;
	}
}

const mixed = (packets: number) => Array.from({ length: packets }, (_, index) => (index % 3 === 2 ? SHORT : LONG));

describe("PathMtu", () => {
	it("shortens packets where long ones alone are lost, and asks for one key frame", () => {
		const path = new Path().send(mixed(60));
		expect([path.mtu.maxPayloadBytes, path.mtu.keyframeNeeded]).toEqual([1120, false]);
		path.mostBytes = 1000;
		path.send(mixed(60));
		expect(path.mtu.maxPayloadBytes).toBeLessThan(1000);
		expect(path.mtu.keyframeNeeded).toBe(true);
		path.mtu.keyframeMade();
		path.run(20);
		// 920 and a header fit, but FEC of such packets does not.
		expect([path.mtu.maxPayloadBytes, path.mtu.keyframeNeeded]).toEqual([720, false]);
	});

	it.each([
		["a tunnel of 1,200 bytes", 1200 - 64, 920],
		["one of 1,000 bytes", 1000 - 64, 720],
		["the least path of IPv4", 576 - 44, 416],
	])("finds the length that fits %s", (_, mostBytes, payloadBytes) => {
		const path = new Path();
		path.mostBytes = mostBytes;
		expect(path.run(5).mtu.maxPayloadBytes).toBe(payloadBytes);
	});

	it("shortens packets where those of FEC alone are too long", () => {
		const path = new Path();
		path.mostBytes = 1200;
		path.send(Array.from({ length: 90 }, (_, index) => (index % 3 === 2 ? 1208 : LONG)));
		expect(path.mtu.maxPayloadBytes).toBe(920);
	});

	it("keeps the length at random loss, at loss in bursts, and in a full queue that spares short ones", () => {
		let state = 7;
		const random = () => {
			state = (state * 16_807) % 2_147_483_647;
			return state / 2_147_483_647;
		};
		const lengths = mixed(6000);
		expect(new Path().send(lengths, () => random() < 0.3).mtu.maxPayloadBytes).toBe(1120);
		let isBad = false;
		const isInBurst = () => {
			isBad = isBad ? random() >= 0.05 : random() < 0.02;
			return isBad;
		};
		expect(new Path().send(lengths, isInBurst).mtu.maxPayloadBytes).toBe(1120);
		const isOverflow = (index: number) => lengths[index] === LONG && index % 20 < 16;
		expect(new Path().send(lengths, isOverflow).mtu.maxPayloadBytes).toBe(1120);
	});

	it("tries shorter packets when nothing arrives, and is back at once after an outage", () => {
		const path = new Path();
		path.run(1);
		path.mostBytes = 0;
		path.run(2);
		expect(path.mtu.maxPayloadBytes).toBeLessThan(1120);
		path.mostBytes = Number.POSITIVE_INFINITY;
		expect(path.run(0.5).mtu.maxPayloadBytes).toBe(1120);
	});

	it("goes on where reports alone were missing, without a key frame", () => {
		const { mtu } = new Path();
		for (let number = 0; number < 40; number++) mtu.sent(number, LONG, number / 40);
		mtu.tick(1, ROUND_TRIP_SEC);
		expect(mtu.maxPayloadBytes).toBe(1120);
		mtu.tick(1.2, ROUND_TRIP_SEC);
		expect(mtu.maxPayloadBytes).toBe(920);
		mtu.report({ feedbackNumber: 0, baseSequenceNumber: 0, arrivalSec: new Float64Array(40) }, 1.3);
		expect([mtu.maxPayloadBytes, mtu.keyframeNeeded]).toEqual([1120, false]);
	});

	it("takes nothing from the silence of a receiver that promised feedback and sends receiver reports alone", () => {
		const { mtu } = new Path();
		for (let number = 0; number < 40; number++) mtu.sent(number, LONG, number / 40);
		for (const nowSec of [1, 1.2]) mtu.tick(nowSec, ROUND_TRIP_SEC);
		expect([mtu.maxPayloadBytes, mtu.hasTransportCc]).toEqual([920, true]);
		mtu.receiverReported();
		mtu.arrived(39, 1.3);
		expect([mtu.maxPayloadBytes, mtu.hasTransportCc]).toEqual([1120, false]);
		for (let number = 40; number < 100; number++) mtu.sent(number, LONG, 1.3 + number / 100);
		for (const nowSec of [2.2, 2.4, 2.6]) mtu.tick(nowSec, ROUND_TRIP_SEC);
		expect(mtu.maxPayloadBytes).toBe(1120);
	});

	it("tries a longer packet ever more rarely, and lengthens packets when one arrives", () => {
		const path = new Path();
		path.mostBytes = 1100;
		path.run(60);
		expect(path.mtu.maxPayloadBytes).toBe(920);
		expect(path.probes).toBeLessThan(12);
		path.mostBytes = Number.POSITIVE_INFINITY;
		expect(path.run(70).mtu.maxPayloadBytes).toBe(1120);
	});

	it("stays at short packets where the receiver does not report each one", () => {
		const path = new Path(false);
		path.mostBytes = 1000;
		path.run(60);
		path.mostBytes = Number.POSITIVE_INFINITY;
		expect(path.run(60).mtu.maxPayloadBytes).toBeLessThan(1120);
		expect(path.probes).toBe(0);
	});
});
