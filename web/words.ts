// To add words: an entry in words-english.ts and words-german.ts (with parameters: a function).
// TypeScript reads `words.key`; in index.html data-words, data-label or data-title names a key.
import { english } from "./words-english.ts";
import { german } from "./words-german.ts";

type Entry<Value> = Value extends string
	? string
	: Value extends (...args: infer Args) => string
		? (...args: Args) => string
		: { readonly [Index in keyof Value]: string };

/** The words of one language: a text, a function of values, or a list for each key. */
export type Words = { readonly [Key in keyof typeof english]: Entry<(typeof english)[Key]> };

/** The page's languages by their tags (BCP 47). */
export const LANGUAGES = { en: english, de: german } as const satisfies { readonly [tag: string]: Words };
/** A language of the page. */
export type Language = keyof typeof LANGUAGES;

/**
 * Chooses the page's language: that of the address (`?lang=de`), or the first of the browser's that
 * the page has, or English.
 *
 * @param search query of the address, with or without its question mark.
 * @param preferred tags in order of preference, such as `navigator.languages`.
 */
export function languageOf(search: string, preferred: readonly string[]): Language {
	const wished = [new URLSearchParams(search).get("lang") ?? "", ...preferred];
	return wished.map(primaryTag).find((tag) => tag !== undefined) ?? "en";
}

function primaryTag(tag: string): Language | undefined {
	const primary = tag.toLowerCase().split("-")[0];
	return (Object.keys(LANGUAGES) as Language[]).find((language) => language === primary);
}

/** The language of this page. */
const language: Language =
	typeof document === "undefined" ? "en" : languageOf(location.search, navigator.languages ?? [navigator.language]);

/** The words of the page's language. */
export const words: Words = LANGUAGES[language];

/** Translates a sentence of the client library or the server; one that no table has stays. */
export function wordsFor(sentence: string, table: Words = words): string {
	for (const [key, said] of Object.entries(english)) if (said === sentence) return textOf(table, key);
	return sentence;
}

/**
 * Writes a number as the language does, such as 1,5 in German.
 *
 * @param unit follows the number after a space; "": none.
 * @returns "–" for a number that is not finite.
 */
export function number(value: number, digits: number, unit = "", tag: Language = language): string {
	if (!Number.isFinite(value)) return "–";
	const options = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false };
	return `${new Intl.NumberFormat(tag, options).format(value)}${unit && ` ${unit}`}`;
}

/** Puts words of the language where the built page has English ones. */
export function fillPage(): void {
	document.documentElement.lang = language;
	for (const target of document.querySelectorAll<HTMLElement>("[data-words]"))
		target.textContent = textOf(words, target.dataset["words"]);
	for (const target of document.querySelectorAll<HTMLElement>("[data-label]"))
		target.ariaLabel = textOf(words, target.dataset["label"]);
	for (const target of document.querySelectorAll<HTMLElement>("[data-title]"))
		target.title = withKey(textOf(words, target.dataset["title"]), target.dataset["key"]);
	for (const target of document.querySelectorAll<HTMLMetaElement>("[data-content]"))
		target.content = textOf(words, target.dataset["content"]);
}

/**
 * The text of a key that the page's HTML names.
 * @throws {Error} if the table has no such text.
 */
export function textOf(table: Words, key: string | undefined): string {
	const text: unknown = table[key as keyof Words];
	if (typeof text !== "string") throw new Error(`The page's table has no words "${key}".`);
	return text;
}

/** A title that names the key on the keyboard that does the same. */
export function withKey(title: string, key: string | undefined): string {
	return key === undefined ? title : `${title} (${key})`;
}
