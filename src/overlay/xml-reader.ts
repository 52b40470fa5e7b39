/** An element of an XML document, without the text in it. */
export interface XmlElement {
	readonly name: string;
	readonly attributes: ReadonlyMap<string, string>;
	readonly children: readonly XmlElement[];
}

/** More than any description of a robot has. */
const MAX_CHARACTERS = 4 << 20;
const MAX_ELEMENTS = 50_000;
const MAX_DEPTH = 64;

const NAME = /[A-Za-z_:][\w:.-]*/y;
const SPACE = /\s*/y;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/**
 * Reads the elements and attributes of an XML document in one pass. Text, comments, processing
 * instructions and the document type are passed over; entities of its own are not known.
 *
 * @throws {SyntaxError} if it is not well formed, or larger or deeper than it may be.
 */
export function readXml(text: string): XmlElement {
	if (text.length > MAX_CHARACTERS) throw new SyntaxError(`It is longer than ${MAX_CHARACTERS} characters.`);
	return new XmlReader(text).document();
}

class XmlReader {
	readonly #text: string;
	#at = 0;
	#elements = 0;

	constructor(text: string) {
		this.#text = text;
	}

	document(): XmlElement {
		this.#skipToTag();
		const root = this.#element(1);
		this.#skipToTag();
		if (this.#at < this.#text.length) throw this.#fault("It goes on after its root element");
		return root;
	}

	/** Passes over text and all tags that are no element's. */
	#skipToTag(): void {
		while (true) {
			const open = this.#text.indexOf("<", this.#at);
			this.#at = open < 0 ? this.#text.length : open;
			if (open < 0) return;
			if (this.#text.startsWith("<!--", open)) this.#skipPast("-->");
			else if (this.#text.startsWith("<?", open)) this.#skipPast("?>");
			else if (this.#text.startsWith("<![CDATA[", open)) this.#skipPast("]]>");
			else if (this.#text.startsWith("<!", open)) this.#skipPast(">");
			else return;
		}
	}

	#skipPast(end: string): void {
		const found = this.#text.indexOf(end, this.#at);
		if (found < 0) throw this.#fault(`There is no ${end} for what begins`);
		this.#at = found + end.length;
	}

	#element(depth: number): XmlElement {
		if (depth > MAX_DEPTH) throw this.#fault(`Elements are nested more than ${MAX_DEPTH} deep`);
		if (++this.#elements > MAX_ELEMENTS) throw this.#fault(`It has more than ${MAX_ELEMENTS} elements`);
		this.#expect("<");
		const name = this.#name();
		const attributes = this.#attributes();
		if (this.#accept("/>")) return { name, attributes, children: [] };
		this.#expect(">");
		const children: XmlElement[] = [];
		this.#skipToTag();
		while (!this.#accept("</")) {
			children.push(this.#element(depth + 1));
			this.#skipToTag();
		}
		if (this.#name() !== name) throw this.#fault(`<${name}> is closed by another name`);
		this.#match(SPACE);
		this.#expect(">");
		return { name, attributes, children };
	}

	#attributes(): ReadonlyMap<string, string> {
		const attributes = new Map<string, string>();
		while (true) {
			this.#match(SPACE);
			if (this.#text[this.#at] === ">" || this.#text[this.#at] === "/") return attributes;
			const name = this.#name();
			this.#match(SPACE);
			this.#expect("=");
			this.#match(SPACE);
			const quote = this.#text[this.#at];
			if (quote !== '"' && quote !== "'") throw this.#fault("An attribute has no quotes");
			const end = this.#text.indexOf(quote, this.#at + 1);
			if (end < 0) throw this.#fault("A quote is not closed");
			attributes.set(name, withoutEntities(this.#text.slice(this.#at + 1, end)));
			this.#at = end + 1;
		}
	}

	#name(): string {
		const name = this.#match(NAME);
		if (name === "") throw this.#fault("A name is missing");
		return name;
	}

	/** @returns the match of a sticky expression here, or "". */
	#match(expression: RegExp): string {
		expression.lastIndex = this.#at;
		const [found = ""] = expression.exec(this.#text) ?? [];
		this.#at += found.length;
		return found;
	}

	#accept(words: string): boolean {
		if (!this.#text.startsWith(words, this.#at)) return false;
		this.#at += words.length;
		return true;
	}

	#expect(words: string): void {
		if (!this.#accept(words)) throw this.#fault(`"${words}" is missing`);
	}

	#fault(words: string): SyntaxError {
		const line = this.#text.slice(0, this.#at).split("\n").length;
		return new SyntaxError(`${words} in line ${line}.`);
	}
}

function withoutEntities(value: string): string {
	return value.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|\w{1,8});/gi, (whole, name: string) => {
		if (!name.startsWith("#")) return ENTITIES[name] ?? whole;
		const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
		return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
	});
}
