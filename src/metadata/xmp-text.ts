import { type SphereFields, xmlText } from "./sphere-fields.ts";
import { TagError } from "./sphere-statement.ts";

/** Schemas of XMP about a sphere and the right eye, and of the link to further XMP. */
export const SCHEMAS = {
	GPano: "http://ns.google.com/photos/1.0/panorama/",
	GSpherical: "http://ns.google.com/videos/1.0/spherical/",
	GImage: "http://ns.google.com/photos/1.0/image/",
	xmpNote: "http://ns.adobe.com/xmp/note/",
} as const;
export type SchemaName = keyof typeof SCHEMAS;

const RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/** A new packet of XMP without a field. */
export const EMPTY_XMP =
	'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>' +
	`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${RDF}"></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;

/** More prefixes of one schema, and elements without an end, than any program writes. */
const MAX_PREFIXES = 20;
const MAX_OPEN_ELEMENTS = 100;

/**
 * XMP without the fields of schemas; all others stay as they are.
 * @throws {TagError} `unsupported` for XMP that no program writes.
 */
export function xmpWithout(xmp: string, names: readonly SchemaName[]): string {
	let text = xmp;
	for (const name of names)
		for (const prefix of prefixesOf(xmp, SCHEMAS[name]))
			text = withoutElements(
				text
					.replaceAll(new RegExp(`\\sxmlns:${prefix}\\s*=\\s*(?:"[^"]*"|'[^']*')`, "g"), "")
					.replaceAll(new RegExp(`\\s${prefix}:[\\w.-]+\\s*=\\s*(?:"[^"]*"|'[^']*')`, "g"), ""),
				prefix,
			);
	return text;
}

/** A text without the elements of a prefix, in one pass. */
function withoutElements(text: string, prefix: string): string {
	const opening = new RegExp(`<${prefix}:([\\w.-]+)(?:\\s[^<>]*)?>`, "g");
	const kept: string[] = [];
	let open = 0;
	let at = 0;
	for (let found = opening.exec(text); found !== null; found = opening.exec(text)) {
		const [tag, name = ""] = found;
		let end = found.index + tag.length;
		if (!tag.endsWith("/>")) {
			const closing = `</${prefix}:${name}`;
			const closed = text.indexOf(closing, end);
			if (closed < 0 && ++open > MAX_OPEN_ELEMENTS)
				throw new TagError("unsupported", "Its XMP is broken: elements have no end.");
			if (closed < 0) continue;
			end = text.indexOf(">", closed) + 1 || text.length;
		}
		kept.push(text.slice(at, found.index));
		at = end;
		opening.lastIndex = end;
	}
	return kept.join("") + text.slice(at);
}

/** The prefixes that a text gives to a schema. */
function prefixesOf(text: string, schema: string): ReadonlySet<string> {
	const declarations = text.matchAll(/\sxmlns:([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
	const names = [...declarations].filter(([, , one, two]) => (one ?? two) === schema).map(([, name = ""]) => name);
	const prefixes = new Set(names);
	if (prefixes.size > MAX_PREFIXES)
		throw new TagError("unsupported", "Its XMP has too many prefixes for one schema.");
	return prefixes;
}

/** The value of a field, an attribute or an element without structure. */
export function xmpField(xmp: string, schema: SchemaName, name: string): string | undefined {
	for (const prefix of prefixesOf(xmp, SCHEMAS[schema])) {
		const found = new RegExp(`[\\s<]${prefix}:${name}\\s*(?:=\\s*(?:"([^"]*)"|'([^']*)')|>([^<]*)<)`).exec(xmp);
		if (found !== null) return (found[1] ?? found[2] ?? found[3])?.trim();
	}
	return undefined;
}

/**
 * XMP with further fields of one schema.
 * @throws {TagError} `unsupported` for XMP that is no RDF.
 */
export function xmpWith(xmp: string, schema: SchemaName, fields: SphereFields): string {
	const end = [...xmp.matchAll(/<\/([\w-]+):RDF\s*>/g)].at(-1);
	if (end === undefined)
		throw new TagError("unsupported", "Its XMP can't be read, so that its other fields could not be kept.");
	const rdf = end[1] ?? "rdf";
	// All descriptions of a packet are about the same thing.
	const about = new RegExp(`\\s${rdf}:about\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(xmp);
	const attributes = fields.map(([name, value]) => ` ${schema}:${name}="${xmlText(value)}"`).join("");
	const description =
		`<${rdf}:Description ${rdf}:about="${about?.[1] ?? about?.[2] ?? ""}" ` +
		`xmlns:${schema}="${SCHEMAS[schema]}"${attributes}/>`;
	return xmp.slice(0, end.index) + description + xmp.slice(end.index);
}

/** XMP without the white space before its end, which programs leave for changes in place. */
export function withoutPadding(xmp: string): string {
	const end = xmp.lastIndexOf("<?xpacket end");
	return end < 0 ? xmp : xmp.slice(0, end).trimEnd() + xmp.slice(end);
}
