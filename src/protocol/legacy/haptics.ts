/** Strength of touch of each part of one hand, 0 to 1. Absent parts are 0. */
export interface HandTouch {
	readonly thumb?: number | undefined;
	readonly index?: number | undefined;
	readonly middle?: number | undefined;
	readonly ring?: number | undefined;
	readonly little?: number | undefined;
	readonly palm?: number | undefined;
}

/** A message of the `haptics` channel. */
export interface HapticsMessage {
	/** Seconds, on whatever clock the application likes; the client only shows it. */
	readonly timestampSec: number;
	readonly left?: HandTouch | undefined;
	readonly right?: HandTouch | undefined;
}

const HAND_PARTS = ["thumb", "index", "middle", "ring", "little", "palm"] as const;

/**
 * Writes a message of XRT-Client's `haptics` channel. The client acts only on messages whose `type`
 * is "haptics", treats an absent hand as untouched, and stops a second after the last message:
 * repeat it while the touch lasts.
 *
 * Values are clamped to 0..1, and NaN becomes 0, so that a failing sensor never holds a motor on.
 */
export function encodeHaptics({ timestampSec, left, right }: HapticsMessage): string {
	return JSON.stringify({
		type: "haptics",
		timestamp: Number.isFinite(timestampSec) ? timestampSec : 0,
		left: completeHand(left ?? {}),
		right: completeHand(right ?? {}),
	});
}

function completeHand(touch: HandTouch): Record<(typeof HAND_PARTS)[number], number> {
	const strength = (value = 0) => (Number.isNaN(value) ? 0 : Math.min(1, Math.max(0, value)));
	const entries = HAND_PARTS.map((part) => [part, strength(touch[part])] as const);
	return Object.fromEntries(entries) as Record<(typeof HAND_PARTS)[number], number>;
}
