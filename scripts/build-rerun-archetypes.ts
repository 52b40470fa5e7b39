// Turns the facts of rerun-archetypes.json into typed classes:
//   node scripts/build-rerun-archetypes.ts
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const FOLDER = "packages/rerun/src/archetypes";
const HEADER =
	"// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. " +
	"Not edited by hand; a test compares the two.\n";

interface FieldFacts {
	readonly name: string;
	readonly component: string;
	readonly plural?: boolean;
	readonly required?: boolean;
	readonly doc?: string;
}

interface ArchetypeFacts {
	readonly name: string;
	readonly group: string;
	readonly doc: string;
	readonly handwritten?: boolean;
	readonly count?: string;
	readonly counted?: readonly string[];
	readonly fields: readonly FieldFacts[];
}

interface Facts {
	readonly enums: Readonly<
		Record<
			string,
			{ readonly doc: string; readonly type: string; readonly values: Readonly<Record<string, number>> }
		>
	>;
	/** Arrow type of each component. */
	readonly components: Readonly<Record<string, string>>;
	readonly archetypes: readonly ArchetypeFacts[];
}

/** An Arrow type in the notation of the facts, read. */
type ArrowFacts =
	| { readonly kind: "plain"; readonly name: string }
	| { readonly kind: "list"; readonly item: ArrowFacts }
	| { readonly kind: "fixedSizeList"; readonly item: ArrowFacts; readonly size: number }
	| {
			readonly kind: "struct" | "union";
			readonly fields: readonly StructField[];
	  };

interface StructField {
	readonly name: string;
	readonly nullable: boolean;
	readonly type: ArrowFacts;
}

/** How a component is made, and what users give for one value and for many. */
interface ComponentForm {
	readonly make: string;
	readonly one: string;
	readonly many: string;
}

export function readArchetypeFacts(): Facts {
	return JSON.parse(readFileSync(join(ROOT, "scripts/rerun-archetypes.json"), "utf8")) as Facts;
}

/** The text of every generated file, by absolute path. */
export function generateArchetypeSources(): Map<string, string> {
	const facts = readArchetypeFacts();
	const forms = new Map(
		Object.entries(facts.components).map(([name, arrow]) => [name, formOf(name, parseArrow(arrow), facts)]),
	);
	const files = new Map([
		["enums", enumsSource(facts)],
		["components", componentsSource(forms)],
	]);
	for (const group of new Set(facts.archetypes.map((of) => of.group)))
		files.set(
			group,
			archetypesSource(
				facts.archetypes.filter((of) => of.group === group),
				forms,
			),
		);
	return new Map([...files].map(([name, text]) => [join(ROOT, FOLDER, `${name}.generated.ts`), text]));
}

function enumsSource({ enums }: Facts): string {
	const tables = Object.entries(enums).map(([name, { doc, values }]) => {
		const short = shortNameOf(name);
		const entries = Object.entries(values).map(([key, value]) => `\t${key}: ${value},`);
		return [
			`/** ${doc} */\nexport const ${short} = {\n${entries.join("\n")}\n} as const;\n`,
			`/** One of \`${short}\`. */\nexport type ${short} = (typeof ${short})[keyof typeof ${short}];\n`,
		].join("");
	});
	return `${HEADER}\n${tables.join("\n")}`;
}

function componentsSource(forms: ReadonlyMap<string, ComponentForm>): string {
	const lines = [...forms].map(([name, { make }]) => `export const ${shortNameOf(name)} = ${make};`);
	const body = lines.join("\n");
	return [
		HEADER,
		...importOf(body, "../arrow/arrow-type.ts", ARROW_NAMES, false),
		...importOf(body, "./annotations.ts", ["annotationContexts"], false),
		...importOf(
			body,
			"./component.ts",
			[
				"bytes",
				"choices",
				"colors",
				"flags",
				"integers",
				"numbers",
				"scales",
				"strips",
				"structured",
				"texts",
				"type Vector",
				"vectors",
			],
			false,
		),
		'import * as enums from "./enums.generated.ts";',
		...importOf(body, "./tensor.ts", ["tensors"], false),
		"",
		body,
		"",
	].join("\n");
}

