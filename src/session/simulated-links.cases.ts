import type { LinkPlan } from "../../test/support/links/link-plan.ts";
import type { RateStep } from "../../test/support/links/rate-profile.ts";

export const MBPS = 1_000_000;

/** A link whose rate is the only limit; 20 ms there and back. */
export function narrowLink(rate: number | readonly RateStep[], queueMs: number): LinkPlan {
	return { down: { rateBps: rate, queueMs, delayMs: 10 }, up: { delayMs: 10 } };
}
