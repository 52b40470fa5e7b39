import { cpus } from "node:os";
import { type BenchRow, benchRow } from "./bench-row.ts";

/**
 * Watches how busy the machine is during a measurement: threads that wait for a processor make
 * pictures late, whatever the program does.
 */
export class ProcessorWatch {
	readonly #before = idleAndAllMs();

	/** The share of all processors' time since the watch began in which they were idle, 0 to 1. */
	idleShare(): number {
		const { idle, all } = idleAndAllMs();
		return (idle - this.#before.idle) / (all - this.#before.all);
	}

	/** A row of `idleShare`. */
	row(name: string): BenchRow {
		const value = 100 * this.idleShare();
		return benchRow({ name: `${name}-idle`, value, unit: "% of the processors", better: null });
	}
}

function idleAndAllMs(): { readonly idle: number; readonly all: number } {
	let idle = 0;
	let all = 0;
	for (const { times } of cpus()) {
		idle += times.idle;
		all += times.user + times.nice + times.sys + times.idle + times.irq;
	}
	return { idle, all };
}
