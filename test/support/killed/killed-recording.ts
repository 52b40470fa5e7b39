import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import { McapStreamReader } from "@mcap/core";
import { FormatContext, Packet } from "node-av/lib";
import { openRecording } from "../../../src/recording/read/recording-reader.ts";
import { encodeClip } from "../../../src/session/h264-clip.cases.ts";

/** A line of the recording program. Times are seconds since 1970. */
export type KillReport =
	| { readonly type: "begun"; readonly stem: string; readonly sec: number }
	/** The newest record until now. */
	| { readonly type: "sent"; readonly sec: number; readonly poses: number; readonly frames: number }
	/** The newest record that the thread has worked off. */
	| { readonly type: "worked"; readonly sec: number }
	| { readonly type: "failed"; readonly reason: string };

/** A recording whose process was killed. */
export interface KilledRecording {
	readonly stem: string;
	/** Times of the first and the last record, and of the last that is in the files for good. */
	readonly beginSec: number;
	readonly sentSec: number;
	readonly workedSec: number | undefined;
	/** Reasons of files that could not be written. */
	readonly failures: readonly string[];
}

/** The newest of each kind in a file, seconds since 1970; `undefined`: it has none. */
export interface NewestInFile {
	readonly file: string;
	readonly poseSec?: number | undefined;
	readonly frameSec?: number | undefined;
}

/** Writes access units for `recordUntil`: 90 pictures of 640 x 360. */
export function writeClip(path: string): void {
	const clip = encodeClip({ width: 640, height: 360, frames: 90, bitrateBps: 4_000_000 });
	writeFileSync(path, JSON.stringify(clip.map(({ accessUnit }) => Buffer.from(accessUnit).toString("base64"))));
}

/** Records in a process of its own, which gets `kill -9` when `isDue` says so. */
export async function recordUntil(
	folder: string,
	clip: string,
	formats: readonly string[],
	isDue: (report: KillReport) => boolean,
): Promise<KilledRecording> {
	const program = fileURLToPath(new URL("./recording-child.ts", import.meta.url));
	const child = spawn(process.execPath, ["--conditions=panogaze-source", program, folder, clip, formats.join()], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const exited = once(child, "close");
	let begun: (KillReport & { readonly type: "begun" }) | undefined;
	let sentSec = Number.NaN;
	let workedSec: number | undefined;
	const failures: string[] = [];
	try {
		// What the process has written before its end is read after it.
		for await (const line of createInterface({ input: child.stdout })) {
			const report = JSON.parse(line) as KillReport;
			if (report.type === "begun") begun = report;
			else if (report.type === "sent") sentSec = report.sec;
			else if (report.type === "worked") workedSec = report.sec;
			else failures.push(report.reason);
			if (isDue(report)) child.kill("SIGKILL");
		}
	} finally {
		child.kill("SIGKILL");
		await exited;
	}
	if (begun === undefined) throw new Error("The program that was to be killed has ended by itself.");
	const { stem, sec: beginSec } = begun;
	return { stem, beginSec, sentSec: Number.isNaN(sentSec) ? beginSec : sentSec, workedSec, failures };
}

/** Opens every file of a recording. @throws {Error} if one can't be read. */
export async function newestInFiles(stem: string): Promise<NewestInFile[]> {
	const folder = dirname(stem);
	const found: NewestInFile[] = [];
	for (const name of readdirSync(folder).toSorted()) {
		if (!name.startsWith(basename(stem))) continue;
		const path = join(folder, name);
		if (name.endsWith(".rrd")) found.push({ file: name, ...(await newestInRrd(path)) });
		else if (name.endsWith(".mcap")) found.push({ file: name, ...newestInMcap(path) });
		else if (name.endsWith(".mp4")) found.push({ file: name, ...(await newestInMp4(path)) });
		else if (name.endsWith(".jsonl")) found.push({ file: name, poseSec: newestInLines(path) });
	}
	return found;
}

async function newestInRrd(path: string): Promise<Omit<NewestInFile, "file">> {
	await using recording = await openRecording(path);
	const { beginSec } = recording.summary;
	let poseSec: number | undefined;
	let frameSec: number | undefined;
	for await (const record of recording.records({ types: ["frame", "pose"] })) {
		if (record.type === "pose") poseSec = beginSec + record.pose.receivedSec;
		else if (record.type === "frame") frameSec = beginSec + record.packet.stages.drawStartSec;
	}
	return { poseSec, frameSec };
}

function newestInMcap(path: string): Omit<NewestInFile, "file"> {
	const reader = new McapStreamReader({ decompressHandlers: { zstd: (part) => zlib.zstdDecompressSync(part) } });
	reader.append(readFileSync(path));
	const topics = new Map<number, string>();
	let poseSec: number | undefined;
	let frameSec: number | undefined;
	for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) {
		if (record.type === "Channel") topics.set(record.id, record.topic);
		else if (record.type === "Message") {
			const topic = topics.get(record.channelId)!;
			if (topic.endsWith("/FullBody")) poseSec = Number(record.logTime) / 1e9;
			else if (topic.endsWith("/camera")) frameSec = Number(record.logTime) / 1e9;
		}
	}
	return { poseSec, frameSec };
}

async function newestInMp4(path: string): Promise<Omit<NewestInFile, "file">> {
	const format = new FormatContext();
	format.allocContext();
	const code = await format.openInput(path, null, null);
	if (code < 0) throw new Error(`FFmpeg can't open ${path}: ${code}`);
	const packet = new Packet();
	packet.alloc();
	let sec = Number.NaN;
	try {
		await format.findStreamInfo(null);
		const { num, den } = format.streams[0]!.timeBase;
		// Damage ends it like the end of the file: all behind that counts as lost.
		for (; (await format.readFrame(packet)) >= 0; packet.unref()) sec = (Number(packet.pts) * num) / den;
	} finally {
		packet.free();
		await format.closeInput();
		format.freeContext();
	}
	const lines = path.replace(/mp4$/, "jsonl");
	const [header = ""] = existsSync(lines) ? readFileSync(lines, "utf8").split("\n") : [];
	// It is written beside the video, and may be missing in the first moment.
	if (header === "") return {};
	const { begin } = JSON.parse(header) as { readonly begin: string };
	return { frameSec: Date.parse(begin) / 1000 + sec };
}

function newestInLines(path: string): number | undefined {
	const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
	const [header = "", ...poses] = lines;
	if (poses.length === 0) return undefined;
	const { begin } = JSON.parse(header) as { readonly begin: string };
	const { time } = JSON.parse(poses.at(-1)!) as { readonly time: number };
	return Date.parse(begin) / 1000 + time;
}
