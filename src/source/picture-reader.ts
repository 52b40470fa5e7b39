import type { Frame } from "node-av/lib";
import { sameColor } from "../media/panorama.ts";
import type { PlacedGeometry } from "../media/panorama-store.ts";
import type { PlayedInput } from "./player.ts";
import type { PicturePacking } from "./stereo.ts";
import type { SourceInfo } from "./video-source.ts";

/** A decoded picture with its time on the source's one scale. Its holder frees `frame`. */
export interface TimedPicture {
	readonly frame: Frame;
	readonly mediaSec: number;
	/** Time stamp on the input's own scale, seconds; NaN if it has none. */
	readonly stampSec: number;
	/** Time for which it is shown, seconds, as the container states it; NaN if it does not. */
	readonly durationSec: number;
	/** Place in the input, seconds from its first picture; NaN if the picture has no time stamp. */
	readonly positionSec: number;
	/** Media time by which programs know it. @default `mediaSec` */
	readonly sourceSec?: number | undefined;
	/** Time of its world on the monotonic clock. @default NaN: not known */
	readonly worldSec?: number | undefined;
	/** The capture as the camera states it, microseconds since 1970. @default NaN */
	readonly cameraUs?: number | undefined;
	/** What it shows. @default as the description of the pictures says */
	readonly geometry?: PlacedGeometry | undefined;
	/** Value of `PictureReader.jumps` when it was read. */
	readonly jump: number;
}

/** Consumes a picture. Resolves false when no more pictures are wanted. */
export type PictureSink = (picture: TimedPicture) => Promise<boolean>;

/** Reads the pictures of a source, one after another, as its player commands. */
export interface PictureReader extends PlayedInput {
	/** True when pictures are shown on arrival, not by their stamps. */
	readonly onArrival: boolean;
	/** Description of the pictures; known after the first one. */
	readonly info: SourceInfo | undefined;
	/** The panoramas in the pictures, and those that are read; known when `info` is. */
	readonly packing: PicturePacking;
	/** Number of jumps. A picture with another number was read for a place that is given up. */
	readonly jumps: number;
	/** True while a jump has not begun. */
	readonly jumping: boolean;
	/** Plays the sound by its stamps. @param offsetSec media time to the clock; NaN: it stands. */
	playSound(offsetSec: number): void;
	/**
	 * Reads until the end.
	 * @param sink gets each picture, and owns its frame.
	 * @returns the reason of the end.
	 * @throws {SourceError} when the input can't be read any further.
	 * @throws {Stopping} when the job is asked to stop.
	 */
	run(sink: PictureSink): Promise<"end" | "still" | "changed">;
	/** A second call does nothing. */
	close(): Promise<void>;
}

/** True when the pictures of both fit into the same store and are divided alike. */
export function samePictures({ format: a }: SourceInfo, { format: b }: SourceInfo): boolean {
	return a.width === b.width && a.height === b.height && a.eyes === b.eyes && sameColor(a.color, b.color);
}
