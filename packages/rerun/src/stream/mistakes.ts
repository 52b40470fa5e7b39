import { optionsError } from "../option-names.ts";

/** Kinds of warnings that are given. A program with more has seen enough of them. */
const MAX_WARNINGS = 100;

/** Wrong arguments of a program that logs: counted, and thrown or warned of. */
export class Mistakes {
	readonly strict: boolean;
	readonly #onWarning: (message: string) => void;
	readonly #warned = new Set<string>();
	/** Guards against a receiver of warnings that logs, and so causes warnings. */
	#warning = false;
	#count = 0;

	/** @param strict whether mistakes are thrown. */
	constructor(strict: boolean, onWarning: (message: string) => void) {
		this.strict = strict;
		this.#onWarning = onWarning;
	}

	get count(): number {
		return this.#count;
	}

	/** Counts a mistake, and warns of it. @throws {Error} `error` itself, in strict mode. */
	report(error: unknown): void {
		this.#count++;
		if (this.strict) throw error;
		this.warn(error instanceof Error ? error.message : String(error));
	}

	/**
	 * Reports data that can be logged though viewers can't draw it.
	 *
	 * @throws {Error} `warning` itself, in strict mode: the data is refused then, and the caller of
	 * the public method counts the mistake.
	 */
	doubt(warning: Error): void {
		if (this.strict) throw warning;
		this.report(warning);
	}

	/**
	 * Reports options with unknown names. The data is logged without them.
	 *
	 * @throws {TypeError} in strict mode, when a name is unknown.
	 */
	checkNames(options: object, names: Readonly<Record<string, true>>, owner: string): void {
		const error = optionsError(options, names, owner);
		if (error !== null) this.doubt(error);
	}

	/**
	 * Warns once of each kind. Messages that differ in numbers and quoted names are of one kind.
	 */
	warn(message: string): void {
		const kind = message.replaceAll(/"[^"]*"|-?\d+(\.\d+)?/g, "#");
		if (this.#warning || this.#warned.has(kind) || this.#warned.size >= MAX_WARNINGS) return;
		this.#warned.add(kind);
		this.#warning = true;
		try {
			this.#onWarning(message);
		} catch {
			// A receiver that throws must not end the call that it is warned of.
		} finally {
			this.#warning = false;
		}
	}
}
