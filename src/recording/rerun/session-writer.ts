import * as rr from "panogaze-rerun";
import { IDENTITY } from "../../media/rotation.ts";
import { SKELETONS } from "../../skeleton/tables/skeleton.ts";
import { UPRIGHT } from "../../source/picture-orientation.ts";
import { type RecordedEpisode, wordsForEpisode } from "../episode.ts";
import { RecordClock } from "../record-clock.ts";
import { EPISODES_PATH, SERVER_LOG_PATH, SOURCE_PATH, viewerPaths } from "../record-paths.ts";
import { projectionText } from "../recorded-projection.ts";
import { smallText } from "../recorded-small.ts";
import { SessionProgress } from "../session-progress.ts";
import type { RecordedSource, SessionRecord } from "../session-record.ts";
import { CameraWriter } from "./camera-writer.ts";
import { ClientMediaWriter } from "./client-media-writer.ts";
import { sessionLayout } from "./session-layout.ts";
import { SoundWriter } from "./sound-writer.ts";
import { SourceWriter } from "./source-writer.ts";
import { ViewerWriter } from "./viewer-writer.ts";

/** Options of a `SessionWriter`. */
export interface SessionWriterOptions {
	/**
	 * Sends a layout when a viewer joins. Of a live view its plots show the last seconds, and who
	 * watches keeps what is arranged while a viewer of it is there.
	 */
	readonly layout: boolean | "live";
	/** Seconds since 1970 at the origin of the monotonic clock. */
	readonly epochSec: number;
	/** What came before, in other parts. @default nothing */
	readonly progress?: SessionProgress | undefined;
}

/** Writes the records of a session into a recording for Rerun. */
export class SessionWriter {
	readonly #recording: rr.RecordingStream;
	readonly #layout: boolean | "live";
	readonly #clock: RecordClock;
	readonly #sourceWriter: SourceWriter;
	readonly #cameraWriter: CameraWriter;
	readonly #soundWriter: SoundWriter;
	readonly #clientWriter: ClientMediaWriter;
	readonly #writers = new Map<string, ViewerWriter>();
	readonly #progress: SessionProgress;
	/** The viewer at whose joining a layout was last made the active one. */
	#shown: string | undefined;

	/** @param recording borrowed: it stays open. */
	constructor(recording: rr.RecordingStream, options: SessionWriterOptions) {
		const { layout, epochSec, progress = new SessionProgress() } = options;
		this.#recording = recording;
		this.#layout = layout;
		this.#clock = new RecordClock(epochSec);
		this.#sourceWriter = new SourceWriter(recording, this.#clock, progress.samples);
		this.#cameraWriter = new CameraWriter(recording, this.#clock);
		this.#soundWriter = new SoundWriter(recording, this.#clock);
		this.#clientWriter = new ClientMediaWriter(recording, this.#clock);
		this.#progress = progress;
		this.#logScene();
		const { source, joined } = progress;
		if (source !== undefined) this.#source(source.source, source.atSec);
		if (joined.length > 0) this.#sendLayout();
	}

	write(record: SessionRecord): void {
		switch (record.type) {
			case "join":
				this.#join(record.viewer, record.atSec);
				break;
			case "leave":
				this.#text(record.viewer, `left: ${record.reason}`, "INFO", record.atSec, {
					kind: "leave",
					reason: record.reason,
				});
				// A file is often looked at from its end, when everybody has left.
				if (this.#layout === "live") this.#writers.get(record.viewer)?.vanish(record.atSec);
				this.#writers.delete(record.viewer);
				this.#progress.leave(record.viewer);
				break;
			case "frame":
				this.#writerOf(record.viewer).frame(record.packet, record.firstPacketSec, record.lastPacketSec);
				break;
			case "camera":
				if (this.#cameraWriter.picture(record.camera, record.packet)) this.#sendLayout();
				break;
			case "sound":
				this.#soundWriter.packet(record);
				break;
			case "client-frame":
				if (this.#clientWriter.picture(record.viewer, record.packet)) this.#sendLayout();
				break;
			case "pose":
				this.#writerOf(record.viewer).pose(record.pose);
				break;
			case "stats":
				this.#writerOf(record.viewer).stats(record.stats, record.atSec);
				break;
			case "source-packet":
				this.#sourceWriter.packet(record.packet);
				break;
			case "source":
				this.#progress.source = record;
				this.#source(record.source, record.atSec);
				break;
			case "episode":
				this.#episode(record.episode, record.atSec);
				break;
			case "text":
				this.#text(record.viewer, record.words, record.level, record.atSec);
				break;
			case "log": {
				const { viewer, path, values, atSec } = record;
				const below = typeof path === "string" ? rr.parseEntityPath(path) : path;
				const whole = viewer === undefined ? below : [...viewerPaths(viewer).world, ...below];
				this.#recording.log(whole, ...values, { times: this.#clock.at(atSec) });
			}
		}
	}

	#logScene(): void {
		// A class is a kind of skeleton, so that the bones of two kinds may have the same numbers.
		const classes = Object.values(SKELETONS).map(({ type, wireId, names, connections }) => ({
			id: wireId,
			label: type,
			keypoints: names.map((label: string, id) => ({ id, label })),
			connections,
		}));
		const isStatic = { static: true };
		this.#recording.log("world", rr.ViewCoordinates.RUB, new rr.AnnotationContext(classes), isStatic);
	}

