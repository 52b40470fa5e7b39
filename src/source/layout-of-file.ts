import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import type { FoundStatement } from "../metadata/found-statement.ts";
import { firstPicture } from "./first-picture.ts";
import { statementsOfInput } from "./layout-of-input.ts";
import { LibavInput } from "./libav-input.ts";
import type { UprightPicture } from "./picture-orientation.ts";
import { decideLayout, type SourceLayout } from "./source-layout.ts";
import { sourceName } from "./source-name.ts";
import { completeLibavOptions } from "./source-options.ts";

/** A file's layout, the statements that it makes, and one of its pictures. */
export interface FileLayout {
	readonly layout: SourceLayout;
	readonly statements: readonly FoundStatement[];
	readonly picture: UprightPicture;
}

/**
 * Finds the layout of a file; decodes one picture at most.
 *
 * @param track index among the video tracks. @default the best
 * @throws {SourceError} if it can't be opened or holds no video.
 */
export async function layoutOfFile(path: string, track?: number): Promise<FileLayout> {
	Log.setLevel(AV_LOG_FATAL);
	const options = completeLibavOptions(path, { track, hwaccel: "none" });
	const input = await LibavInput.open(options, new AbortController().signal);
	try {
		const { picture } = await firstPicture(input);
		const clues = { ...(await statementsOfInput(input)), name: sourceName(path), picture };
		return { layout: decideLayout(clues, options), statements: clues.statements, picture };
	} finally {
		await input.close();
	}
}
