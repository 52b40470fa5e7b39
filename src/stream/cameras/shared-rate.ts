/**
 * Divides a rate among demands: the smallest are met first, and what they leave is divided evenly
 * among the others.
 *
 * @returns a rate for each demand, no more than it.
 */
export function sharedRates(totalBps: number, demandsBps: readonly number[]): number[] {
	const order = demandsBps.map((_, index) => index).sort((a, b) => demandsBps[a]! - demandsBps[b]!);
	const rates = demandsBps.map(() => 0);
	let leftBps = Math.max(0, totalBps);
	order.forEach((index, rank) => {
		const rateBps = Math.min(demandsBps[index]!, leftBps / (order.length - rank));
		rates[index] = rateBps;
		leftBps -= rateBps;
	});
	return rates;
}
