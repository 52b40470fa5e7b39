import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import type { ProjectionSpec } from "../media/projection.ts";
import type { StereoLayout } from "../media/stereo-layout.ts";
import { LibavReader } from "../source/libav-reader.ts";
import { completeLibavOptions } from "../source/source-options.ts";
import type { PicturePacking } from "../source/stereo.ts";

/** The sphere of pictures, and the reason why they are taken for it. */
export interface FoundSphere {
	/** The projection of one eye's picture. */
	readonly projection: ProjectionSpec;
	readonly stereo: StereoLayout;
	/** For people. */
	readonly reason: string;
}

/** A sphere that no file states is twice as wide as high, about. */
const SPHERE_ASPECT = 2;
const ASPECT_TOLERANCE = 0.02;

/**
 * The sphere in a file's pictures as a source of them is read. Pictures of another shape that
 * state nothing are taken as flat.
 *
 * @throws {SourceError} when the file can't be read.
 */
export async function sphereOfFile(path: string): Promise<FoundSphere> {
	Log.setLevel(AV_LOG_FATAL);
	const options = completeLibavOptions(path, { hwaccel: "none", loop: false });
	const reader = await LibavReader.open({
		options,
		signal: new AbortController().signal,
		stopping: false,
		notice: () => {},
		reconnecting: () => {},
		reconnected: () => {},
		count: () => {},
	});
	try {
		await reader.run(async ({ frame }) => {
			frame.free();
			return false;
		});
		const { width = 0, height = 0, projection } = reader.info?.format ?? {};
		const stereo = layoutOf(reader.packing);
		if (projection !== undefined) return { projection, stereo, reason: "as the file or its name states" };
		if (Math.abs(width / height / SPHERE_ASPECT - 1) < ASPECT_TOLERANCE)
			return { projection: { kind: "equirect" }, stereo, reason: "twice as wide as high (--in changes it)" };
		return { projection: { kind: "none" }, stereo, reason: "nothing is stated (--in changes it)" };
	} finally {
		await reader.close();
	}
}

function layoutOf({ parts: [first, second] }: PicturePacking): StereoLayout {
	if (first === undefined || second === undefined) return "mono";
	if (first.row !== second.row) return first.row < second.row ? "top-bottom" : "bottom-top";
	return first.column < second.column ? "left-right" : "right-left";
}
