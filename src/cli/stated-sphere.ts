import { open } from "node:fs/promises";
import type { ViewAngles } from "../media/rotation.ts";
import { fileKindOf, KIND_BYTES } from "../metadata/file-kind.ts";
import type { FoundStatement } from "../metadata/found-statement.ts";
import { type SphereStatement, TagError } from "../metadata/sphere-statement.ts";
import { layoutOfFile } from "../source/layout-of-file.ts";

/**
 * The statement of a file as it can be written into another one; `undefined` if it makes none, or
 * can't be read. Guesses by name or shape do not count.
 *
 * @param target the file that it is written into: videos count yaw the other way than photos
 * @throws {TagError} `not-statable` for eyes that only their meshes tell apart.
 */
export async function statedSphere(
	path: string,
	track: number | undefined,
	target: string,
): Promise<SphereStatement | undefined> {
	const found = await layoutOfFile(path, track).catch(() => undefined);
	if (found === undefined || found.statements.length === 0) return undefined;
	const { layout, statements } = found;
	const states = (field: keyof FoundStatement) => statements.find((statement) => statement[field] !== undefined);
	if (states("projection") === undefined && states("crop") === undefined && states("eyes") === undefined)
		return undefined;
	if (layout.stereo === "custom")
		throw new TagError("not-statable", `${path} states two eyes that lie apart in no usual layout.`);
	return {
		projection: layout.projection,
		rightProjection: layout.rightProjection,
		stereo: layout.stereo,
		pose: await poseFor(target, states("pose")),
		initialView: states("initialView")?.initialView,
	};
}

async function poseFor(target: string, found: FoundStatement | undefined): Promise<ViewAngles | undefined> {
	if (found?.pose === undefined) return undefined;
	const isVideo = await readsAsVideo(target);
	const sameSign = isVideo === (found.yaw === "counter-clockwise");
	return sameSign ? found.pose : { ...found.pose, yawDeg: -found.pose.yawDeg };
}

async function readsAsVideo(path: string): Promise<boolean> {
	const file = await open(path).catch(() => undefined);
	if (file === undefined) return true;
	try {
		const { buffer, bytesRead } = await file.read(Buffer.alloc(KIND_BYTES), 0, KIND_BYTES, 0);
		const kind = fileKindOf(buffer.subarray(0, bytesRead));
		return kind === "mp4" || kind === "matroska";
	} finally {
		await file.close();
	}
}
