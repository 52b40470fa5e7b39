import { execFile } from "node:child_process";
import { promisify } from "node:util";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import type { SessionRecord } from "../recording/session-record.ts";
import { type ClipFrame, encodeClip } from "../session/h264-clip.cases.ts";
import { packingOf } from "../source/stereo.ts";
import { every, headPose, inOrder, logged, OPERATOR, picture, ticksOf } from "./synthetic-session.cases.ts";

/** Gray of a picture, by its number. Neighbours differ by more than H.264 may err. */
export function grayOf(number: number): number {
	return 40 + (number % 40) * 4;
}

/**
 * A session of 30 pictures a second whose grays are their numbers, with 90 poses of a head a second
 * that name the picture before the last, and a gripper's force in double precision.
 */
export function codedSession(
	pictures: number,
	width = 96,
	height = 64,
	keyframes: readonly number[] = Array.from({ length: Math.floor(pictures / 10) }, (_, index) => index * 10),
): readonly SessionRecord[] {
	const gray = (across: number, down: number, index: number) =>
		Buffer.alloc(across * down * 1.5, 128).fill(grayOf(index), 0, across * down);
	const clip = encodeClip({ width, height, frames: pictures, keyframes, picture: gray });
	const seconds = pictures / 30;
	return inOrder(
		...clip.map(({ accessUnit, keyframe }, number) =>
			picture(number / 30, number, { accessUnit, keyframe, width, height }),
		),
		...every(90, seconds * 90, (sec) =>
			headPose(sec, { seenRtpTicks: ticksOf(Math.max(0, Math.floor(sec * 30 + 1e-6) - 2)) }),
		),
		...every(30, seconds * 30, (sec, index) => logged(sec, "force", [DRIFTING + index], OPERATOR)),
	);
}

/**
 * Writes a video of the sphere, of 30 pictures a second: the front half of picture n has the gray
 * of n, the back half is dark.
 */
export async function writeSphere(path: string, pictures: number): Promise<void> {
	const { width, height } = SPHERE_SIZE;
	const frames = Array.from({ length: pictures }, (_, number) => sphere(width, height, number));
	const args = `-v error -f rawvideo -pix_fmt yuv420p -s ${width}x${height} -r 30 -i - -crf 10 -y`.split(" ");
	const made = promisify(execFile)(ffmpeg.path, [...args, path]);
	made.child.stdin?.end(Buffer.concat(frames));
	await made;
}

/**
 * The same as the packets of a source, which are decoded two pictures before they are shown.
 *
 * @param size of the coded pictures, if they have to be turned.
 */
export function spherePackets(pictures: number, size = SPHERE_SIZE): readonly SessionRecord[] {
	return encodeClip({ ...size, frames: pictures, picture: sphere }).map((frame, number) =>
		spherePacket(frame, number, number / 30),
	);
}

/**
 * The packets of a clip of 30 pictures for two eyes that loops, from its picture 20 on. Each comes
 * 0.1 s before its time; picture n since the beginning has the gray of n for the left eye, and for
 * the right one 20 more.
 */
export function loopingPackets(pictures: number): readonly SessionRecord[] {
	const { width, height } = SPHERE_SIZE;
	const picture = (across: number, down: number, number: number) =>
		Buffer.alloc(across * down * 1.5, 128)
			.fill(grayOf(number), 0, (across * down) / 2)
			.fill(grayOf(number) + 20, (across * down) / 2, across * down);
	const keyframes = Array.from({ length: pictures }, (_, index) => index).filter((index) => stampOf(index) === 0);
	const source: SessionRecord = {
		type: "source",
		atSec: 0,
		source: {
			...{ name: "clip.mp4", codec: "h264", frameRate: 30, live: false, durationSec: 1 },
			packing: packingOf("top-bottom"),
			format: { width, height, eyes: 2, color: { range: "limited", matrix: "bt709", chromaSiting: "left" } },
		},
	};
	const frames = encodeClip({ width, height: height * 2, frames: pictures, keyframes, picture });
	return [source, ...frames.map((frame, index) => spherePacket(frame, index - 3, stampOf(index)))];
}

/** Time stamp of a picture of `loopingPackets`, by its number since the beginning, seconds. */
export function stampOf(index: number): number {
	return ((index + 20) % 30) / 30;
}

function spherePacket({ accessUnit, keyframe }: ClipFrame, number: number, stampSec: number): SessionRecord {
	return {
		type: "source-packet",
		atSec: number / 30,
		packet: {
			codec: "h264",
			configuration: new Uint8Array(),
			data: accessUnit,
			keyframe,
			stampSec,
			decodeSec: stampSec - 2 / 30,
			durationSec: 1 / 30,
			receivedSec: number / 30,
		},
	};
}

const SPHERE_SIZE = { width: 128, height: 64 };

/** I420 of the sphere in picture `number`. */
function sphere(width: number, height: number, number: number): Buffer {
	const picture = Buffer.alloc((width * height * 3) / 2, 128).fill(DARK, 0, width * height);
	for (let y = 0; y < height; y++) picture.fill(grayOf(number), (y + 0.25) * width, (y + 0.75) * width);
	return picture;
}

/** Gray of the back half of the sphere. */
export const DARK = 24;

/** Single precision would round it to a whole number. */
export const DRIFTING = 16_777_217.125;

/** The mean gray of each picture of a file, as FFmpeg's program reads it. */
export async function graysOf(path: string): Promise<readonly number[]> {
	const filters = "extractplanes=y,scale=1:1:flags=area:in_range=full:out_range=full";
	const { stdout } = await promisify(execFile)(
		ffmpeg.path,
		["-v", "error", "-i", path, "-vf", filters, "-vsync", "passthrough", "-f", "rawvideo", "-"],
		{ encoding: "buffer" },
	);
	return [...stdout];
}
