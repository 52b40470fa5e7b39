import { globSync, readFileSync } from "node:fs";
import { parseSync, Visitor } from "oxc-parser";
import { describe, expect, it } from "vitest";
import { verdictOf } from "../src/client/view-state.ts";
import { LANGUAGES, languageOf, number, wordsFor } from "./words.ts";
import { english } from "./words-english.ts";
import { german } from "./words-german.ts";
import { withEnglishWords } from "./words-in-html.ts";

const folder = new URL("./", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), "utf8");

/** Text that people read: a capitalized word or more, or three words in a row. */
const READABLE = /^\p{Lu}\p{Ll}+(?:[ .,…!?]|$)|\p{L}{2,} \p{L}+ \p{L}/u;
/** Names that the platform, HTTP and style sheets give. */
const NAMES =
	/^(?:Bearer|Home|End|Enter|Escape|Tab|Space|Shift|Delete|Backspace|Arrow\w+|Page\w+|\w*Error)$|sans-serif/;

/** @returns texts that stand in the code of a file of the page, but for errors and logs. */
function literals(file: string): string[] {
	const { program } = parseSync(file, read(file));
	const found: { start: number; text: string }[] = [];
	const apart: { start: number; end: number }[] = [];
	new Visitor({
		Literal: ({ start, value }) => void (typeof value === "string" && found.push({ start, text: value })),
		TemplateElement: ({ start, value }) => void found.push({ start, text: value.cooked ?? value.raw }),
		NewExpression: ({ start, end, callee }) =>
			void (callee.type === "Identifier" && callee.name.endsWith("Error") && apart.push({ start, end })),
		CallExpression: ({ start, end, callee }) => {
			const { type } = callee;
			const isLog =
				type === "MemberExpression" && callee.object.type === "Identifier" && callee.object.name === "console";
			if (isLog) apart.push({ start, end });
		},
	}).visit(program);
	return found
		.filter(({ start }) => !apart.some((range) => range.start <= start && start < range.end))
		.map(({ text }) => text.trim())
		.filter((text) => READABLE.test(text) && !NAMES.test(text));
}

describe("the words of the page", () => {
	it("are there for each key in every language, as the same kind of entry", () => {
		const shape = (table: object) =>
			Object.entries(table).map(([key, entry]) => [
				key,
				typeof entry === "function"
					? `function of ${entry.length}`
					: Array.isArray(entry)
						? entry.length
						: typeof entry,
			]);
		for (const table of Object.values(LANGUAGES)) expect(shape(table).sort()).toEqual(shape(english).sort());
		for (const [key, entry] of Object.entries(german)) expect(entry, key).not.toBe("");
	});

	it("stand in the tables only, not in the code of the page", () => {
		const files = globSync("*.ts", { cwd: folder }).filter((file) => !/\.test\.ts$|^words|^vite/.test(file));
		expect(files.length).toBeGreaterThan(10);
		const found = files.flatMap((file) => literals(file).map((text) => `${file}: ${text}`));
		expect(found).toEqual([]);
	});

	it.each(["index.html", "rerun.html"])("stand in the tables only, not in %s, whose elements name them", (file) => {
		const html = read(file);
		const body = html.replace(
			/<title>.*?<\/title>|<h1>.*?<\/h1>|<kbd>.*?<\/kbd>|<span aria-hidden="true">[AV]R<\/span>/g,
			"",
		);
		expect(body.replace(/<[^>]*>/g, "").match(/\p{L}{2,}/gu)).toBeNull();
		expect(body.match(/\s(?:aria-label|title|alt|placeholder)="/g)).toBeNull();
		const filled = withEnglishWords(html);
		if (file !== "index.html") return;
		expect(filled).toContain(`data-words="helpTitle">${english.helpTitle}</h2>`);
		expect(filled).toContain(`aria-label="${english.zoomIn}" title="${english.zoomIn} (+)"`);
		expect(() => withEnglishWords('<p data-words="nothing"></p>')).toThrow('no words "nothing"');
		expect(() => withEnglishWords('<p data-words="help">Help</p>')).toThrow("words inside");
	});

	it("are in the language of the address, else of the browser, else English", () => {
		expect(languageOf("?lang=de", ["en-GB"])).toBe("de");
		expect(languageOf("?lang=tlh", ["fr", "de-AT", "en"])).toBe("de");
		expect(languageOf("", ["fr", "pt-BR"])).toBe("en");
		expect(languageOf("?lang=toString", ["constructor"])).toBe("en");
	});

	it("translate what the client library and the server say, and keep a sentence that no table has", () => {
		const states = ["opening", "stalled", "reconnecting", "ended", "failed"] as const;
		const verdicts = [
			...states.map((state) => verdictOf({ name: "connected", words: "" }, { type: "source", state }, "waiting")),
			...(["waiting", "playing", "blocked"] as const).map((video) =>
				verdictOf({ name: "connected", words: "" }, undefined, video),
			),
			verdictOf({ name: "interrupted", words: "The connection is interrupted…" }, undefined, "playing"),
			verdictOf({ name: "connecting", words: "Connecting again…" }, undefined, "waiting"),
		];
		for (const { short, words } of verdicts)
			for (const sentence of [short, words].filter((said) => said !== ""))
				expect(Object.values(english), sentence).toContain(sentence);
		const ofHeadset = ["xr-session", "immersive-view"].flatMap((file) => [
			...read(`../src/client/xr/${file}.ts`).matchAll(/(?:Error|fail|return )\(?"(\p{Lu}[^"]*\.)"/gu),
		]);
		expect(ofHeadset.length).toBeGreaterThan(5);
		for (const [, sentence] of ofHeadset) expect(Object.values(english), sentence).toContain(sentence);
		expect(wordsFor("The token is wrong.", german)).toBe("Das Token ist falsch.");
		expect(wordsFor("The camera at 192.0.2.10 does not answer.", german)).toBe(
			"The camera at 192.0.2.10 does not answer.",
		);
		expect(wordsFor("", german)).toBe("");
	});

	it("write numbers as the language does", () => {
		expect(number(1234.56, 1, "ms", "de")).toBe("1234,6 ms");
		expect(number(0.5, 1, "", "en")).toBe("0.5");
		expect(number(Number.NaN, 1, "ms")).toBe("–");
	});
});