function archetypesSource(archetypes: readonly ArchetypeFacts[], forms: ReadonlyMap<string, ComponentForm>): string {
	const body = archetypes.map((of) => archetypeSource(of, forms)).join("\n");
	return [
		HEADER,
		...importOf(body, "./annotations.ts", ["ClassDescription"], true),
		'import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";',
		...importOf(body, "./color.ts", ["Color", "Colors"], true),
		...importOf(
			body,
			"./component.ts",
			["Bytes", "Flags", "Integers", "Numbers", "Texts", "Vector", "Vectors"],
			true,
		),
		'import * as components from "./components.generated.ts";',
		...importOf(body, "./enums.generated.ts", Object.keys(readArchetypeFacts().enums).map(shortNameOf), true),
		...importOf(body, "./tensor.ts", ["TensorData"], true),
		"",
		body,
	].join("\n");
}

function archetypeSource(of: ArchetypeFacts, forms: ReadonlyMap<string, ComponentForm>): string {
	const short = shortNameOf(of.name);
	const className = of.handwritten === true ? `${short}Base` : short;
	const spec = constantCase(short);
	const required = of.fields.filter((field) => field.required === true);
	const inputOf = (field: FieldFacts) => {
		const form = forms.get(field.component)!;
		return field.plural === true ? form.many : form.one;
	};
	const countOf = ({ name }: FieldFacts) =>
		of.count === name ? "all" : of.counted?.includes(name) === true ? "each" : null;
	const specFields = of.fields.map((field) => {
		const count = countOf(field);
		const parts = [
			`name: "${field.name}"`,
			`component: components.${shortNameOf(field.component)}`,
			...(field.plural === true ? ["plural: true"] : []),
			...(count === null ? [] : [`count: "${count}"`]),
		];
		return `\t${camelCase(field.name)}: { ${parts.join(", ")} },`;
	});
	const fields = of.fields.flatMap((field) => [
		...(field.doc === undefined ? [] : [`\t/** ${field.doc} */`]),
		`\treadonly ${camelCase(field.name)}?: ${inputOf(field)} | undefined;`,
	]);
	const columns = of.fields.map(
		(field) => `\treadonly ${camelCase(field.name)}?: ${forms.get(field.component)!.many} | undefined;`,
	);
	const rest = of.fields.length > required.length;
	const restType =
		required.length === 0
			? `${short}Fields`
			: `Omit<${short}Fields, ${required.map(({ name }) => `"${camelCase(name)}"`).join(" | ")}>`;
	const parameters = [
		...required.map((field) => `${camelCase(field.name)}: ${inputOf(field)}`),
		...(rest ? [`${required.length === 0 ? "fields" : "options"}: ${restType} = {}`] : []),
	];
	const values =
		required.length === 0
			? "fields"
			: `{ ${[...required.map(({ name }) => camelCase(name)), ...(rest ? ["...options"] : [])].join(", ")} }`;
	return [
		`const ${spec} = archetypeSpec("${of.name}", {`,
		...specFields,
		"});",
		"",
		`/** Fields of \`${short}\`. */`,
		`export interface ${short}Fields {`,
		...fields,
		"}",
		"",
		`/** Fields of \`${short}\`, with values for many rows. */`,
		`export interface ${short}Columns {`,
		...columns,
		"}",
		"",
		`/** ${of.doc} */`,
		`export class ${className} extends Archetype {`,
		`\tconstructor(${parameters.join(", ")}) {`,
		`\t\tsuper(${spec}, ${values});`,
		"\t}",
		"",
		"\t/** Some of its fields. The others keep the values that were logged before. */",
		`\tstatic fromFields(fields: ${short}Fields, options?: FromFieldsOptions): Archetype {`,
		`\t\treturn new Archetype(${spec}, fields as Readonly<Record<string, unknown>>, options);`,
		"\t}",
		"",
		"\t/** Empties all of its fields. */",
		"\tstatic clearFields(): Archetype {",
		`\t\treturn new Archetype(${spec}, {}, { clearUnset: true });`,
		"\t}",
		"",
		"\t/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */",
		`\tstatic columns(fields: ${short}Columns): ArchetypeColumns {`,
		`\t\treturn new ArchetypeColumns(${spec}, fields as Readonly<Record<string, unknown>>);`,
		"\t}",
		"}",
		"",
	]
		.join("\n")
		.replace(`super(${spec}, fields);`, `super(${spec}, fields as Readonly<Record<string, unknown>>);`);
}

