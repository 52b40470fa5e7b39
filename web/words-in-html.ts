import { textOf, withKey } from "./words.ts";
import { english } from "./words-english.ts";

/**
 * @returns the page's HTML with English words in its elements, for the time before its script runs
 * @throws {Error} if it names a key that the table has not, or an element for words is not empty.
 */
export function withEnglishWords(html: string): string {
	return html.replace(/<(\w+)\s[^>]*>(?=(<?))/g, (tag, _name, next: string) => {
		const key = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
		const [inside, label, title, content] = ["data-words", "data-label", "data-title", "data-content"].map(key);
		if (inside !== undefined && next !== "<") throw new Error(`The page has words inside of ${tag}`);
		const attributes = [
			label !== undefined && `aria-label="${textOf(english, label)}"`,
			title !== undefined && `title="${withKey(textOf(english, title), key("data-key"))}"`,
			content !== undefined && `content="${textOf(english, content)}"`,
		].filter((attribute) => attribute !== false);
		const filled =
			attributes.length === 0 ? tag : tag.replace(/\s*\/?>$/, (end) => ` ${attributes.join(" ")}${end}`);
		return inside === undefined ? filled : filled + textOf(english, inside);
	});
}
