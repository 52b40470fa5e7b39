import { type FileHandle, open } from "node:fs/promises";
import type { Chapter } from "../media/playback.ts";
import { elements, unsignedOf } from "./ebml-elements.ts";
import { fileKindOf, KIND_BYTES } from "./file-kind.ts";
import { boxes, read } from "./mp4-boxes.ts";

/** The most chapters of one file, and the longest title: the bounds of control messages. */
const MAX_CHAPTERS = 64;
/** Chapters that are read: they need not be in order. */
const MOST_READ = 1000;
const TITLE_LENGTH = 200;
const TITLE_BYTES = 4 * TITLE_LENGTH;
/** Longest box of chapters: 255 of them, with titles of 255 bytes. */
const CHPL_BYTES = 70_000;

/** Elements of Matroska (RFC 9559). */
const ID = {
	segment: 0x18538067,
	seekHead: 0x114d9b74,
	seek: 0x4dbb,
	seekId: 0x53ab,
	seekPosition: 0x53ac,
	cluster: 0x1f43b675,
	chapters: 0x1043a770,
	edition: 0x45b9,
	atom: 0xb6,
	start: 0x91,
	hidden: 0x98,
	display: 0x80,
	title: 0x85,
} as const;

/**
 * The chapters of a local file, in their order: Nero's list in MP4 (the box `chpl`, which FFmpeg
 * writes too), and Matroska's. A file that is broken, or of another kind, has none.
 *
 * @param path `undefined` for a source that is no file.
 */
export async function chaptersOfFile(path: string | undefined): Promise<readonly Chapter[]> {
	const file = path === undefined ? undefined : await open(path).catch(() => undefined);
	if (file === undefined) return [];
	try {
		const { size } = await file.stat();
		const kind = fileKindOf(await read(file, 0, Math.min(KIND_BYTES, size)));
		const found =
			kind === "mp4" ? await ofMp4(file, size) : kind === "matroska" ? await ofMatroska(file, size) : [];
		return found
			.filter(({ startSec }) => startSec >= 0)
			.sort((a, b) => a.startSec - b.startSec)
			.slice(0, MAX_CHAPTERS)
			.map(({ startSec, title }) => ({ startSec, title: titleOf(title) }));
	} catch {
		return [];
	} finally {
		await file.close();
	}
}

/** A line of text without controls of the terminal, of lines or of the direction of writing. */
function titleOf(text: string): string {
	const line = text.replace(/[\p{Cc}\s\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ").trim();
	// A pair of surrogates that the bound divides is left out.
	return line.slice(0, TITLE_LENGTH).replace(/\p{Cs}$/u, "");
}

async function ofMp4(file: FileHandle, size: number): Promise<Chapter[]> {
	for await (const moov of boxes(file, 0, size)) {
		if (moov.type !== "moov") continue;
		for await (const udta of boxes(file, moov.from, moov.to)) {
			if (udta.type !== "udta") continue;
			for await (const { type, from, to } of boxes(file, udta.from, udta.to))
				if (type === "chpl") return readChpl(await read(file, from, Math.min(to - from, CHPL_BYTES)));
		}
	}
	return [];
}

/** Version, flags, 4 reserved bytes from version 1 on, a count; then times in 100 ns and titles. */
function readChpl(content: Buffer): Chapter[] {
	const found: Chapter[] = [];
	let at = content[0] === 0 ? 4 : 8;
	const count = content[at++] ?? 0;
	for (let index = 0; index < count && at + 9 <= content.length; index++) {
		const startSec = Number(content.readBigUInt64BE(at)) / 1e7;
		const end = at + 9 + content[at + 8]!;
		found.push({ startSec, title: content.toString("utf8", at + 9, end) });
		at = end;
	}
	return found;
}

async function ofMatroska(file: FileHandle, size: number): Promise<Chapter[]> {
	for await (const segment of elements(file, 0, size)) {
		if (segment.id !== ID.segment) continue;
		for await (const element of elements(file, segment.from, segment.to)) {
			if (element.id === ID.chapters) return chaptersIn(file, element);
			if (element.id === ID.seekHead) {
				const place = await soughtIn(file, element);
				if (Number.isNaN(place)) continue;
				for await (const found of elements(file, segment.from + place, segment.to))
					return found.id === ID.chapters ? chaptersIn(file, found) : [];
			}
			// Pictures follow: chapters behind them are found by the seek head, or not at all.
			if (element.id === ID.cluster) break;
		}
	}
	return [];
}

interface Span {
	readonly from: number;
	readonly to: number;
}

/** Place of the chapters in the segment, by its seek head; NaN: it names none. */
async function soughtIn(file: FileHandle, seekHead: Span): Promise<number> {
	for await (const seek of elements(file, seekHead.from, seekHead.to)) {
		if (seek.id !== ID.seek) continue;
		let id = 0;
		let position = Number.NaN;
		for await (const field of elements(file, seek.from, seek.to)) {
			if (field.id === ID.seekId) id = await numberIn(file, field);
			if (field.id === ID.seekPosition) position = await numberIn(file, field);
		}
		if (id === ID.chapters) return position;
	}
	return Number.NaN;
}

async function chaptersIn(file: FileHandle, chapters: Span): Promise<Chapter[]> {
	for await (const edition of elements(file, chapters.from, chapters.to)) {
		if (edition.id !== ID.edition) continue;
		const found: Chapter[] = [];
		for await (const atom of elements(file, edition.from, edition.to)) {
			if (found.length >= MOST_READ) break;
			const chapter = atom.id === ID.atom ? await chapterIn(file, atom) : undefined;
			if (chapter !== undefined) found.push(chapter);
		}
		// Further editions are other cuts of the same film.
		return found;
	}
	return [];
}

/** @returns `undefined` for a hidden one, and one without a time. */
async function chapterIn(file: FileHandle, atom: Span): Promise<Chapter | undefined> {
	let startSec = Number.NaN;
	let title: string | undefined;
	let isHidden = false;
	for await (const field of elements(file, atom.from, atom.to)) {
		if (field.id === ID.start) startSec = (await numberIn(file, field)) / 1e9;
		if (field.id === ID.hidden) isHidden = (await numberIn(file, field)) === 1;
		if (field.id === ID.display) title ??= await titleIn(file, field);
	}
	return isHidden || Number.isNaN(startSec) ? undefined : { startSec, title: title ?? "" };
}

async function titleIn(file: FileHandle, display: Span): Promise<string | undefined> {
	for await (const { id, from, to } of elements(file, display.from, display.to))
		if (id === ID.title) return (await read(file, from, Math.min(to - from, TITLE_BYTES))).toString("utf8");
	return undefined;
}

async function numberIn(file: FileHandle, { from, to }: Span): Promise<number> {
	return unsignedOf(await read(file, from, Math.min(to - from, 9)));
}
