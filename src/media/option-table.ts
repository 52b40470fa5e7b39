import { nearestName } from "./nearest-name.ts";

/**
 * The check of one option: returns the value, or the default for a missing one (`undefined`).
 *
 * @param name name of the option in an error, with the names around it: `view.width`.
 * @throws {TypeError} when the value is of another kind.
 * @throws {RangeError} when it is out of bounds.
 */
export type Option<T> = (value: unknown, name: string) => T;

/** A check for each option of `Options`: the one place of its default and its bounds. */
export type OptionTable<Options> = { readonly [Name in keyof Options]-?: Option<Options[Name]> };

/** The values that a table's options have when all are checked and every default is filled in. */
export type CompleteOptions<Table> = {
	readonly [Name in keyof Table]: Table[Name] extends Option<infer T> ? T : never;
};

/**
 * The values of a group. A missing option has no key: browsers and libraries get these objects as
 * they are.
 */
type GivenOptions<Table> = {
	readonly [Name in keyof Table as Table[Name] extends Option<infer T>
		? undefined extends T
			? never
			: Name
		: never]: CompleteOptions<Table>[Name];
} & {
	readonly [Name in keyof Table as Table[Name] extends Option<infer T>
		? undefined extends T
			? Name
			: never
		: never]?: Exclude<CompleteOptions<Table>[Name], undefined>;
};

type AnyTable = Readonly<Record<string, Option<unknown>>>;

/** The options of a group, by which a misplaced name finds its place. */
const TABLE_OF = new WeakMap<Option<unknown>, AnyTable>();

/**
 * Checks an object of options against its table and fills in the defaults.
 *
 * @param owner function that has the options, as in a sentence: `serve()`.
 * @throws {TypeError} when a name is unknown (the error names the nearest), or a value is of the
 * wrong kind.
 * @throws {RangeError} when a value is out of bounds.
 */
export function completeOptions<Table extends AnyTable>(
	table: Table,
	options: unknown,
	owner: string,
): CompleteOptions<Table> {
	if (!isPlainObject(options)) throw new TypeError(`${owner} takes an object of options; got ${shown(options)}.`);
	return readGroup(table, options, "", owner);
}

/** An object with options of its own; a missing one is an empty one. */
export function group<Table extends AnyTable>(table: Table): Option<GivenOptions<Table>> {
	const option: Option<GivenOptions<Table>> = (value = {}, name) => {
		if (!isPlainObject(value)) throw wrongKind(name, `an object with ${listed(Object.keys(table))}`, value);
		return withoutMissing(readGroup(table, value, `${name}.`, name));
	};
	TABLE_OF.set(option, table);
	return option;
}

/** The same option, but it may be missing. */
export function optional<T>(option: Option<T>): Option<T | undefined> {
	return refined(option, (value, name) => (value === undefined ? undefined : option(value, name)));
}

/** The same option, with a value for a missing one. */
export function withDefault<T>(option: Option<T>, byDefault: NoInfer<T>): Option<T> {
	return refined(option, (value, name) => (value === undefined ? byDefault : option(value, name)));
}

/**
 * An option whose value `read` checks in place of `option`. The options of `option` are still found
 * when a name is misplaced.
 */
export function refined<T>(option: Option<unknown>, read: Option<T>): Option<T> {
	const table = TABLE_OF.get(option);
	const refinement: Option<T> = (value, name) => read(value, name);
	if (table !== undefined) TABLE_OF.set(refinement, table);
	return refinement;
}

/** A number from `least` to `most`, both included. */
export function numberWithin(least: number, most: number): Option<number> {
	return bounded(`a number from ${least} to ${most}`, (value) => value >= least && value <= most);
}

/** A whole number from `least` to `most`, both included. */
export function wholeNumber(least: number, most: number): Option<number> {
	return bounded(
		`a whole number from ${least} to ${most}`,
		(value) => Number.isInteger(value) && value >= least && value <= most,
	);
}

/**
 * A number that `accepts` approves.
 *
 * @param expected a noun phrase: "a number of seconds, 0 or more".
 */
export function bounded(expected: string, accepts: (value: number) => boolean): Option<number> {
	return (value, name) => {
		if (typeof value !== "number") throw wrongKind(name, expected, value);
		if (!accepts(value)) throw new RangeError(`${name} is ${expected}; got ${value}.`);
		return value;
	};
}

/** The one value. */
export function only<T extends boolean | string>(expected: T): Option<T> {
	return (value, name) => {
		if (value === expected) return expected;
		throw wrongKind(name, String(expected), value);
	};
}

/** A boolean. */
export const flag: Option<boolean> = (value, name) => {
	if (typeof value !== "boolean") throw wrongKind(name, "true or false", value);
	return value;
};

/** A text that is not empty. @param expected a noun phrase */
export function text(expected = "a text that is not empty"): Option<string> {
	return (value, name) => {
		if (typeof value !== "string" || value === "") throw wrongKind(name, expected, value);
		return value;
	};
}

