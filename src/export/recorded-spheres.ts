import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { recordedVideo } from "../recording/recorded-small.ts";
import type { SessionRecord } from "../recording/session-record.ts";
import type { SourcePacket } from "../source/source-packets.ts";
import type { PlannedEpisode } from "./episode-plan.ts";
import type { ExportedSession } from "./export-options.ts";
import { writePacketFile } from "./packet-file.ts";
import type { SessionSurvey } from "./session-survey.ts";
import type { Sphere } from "./sphere-video.ts";

/** The sessions whose spheres are wanted. */
interface SphereSession {
	readonly session: ExportedSession;
	readonly survey: SessionSurvey;
	readonly episodes: readonly PlannedEpisode[];
}

/** Places of spheres. */
interface SphereOptions {
	/** The file that every session has shown; `undefined`: their own packets are written. */
	readonly source: string | undefined;
	/** Folder of the files that are written. */
	readonly folder: string;
	/** Reads the packets of a session's source. */
	readonly records: (session: ExportedSession) => AsyncIterable<SessionRecord>;
}

/**
 * The file that is named, or a file of each recording's own packets.
 *
 * @throws {RangeError} when a recording has no packets of a source, or those of two eyes, or its
 * live source's time stamps begin again.
 * @throws {OutputError} when a file can't be written.
 */
export async function spheresOf(
	sessions: readonly SphereSession[],
	{ source, folder, records }: SphereOptions,
): Promise<readonly Sphere[]> {
	const spheres: Sphere[] = [];
	let endRow = 0;
	for (const { session, survey, episodes } of sessions) {
		if (episodes.length === 0) continue;
		const recorded = survey.sources.at(-1);
		endRow += episodes.reduce((rows, episode) => rows + episode.rows, 0);
		if (source !== undefined) {
			spheres.push({ path: source, recorded, endRow, isBare: false });
			continue;
		}
		const path = join(folder, `${spheres.length}.nut`);
		mkdirSync(folder, { recursive: true });
		const video = recorded && recordedVideo(recorded);
		const { width = 2, height = 2, eyes = 1 } = video?.format ?? {};
		const { packets, again } =
			eyes === 1
				? await writePacketFile({ path, width, height }, packetsAmong(records(session)))
				: { packets: 0, again: 0 };
		if (packets === 0)
			throw new RangeError(
				`--view draws from the sphere, which ${session.name} does not hold for one eye: name it with --source.`,
			);
		if (again > 0 && recorded?.live === true)
			throw new RangeError(
				`--view can't draw from ${session.name}: the live source's time stamps begin again in it.`,
			);
		spheres.push({ path, recorded: video, endRow, isBare: true });
	}
	return spheres;
}

/** The packets of the source among some records. */
async function* packetsAmong(records: AsyncIterable<SessionRecord>): AsyncGenerator<SourcePacket, void, undefined> {
	for await (const record of records) if (record.type === "source-packet") yield record.packet;
}
