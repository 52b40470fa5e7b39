import { describe, expect, it } from "vitest";
import type { ClientMediaPacket } from "../src/media/client-media.ts";
import { ClockEstimate } from "../src/protocol/clock-estimate.ts";
import { FakeViewer, ServerStub } from "../src/recording/fake-session.cases.ts";
import type { SessionRecord } from "../src/recording/session-record.ts";
import { ClientMediaTap } from "../src/recording/tap/client-media-tap.ts";
import { SessionTap } from "../src/recording/tap/session-tap.ts";
import { MediaReceiver } from "../src/session/receive/media-receiver.ts";
import { PoseSample } from "../src/skeleton/pose-sample.ts";
import { seededRandom } from "../src/skeleton/seeded-random.cases.ts";

/** What happens to a stream on its way, at a time of the server's clock. */
interface Arrival {
	readonly atSec: number;
	readonly act: () => void;
}

/** One recorded piece of sound or picture. */
interface Recorded {
	readonly atSec: number;
	readonly capturedSec: number;
	/** It is what the newest reports alone say. */
	readonly statedSec: number;
	/** The true time. */
	readonly trueSec: number;
}

const SECONDS = 40;
/** Both begin close to the end of their numbers. */
const FIRST = { sequenceNumber: 65_000, rtpTicks: 2 ** 32 - 100_000 };

/**
 * A client's track over a path that delays, reorders, drops and repeats, with sender reports that
 * a busy client sends late, a wall clock that is set, and round trips that change.
 */
function recordTrack(kind: "audio" | "video", seed: number): Recorded[] {
	const random = seededRandom(seed);
	const isVideo = kind === "video";
	const [clockHz, stepSec] = isVideo ? [90_000, 1 / 30] : [48_000, 0.02];
	const trueSecs = new Map<number, number>();
	const recorded: Recorded[] = [];
	let newest: ClientMediaPacket | undefined;
	const tap = new ClientMediaTap("01234567", (record: SessionRecord) => {
		const isSound = record.type === "sound";
		if (!isSound && record.type !== "client-frame") return;
		const { capturedSec } = isSound ? record.sound : record.packet;
		const { capturedSec: statedSec, rtpTicks } = newest!;
		recorded.push({ atSec: record.atSec, capturedSec, statedSec, trueSec: trueSecs.get(rtpTicks)! });
	});
	const receiver = new MediaReceiver({
		codec: isVideo ? "vp8" : "opus",
		payloadType: 96,
		formatParameters: "",
		...{ ssrc: 7, hasNack: isVideo, hasPli: isVideo, sendRtcp: () => {} },
		onFrame: (packet) => {
			newest = packet;
			tap.take(packet);
		},
	});
	const arrivals: Arrival[] = [];
	/**
	 * Now and then a packet takes much longer. In each second the path stands still for a while,
	 * after which all comes at once.
	 */
	const arrival = (sentSec: number) => {
		const atSec = sentSec + 0.02 + 0.01 * random() + (random() < 0.1 ? 0.3 * random() : 0);
		const intoSec = atSec - Math.floor(atSec);
		return intoSec < 0.7 ? Math.floor(atSec) + 0.7 + intoSec * 0.01 : atSec;
	};
	const roundTripSec = () => (random() < 0.1 ? Number.NaN : 0.04 + 0.2 * random() ** 4);
	const ticksAt = (sec: number) => (FIRST.rtpTicks + Math.round(sec * clockHz)) % 2 ** 32;
	let number = FIRST.sequenceNumber;
	for (let sec = 0; sec < SECONDS; sec += stepSec) {
		const rtpTicks = ticksAt(sec);
		trueSecs.set(rtpTicks, 100 + sec);
		const ssrc = sec < SECONDS / 2 ? 1 : 2;
		const parts = isVideo ? 3 : 1;
		for (let part = 0; part < parts; part++) {
			const payload = isVideo ? Uint8Array.of(part === 0 ? 0x10 : 0, 0, 1, 2) : Uint8Array.of(0xf8, 1, 2);
			const marker = part === parts - 1;
			const packet = { ssrc, payloadType: 96, sequenceNumber: number++ % 65_536, rtpTicks, marker, payload };
			if (random() < 0.01) continue;
			const repeats = random() < 0.02 ? 2 : 1;
			for (let n = 0; n < repeats; n++) {
				const atSec = arrival(100 + sec);
				arrivals.push({ atSec, act: () => receiver.add(packet, atSec, roundTripSec()) });
			}
		}
	}
	let wallSec = 5000;
	for (let sec = 0.5 * random(); sec < SECONDS; sec += 0.2 + random()) {
		// Its clock is set, both ways; and it is up to a second late, mostly in its first reports.
		if (random() < 0.1) wallSec += 20 * (random() - 0.5);
		const lateSec = random() * (sec % (SECONDS / 2) < 3 ? 1 : 0.1);
		const time = { wallClockSec: wallSec + sec, rtpTicks: ticksAt(sec), ntpMiddle: 0 };
		const atSec = arrival(100 + sec + lateSec);
		const ssrc = sec < SECONDS / 2 ? 1 : 2;
		arrivals.push({ atSec, act: () => receiver.reported(ssrc, time, atSec, roundTripSec()) });
	}
	for (let sec = 0; sec < SECONDS; sec += 0.1) {
		const atSec = 100 + sec;
		arrivals.push({ atSec, act: () => receiver.housekeep(atSec, roundTripSec()) });
	}
	arrivals.sort((a, b) => a.atSec - b.atSec);
	for (const { act } of arrivals) act();
	return recorded;
}

