import type { RecordingReader, RecordingSummary, ViewerSummary } from "../recording/read/recording-reader.ts";
import { CameraReplay } from "../recording/replay/camera-replay.ts";
import type { ReplayOverlay } from "../recording/replay/replay-overlay.ts";
import type { ReplayPicture } from "../recording/replay/replay-play.ts";
import { createReplaySource } from "../recording/replay/replay-source.ts";
import type { LibavSourceOptions } from "../source/source-options.ts";
import { isSourceName, MAIN_NAME, MOST_SOURCES } from "./named-sources.ts";
import type { ServeOptions } from "./serve-options.ts";
import { type PanogazeServer, serve } from "./server.ts";

/** Options of `replay()`: those of `serve()`, and what is replayed. */
export interface ReplayOptions extends Omit<ServeOptions<undefined, never>, "source" | "sources" | "sourceOptions"> {
	/**
	 * First characters of a viewer's id.
	 * @default the viewer with the most pictures; of a recording that has no pictures of viewers,
	 * the source's packets are shown as they were read
	 */
	readonly viewer?: string | undefined;
	/**
	 * `sphere`: the whole sphere, where the recording holds the source's own packets; `view`: what
	 * the viewer was shown, where it looked, with darkness around.
	 * @default "sphere"
	 */
	readonly picture?: ReplayPicture | undefined;
	/**
	 * The file that was served when the session was recorded: it is shown in place of what is
	 * recorded, each picture at its recorded time.
	 * @default none
	 */
	readonly source?: string | undefined;
	/** How that file is read; `hwaccel` and `threads` also hold for what is recorded. */
	readonly sourceOptions?: Omit<LibavSourceOptions, "loop" | "startSec" | "rate"> | undefined;
	/** Begins again at the end. @default true */
	readonly loop?: boolean | undefined;
	/** The recorded head leads the view at first. @default true */
	readonly follow?: boolean | undefined;
	/** Draws bodies, hands and controllers over the picture. @default true */
	readonly poses?: boolean | undefined;
	/** Shows the recorded cameras beside the view, as they were then. @default true */
	readonly cameras?: boolean | undefined;
}

/**
 * Serves a recorded session to browsers as if it were live, with pause, places and speeds.
 *
 * @param file a recording of `serve({ record })`.
 * @throws {RecordingError} when the file can't be read, or holds no session.
 * @throws {RangeError} when it has no such viewer.
 * @throws as `serve()` does.
 */
export async function replay(file: string, options: ReplayOptions = {}): Promise<Replay> {
	const {
		viewer: _viewer,
		picture,
		source,
		sourceOptions,
		loop,
		follow,
		poses = true,
		cameras = true,
		...serveOptions
	} = options;
	// Other servers need no reader of recordings.
	const [{ openRecording }, { ReplayOverlay }] = await Promise.all([
		import("../recording/read/recording-reader.ts"),
		import("../recording/replay/replay-overlay.ts"),
	]);
	const recording = await openRecording(file);
	try {
		const viewer = viewerOf(recording, options)?.id;
		const video = createReplaySource(file, { viewer, picture, source, sourceOptions, loop, follow });
		const names = cameras ? showableCameras(recording.summary.cameras) : [];
		const beside = names.map((camera) => [camera, new CameraReplay({ path: file, camera }, video)] as const);
		const taken = names.map((name) => name.toLowerCase());
		let mainSource: string = MAIN_NAME;
		for (let number = 2; taken.includes(mainSource); number++) mainSource = `${MAIN_NAME}${number}`;
		const sources = { [mainSource]: video, ...Object.fromEntries(beside) };
		const server = await serve({ ...serveOptions, sources, mainSource });
		const playback = () => server.playback.state;
		const onFailure = (error: unknown) => console.error(`Poses are drawn no more: ${(error as Error).message}`);
		const overlay =
			poses && viewer !== undefined
				? new ReplayOverlay(recording, viewer, server.overlay, playback, onFailure)
				: undefined;
		return new Replay(server, recording, viewer, overlay);
	} catch (error) {
		await recording.close();
		throw error;
	}
}

/** The viewer that is replayed; `undefined`: the recording has packets of its source alone. */
function viewerOf(recording: RecordingReader, { viewer, picture }: ReplayOptions): ViewerSummary | undefined {
	const { viewers, sourcePackets } = recording.summary;
	const isWanted = viewer !== undefined || picture === "view" || sourcePackets === 0;
	return isWanted || viewers.some(({ frames }) => frames > 0) ? recording.viewer(viewer) : undefined;
}

/** Names of recorded cameras that a server can show: those of a hostile file may be anything. */
function showableCameras(cameras: readonly string[]): readonly string[] {
	const names = cameras.filter(isSourceName);
	const isFirst = (name: string, at: number) =>
		names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) === at;
	return names.filter(isFirst).slice(0, MOST_SOURCES - 1);
}

/** A recorded session that is being served. */
export class Replay implements AsyncDisposable {
	readonly server: PanogazeServer;
	/**
	 * The viewer whose pictures are shown: the part of its id that is in the recording.
	 * `undefined`: nobody's; the source's packets are shown as they were read.
	 */
	readonly viewer: string | undefined;
	readonly #recording: RecordingReader;
	readonly #overlay: ReplayOverlay | undefined;

	/** @internal */
	constructor(
		server: PanogazeServer,
		recording: RecordingReader,
		viewer: string | undefined,
		overlay: ReplayOverlay | undefined,
	) {
		this.server = server;
		this.viewer = viewer;
		this.#recording = recording;
		this.#overlay = overlay;
	}

	/** What the recording holds. */
	get recording(): RecordingSummary {
		return this.#recording.summary;
	}

	/** Ends the server, and closes the recording. */
	async close(): Promise<void> {
		await this.#overlay?.[Symbol.asyncDispose]();
		await this.server.close();
		await this.#recording.close();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}
}
