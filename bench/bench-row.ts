/** One measured number against what it should be. */
export interface BenchRow {
	/** The bench's name on the command line. */
	readonly bench: string;
	readonly name: string;
	readonly value: number;
	readonly unit: string;
	/** What was measured beside it in the same run, if anything. */
	readonly peer: string | null;
	readonly peerValue: number | null;
	/** How much better than the peer: above 1 is better, whatever the unit. */
	readonly ratio: number | null;
	/** In words. */
	readonly target: string;
	readonly met: boolean;
}
