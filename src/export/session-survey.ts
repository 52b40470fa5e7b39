import { parseEntityPath } from "panogaze-rerun";
import type { EyeCount } from "../media/panorama.ts";
import type { RecordedPose, RecordedSource, SessionRecord } from "../recording/session-record.ts";
import type { SkeletonType } from "../skeleton/tables/skeleton.ts";
import { EpisodeHistory } from "./episode-history.ts";
import type { KnownStream } from "./value-names.ts";

/** Pictures of one camera in the order of their times: an entry of each list for each picture. */
export interface PictureTimes {
	/** Drawing began, or a camera's picture was there: seconds on the server's monotonic clock. */
	readonly atSec: number[];
	readonly rtpTicks: number[];
	readonly keyframes: boolean[];
	/** Time stamp (pts) of the source's picture, seconds; NaN where it has none. */
	readonly stampSec: number[];
	/** Light fell in: seconds on the server's monotonic clock; NaN where that is not known. */
	readonly capturedSec: number[];
	/** Capture by the camera's own clock, microseconds since 1970; NaN where it states none. */
	readonly cameraUs: number[];
	/** Quaternions of the views, `worldFromView`, x y z w one after the other. */
	readonly directions: number[];
	/** Size of the largest picture of one eye, pixels. */
	width: number;
	height: number;
	/** 2: some pictures are for two eyes. */
	eyes: EyeCount;
}

/** A pose stream while it is surveyed. */
interface SurveyedStream extends KnownStream {
	skeleton: SkeletonType | undefined;
	readonly bones: Set<number>;
	buttons: number;
	axes: number;
	hasPosition: boolean;
}

/** The facts about one viewer that an export is planned with. */
export interface SurveyedViewer {
	readonly id: string;
	/** Its pose streams by their names: `head`, `left_controller`, `FullBody`. */
	readonly streams: Map<string, SurveyedStream>;
	/** Numbers of each logged path below the viewer. */
	readonly logs: Map<string, number>;
	/** Times of its poses, for the choice of an episode's operator. */
	readonly poseSec: number[];
	readonly pictures: PictureTimes;
}

/** The content of a session, without its poses and pictures. */
export interface SessionSurvey {
	readonly viewers: ReadonlyMap<string, SurveyedViewer>;
	/** Pictures of the cameras beside the view, by their names. */
	readonly cameras: ReadonlyMap<string, PictureTimes>;
	/** Numbers of each logged path that is no viewer's, with a slash in front. */
	readonly rootLogs: ReadonlyMap<string, number>;
	readonly sources: readonly RecordedSource[];
	readonly episodes: EpisodeHistory;
	/** Times of the first and the last record, seconds on the server's monotonic clock. */
	readonly beginSec: number;
	readonly endSec: number;
	readonly records: number;
}

