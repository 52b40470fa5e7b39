import { open } from "node:fs/promises";
import { AV_NOPTS_VALUE, AVDISCARD_ALL, AVMEDIA_TYPE_DATA } from "node-av/constants";
import { FormatContext, type Stream } from "node-av/lib";
import { readCammTime } from "../metadata/camm.ts";
import { readGpmfTime } from "../metadata/gpmf.ts";
import { referenceTimesOfMp4 } from "../metadata/reference-times.ts";
import { inNativeCode } from "../threads/process-end.ts";
import type { LibavInput } from "./libav-input.ts";
import { newPacket } from "./new-packet.ts";
import type { SourceJob } from "./source-worker.ts";
import { type TimeAnchor, TimeAnchors } from "./time-anchors.ts";
import type { CaptureOrigin } from "./video-source.ts";

/** The capture times of a recorded file, and who states them. */
export interface FileCaptures {
	readonly origin: CaptureOrigin;
	readonly anchors: TimeAnchors;
}

/** Most samples of a track that are read: a few minutes of motion at 400 Hz, a day of GPS. */
const MOST_SAMPLES = 100_000;
/** A track that states nothing in so many samples has no GPS: 10 s of motion at 400 Hz. */
const MOST_SILENT_SAMPLES = 4000;

/** Readers of the sample of a track, by its codec tag: the stated time and its place in it. */
const TRACKS = {
	camm: { origin: "camm", read: (data: Uint8Array) => ({ timeUs: readCammTime(data), fraction: 0 }) },
	gpmd: { origin: "gpmf", read: (data: Uint8Array) => readGpmfTime(data) },
} as const;

/**
 * Reads the capture times that a local MP4 or QuickTime file states: its `prft` boxes, or a track
 * of metadata with GPS time.
 *
 * @param job ends the reading early when it is stopping.
 * @returns `undefined` if it states none.
 */
export async function readFileCaptures(
	input: Pick<LibavInput, "access" | "container" | "stream" | "tickSec" | "still">,
	job: Pick<SourceJob<unknown>, "stopping">,
): Promise<FileCaptures | undefined> {
	const { path, once } = input.access;
	if (path === undefined || once || input.still || !/\bmp4\b/.test(input.container)) return undefined;
	const boxes = await anchorsOfBoxes(path, input.stream.id, input.tickSec, job);
	if (!boxes.isEmpty) return { origin: "prft", anchors: boxes };
	return anchorsOfTrack(path, job);
}

async function anchorsOfBoxes(
	path: string,
	trackId: number,
	tickSec: number,
	job: Pick<SourceJob<unknown>, "stopping">,
): Promise<TimeAnchors> {
	const anchors: TimeAnchor[] = [];
	const file = await open(path).catch(() => undefined);
	if (file === undefined) return new TimeAnchors([]);
	try {
		for await (const time of referenceTimesOfMp4(file, (await file.stat()).size)) {
			if (job.stopping) break;
			const { mediaTicks, timeUs } = time;
			if (time.trackId === trackId) anchors.push({ stampSec: mediaTicks * tickSec, timeUs });
		}
	} catch {
		// A file that ends within a box states nothing more.
	} finally {
		await file.close();
	}
	return new TimeAnchors(anchors);
}

async function anchorsOfTrack(
	path: string,
	job: Pick<SourceJob<unknown>, "stopping">,
): Promise<FileCaptures | undefined> {
	const format = new FormatContext();
	format.allocContext();
	try {
		if ((await inNativeCode(() => format.openInput(`file:${path}`, null, null))) < 0) return undefined;
		const stream = format.streams.find((track) => kindOf(track) !== undefined);
		const kind = stream && kindOf(stream);
		if (stream === undefined || kind === undefined) return undefined;
		for (const other of format.streams) if (other.index !== stream.index) other.discard = AVDISCARD_ALL;
		const anchors = new TimeAnchors(readAnchors(format, stream, kind.read, job));
		return anchors.isEmpty ? undefined : { origin: kind.origin, anchors };
	} finally {
		await format.closeInput();
		format.freeContext();
	}
}

function kindOf({ codecpar }: Stream): (typeof TRACKS)[keyof typeof TRACKS] | undefined {
	const isData = codecpar.codecType === AVMEDIA_TYPE_DATA;
	return isData ? TRACKS[codecpar.codecTagString as keyof typeof TRACKS] : undefined;
}

function readAnchors(
	format: FormatContext,
	{ index, timeBase }: Stream,
	read: (typeof TRACKS)[keyof typeof TRACKS]["read"],
	job: Pick<SourceJob<unknown>, "stopping">,
): TimeAnchor[] {
	const anchors: TimeAnchor[] = [];
	const packet = newPacket();
	try {
		for (let count = 0; count < (anchors.length > 0 ? MOST_SAMPLES : MOST_SILENT_SAMPLES); count++) {
			if (job.stopping || format.readFrameSync(packet) < 0) break;
			const { data, pts, duration, streamIndex } = packet;
			const isOwn = streamIndex === index && pts !== AV_NOPTS_VALUE;
			const time = isOwn && data !== null ? read(data) : undefined;
			if (time?.timeUs !== undefined) {
				const ticks = Number(pts) + Number(duration) * time.fraction;
				anchors.push({ stampSec: (ticks * timeBase.num) / timeBase.den, timeUs: time.timeUs });
			}
			packet.unref();
		}
	} finally {
		packet.free();
	}
	return anchors;
}
