import { execFile } from "node:child_process";
import { promisify } from "node:util";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { anglesFromQuaternion } from "../../src/media/rotation.ts";
import type { ReadFrame } from "../../src/recording/index.ts";
import { readCanvasMark, readDecodedMark, type SphereMark } from "../support/sphere-mark.ts";
import { RATE } from "./whole-session.ts";

/** Less than the head turns between two pictures, degrees. */
export const NEAR_DEG = 2;
/** Pictures that are drawn again, of which every one is looked at. */
export const SMALL = { width: 320, height: 180 } as const;

/** Number of the source's picture that a recorded one was drawn from. */
export const sourceFrameOf = ({ packet: { stampSec = Number.NaN } }: ReadFrame) => Math.round(stampSec * RATE);
/** Its horizontal field of view, degrees. */
export const fovOf = ({ packet }: ReadFrame) => (packet.pose.fovRad * 180) / Math.PI;

/** The direction of a recorded picture. */
export const yawOf = ({ packet }: ReadFrame) => anglesFromQuaternion(packet.pose.worldFromView).yawDeg;

/** The mark has the number of the frame, and its direction. */
export function expectMark(mark: SphereMark | undefined, frame: ReadFrame, what: string): void {
	const { yawDeg, pitchDeg } = anglesFromQuaternion(frame.packet.pose.worldFromView);
	expect(mark?.frame, what).toBe(sourceFrameOf(frame));
	expect(Math.abs(mark!.yawDeg - yawDeg), what).toBeLessThan(NEAR_DEG);
	expect(Math.abs(mark!.pitchDeg - pitchDeg), what).toBeLessThan(NEAR_DEG);
}

/** The marks of all pictures of a file of `SMALL` ones. */
export async function marksOf(path: string, fovDeg = 90): Promise<(SphereMark | undefined)[]> {
	const { width, height } = SMALL;
	const args = ["-v", "error", "-i", path, "-vsync", "passthrough", "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"];
	const { stdout } = await promisify(execFile)(ffmpeg.path, args, { encoding: "buffer", maxBuffer: 1 << 30 });
	const [luma, chroma] = [width * height, (width * height) / 4];
	return Array.from({ length: stdout.length / (luma + 2 * chroma) }, (_, index) => {
		const at = index * (luma + 2 * chroma);
		const plane = (from: number, length: number) => stdout.subarray(at + from, at + from + length);
		const planes = [plane(0, luma), plane(luma, chroma), plane(luma + chroma, chroma)] as const;
		return readDecodedMark({ width, height, planes }, fovDeg);
	});
}

/** The mark in the picture that a page of panogaze shows. */
export async function markOnPage(page: Page): Promise<SphereMark | undefined> {
	const { width, height, text } = await page.evaluate(() => {
		const video = document.querySelector<HTMLVideoElement>("#view")!;
		const { videoWidth: width, videoHeight: height } = video;
		const context = new OffscreenCanvas(width, height).getContext("2d")!;
		context.drawImage(video, 0, 0);
		const { data } = context.getImageData(0, 0, width, height);
		let text = "";
		for (let at = 0; at < data.length; at += 8192) text += String.fromCharCode(...data.subarray(at, at + 8192));
		return { width, height, text: btoa(text) };
	});
	return readCanvasMark({ width, height, data: Buffer.from(text, "base64") }, 90);
}
