import { HUB_LIMITS } from "../server/serve-limits.ts";
import type { HubLimits, SessionHubOptions } from "./session-hub.ts";

/** Changes of a test's hub: the other options are complete. */
export interface HubChanges extends Partial<Omit<SessionHubOptions, "limits">> {
	readonly limits?: Partial<HubLimits>;
}

/** Complete options of a hub, with the bounds of the server. */
export function hubOptions({ limits, ...changes }: HubChanges = {}): SessionHubOptions {
	return {
		maxViewers: 16,
		bitrate: { minBps: 300_000, startBps: 5_000_000, maxBps: 10_000_000 },
		...changes,
		limits: { ...HUB_LIMITS, ...limits },
	};
}