/**
 * A head's poses, numbered and so never late, over a path with queues of up to half a second, from
 * a client whose clock is set: the estimate of it is that of pings.
 */
function recordHead(seed: number): Recorded[] {
	const random = seededRandom(seed);
	const [server, viewer, clock] = [new ServerStub(), new FakeViewer(), new ClockEstimate()];
	const recorded: Recorded[] = [];
	const now = { statedSec: Number.NaN, trueSec: Number.NaN };
	const tapped = new SessionTap(server, (record) => {
		if (record.type !== "pose") return;
		const { receivedSec: atSec, capturedSec } = record.pose;
		recorded.push({ atSec, capturedSec, ...now });
	});
	server.emit("join", viewer.asViewer);
	const sample = new PoseSample();
	sample.kind = "head";
	let clientMs = 7e6;
	let [pingedSec, atSec, queueSec] = [100, 0, 0];
	for (let sec = 100; sec < 100 + SECONDS; sec += 1 / 90) {
		if (random() < 0.001) clientMs += 4000 * (random() - 0.5);
		queueSec = Math.max(0, queueSec + 0.02 * (random() - 0.5));
		if (random() < 0.01) queueSec = 0.5 * random();
		if (sec >= pingedSec) {
			pingedSec += 0.5 + random();
			const arrivesMs = (sec + 0.01 + queueSec) * 1000;
			clock.add(sec * 1000, arrivesMs + clientMs, arrivesMs + clientMs, arrivesMs + 10);
		}
		atSec = Math.max(atSec, sec + 0.01 + queueSec);
		now.trueSec = sec;
		sample.sequence++;
		sample.clientTimeMs = sec * 1000 + clientMs;
		now.statedSec = Math.min(clock.ourMsFrom(sample.clientTimeMs) / 1000, atSec);
		viewer.emit("head", sample, atSec, now.statedSec, Number.NaN);
	}
	tapped.close();
	return recorded;
}

/** Holds for what is recorded of one track. @returns how many captures were known */
function expectInOrder(recorded: readonly Recorded[]): number {
	let before = { atSec: 0, capturedSec: 0 };
	let mostLateSec = Number.NEGATIVE_INFINITY;
	let known = 0;
	for (const { atSec, capturedSec, statedSec, trueSec } of recorded) {
		expect(atSec).toBeGreaterThanOrEqual(before.atSec);
		expect(Number.isNaN(capturedSec)).toBe(Number.isNaN(statedSec));
		if (Number.isNaN(capturedSec)) {
			before = { ...before, atSec };
			continue;
		}
		known++;
		expect(capturedSec).toBeGreaterThanOrEqual(before.capturedSec);
		expect(capturedSec).toBeLessThanOrEqual(atSec);
		// Keeping the order adds no error that the estimate did not have before.
		mostLateSec = Math.max(mostLateSec, statedSec - trueSec);
		expect(capturedSec - trueSec).toBeLessThanOrEqual(mostLateSec + 1e-9);
		expect(capturedSec).toBeGreaterThanOrEqual(statedSec);
		before = { atSec, capturedSec };
	}
	return known;
}

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

describe.each(["audio", "video"] as const)("The recorded %s of a client", (kind) => {
	it.each(SEEDS)("has times that never go back, whatever its path and clock do: seed %i", (seed) => {
		const recorded = recordTrack(kind, seed);
		expect(recorded.length).toBeGreaterThan(SECONDS * 20);
		expect(new Set(recorded.map(({ atSec }) => atSec)).size).toBe(recorded.length);
		expect(expectInOrder(recorded)).toBeGreaterThan(recorded.length / 2);
	});
});

it.each(SEEDS)("The recorded poses of a client have times that never go back likewise: seed %i", (seed) => {
	const recorded = recordHead(seed);
	expect(expectInOrder(recorded)).toBeGreaterThan(SECONDS * 80);
});