const ARROW_NAMES = [
	"BOOL",
	"denseUnion",
	"FLOAT16",
	"FLOAT32",
	"FLOAT64",
	"field",
	"fixedSizeList",
	"INT8",
	"INT16",
	"INT32",
	"INT64",
	"list",
	"NULL",
	"struct",
	"UINT8",
	"UINT16",
	"UINT32",
	"UINT64",
	"UTF8",
];

function formOf(component: string, arrow: ArrowFacts, facts: Facts): ComponentForm {
	const short = shortNameOf(component);
	const call = (make: string, ...rest: string[]) => `${make}(${[JSON.stringify(component), ...rest].join(", ")})`;
	if (short === "Color" || short === "AlbedoFactor") return { make: call("colors"), one: "Color", many: "Colors" };
	if (short === "AnnotationContext")
		return {
			make: call("annotationContexts", arrowCode(arrow)),
			one: "readonly ClassDescription[]",
			many: "readonly (readonly ClassDescription[])[]",
		};
	if (short === "TensorData")
		return { make: call("tensors", arrowCode(arrow)), one: "TensorData", many: "readonly TensorData[]" };
	if (arrow.kind === "plain") {
		if (arrow.name === "bool") return { make: call("flags"), one: "boolean", many: "Flags" };
		if (arrow.name === "utf8") return { make: call("texts"), one: "string", many: "Texts" };
		const choice = Object.keys(facts.enums).find((name) => shortNameOf(name) === short);
		if (choice !== undefined)
			return {
				make: call("choices", arrowCode(arrow), `enums.${short}`),
				one: short,
				many: `${short} | ArrayLike<${short}>`,
			};
		if (/64$/.test(arrow.name) && arrow.name !== "float64")
			return { make: call("integers", arrowCode(arrow)), one: "number | bigint", many: "Integers" };
		return { make: call("numbers", arrowCode(arrow)), one: "number", many: "Numbers" };
	}
	if (arrow.kind === "fixedSizeList") {
		const scale = short === "Scale3D";
		return {
			make: call(scale ? "scales" : "vectors", arrowCode(arrow.item), String(arrow.size)),
			one: scale ? "number | Vector" : "Vector",
			many: "Vectors",
		};
	}
	if (arrow.kind === "list" && arrow.item.kind === "plain" && arrow.item.name === "uint8")
		return { make: call("bytes"), one: "Bytes", many: "Bytes | readonly Bytes[]" };
	if (arrow.kind === "list" && arrow.item.kind === "fixedSizeList")
		return {
			make: call("strips", arrowCode(arrow.item.item), String(arrow.item.size)),
			one: "Vectors",
			many: "readonly Vectors[] | Float32Array | Float64Array",
		};
	const one = valueType(arrow);
	return {
		make: call(`structured<${one}>`, arrowCode(arrow)),
		one,
		many: `${one} | readonly ${/^[\w.]+$|^\{/.test(one) ? one : `(${one})`}[]`,
	};
}

/** An Arrow type as TypeScript that makes it. */
function arrowCode(arrow: ArrowFacts): string {
	switch (arrow.kind) {
		case "plain":
			return arrow.name.toUpperCase();
		case "list":
			return `list(${arrowCode(arrow.item)})`;
		case "fixedSizeList":
			return `fixedSizeList(${arrowCode(arrow.item)}, ${arrow.size})`;
		case "struct":
		case "union": {
			const fields = arrow.fields.map(
				({ name, nullable, type }) => `field("${name}", ${arrowCode(type)}${nullable ? ", true" : ""})`,
			);
			return `${arrow.kind === "struct" ? "struct" : "denseUnion"}(${fields.join(", ")})`;
		}
	}
}

