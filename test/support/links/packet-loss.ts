/**
 * Loss in bursts (Gilbert 1960; Elliott 1963): the link is good or bad, and a bad one loses every
 * packet. The share of lost packets is `enter / (enter + leave)`, a burst's mean length
 * `1 / leave`.
 */
export interface GilbertElliott {
	/** Chance that a packet finds a good link turned bad. */
	readonly enter: number;
	/** Chance that a packet finds a bad link turned good. */
	readonly leave: number;
}

/** Returns a function that decides for each packet in turn: true for a loss. */
export function burstLoss({ enter, leave }: GilbertElliott, random: () => number): () => boolean {
	let bad = false;
	return () => {
		bad = bad ? random() >= leave : random() < enter;
		return bad;
	};
}
