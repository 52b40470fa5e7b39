import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import ffmpeg from "@ffmpeg-installer/ffmpeg";
import { words } from "./sphere-boxes.ts";

/** Samples a second of the sound in clips. */
export const CLIP_HZ = 48_000;

/** A sound track to be put beside a clip's pictures. */
export interface ClipSound {
	/** Samples of each channel, 1 is full scale. */
	readonly channels: readonly Float32Array[];
	/** FFmpeg's encoder: `pcm_s16le` in MOV, `aac` in MP4, `mp2` in transport streams. */
	readonly codec: string;
	/** Ending of the file's name, which chooses the container. */
	readonly container: string;
	/** Content of a box SA3D in the track's description. */
	readonly sa3d?: Buffer | undefined;
	/** Further arguments of FFmpeg for the output. */
	readonly more?: readonly string[] | undefined;
}

/** A tone of one channel. @param at amplitude at a time in seconds; 1 is full scale */
export function toneSamples(hz: number, seconds: number, at: (sec: number) => number = () => 0.5): Float32Array {
	const length = Math.round(seconds * CLIP_HZ);
	return Float32Array.from({ length }, (_, n) => at(n / CLIP_HZ) * Math.sin((2 * Math.PI * hz * n) / CLIP_HZ));
}

/** Path of a copy of a clip that has sound too, made now or by an earlier call. */
export function clipWithSound(clip: string, { channels, codec, container, sa3d, more = [] }: ClipSound): string {
	const folder = join(tmpdir(), `panogaze-sound-clips-${userInfo().username}`);
	mkdirSync(folder, { recursive: true });
	const length = channels[0]?.length ?? 0;
	const samples = new Float32Array(length * channels.length);
	for (const [index, channel] of channels.entries())
		for (let n = 0; n < length; n++) samples[n * channels.length + index] = channel[n]!;
	const bytes = Buffer.from(samples.buffer);
	const key = createHash("sha256").update(readFileSync(clip)).update(bytes);
	for (const part of [codec, container, ...more, sa3d ?? ""]) key.update(part);
	const path = join(folder, `${key.digest("hex").slice(0, 20)}.${container}`);
	if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
	const unfinished = join(folder, `${process.pid}-${Math.random().toString(36).slice(2)}`);
	const pcm = `${unfinished}.pcm`;
	const output = `${unfinished}.${container}`;
	writeFileSync(pcm, bytes);
	const sound = ["-f", "f32le", "-ar", String(CLIP_HZ), "-ac", String(channels.length), "-i", pcm];
	const mapping = ["-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", codec, ...more];
	execFileSync(ffmpeg.path, ["-v", "error", "-y", "-i", clip, ...sound, ...mapping, output]);
	rmSync(pcm);
	if (sa3d !== undefined) writeFileSync(output, withSa3d(readFileSync(output), sa3d));
	renameSync(output, path);
	return path;
}

/** Content of a box SA3D. @param map index of the channel that holds each component */
export function sa3dContent(
	map: readonly number[],
	{ order = 1, ordering = 0, normalization = 0, type = 0 } = {},
): Buffer {
	return Buffer.concat([
		Buffer.of(0, type),
		words(order),
		Buffer.of(ordering, normalization),
		words(map.length),
		words(...map),
	]);
}

/** An MP4 or MOV whose `moov` comes last, with a box SA3D in the description of its sound. */
function withSa3d(mp4: Buffer, content: Buffer): Buffer {
	const box = Buffer.concat([words(content.length + 8), Buffer.from("SA3D"), content]);
	const moov = mp4.lastIndexOf("moov") - 4;
	const start = (type: string, from: number) => mp4.indexOf(type, from) - 4;
	const end = (at: number) => at + mp4.readUInt32BE(at);
	let trak = start("trak", moov);
	while (mp4.toString("latin1", start("hdlr", trak) + 16, start("hdlr", trak) + 20) !== "soun")
		trak = start("trak", end(trak));
	const owners = [moov, trak, ...["mdia", "minf", "stbl", "stsd"].map((type) => start(type, trak))];
	const entry = owners.at(-1)! + 16;
	const at = end(entry);
	const result = Buffer.concat([mp4.subarray(0, at), box, mp4.subarray(at)]);
	for (const owner of [...owners, entry]) result.writeUInt32BE(result.readUInt32BE(owner) + box.length, owner);
	return result;
}
