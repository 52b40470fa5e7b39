import type { LinkPlan } from "./link-plan.ts";

const MBPS = 1_000_000;

/** Both ways take half a round trip. */
const roundTrip = (ms: number) => ({ down: { delayMs: ms / 2 }, up: { delayMs: ms / 2 } });

/** The rates of `steps100` and `steps500`. */
export const RATE_STEPS = [
	{ fromMs: 0, bps: 10 * MBPS },
	{ fromMs: 14_000, bps: 6 * MBPS },
	{ fromMs: 22_000, bps: 2 * MBPS },
	{ fromMs: 32_000, bps: 10 * MBPS },
] as const;

const steps = (queueMs: number): LinkPlan => ({
	down: { delayMs: 10, rateBps: RATE_STEPS, queueMs },
	up: { delayMs: 10 },
});

/**
 * The links by which sending over bad networks is judged. Their courses begin with the first video
 * packet. Losses are on the way of the video only, but for `path240`.
 */
export const NETWORK_LINKS = {
	/** No delay, no limit. */
	clean: roundTrip(0),
	rtt20: roundTrip(20),
	rtt100: roundTrip(100),
	/** 10, 6, 2 and again 10 Mbit/s, 20 ms, a queue of 100 ms. */
	steps100: steps(100),
	/** The same with a queue of 500 ms. */
	steps500: steps(500),
	/** One packet of fifty lost, 50 ms. */
	loss2: { down: { delayMs: 25, loss: 0.02 }, up: { delayMs: 25 } },
	/** One of twenty. */
	loss5: { down: { delayMs: 25, loss: 0.05 }, up: { delayMs: 25 } },
	/** 3.8 % lost, in bursts of four. */
	burst: { down: { delayMs: 25, loss: { enter: 0.01, leave: 0.25 } }, up: { delayMs: 25 } },
	/** 20 +- 15 ms each way of the video, in any order. */
	wifi: { down: { delayMs: 20, jitterSigmaMs: 15, overtaking: true }, up: { delayMs: 20 } },
	/** 10 Mbit/s, 50 ms, nothing for 2 s. */
	outage: {
		down: { delayMs: 25, rateBps: 10 * MBPS, queueMs: 200, outages: [{ fromMs: 14_000, toMs: 16_000 }] },
		up: { delayMs: 25, outages: [{ fromMs: 14_000, toMs: 16_000 }] },
	},
	/** A mobile network: 1 to 12 Mbit/s, another rate every 200 ms, 50 ms. */
	lte: {
		down: {
			delayMs: 25,
			rateBps: { minBps: MBPS, maxBps: 12 * MBPS, everyMs: 200, sigmaBps: 1.5 * MBPS },
			queueMs: 300,
		},
		up: { delayMs: 25 },
	},
	/** 10 Mbit/s, 50 ms, and a bulk TCP flow in the same queue from the sixth second on. */
	tcp: {
		down: {
			delayMs: 25,
			rateBps: 10 * MBPS,
			queueMs: 100,
			beside: { fromMs: 6000, roundTripMs: 50 },
		},
		up: { delayMs: 25 },
	},
	/** 4 Mbit/s, 240 ms, 6 % loss both ways, packets of at most 1280 bytes. */
	path240: {
		down: { delayMs: 120, rateBps: 4 * MBPS, queueMs: 200, loss: 0.06, mtuBytes: 1280 },
		up: { delayMs: 120, loss: 0.06, mtuBytes: 1280 },
	},
} as const satisfies Readonly<Record<string, LinkPlan>>;

export type NetworkLinkName = keyof typeof NETWORK_LINKS;
