import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { EyeCount } from "../media/panorama.ts";
import { recordedVideo } from "../recording/recorded-small.ts";
import type { RecordedSource, SessionRecord } from "../recording/session-record.ts";
import { UPRIGHT, uprightSize } from "../source/picture-orientation.ts";
import type { SourcePacket } from "../source/source-packets.ts";
import type { PlannedEpisode } from "./episode-plan.ts";
import type { ExportedSession } from "./export-options.ts";
import { writePacketFile } from "./packet-file.ts";
import type { SessionSurvey } from "./session-survey.ts";

/** A video that a recorded server has shown. */
export interface Sphere {
	/** Name of the session, for messages. */
	readonly session: string;
	readonly path: string;
	/** The source as it was recorded. */
	readonly recorded: RecordedSource | undefined;
	/** Row after the last one that is drawn from it. */
	readonly endRow: number;
	/** It is a file of `writePacketFile`, which states nothing about its pictures. */
	readonly isBare: boolean;
	/**
	 * The time stamp in the file of a picture that was drawn at a time, both seconds; NaN: the file
	 * does not have it.
	 */
	placeOf(stampSec: number, atSec: number): number;
}

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
 * @throws {RangeError} when a recording has no packets of a source.
 * @throws {OutputError} when a file can't be written.
 */
export async function spheresOf(
	sessions: readonly SphereSession[],
	{ source, folder, records }: SphereOptions,
): Promise<readonly Sphere[]> {
	const spheres: Sphere[] = [];
	let endRow = 0;
	for (const { session, survey, episodes } of sessions) {
		const recorded = survey.sources.at(-1);
		endRow += episodes.reduce((rows, episode) => rows + episode.rows, 0);
		if (source !== undefined) {
			const placeOf = (stampSec: number) => stampSec;
			spheres.push({ session: session.name, path: source, recorded, endRow, isBare: false, placeOf });
			continue;
		}
		const path = join(folder, `${spheres.length}.nut`);
		mkdirSync(folder, { recursive: true });
		const video = recorded && recordedVideo(recorded);
		const { across = 1, down = 1 } = video?.packing ?? {};
		const { width = 2, height = 2 } = video?.format ?? {};
		const upright = { width: width * across, height: height * down };
		const start = { path, ...uprightSize(upright, video?.codedOrientation ?? UPRIGHT) };
		const { packets, passes } = await writePacketFile(start, packetsAmong(records(session)));
		if (packets === 0)
			throw new RangeError(
				`--view draws from the sphere, which ${session.name} does not hold: name it with --source.`,
			);
		spheres.push({
			...{ session: session.name, path, recorded: video, endRow, isBare: true },
			placeOf: (stampSec, atSec) => passes.placeOf(stampSec, atSec),
		});
	}
	return spheres;
}

/** Eyes of the sources that sessions have shown, as far as they are recorded. */
export function eyesOfSpheres(sessions: readonly Pick<SphereSession, "survey">[]): EyeCount {
	return sessions.some(({ survey }) => survey.sources.at(-1)?.format.eyes === 2) ? 2 : 1;
}

/** The packets of the source among some records. */
async function* packetsAmong(records: AsyncIterable<SessionRecord>): AsyncGenerator<SourcePacket, void, undefined> {
	for await (const record of records) if (record.type === "source-packet") yield record.packet;
}
