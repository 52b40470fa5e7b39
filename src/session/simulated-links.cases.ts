import { randomWalk, type SimulatedLink } from "./simulated-link.cases.ts";

const MBPS = 1_000_000;
/** A link without a rate of its own. */
const WIDE = { rateBps: 1000 * MBPS, queueSec: 0.2 };

/** Ethernet and fibre: nothing is lost and nothing waits. */
export const cleanLink = (roundTripSec: number): SimulatedLink => ({ ...WIDE, delaySec: roundTripSec / 2 });

/** A link whose rate is the only limit; 20 ms there and back. */
export const narrowLink = (mbps: number, queueSec: number): SimulatedLink => ({
	rateBps: mbps * MBPS,
	queueSec,
	delaySec: 0.01,
});

/** A wide link that loses packets at random; 50 ms there and back. */
export const lossyLink = (loss: number): SimulatedLink => ({ ...WIDE, delaySec: 0.025, loss });

/** A wide link that loses 3.8 % in bursts of four; 50 ms there and back. */
export const burstyLink: SimulatedLink = { ...WIDE, delaySec: 0.025, bursts: { begin: 0.01, end: 0.25 } };

/** Wi-Fi that repeats frames: each packet has a delay of its own, and none is lost. */
export const wifiLink: SimulatedLink = { ...WIDE, delaySec: 0.02, normalJitterSec: 0.015 };

/** Mobile radio: another rate every 200 ms, and a queue of 300 ms; 50 ms there and back. */
export const lteLink = (seed: number): SimulatedLink => {
	const walk = { lowestBps: MBPS, highestBps: 12 * MBPS, meanBps: 6.5 * MBPS, stepBps: 1.5 * MBPS };
	return {
		rateBps: 6.5 * MBPS,
		rates: randomWalk({ ...walk, intervalSec: 0.2, seconds: 120 }, seed),
		queueSec: 0.3,
		delaySec: 0.025,
	};
};

/** An access line that a TCP flow shares; 50 ms there and back. */
export const sharedLink = (queueSec: number): SimulatedLink => ({ rateBps: 10 * MBPS, queueSec, delaySec: 0.025 });

/** A path of a teleoperated vehicle: 240 ms there and back, and 6 % loss. */
export const farLink: SimulatedLink = { rateBps: 4 * MBPS, queueSec: 0.2, delaySec: 0.12, loss: 0.06 };
