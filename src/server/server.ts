import type { FastifyInstance } from "fastify";
import { EventListeners } from "../media/events.ts";
import type { SessionRecording } from "../recording/session-recording.ts";
import { completeSnapshotOptions, type Snapshot, type SnapshotOptions } from "../render/snapshot.ts";
import { SnapshotMaker } from "../render/snapshot-maker.ts";
import { SessionHub, type SoundDelivery } from "../session/index.ts";
import { SoundDesk } from "../sound/sound-desk.ts";
import { requireNativeLibrary, requireNode } from "../source/requirements.ts";
import { SourceError, type SourceInfo } from "../source/video-source.ts";
import type { PastDesk } from "../stream/past-desk.ts";
import type { RenderPool } from "../stream/render-pool.ts";
import { SourceRunner } from "../stream/source-runner.ts";
import type { Viewer } from "../stream/viewer.ts";
import type { Overlay } from "../stream/viewer-overlay.ts";
import type { CertificateInfo } from "./certificate.ts";
import { closeParts } from "./close-parts.ts";
import { createHttp } from "./http.ts";
import { ListenError, listenErrorFrom } from "./listen-error.ts";
import type { Logger } from "./logger.ts";
import { machineNames } from "./machine-names.ts";
import { relays } from "./media-options.ts";
import { type CompleteServeOptions, completeServeOptions } from "./options.ts";
import { OriginPolicy } from "./origin-policy.ts";
import { presentPicture } from "./present-picture.ts";
import { publicStatus } from "./public-status.ts";
import { HUB_LIMITS } from "./serve-limits.ts";
import type { ServeOptions } from "./serve-options.ts";
import type { ServedCamera } from "./served-cameras.ts";
import { ServedPlayback } from "./served-playback.ts";
import { liveViewOptions, ServedRerun } from "./served-rerun.ts";
import { ServedSource } from "./served-source.ts";
import { ServedViewers } from "./served-viewers.ts";
import type { ServerEvents, ServerStats } from "./server-events.ts";
import { hostsOf, isLoopback, pageUrl } from "./server-hosts.ts";
import { hubOptions, openParts, type ServerParts } from "./server-parts.ts";
import { ServerRecorder } from "./server-recorder.ts";
import { SourceReports } from "./source-reports.ts";
import { openPastDesk } from "./time-shift.ts";

/**
 * Serves one 360 degree source to any number of viewers: the page, the front doors
 * and the streams.
 *
 * @returns the running server; the caller closes it.
 * @throws {SourceError} if the source can't be opened (a network source that is not
 * there yet is waited for instead).
 * @throws {ListenError} if the TCP or the UDP port can't be had.
 * @throws {RecordingError} if the file of `record` can't be made.
 * @throws {RangeError | TypeError} if an option is wrong; the message names it.
 * @throws {Error} if Node is too old or the system has no build of FFmpeg or
 * WebRTC; in one sentence.
 */
export async function serve<State = undefined, Labels extends string = never>(
	options: ServeOptions<State, Labels> = {},
): Promise<PanogazeServer> {
	requireNode();
	const complete = completeServeOptions(options);
	complete.signal?.throwIfAborted();
	await requireNativeLibrary("node-av");
	await requireNativeLibrary("node-datachannel");
	const parts = await openParts(complete);
	const server = new PanogazeServer(complete, parts);
	await server.listen();
	return server;
}

/** A running server. Made by `serve()`. */
export class PanogazeServer implements AsyncDisposable {
	readonly #options: CompleteServeOptions;
	readonly #log: Logger;
	readonly #parts: ServerParts;
	readonly #events: EventListeners<ServerEvents>;
	readonly #viewers: ServedViewers;
	readonly #sourceReports: SourceReports;
	readonly #pastDesk: PastDesk | undefined;
	readonly #pool: RenderPool;
	readonly #runner: SourceRunner;
	readonly #sound: SoundDesk;
	/** The source that the server shows: its name, its state, and a way to play it again. */
	readonly source: ServedSource;
	/** The play of the source, and its changes. */
	readonly playback: ServedPlayback;
	/** Begins and ends recordings; `undefined` without the option `record`. */
	readonly recorder: ServerRecorder | undefined;
	/** The live view for Rerun's viewers; `undefined`: it is off. */
	readonly rerun: ServedRerun | undefined;
	readonly #hub: SessionHub;
	#http: FastifyInstance | undefined;
	#port = 0;
	/**
	 * Resolves when the caller of `serve()` can have added its listeners, or
	 * `serve()` has failed.
	 */
	readonly #ready = Promise.withResolvers<void>();
	#closing: Promise<void> | undefined;
	readonly #onAbort = () => void this.#closeOrLog();
	readonly #snapshots = new SnapshotMaker();

