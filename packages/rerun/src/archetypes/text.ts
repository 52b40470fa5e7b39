import { TextDocumentBase, type TextDocumentFields } from "./text.generated.ts";

/** Levels of a `TextLog` that viewers know and colour. */
export const TextLogLevel = {
	Critical: "CRITICAL",
	Error: "ERROR",
	Warn: "WARN",
	Info: "INFO",
	Debug: "DEBUG",
	Trace: "TRACE",
} as const;
export type TextLogLevel = (typeof TextLogLevel)[keyof typeof TextLogLevel];

/** A text shown as a whole, plain or Markdown. */
export class TextDocument extends TextDocumentBase {
	/** A text in Markdown, whose headings, lists and links are drawn. */
	static markdown(text: string, options: Omit<TextDocumentFields, "text" | "mediaType"> = {}): TextDocument {
		return new TextDocument(text, { mediaType: "text/markdown", ...options });
	}
}
