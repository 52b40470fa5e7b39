/** The smallest number from 0 on that is not taken. */
export function freeNumber(taken: Iterable<number>): number {
	const all = new Set(taken);
	let free = 0;
	while (all.has(free)) free++;
	return free;
}
