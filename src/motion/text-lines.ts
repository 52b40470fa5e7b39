import { createReadStream } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { MotionFileError, readFailure } from "./motion-file-error.ts";

/** The longest line that is read: a pose of 1024 bones with every digit has some 200 kB. */
const MAX_LINE_LENGTH = 4 << 20;

export interface TextLine {
	/** The line without its end, which may be \n or \r\n. */
	readonly text: string;
	/** The line's number, from 1. */
	readonly number: number;
	/** True when an end followed; the last line of a file that was cut off has none. */
	readonly ended: boolean;
}

/** The lines of a file, read as they are needed. @throws {MotionFileError} */
export async function* textLines(path: string): AsyncGenerator<TextLine, void, undefined> {
	const decoder = new StringDecoder("utf8");
	let rest = "";
	let number = 0;
	const stream = createReadStream(path, { highWaterMark: 1 << 18 });
	try {
		for await (const block of stream as AsyncIterable<Buffer>) {
			const text = rest + decoder.write(block);
			let from = 0;
			for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
				const line = text.slice(from, text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end);
				from = end + 1;
				number++;
				yield { text: number === 1 ? line.replace(/^\ufeff/, "") : line, number, ended: true };
			}
			rest = text.slice(from);
			if (rest.length > MAX_LINE_LENGTH)
				throw new MotionFileError(
					"broken",
					path,
					`${path}, line ${number + 1}: a line of more than ${MAX_LINE_LENGTH} characters is no pose.`,
					{
						line: number + 1,
					},
				);
		}
	} catch (error) {
		throw readFailure(path, error);
	}
	rest += decoder.end();
	if (rest !== "") yield { text: rest, number: number + 1, ended: false };
}

const CARRIAGE_RETURN = 13;
