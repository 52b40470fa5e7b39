// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import type { Color, Colors } from "./color.ts";
import type { Texts } from "./component.ts";
import * as components from "./components.generated.ts";

const TEXT_DOCUMENT = archetypeSpec("rerun.archetypes.TextDocument", {
	text: { name: "text", component: components.Text },
	mediaType: { name: "media_type", component: components.MediaType },
});

/** Fields of `TextDocument`. */
export interface TextDocumentFields {
	readonly text?: string | undefined;
	/** The media type, such as `image/png`. Without it, viewers guess. */
	readonly mediaType?: string | undefined;
}

/** Fields of `TextDocument`, with values for many rows. */
export interface TextDocumentColumns {
	readonly text?: Texts | undefined;
	readonly mediaType?: Texts | undefined;
}

/** A text shown as a whole, plain or Markdown. */
export class TextDocumentBase extends Archetype {
	constructor(text: string, options: Omit<TextDocumentFields, "text"> = {}) {
		super(TEXT_DOCUMENT, { text, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: TextDocumentFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TEXT_DOCUMENT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TEXT_DOCUMENT, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: TextDocumentColumns): ArchetypeColumns {
		return new ArchetypeColumns(TEXT_DOCUMENT, fields as Readonly<Record<string, unknown>>);
	}
}

const TEXT_LOG = archetypeSpec("rerun.archetypes.TextLog", {
	text: { name: "text", component: components.Text },
	level: { name: "level", component: components.TextLogLevel },
	color: { name: "color", component: components.Color },
});

/** Fields of `TextLog`. */
export interface TextLogFields {
	readonly text?: string | undefined;
	/** The level: `TextLogLevel` has the usual ones. */
	readonly level?: string | undefined;
	/** Colour. */
	readonly color?: Color | undefined;
}

/** Fields of `TextLog`, with values for many rows. */
export interface TextLogColumns {
	readonly text?: Texts | undefined;
	readonly level?: Texts | undefined;
	readonly color?: Colors | undefined;
}

/** One line of a log. */
export class TextLog extends Archetype {
	constructor(text: string, options: Omit<TextLogFields, "text"> = {}) {
		super(TEXT_LOG, { text, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: TextLogFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TEXT_LOG, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TEXT_LOG, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: TextLogColumns): ArchetypeColumns {
		return new ArchetypeColumns(TEXT_LOG, fields as Readonly<Record<string, unknown>>);
	}
}