/** A text that is not empty and is not repeated in an error. */
export const secretText: Option<string> = (value, name) => {
	if (typeof value === "string" && value !== "") return value;
	throw new TypeError(`${name} is a text that is not empty; got ${value === "" ? "an empty one" : kindOf(value)}.`);
};

/** A text out of `choices`. */
export function oneOf<const T extends string>(choices: readonly T[]): Option<T> {
	return (value, name) => {
		const choice = choices.find((known) => known === value);
		if (choice !== undefined) return choice;
		const message = `${name} is one of ${choices.join(", ")}; got ${shown(value)}.`;
		throw typeof value === "string" ? new RangeError(message) : new TypeError(message);
	};
}

/**
 * A function.
 *
 * @param what purpose of the function: " that makes one viewer's state".
 */
export function callback<T extends (...args: never) => unknown>(what = ""): Option<T> {
	return (value, name) => {
		if (typeof value !== "function") throw wrongKind(name, `a function${what}`, value);
		return value as T;
	};
}

/**
 * An object that the caller made, recognised by its methods.
 *
 * @param expected a noun phrase.
 */
export function objectWith<T extends object>(expected: string, ...methods: readonly (keyof T & string)[]): Option<T> {
	return (value, name) => {
		if (!hasMethods(value, methods)) throw wrongKind(name, expected, value);
		return value as T;
	};
}

/** True when `value` is an object with all of these methods, its own or inherited. */
export function hasMethods(value: unknown, methods: readonly string[]): boolean {
	return (
		typeof value === "object" &&
		value !== null &&
		methods.every((method) => typeof Reflect.get(value, method) === "function")
	);
}

/** A list whose items `item` checks; an error names the item's index. */
export function listOf<T>(item: Option<T>): Option<T[]> {
	return (value, name) => {
		if (!Array.isArray(value)) throw wrongKind(name, "a list", value);
		return value.map((each, index) => item(each, `${name}[${index}]`));
	};
}

/** An object whose names are the caller's choice. Names without a value are left out. */
export function recordOf<T>(item: Option<T>): Option<Readonly<Record<string, T>>> {
	return (value, name) => {
		if (!isPlainObject(value)) throw wrongKind(name, "an object", value);
		const given = Object.entries(value).filter(([, each]) => each !== undefined);
		return Object.fromEntries(given.map(([key, each]) => [key, item(each, `${name}.${key}`)]));
	};
}

/** The error for a value of another kind. @param expected a noun phrase */
export function wrongKind(name: string, expected: string, value: unknown): TypeError {
	return new TypeError(`${name} is ${expected}; got ${shown(value)}.`);
}

function readGroup<Table extends AnyTable>(
	table: Table,
	options: object,
	prefix: string,
	owner: string,
): CompleteOptions<Table> {
	const unknown = Object.keys(options).find((key) => !Object.hasOwn(table, key));
	if (unknown !== undefined) throw unknownName(table, unknown, prefix, owner);
	const complete = Object.entries(table).map(([key, option]) => [
		key,
		option(Reflect.get(options, key), prefix + key),
	]);
	return Object.fromEntries(complete) as CompleteOptions<Table>;
}

function withoutMissing<Table>(options: CompleteOptions<Table>): GivenOptions<Table> {
	return Object.fromEntries(
		Object.entries(options).filter(([, value]) => value !== undefined),
	) as GivenOptions<Table>;
}

function unknownName(table: AnyTable, key: string, prefix: string, owner: string): TypeError {
	const nearest = nearestName(key, namesIn(table));
	const help =
		nearest === undefined
			? `. Its options are ${Object.keys(table).join(", ")}.`
			: `; did you mean ${prefix}${nearest}?`;
	return new TypeError(`${prefix}${key} is not an option of ${owner}${help}`);
}

/**
 * Names of all options. A nested option has its group's name and a dot before it; deeper names come
 * later.
 */
function namesIn(table: AnyTable): string[] {
	const nested = Object.entries(table).flatMap(([key, option]) => {
		const inner = TABLE_OF.get(option);
		return inner === undefined ? [] : namesIn(inner).map((name) => `${key}.${name}`);
	});
	const depth = (name: string) => name.split(".").length;
	return [...Object.keys(table), ...nested].sort((a, b) => depth(a) - depth(b));
}

/**
 * True for an object that is neither a list nor an instance of a class of the language or the
 * browser, such as a `URL`.
 */
function isPlainObject(value: unknown): value is object {
	return Object.prototype.toString.call(value) === "[object Object]";
}

/** A value as an error shows it. Long texts are cut. */
function shown(value: unknown): string {
	if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}...` : value);
	if (typeof value === "number" || typeof value === "boolean" || value === undefined || value === null)
		return String(value);
	return kindOf(value);
}

function kindOf(value: unknown): string {
	if (Array.isArray(value)) return "a list";
	if (typeof value !== "object" || value === null) return typeof value === "function" ? "a function" : typeof value;
	const { name } = value.constructor ?? Object;
	return name === "Object" || name === "" ? "an object" : `an object of ${name}`;
}

/** "a, b or c" */
function listed(words: readonly string[]): string {
	return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