/** A property of the TypeScript type of a struct. */
function propertyOf({ name, nullable, type }: StructField): string {
	const [optional, absent] = nullable ? ["?", " | undefined"] : ["", ""];
	return `readonly ${camelCase(name)}${optional}: ${valueType(type)}${absent}`;
}

/** The TypeScript type of a value of an Arrow type. */
function valueType(arrow: ArrowFacts): string {
	switch (arrow.kind) {
		case "plain":
			return (
				{ utf8: "string", bool: "boolean", null: "null" }[arrow.name] ??
				(/int64$/.test(arrow.name) ? "number | bigint" : "number")
			);
		case "list": {
			const item = valueType(arrow.item);
			return `readonly ${/^\w+$|^\{[^}]*\}$/.test(item) ? item : `(${item})`}[]`;
		}
		case "fixedSizeList":
			return "Vector";
		case "struct":
			return `{ ${arrow.fields.map(propertyOf).join("; ")} }`;
		case "union":
			return arrow.fields
				.filter(({ name }) => name !== "_null_markers")
				.map(({ name, type }) => {
					const value = valueType(type);
					return `{ readonly tag: "${name}"${value === "null" ? "" : `; readonly value: ${value}`} }`;
				})
				.join(" | ");
	}
}

function parseArrow(text: string): ArrowFacts {
	let at = 0;
	const take = (expected: string) => {
		if (!text.startsWith(expected, at)) throw new Error(`"${text}" lacks "${expected}" at ${at}.`);
		at += expected.length;
	};
	const word = (pattern: RegExp) => {
		pattern.lastIndex = at;
		const found = pattern.exec(text)?.[0];
		if (found === undefined) throw new Error(`"${text}" can't be read at ${at}.`);
		at += found.length;
		return found;
	};
	const fields = () => {
		const found: { name: string; nullable: boolean; type: ArrowFacts }[] = [];
		take("{");
		while (text[at] !== "}") {
			const name = word(/\w+/y);
			const nullable = text[at] === "?";
			if (nullable) at++;
			take(": ");
			found.push({ name, nullable, type: type() });
			if (text[at] === ",") take(", ");
		}
		take("}");
		return found;
	};
	const type = (): ArrowFacts => {
		if (text[at] === "{") return { kind: "struct", fields: fields() };
		const name = word(/\w+/y);
		if (name === "DenseUnion") return { kind: "union", fields: fields() };
		if (name !== "List" && name !== "FixedSizeList") return { kind: "plain", name };
		take("<");
		const item = type();
		const size = name === "List" ? null : Number(word(/,\d+/y).slice(1));
		take(">");
		return size === null ? { kind: "list", item } : { kind: "fixedSizeList", item, size };
	};
	const whole = type();
	if (at !== text.length) throw new Error(`"${text}" goes on at ${at}.`);
	return whole;
}

function importOf(body: string, file: string, names: readonly string[], types: boolean): string[] {
	const used = names.filter((name) =>
		new RegExp(`\\b${name.split(" ").at(-1)}\\b`).test(
			types ? body.replaceAll(/\bcomponents\.\w+|\/\*\*.*?\*\/|"[^"]*"/g, "") : body,
		),
	);
	return used.length === 0 ? [] : [`import ${types ? "type " : ""}{ ${used.join(", ")} } from "${file}";`];
}

function shortNameOf(name: string): string {
	return name.slice(name.lastIndexOf(".") + 1);
}

function camelCase(name: string): string {
	return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `Points3D` is POINTS_3D. */
function constantCase(name: string): string {
	return name.replaceAll(/(?<=[a-z])(?=[A-Z0-9])/g, "_").toUpperCase();
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	for (const [file, text] of generateArchetypeSources()) writeFileSync(file, text);