	/** @internal */
	constructor(options: CompleteServeOptions, parts: ServerParts) {
		const { log, source, heap, pool, cameras } = parts;
		this.#options = options;
		this.#log = log;
		this.#parts = parts;
		this.#sound = new SoundDesk({ voices: relays(options.media, "audio") });
		this.#pool = pool;
		this.#events = new EventListeners<ServerEvents>((error, name) =>
			log.error({ err: error }, `A listener for "${name}" threw.`),
		);
		this.#runner = new SourceRunner(source, heap, pool, options.keepSourceRunning);
		this.source = new ServedSource(this.#runner);
		this.playback = new ServedPlayback(this.#runner);
		this.#pastDesk = openPastDesk(options, parts, this.source);
		this.rerun = this.#showLive(parts);
		this.#viewers = new ServedViewers({
			...{ options, parts, events: this.#events },
			...{ runner: this.#runner, source: this.source, sound: this.#sound, pastDesk: this.#pastDesk },
			trouble: () => this.#sourceReports.trouble,
			isRecorded: () => this.recording !== undefined && this.recorder?.state.name !== "failed",
		});
		this.#sourceReports = new SourceReports({
			...{ runner: this.#runner, viewers: this.#viewers, sound: this.#sound },
			...{ timeShift: options.timeShift, events: this.#events, log },
		});
		this.#hub = new SessionHub({ ...hubOptions(options, parts), sound: () => this.#soundDelivery });
		this.#hub.on("session", (session, info) => this.#viewers.join(session, info));
		this.recorder = options.record && new ServerRecorder(options.record, this, log, parts.live);
		this.recorder?.on("state", () => this.#viewers.recordingChanged());
		cameras.report(log, {
			cameraState: (...args) => this.#events.emit("cameraState", ...args),
			cameraCapture: (...args) => this.#events.emit("cameraCapture", ...args),
			cameraError: (...args) => this.#events.emit("cameraError", ...args),
		});
	}

	/**
	 * Listens, and opens the source once. Closes everything again if that fails.
	 * @throws as `serve()` does.
	 * @internal
	 */
	async listen(): Promise<void> {
		const { signal } = this.#options;
		try {
			await this.#listen();
			signal?.throwIfAborted();
			// From here on an abort ends also a source that takes long to open.
			signal?.addEventListener("abort", this.#onAbort);
			this.#parts.cameras.tryOut(this.#log);
			await this.#tryOutSource();
			signal?.throwIfAborted();
			// A server that can't start leaves no file behind.
			await this.recorder?.open(signal);
			this.rerun?.attach(this.recorder?.recorded ?? this);
			setImmediate(() => this.#ready.resolve());
		} catch (error) {
			await this.#closeOrLog();
			// After an abort the abort is the reason, whatever failed because of
			// it.
			signal?.throwIfAborted();
			throw error;
		}
	}

	/** TCP port of the page and the signalling. */
	get port(): number {
		return this.#port;
	}

	/**
	 * Addresses to open in a browser: this machine's own first, then the names of
	 * one's own certificate, then those of its networks.
	 */
	get urls(): readonly string[] {
		const scheme = this.#parts.certificate === undefined ? "http" : "https";
		const [own, ...networks] = hostsOf(this.#options.host);
		// Browsers accept the certificate under these names; on a machine that is
		// not to be reached from outside they mean nothing.
		const named = networks.length > 0 && this.certificate?.selfMade === false ? this.certificate.names : [];
		return [...new Set([own, ...named, ...networks])].map((host) => pageUrl(scheme, host, this.#port));
	}

	/** The certificate of HTTPS; `undefined` over plain HTTP. */
	get certificate(): CertificateInfo | undefined {
		return this.#parts.certificate?.info;
	}

	/** The present recording, `recorder.recording`; `undefined` while there is none. */
	get recording(): SessionRecording | undefined {
		return this.recorder?.recording;
	}

	/** Name of the source, without folders and passwords. */
	get sourceName(): string {
		return this.#runner.source.name;
	}

	/** The sources beside the main one, by name. */
	get cameras(): ReadonlyMap<string, ServedCamera> {
		return this.#parts.cameras.served;
	}

	/** Format, rate and codec of the source when it was last opened. */
	get sourceInfo(): SourceInfo | undefined {
		return this.#runner.info;
	}

	/** Viewers who have joined and not left. */
	get viewers(): readonly Viewer[] {
		return this.#viewers.all;
	}

	/** Objects that are drawn over the view of every viewer, also of those who join later. */
	get overlay(): Overlay {
		return this.#viewers.overlay;
	}

	/** Statistics of the server and its viewers, now. */
	stats(): ServerStats {
		const { framesDecoded, framesDropped } = this.#runner.source.stats();
		return {
			viewers: this.viewers.map((viewer) => ({ id: viewer.id, ...viewer.stats() })),
			source: { name: this.sourceName, running: this.#runner.running, framesDecoded, framesDropped },
			rerun: this.rerun?.stats(),
			recording: this.recording && { state: this.recording.state.name, ...this.recording.stats() },
			pictureMemoryBytes: this.#parts.heap.allocatedBytes,
		};
	}

	/**
	 * Takes a still picture of the newest panorama in a thread of its own, as sharp as the
	 * source. A source without viewers is opened for it. `GET /snapshot.jpg` calls it.
	 *
	 * @throws {SnapshotError} if the source shows no present picture within 10 s, if too many wait,
	 * or if the source can't be shown so.
	 * @throws {TypeError | RangeError} for a wrong option; the message names it.
	 */
	async snapshot(options: SnapshotOptions = {}): Promise<Snapshot> {
		const complete = completeSnapshotOptions(options);
		const release = this.#runner.use();
		try {
			await presentPicture(this.source, () => this.#closing !== undefined);
			return await this.#snapshots.make(complete, (use) => this.#runner.lendStore(use));
		} finally {
			release();
		}
	}

	/** @returns a function that removes the listener. A listener that throws is logged. */
	on<Name extends keyof ServerEvents>(name: Name, listener: (...args: ServerEvents[Name]) => void): () => void {
		return this.#events.on(name, listener);
	}

	/**
	 * Ends every session, stops the source, ends all threads and frees the port. A
	 * second call waits for the first. Resolves within 3 s: a part that takes
	 * longer (a source inside FFmpeg, or a system that does not answer) is logged
	 * and left to end by itself, and does not keep the program alive.
	 *
	 * @throws {Error} the first failure of a part, such as a source of the
	 * application's own, after all parts have been closed.
	 */
	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	async #listen(): Promise<void> {
		const {
			host,
			port,
			requestsPerMinute,
			trustedProxies,
			maxConnections,
			maxConnectionsPerAddress,
			publicHosts,
			allowedOrigins,
		} = this.#options;
		this.#http = await createHttp({
			hub: this.#hub,
			// A text has at least as many bytes as characters.
			maxBodyBytes: HUB_LIMITS.maxSdpLength,
			requestsPerMinute,
			trustedProxies,
			maxConnections,
			maxConnectionsPerAddress,
			certificate: this.#parts.certificate,
			origins: new OriginPolicy({
				names: [...machineNames(), ...(this.#parts.certificate?.names ?? []), ...publicHosts],
				allowedOrigins,
			}),
			onRefusal: (words) => this.#log.warn(words),
			hasSource: (path) => this.#parts.cameras.doorOf(path) !== undefined,
			ready: this.#ready.promise,
			rerun: await this.rerun?.openDoor(this.#hub, { requestsPerMinute, trustedProxies }),
			snapshot: (wished) => this.snapshot(wished),
			recordings: this.recorder,
			status: () => publicStatus(this, this.#parts.cameras),
			healthy: () => this.#closing === undefined,
			sourceReady: () => this.source.ready,
			onError: (error, request) => this.#log.error({ err: error }, `${request} failed.`),
		});
		try {
			await this.#http.listen({ host, port });
		} catch (error) {
			throw listenErrorFrom(error, host, port);
		}
		try {
			await this.#hub.listen();
		} catch (error) {
			throw new ListenError((error as Error).message, "UDP", { cause: error });
		}
		const address = this.#http.server.address();
		this.#port = typeof address === "object" && address !== null ? address.port : port;
		this.#warnOfOpenDoors(typeof address === "object" && address !== null ? address.address : host);
	}

	#warnOfOpenDoors(address: string): void {
		const { bearerToken, viewToken, recordToken, authorize, host } = this.#options;
		if (isLoopback(address) || (bearerToken ?? viewToken ?? recordToken ?? authorize) !== undefined) return;
		this.#log.warn(
			`Everybody who can reach ${host} port ${this.#port} may watch, steer and record. ` +
				"A token keeps strangers out (--token, bearerToken); --host 127.0.0.1 keeps to this machine.",
		);
	}

	/**
	 * Opens the source once: a source that can't work is better found now than by
	 * the first viewer.
	 * @throws {SourceError} if it can't be opened; a source on the network may come
	 * later.
	 */
	async #tryOutSource(): Promise<void> {
		try {
			await this.#runner.tryOut();
		} catch (error) {
			if (!(error instanceof SourceError && error.code === "connection")) throw error;
			const when = this.#options.keepSourceRunning ? "" : " when a viewer joins";
			this.#log.warn(`${error.message} It is tried again${when}.`);
		}
	}

	#showLive({ live }: ServerParts): ServedRerun | undefined {
		const options = liveViewOptions(this.#options);
		if (live === undefined || options === undefined) return undefined;
		const { bearerToken, viewToken, recordToken, authorize } = this.#options;
		const isOpen = (bearerToken ?? viewToken ?? recordToken ?? authorize) === undefined;
		const hasOwnCertificate = this.certificate?.selfMade === true;
		const programs = { admitsPrograms: isOpen && !hasOwnCertificate, hasOwnCertificate };
		return new ServedRerun(live, options, () => ({ pages: this.urls, ...programs }));
	}

	/**
	 * Files are heard in step with their pictures. What is seen live is not delayed for its sound.
	 * A source that was not open yet may have some.
	 */
	get #soundDelivery(): SoundDelivery {
		const { info } = this.#runner;
		if (info === undefined) return "separate";
		if (info.sound === undefined) return this.#sound.hasVoices ? "separate" : "none";
		return info.live ? "separate" : "synchronized";
	}

	/** Closes, and logs the error, for callers who can't be given it. */
	async #closeOrLog(): Promise<void> {
		await this.close().catch((error: unknown) => this.#log.error({ err: error }, "The server did not close well."));
	}

	/**
	 * Closes every part, whatever fails on the way. @throws {Error} the first
	 * failure, at the end.
	 */
	async #close(): Promise<void> {
		this.#log.debug("Closing.");
		this.#ready.resolve();
		this.#options.signal?.removeEventListener("abort", this.#onAbort);
		await closeParts(
			{
				"The HTTP side": this.#http,
				"A connection": this.#hub,
				"The snapshots": this.#snapshots,
				"The kept past": this.#pastDesk,
				"The source": this.#runner,
				"A camera": this.#parts.cameras,
				"A viewer's camera": this.#parts.relayedCameras,
				"A render thread": this.#pool,
				"The thread of sound": this.#sound,
				"The speaker": this.#parts.speaker,
				"The recording": this.recorder,
				"The live view": this.rerun,
			},
			(words) => this.#log.warn(words),
		);
	}
}
