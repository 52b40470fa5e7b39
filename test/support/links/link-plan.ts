import { seededRandom } from "../../../src/skeleton/seeded-random.cases.ts";
import { CubicFlow, type CubicFlowOptions } from "./cubic-flow.ts";
import type { LinkOptions } from "./emulated-link.ts";
import { burstLoss, type GilbertElliott } from "./packet-loss.ts";
import { type RateStep, type RateWalk, steppedRate, walkingRate } from "./rate-profile.ts";

/** Plain data of one direction of a path: it can be sent to another process. */
export interface DirectionPlan
	extends Pick<
		LinkOptions,
		"delayMs" | "jitterMs" | "jitterSigmaMs" | "overtaking" | "outages" | "mtuBytes" | "queueMs"
	> {
	readonly loss?: number | GilbertElliott;
	readonly rateBps?: number | readonly RateStep[] | RateWalk;
	/** A bulk TCP flow in the same queue. */
	readonly beside?: CubicFlowOptions;
}

/** Both directions of a path between a server and a client. */
export interface LinkPlan {
	/** The direction from the server to the client, which video takes. */
	readonly down: DirectionPlan;
	readonly up: DirectionPlan;
}

/** Options of a link that has the plan's course, the same for the same seed. */
export function linkOptions({ loss = 0, rateBps, beside, ...rest }: DirectionPlan, seed: number): LinkOptions {
	const random = seededRandom(seed);
	return {
		...rest,
		random,
		// The rate's course does not depend on the packets.
		...(rateBps !== undefined && { rateBps: rateProfile(rateBps, seed) }),
		loss: typeof loss === "number" ? loss : burstLoss(loss, random),
		...(beside !== undefined && { beside: new CubicFlow(beside) }),
	};
}

function rateProfile(rateBps: number | readonly RateStep[] | RateWalk, seed: number) {
	if (typeof rateBps === "number") return rateBps;
	return "everyMs" in rateBps ? walkingRate(rateBps, seededRandom(seed + 1)) : steppedRate(rateBps);
}