	#join(viewer: string, atSec: number): void {
		this.#progress.join(viewer);
		this.#sendLayout();
		this.#text(viewer, "joined", "INFO", atSec, { kind: "join" });
	}

	#sendLayout(): void {
		if (this.#layout === false) return;
		const isLive = this.#layout === "live";
		const { joined } = this.#progress;
		const isFirst = this.#shown === undefined || !joined.includes(this.#shown);
		if (isFirst) this.#shown = joined.at(-1);
		const layout = sessionLayout(joined, this.#cameraWriter.names, isLive, (viewer) =>
			this.#clientWriter.has(viewer),
		);
		this.#recording.sendBlueprint(layout, { makeActive: !isLive || isFirst });
	}

	#writerOf(viewer: string): ViewerWriter {
		const known = this.#writers.get(viewer);
		if (known !== undefined) return known;
		const writer = new ViewerWriter(this.#recording, this.#clock, viewer, this.#progress.of(viewer));
		this.#writers.set(viewer, writer);
		return writer;
	}

	/** Logs the source as it was opened; the newest is also a property of the whole recording. */
	#source(source: RecordedSource, atSec: number): void {
		const { name, format, codec, frameRate, live, durationSec, layout, packing, codedOrientation, sound, small } =
			source;
		const { width, height, eyes, color, projection, rightProjection, worldFromPanorama } = format;
		// A field that is left out would keep the value of the source before.
		const facts = {
			name,
			codec,
			width,
			height,
			eyes,
			live,
			frame_rate: frameRate,
			duration_sec: durationSec,
			color: JSON.stringify(color),
			projection: projectionText(projection ?? { kind: "equirect" }),
			right_projection: projectionText(rightProjection),
			world_from_panorama: [...(worldFromPanorama ?? IDENTITY)],
			layout: layout ?? "",
			packing: JSON.stringify(packing ?? null),
			coded_orientation: JSON.stringify(codedOrientation ?? UPRIGHT),
			sound: sound ?? "",
			small: smallText(small),
		};
		this.#recording.sendProperty("source", new rr.AnyValues(facts));
		const times = this.#clock.at(atSec);
		this.#recording.log(SOURCE_PATH, new rr.DynamicArchetype("panogaze.Source", facts), { times });
	}

	#episode(episode: RecordedEpisode, atSec: number): void {
		const { number, task = "", state, success } = episode;
		// A field that is left out would keep the value of the episode before.
		const outcome = success === undefined ? "" : success ? "success" : "failure";
		const facts = new rr.DynamicArchetype("panogaze.Episode", { number, task, state, outcome });
		const words = new rr.TextLog(wordsForEpisode(episode), { level: "INFO" });
		this.#recording.log(EPISODES_PATH, words, facts, { times: this.#clock.at(atSec) });
	}

	/** @param event what has happened, for programs; a line of text is none. */
	#text(
		viewer: string | undefined,
		words: string,
		level: string,
		atSec: number,
		event?: Readonly<Record<string, string>>,
	): void {
		const path = viewer === undefined ? SERVER_LOG_PATH : viewerPaths(viewer).log;
		const facts = event === undefined ? [] : [new rr.DynamicArchetype("panogaze.Event", event)];
		this.#recording.log(path, new rr.TextLog(words, { level }), ...facts, { times: this.#clock.at(atSec) });
	}
}
