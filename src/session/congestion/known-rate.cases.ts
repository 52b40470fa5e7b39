import type { CongestionController } from "./congestion-controller.ts";

/** A controller for which the path carries one rate, whatever a receiver reports. */
export const knownRate = (estimateBps: number): CongestionController => ({
	estimateBps,
	acknowledgedBps: Number.NaN,
	queueSec: 0,
	pathIsDraining: false,
	narrowedSec: Number.NEGATIVE_INFINITY,
	pathIsClear: false,
	takeProbe: () => undefined,
	onPacketSent() {},
	onTransportFeedback() {},
	onReceiverReport() {},
	onRemb() {},
	onNack() {},
	onTick() {},
});
