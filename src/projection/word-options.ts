import { nearestName } from "../media/nearest-name.ts";

/** The names of two flags, as errors say them. */
export interface WordFlags {
	/** Flag that takes the word: `--in`. */
	readonly word: string;
	/** Flag that takes an option of the word: `--in-option`. */
	readonly option: string;
}

/** What the readers of one word share. */
interface Stated {
	readonly word: string;
	readonly flags: WordFlags;
	readonly values: ReadonlyMap<string, string>;
	/** Names that were asked for. */
	readonly known: Set<string>;
}

/** A number as the command line writes it: no empty text, no hexadecimal, no Infinity. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Longest list of numbers. */
const MOST_NUMBERS = 100;

/** The options `name=value` of a word of the command line. Each is read by its name. */
export class WordOptions {
	readonly #stated: Stated;
	readonly #prefix: string;

	private constructor(stated: Stated, prefix: string) {
		this.#stated = stated;
		this.#prefix = prefix;
	}

	/** @throws {RangeError} when an option is not `name=value`. */
	static of(word: string, options: readonly string[], flags: WordFlags): WordOptions {
		const values = options.map((option): [string, string] => {
			const equals = option.indexOf("=");
			if (equals < 1 || equals === option.length - 1)
				throw new RangeError(`${flags.option} is name=value, as in fov=90; got ${option || "nothing"}.`);
			return [option.slice(0, equals).trim().toLowerCase(), option.slice(equals + 1).trim()];
		});
		return new WordOptions({ word, flags, values: new Map(values), known: new Set() }, "");
	}

	/**
	 * The same options, those of them whose names begin with `prefix`, by the rest of their names.
	 */
	withPrefix(prefix: string): WordOptions {
		return new WordOptions(this.#stated, this.#prefix + prefix);
	}

	/** True when the option is stated. */
	has(name: string): boolean {
		return this.#valueOf(name) !== undefined;
	}

	/**
	 * A number.
	 *
	 * @param expected noun phrase for errors.
	 * @throws {RangeError} when it is none, or not accepted.
	 */
	number(name: string, expected: string, accepts: (value: number) => boolean = () => true): number | undefined {
		const text = this.#valueOf(name);
		if (text === undefined) return undefined;
		const value = NUMBER.test(text) ? Number(text) : Number.NaN;
		if (!(Number.isFinite(value) && accepts(value))) throw this.#wrong(name, text, expected);
		return value;
	}

	/** A number that has to be stated. @throws {RangeError} as `number`, or when it is not. */
	required(name: string, expected: string, accepts?: (value: number) => boolean): number {
		const value = this.number(name, expected, accepts);
		if (value === undefined) throw this.error(`needs ${this.#prefix}${name}, ${expected}.`);
		return value;
	}

	/** A field of view, degrees. @throws {RangeError} when it is none. */
	fov(): number | undefined {
		const expected = "a field of view in degrees, more than 0 and at most 360";
		return this.number("fov", expected, (value) => value > 0 && value <= 360);
	}

	/** Pixels of padding. @throws {RangeError} when they are no whole number. */
	padding(): number | undefined {
		const expected = "a whole number of pixels, 0 or more";
		return this.number("padding", expected, (value) => Number.isInteger(value) && value >= 0);
	}

	/**
	 * Numbers joined by commas.
	 *
	 * @param counts how many they may be; any number of them without.
	 * @throws {RangeError} when one is no number, or they are too few or too many.
	 */
	numbers(name: string, counts: number | readonly number[] | undefined, expected: string): number[] | undefined {
		const text = this.#valueOf(name);
		if (text === undefined) return undefined;
		const texts = text.split(",").map((each) => each.trim());
		const isCount = counts === undefined ? texts.length <= MOST_NUMBERS : [counts].flat().includes(texts.length);
		if (!(isCount && texts.every((each) => NUMBER.test(each)))) throw this.#wrong(name, text, expected);
		return texts.map(Number);
	}

	/** One of some words. @throws {RangeError} when it is another. */
	choice<const Word extends string>(name: string, choices: readonly Word[]): Word | undefined {
		const text = this.#valueOf(name);
		if (text === undefined) return undefined;
		const choice = choices.find((each) => each === text.toLowerCase());
		if (choice !== undefined) return choice;
		const nearest = nearestName(text, choices);
		throw this.#wrong(name, text, `one of ${choices.join(", ")}`, nearest && `; did you mean ${nearest}?`);
	}

	/** True or false. @throws {RangeError} when it is neither. */
	flag(name: string): boolean | undefined {
		const choice = this.choice(name, ["true", "false", "on", "off"]);
		return choice === undefined ? undefined : choice === "true" || choice === "on";
	}

	/** A text of a form. @throws {RangeError} when it has another one. */
	text(name: string, expected: string, form: RegExp): string | undefined {
		const text = this.#valueOf(name);
		if (text !== undefined && !form.test(text)) throw this.#wrong(name, text, expected);
		return text;
	}

	/** An error of these options. @param message continues the word: "needs fx." */
	error(message: string): RangeError {
		const { word, flags } = this.#stated;
		return new RangeError(`${flags.word} ${word}: ${message}`);
	}

	/** Ends the reading. @throws {RangeError} when an option was stated that nothing has read. */
	finish(): void {
		const { word, flags, values, known } = this.#stated;
		const unknown = [...values.keys()].find((name) => !known.has(name));
		if (unknown === undefined) return;
		const names = [...known];
		const nearest = nearestName(unknown, names);
		const all = names.length === 0 ? `${word} has no options.` : `Its options are ${names.join(", ")}.`;
		const help = nearest === undefined ? ` ${all}` : ` Did you mean ${nearest}?`;
		throw new RangeError(`${flags.option} ${unknown}=${values.get(unknown)}: ${word} has no such option.${help}`);
	}

	#valueOf(name: string): string | undefined {
		this.#stated.known.add(this.#prefix + name);
		return this.#stated.values.get(this.#prefix + name);
	}

	#wrong(name: string, text: string, expected: string, help = "."): RangeError {
		const { word, flags } = this.#stated;
		const full = this.#prefix + name;
		return new RangeError(`${flags.option} ${full}=${text}: ${full} of ${word} is ${expected}${help}`);
	}
}
