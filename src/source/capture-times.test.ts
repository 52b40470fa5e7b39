import { AV_NOPTS_VALUE } from "node-av/constants";
import type { Packet } from "node-av/lib";
import { describe, expect, it } from "vitest";
import { greyOf, RTP_CAMERA_RATE, RtpCamera } from "../../test/support/rtp-camera.ts";
import { monotonicSec } from "../media/clock.ts";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { type CapturedInput, CaptureTimes } from "./capture-times.ts";
import { createLibavSource } from "./libav-source.ts";
import { type SeenPicture, SourceUnderTest } from "./video-source.cases.ts";
import type { CaptureStatement } from "./video-source.ts";

it("takes the capture time of pictures from RTCP sender reports", async () => {
	const camera = await RtpCamera.start({ latencySec: 0.2 });
	const statements: CaptureStatement[] = [];
	try {
		const inputOptions = { ...camera.inputOptions, analyzeduration: "200000" };
		const source = createLibavSource(camera.sdp, { inputOptions, hwaccel: "none", projection: { kind: "none" } });
		source.on("capture", (statement) => void statements.push(statement));
		await using test = await SourceUnderTest.start(source);
		const seen: SeenPicture[] = [];
		while (seen.length < 5) {
			const picture = await test.next();
			if (picture.captureTimeSec > 0) seen.push(picture);
		}
		for (const { captureTimeSec, cameraUs, readyTimeSec, middle } of seen) {
			const picture = Math.round((captureTimeSec - camera.capturedSec(0)) * RTP_CAMERA_RATE);
			expect(Math.abs(captureTimeSec - camera.capturedSec(picture))).toBeLessThan(1e-3);
			expect(Math.abs(cameraUs / 1e6 - camera.cameraSec(picture))).toBeLessThan(1e-5);
			expect(Math.abs(middle[0] - greyOf(picture))).toBeLessThan(4);
			expect(readyTimeSec - captureTimeSec).toBeGreaterThan(0.2);
		}
		expect(statements).toEqual([{ origin: "rtcp", used: true, ageSec: expect.any(Number) }]);
		expect(source.stats().capture?.ageSec).toBeGreaterThan(0.2);
	} finally {
		camera.close();
	}
});

