import type { EncoderChoice } from "../encoder/video-encoder.ts";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import type { SharedHeap } from "../media/shared-heap.ts";
import type { ResumableSession } from "../session/index.ts";
import { createVideoSource } from "../source/open-source.ts";
import { type CaptureStatement, SourceError, type SourceInfo } from "../source/video-source.ts";
import { Camera } from "../stream/cameras/camera.ts";
import { CameraSession } from "../stream/cameras/camera-session.ts";
import type { SourceState } from "../stream/source-state.ts";
import type { Logger } from "./logger.ts";
import type { ServedSources } from "./named-sources.ts";
import { type SourceDoor, sourceDoor } from "./source-doors.ts";
import { captureStatus, logCapture, wordsForSource } from "./source-words.ts";

/** Events of a camera. */
export interface ServedCameraEvents {
	/** One of its own pictures, once for all who see it; only where and while it is copied. */
	picture: [packet: EncodedPacket];
	/** So many of them are lost: this program's main thread was busy for more than ten seconds. */
	missed: [pictures: number];
}

/** A source of a server beside the main one, as programs see it: `server.cameras`. */
export class ServedCamera {
	readonly #camera: Camera;

	/** @internal */
	constructor(camera: Camera) {
		this.#camera = camera;
	}

	/** The name that `sources` has given it. */
	get name(): string {
		return this.#camera.name;
	}

	/** Name of its source, without folders and passwords. */
	get sourceName(): string {
		return this.#camera.runner.source.name;
	}

	/** Properties of its source when it was last opened; `undefined` before. */
	get info(): SourceInfo | undefined {
		return this.#camera.info;
	}

	/** Present state; the server's event `cameraState` reports each change. */
	get state(): SourceState {
		return this.#camera.state;
	}

	/** Newest statement of its source about capture times; `undefined`: it makes none. */
	get capture(): CaptureStatement | undefined {
		return this.#camera.runner.source.stats().capture;
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof ServedCameraEvents>(
		name: Name,
		listener: (...args: ServedCameraEvents[Name]) => void,
	): () => void {
		return this.#camera.feed?.events.on(name, listener) ?? (() => {});
	}

	/** True where viewers can get its own pictures, which cost neither decoding nor encoding. */
	get isCopied(): boolean {
		return this.#camera.feed?.format !== undefined;
	}
}

/** Events of a server about its cameras. */
export interface CameraEvents {
	/** A camera is in another state than before. */
	cameraState: [camera: ServedCamera, state: SourceState];
	/** A camera states capture times from now on; they are used, or late, now or no more. */
	cameraCapture: [camera: ServedCamera, statement: CaptureStatement];
	/** A camera failed; it is tried again while somebody sees it. The others go on. */
	cameraError: [camera: ServedCamera, error: SourceError];
}

/** The sources of a server beside the main one. */
export class ServedCameras implements AsyncDisposable {
	readonly all: readonly Camera[];
	/** The cameras by name. */
	readonly served: ReadonlyMap<string, ServedCamera>;

	readonly #mainName: string;

	private constructor(cameras: readonly Camera[], mainName: string) {
		this.all = cameras;
		this.#mainName = mainName;
		this.served = new Map(cameras.map((camera) => [camera.name, new ServedCamera(camera)]));
	}

	/**
	 * Makes the cameras; none is opened yet.
	 * @throws {RangeError | TypeError} for impossible options of a source.
	 */
	static async create(
		{ cameras: sources, mainName }: ServedSources,
		{ heap, log, keepRunning }: { readonly heap: SharedHeap; readonly log: Logger; readonly keepRunning: boolean },
	): Promise<ServedCameras> {
		const cameras: Camera[] = [];
		await using made = new AsyncDisposableStack();
		for (const { name, source: given, sourceOptions } of sources) {
			// A picture that states no projection is flat; its sound would not be heard.
			const flat = { projection: { kind: "none" }, sound: "none" } as const;
			const source = typeof given === "object" ? given : createVideoSource(given, { ...flat, ...sourceOptions });
			const onNotice = (message: string) => log.warn(`Camera ${name}: ${message}`);
			cameras.push(made.use(await Camera.create({ name, source, heap, keepRunning, onNotice })));
		}
		made.move();
		return new ServedCameras(cameras, mainName);
	}

	/** Logs what happens to each camera, and passes it on. */
	report(log: Logger, on: { readonly [Name in keyof CameraEvents]: (...args: CameraEvents[Name]) => void }): void {
		for (const camera of this.all) {
			const { name, runner } = camera;
			const served = this.served.get(name)!;
			let trouble: string | undefined;
			camera.feed?.events.on("missed", (pictures) =>
				log.warn(`Camera ${name}: ${pictures} of its pictures are lost: this program was busy for too long.`),
			);
			runner.events.on("notice", (message) => log.warn(`Camera ${name}: ${message}`));
			runner.events.on("capture", (statement) => {
				logCapture(log, `Camera ${name}`, statement);
				on.cameraCapture(served, statement);
			});
			runner.events.on("started", (info) => {
				trouble = undefined;
				log.info(`Camera ${name}: ${wordsForSource(served.sourceName, info)}`);
			});
			runner.events.on("state", (state) => {
				if (state.name === "stalled") log.warn(`Camera ${name} has gone silent: its next picture is late.`);
				on.cameraState(served, state);
			});
			runner.events.on("error", (error) => {
				if (error.message !== trouble) log.error(`Camera ${name}: ${error.message}`);
				trouble = error.message;
				on.cameraError(served, error);
			});
		}
	}

	/** Opens each once, at the same time, so that a wrong one is found now. Failures are logged. */
	tryOut(log: Logger): void {
		for (const { name, runner } of this.all)
			runner.tryOut().catch((error: unknown) => {
				if (error instanceof SourceError) log.warn(`Camera ${name}: ${error.message} It is tried again.`);
				else log.error({ err: error }, `Camera ${name} could not be opened.`);
			});
	}

	/** Finds what `/PATH/whep` shows; `undefined` if there is no such source. */
	doorOf(path: string): SourceDoor | undefined {
		return sourceDoor(path, this.#mainName, this.all);
	}

	/** Shows one camera in a session of its own, until it ends. @param session borrowed. */
	show(camera: Camera, session: ResumableSession, encoder: EncoderChoice, log: Logger): void {
		const ownLog = log.child({ viewer: session.id.slice(0, 8), camera: camera.name });
		ownLog.info("joins by whep");
		new CameraSession({ session, camera, encoder, onNotice: (message) => ownLog.warn(message) });
		void session.closed.then((reason) => ownLog.info(`left: ${reason}`));
	}

	/** The states for `GET /status`, by name. */
	status(): object {
		const states = this.all.map(({ name, state: { name: state, ...details }, runner, feed }) => {
			const { framesDecoded, picturesPassed = 0, capture } = runner.source.stats();
			const picturesMissed = feed?.missed ?? 0;
			const counts = { running: runner.running, framesDecoded, picturesPassed, picturesMissed };
			return [name, { state, ...details, ...counts, ...captureStatus(capture) }];
		});
		return Object.fromEntries(states) as object;
	}

	async close(): Promise<void> {
		const results = await Promise.allSettled(this.all.map((camera) => camera.close()));
		const failed = results.find((result) => result.status === "rejected");
		if (failed !== undefined) throw failed.reason;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}
}
