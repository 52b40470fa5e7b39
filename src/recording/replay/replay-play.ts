import type { PlacedGeometry } from "../../media/panorama-store.ts";
import type { Chapter } from "../../media/playback.ts";
import { multiplyQuaternions, type Quaternion } from "../../media/rotation.ts";
import type { Play } from "../../source/picture-show.ts";
import type { CompleteLibavOptions } from "../../source/source-options.ts";
import { type RecordedEpisode, wordsForEpisode } from "../episode.ts";
import type { ReadFrame } from "../read/read-record.ts";
import { recordedProjection, recordedTurn } from "../read/recorded-lens.ts";
import type { RecordingReader, ViewerSummary } from "../read/recording-reader.ts";

/** What a replay shows: the source's own packets, or what the viewer was shown. */
export type ReplayPicture = "sphere" | "view";

/** The options of a job that plays a recorded session. */
export interface ReplayJobOptions {
	/** The recording's file. */
	readonly path: string;
	/**
	 * The viewer whose pictures are shown: the part of its id that is in the recording.
	 * `undefined`: nobody's; the source's are shown as they were read.
	 */
	readonly viewer: string | undefined;
	readonly picture: ReplayPicture;
	/** The file that was recorded, to be shown in place of both. */
	readonly source: CompleteLibavOptions | undefined;
	/** How recorded pictures are decoded. */
	readonly decoding: Pick<CompleteLibavOptions, "hwaccel" | "threads">;
	/** Begins again at the end. */
	readonly loop: boolean;
	/** The recorded head leads the view at first. */
	readonly follow: boolean;
}

/** The pictures that are replayed: those of a viewer, or of the source. */
export interface ReplayedStretch extends Pick<ViewerSummary, "frames" | "firstFrameSec" | "lastFrameSec"> {
	/** `undefined`: they are the source's. */
	readonly id: string | undefined;
}

/** Says that there is nothing to replay. */
export function noPicture({ id }: ReplayedStretch, path: string): string {
	return id === undefined ? `${path} has no picture of its source.` : `Viewer ${id} was shown no picture in ${path}.`;
}

/** Most chapters of a play: those of a message. */
const MOST_CHAPTERS = 64;
const LONGEST_TITLE = 200;

/**
 * The play of a recorded session: its time up to the last picture. Joins, leaves and episodes that
 * were not discarded are chapters.
 */
export async function playOfReplay(
	recording: RecordingReader,
	{ id, lastFrameSec }: ReplayedStretch,
	frameRate: number,
): Promise<Play> {
	const found: Chapter[] = [];
	/** The beginning of each episode, and what has become of it. */
	const episodes = new Map<number, { readonly startSec: number; newest: RecordedEpisode }>();
	for await (const record of recording.records({ types: ["join", "leave", "episode"] })) {
		if (record.type === "join") found.push({ startSec: record.atSec, title: `${record.viewer} joins` });
		else if (record.type === "leave") found.push({ startSec: record.atSec, title: `${record.viewer} leaves` });
		else if (record.type === "episode") {
			const { episode, atSec } = record;
			const known = episodes.get(episode.number);
			if (known === undefined) episodes.set(episode.number, { startSec: atSec, newest: episode });
			else known.newest = episode;
		}
	}
	for (const { startSec, newest } of episodes.values())
		if (newest.state !== "discarded")
			found.push({ startSec, title: wordsForEpisode(newest).slice(0, LONGEST_TITLE) });
	const chapters = found.filter(({ startSec }) => startSec <= lastFrameSec).sort((a, b) => a.startSec - b.startSec);
	return {
		can: ["pause", "seek", "rate", "loop", ...(id === undefined ? [] : (["follow"] as const))],
		chapters: chapters.slice(0, MOST_CHAPTERS),
		durationSec: lastFrameSec + 1 / frameRate,
		live: false,
	};
}

/** Pictures a second. */
export function frameRateOf({ frames, firstFrameSec, lastFrameSec }: ReplayedStretch): number {
	const spanSec = lastFrameSec - firstFrameSec;
	return frames > 1 && spanSec > 0 ? (frames - 1) / spanSec : 30;
}

/**
 * The turn of a picture, for viewers who look around in the world, or who are led by the recorded
 * head: the world then turns with it.
 *
 * @param worldFromPanorama turn of the picture in the world.
 * @param frame the recorded view; `undefined`: no head is followed.
 */
export function replayedTurn(worldFromPanorama: Quaternion, frame: ReadFrame | undefined, follow: boolean): Quaternion {
	if (!follow || frame === undefined) return worldFromPanorama;
	const [x, y, z, w] = frame.packet.pose.worldFromView;
	return multiplyQuaternions([-x, -y, -z, w], worldFromPanorama);
}

/** The geometry of a viewer's own picture; of one eye's, both eyes see the same. */
export function viewedGeometry(frame: ReadFrame, follow: boolean): PlacedGeometry {
	const { packet } = frame;
	const right = packet.eyes === 2 ? 1 : 0;
	return {
		projection: recordedProjection(packet),
		rightProjection: recordedProjection(packet, right),
		worldFromPanorama: replayedTurn(recordedTurn(packet), frame, follow),
		rightWorldFromPanorama: replayedTurn(recordedTurn(packet, right), frame, follow),
	};
}