describe("CaptureTimes", () => {
	/** An input with stamps in milliseconds, whose packets the test hands in. */
	function setUp(captureClock: "auto" | "pts" | "none", live = true, timeUs?: (stampSec: number) => number) {
		const statements: CaptureStatement[] = [];
		const capture = (stated: CaptureStatement) => void statements.push(stated);
		const job = { options: { captureClock }, stopping: false, capture };
		const times = new CaptureTimes(job);
		let take: (packet: Packet) => void = () => {};
		const input = {
			live,
			access: {},
			findTimesBeside: () => timeUs && { origin: "prft", timeUs, isLooking: false, close: () => {} },
			stream: { timeBase: { num: 1, den: 1000 } },
			set onStatement(onStatement: (packet: Packet) => void) {
				take = onStatement;
			},
		} as unknown as CapturedInput;
		void times.opened(input);
		/** @param wallclockUs of FFmpeg's side data. */
		const put = (pts: bigint, wallclockUs?: number) => {
			const data = Buffer.alloc(16);
			if (wallclockUs !== undefined) data.writeBigInt64LE(BigInt(wallclockUs));
			take({ pts, getSideData: () => (wallclockUs === undefined ? null : data) } as unknown as Packet);
			return times.ofPacket;
		};
		return { times, put, statements };
	}

	it("gives a picture the statement of its packet, and others near it one by the time stamps", () => {
		const { times, put } = setUp("auto");
		const nowUs = Date.now() * 1000 - 100_000;
		put(1000n);
		// The first belongs to the picture before.
		expect(put(1040n, nowUs).cameraUs).toBeNaN();
		const { cameraUs, capturedSec } = put(1080n, nowUs + 40_000);
		expect(cameraUs).toBe(nowUs + 40_000);
		put(1120n, nowUs + 80_000);
		expect(times.at(1.08)).toEqual({ cameraUs, capturedSec });
		expect(times.at(1.04).cameraUs).toBe(nowUs);
		expect(times.at(3)).toEqual({ cameraUs: Number.NaN, capturedSec: Number.NaN });
		expect(times.at(Number.NaN).cameraUs).toBeNaN();
	});

	it.each([1, 2, 3, 4])("lets no capture go back, whatever the camera's clock does: seed %i", (seed) => {
		const random = seededRandom(seed);
		const { times, put } = setUp("auto");
		// The pictures of the last seconds come at once.
		const beginUs = Date.now() * 1000 - 7_500_000;
		put(0n, beginUs);
		let beforeSec = Number.NEGATIVE_INFINITY;
		let packetSec = Number.NEGATIVE_INFINITY;
		let ageUs = 0;
		for (let group = 0; group < 60; group++) {
			// Its clock is corrected, both ways.
			if (random() < 0.3) ageUs = 2e6 * random();
			// A picture is coded before two that are shown before it; some have no statement.
			for (const [place, number] of [2, 0, 1].entries()) {
				const statedUs = Math.round(beginUs + group * 120_000 + number * 40_000 - ageUs);
				const { cameraUs, capturedSec } = put(BigInt(group * 120 + number * 40 + 40), statedUs);
				expect(cameraUs).toBe(statedUs);
				expect(capturedSec).toBeLessThanOrEqual(monotonicSec());
				if (place === 0) {
					expect(capturedSec).toBeGreaterThanOrEqual(packetSec);
					packetSec = capturedSec;
				} else expect(capturedSec).toBeLessThanOrEqual(packetSec);
			}
			for (const number of [0, 1, 2]) {
				const offSec = random() < 0.1 ? 0.001 : 0;
				const { capturedSec } = times.at((group * 120 + number * 40 + 40) / 1000 + offSec);
				expect(capturedSec).toBeGreaterThanOrEqual(beforeSec);
				expect(capturedSec).toBeLessThanOrEqual(monotonicSec());
				beforeSec = capturedSec;
			}
		}
	});

	it("takes the report of a sender without a wall clock for none", () => {
		const { put, statements } = setUp("auto");
		put(40n, -2_208_988_800_000_000);
		expect(put(80n, -2_208_988_799_960_000).cameraUs).toBeNaN();
		expect(statements).toEqual([]);
	});

	it.each([0, 1.7e15 - 1.7e9 * 1e6, 1.7e15 + 3e9 * 1e6])(
		"takes a box that leads to %s microseconds since 1970 for none, as one in another time scale",
		(atUs) => {
			const { times, put, statements } = setUp("auto", true, (stampSec) => atUs + stampSec * 1e6);
			expect(put(40n)).toEqual({ cameraUs: Number.NaN, capturedSec: Number.NaN });
			expect(times.at(0.04).cameraUs).toBeNaN();
			expect(statements).toEqual([]);
			const right = setUp("auto", true, (stampSec) => 1.7e15 + stampSec * 1e6);
			expect(right.put(40n).cameraUs).toBe(1.7e15 + 40_000);
		},
	);

	it("takes time stamps for the time where it is told so", () => {
		const { put, statements } = setUp("pts");
		const nowMs = Date.now() - 100;
		expect(put(BigInt(nowMs)).cameraUs).toBe(nowMs * 1000);
		expect(put(AV_NOPTS_VALUE).cameraUs).toBeNaN();
		expect(statements).toEqual([{ origin: "pts", used: true, ageSec: expect.any(Number) }]);
		expect(statements[0]?.ageSec).toBeGreaterThan(0.09);
	});

	it("gives no picture a capture that is still to come", () => {
		const { times, put } = setUp("pts");
		const nowMs = Date.now();
		expect(put(BigInt(nowMs)).capturedSec).toBeLessThanOrEqual(monotonicSec());
		const next = times.at(nowMs / 1000 + 0.9);
		expect(next.cameraUs).toBe((nowMs + 900) * 1000);
		expect(next.capturedSec).toBeLessThanOrEqual(monotonicSec());
	});

	it("records statements of what is no live input, and never uses them", () => {
		const { put, statements } = setUp("pts", false);
		expect(put(1_700_000_000_000n)).toEqual({ cameraUs: 1.7e15, capturedSec: Number.NaN });
		expect(statements).toEqual([{ origin: "pts", used: false, ageSec: Number.NaN }]);
	});

	it("looks at nothing where no statement is wanted", () => {
		const { times, put, statements } = setUp("none");
		put(40n, Date.now() * 1000);
		put(80n, Date.now() * 1000);
		expect([times.at(0.08).cameraUs, statements.length]).toEqual([Number.NaN, 0]);
	});
});