/** Reads a session once, to learn what is in it. */
export async function surveySession(
	records: AsyncIterable<SessionRecord> | Iterable<SessionRecord>,
): Promise<SessionSurvey> {
	const viewers = new Map<string, SurveyedViewer>();
	const cameras = new Map<string, PictureTimes>();
	const rootLogs = new Map<string, number>();
	const sources: RecordedSource[] = [];
	const episodes = new EpisodeHistory();
	let [beginSec, endSec, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
	for await (const record of records) {
		const sec = secOfRecord(record);
		beginSec = Math.min(beginSec, sec);
		endSec = Math.max(endSec, sec);
		count++;
		if (record.type === "frame") addPicture(viewerOf(viewers, record.viewer).pictures, record.packet, sec);
		else if (record.type === "camera") {
			const pictures = cameras.get(record.camera) ?? noPictures();
			cameras.set(record.camera, pictures);
			addPicture(pictures, record.packet, sec);
		} else if (record.type === "pose") addPose(viewerOf(viewers, record.viewer), record.pose);
		else if (record.type === "source") sources.push(record.source);
		else if (record.type === "episode") episodes.add(record.episode, record.atSec);
		else if (record.type === "join") viewerOf(viewers, record.viewer);
		else if (record.type === "log") {
			const numbers = loggedNumbers(record);
			const logs = record.viewer === undefined ? rootLogs : viewerOf(viewers, record.viewer).logs;
			const path = loggedPath(record);
			if (numbers !== undefined) logs.set(path, Math.max(logs.get(path) ?? 0, numbers.length));
		}
	}
	return { viewers, cameras, rootLogs, sources, episodes, beginSec, endSec, records: count };
}

/** The time at which the server knew of it, seconds on its monotonic clock. */
export function secOfRecord(record: SessionRecord): number {
	switch (record.type) {
		case "frame":
			return record.packet.stages.drawStartSec;
		case "pose":
			return record.pose.receivedSec;
		default:
			return record.atSec;
	}
}

/** The time of a pose: when the client read it, or when it arrived where that is not known. */
export function secOfPose({ capturedSec, receivedSec }: RecordedPose): number {
	return Number.isNaN(capturedSec) ? receivedSec : capturedSec;
}

/** The name of a pose's stream: `head`, `left_controller`, or its skeleton's. */
export function streamOfPose({ kind, hand, skeleton, stream }: RecordedPose): string {
	if (kind === "head") return "head";
	if (kind === "controller") return hand === undefined ? "controller" : `${hand}_controller`;
	return skeleton ?? `skeleton_${stream}`;
}

type LogRecord = Extract<SessionRecord, { type: "log" }>;

/** The path of logged values, unescaped; one that is no viewer's begins with a slash. */
export function loggedPath({ path, viewer }: LogRecord): string {
	const parts = typeof path === "string" ? parseEntityPath(path) : path;
	return `${viewer === undefined ? "/" : ""}${parts.join("/")}`;
}

/** The numbers of logged `Scalars`; `undefined` for other archetypes. */
export function loggedNumbers({ values }: LogRecord): readonly number[] | undefined {
	for (const { batches } of values) {
		for (const { descriptor, values: array } of batches) {
			if (descriptor.component !== "Scalars:scalars" || array.values === undefined) continue;
			return Array.from(array.values as ArrayLike<number | bigint>, Number);
		}
	}
	return undefined;
}

function viewerOf(viewers: Map<string, SurveyedViewer>, id: string): SurveyedViewer {
	const known = viewers.get(id);
	if (known !== undefined) return known;
	const viewer = { id, streams: new Map(), logs: new Map(), poseSec: [], pictures: noPictures() };
	viewers.set(id, viewer);
	return viewer;
}

function noPictures(): PictureTimes {
	const lists = { atSec: [], rtpTicks: [], keyframes: [], stampSec: [], capturedSec: [], cameraUs: [] };
	return { ...lists, directions: [], width: 0, height: 0, eyes: 1 };
}

function addPicture(
	pictures: PictureTimes,
	{
		rtpTicks,
		keyframe,
		mediaTimeSec,
		stampSec = mediaTimeSec,
		cameraUs = Number.NaN,
		stages,
		pose,
		width,
		height,
		eyes,
	}: Extract<SessionRecord, { type: "frame" }>["packet"],
	atSec: number,
): void {
	pictures.atSec.push(atSec);
	pictures.rtpTicks.push(rtpTicks);
	pictures.keyframes.push(keyframe);
	pictures.stampSec.push(stampSec);
	pictures.capturedSec.push(stages.capturedSec);
	pictures.cameraUs.push(cameraUs);
	pictures.directions.push(...pose.worldFromView);
	pictures.width = Math.max(pictures.width, width);
	pictures.height = Math.max(pictures.height, height);
	if (eyes === 2) pictures.eyes = 2;
}

function addPose(viewer: SurveyedViewer, pose: RecordedPose): void {
	const name = streamOfPose(pose);
	const { kind, skeleton, ids, controls, positionTracked } = pose;
	let stream = viewer.streams.get(name);
	if (stream === undefined) {
		stream = { kind, skeleton, bones: new Set(), buttons: 0, axes: 0, hasPosition: false };
		viewer.streams.set(name, stream);
	}
	for (const id of ids) stream.bones.add(id);
	stream.hasPosition ||= positionTracked;
	stream.buttons = Math.max(stream.buttons, controls?.buttons.length ?? 0);
	stream.axes = Math.max(stream.axes, controls?.axes.length ?? 0);
	viewer.poseSec.push(secOfPose(pose));
}
