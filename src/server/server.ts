import type { FastifyInstance } from "fastify";
import { monotonicSec } from "../media/clock.ts";
import { EventListeners } from "../media/events.ts";
import { IDENTITY } from "../media/rotation.ts";
import type { PlaybackAuthor } from "../protocol/playback-message.ts";
import type { SessionRecording } from "../recording/session-recording.ts";
import { completeSnapshotOptions, type Snapshot, type SnapshotOptions } from "../render/snapshot.ts";
import { SnapshotMaker } from "../render/snapshot-maker.ts";
import {
	type Access,
	type ResumableSession,
	SessionHub,
	type SessionInfo,
	type SoundDelivery,
} from "../session/index.ts";
import { SoundDesk } from "../sound/sound-desk.ts";
import { requireNativeLibrary, requireNode } from "../source/requirements.ts";
import { SourceError, type SourceInfo } from "../source/video-source.ts";
import { PastDesk } from "../stream/past-desk.ts";
import type { RenderPool } from "../stream/render-pool.ts";
import { SourceRunner } from "../stream/source-runner.ts";
import { PUBLIC_REASONS } from "../stream/source-state.ts";
import { largestViewSize } from "../stream/view-size.ts";
import { Viewer } from "../stream/viewer.ts";
import type { ViewerOptions } from "../stream/viewer-options.ts";
import type { Overlay } from "../stream/viewer-overlay.ts";
import type { CertificateInfo } from "./certificate.ts";
import { ChannelDispatcher } from "./channel-handlers.ts";
import { closeParts } from "./close-parts.ts";
import { createHttp } from "./http.ts";
import { ListenError, listenErrorFrom } from "./listen-error.ts";
import type { Logger } from "./logger.ts";
import { machineNames } from "./machine-names.ts";
import { relaysVoices, takenMedia } from "./media-options.ts";
import {
	bitrateLimits,
	type CompleteServeOptions,
	completeServeOptions,
	HUB_LIMITS,
	POSE_LIMITS,
	type ServeOptions,
} from "./options.ts";
import { OriginPolicy } from "./origin-policy.ts";
import { presentPicture } from "./present-picture.ts";
import { RateMeter } from "./rate-meter.ts";
import { holdBoundsFrom, reportHolds } from "./safety-options.ts";
import type { ServedCamera } from "./served-cameras.ts";
import { SERVER_AUTHOR, ServedPlayback } from "./served-playback.ts";
import { liveViewOptions, ServedRerun } from "./served-rerun.ts";
import { ServedSource } from "./served-source.ts";
import type { ServerEvents, ServerStats } from "./server-events.ts";
import { hostsOf, isLoopback, pageUrl } from "./server-hosts.ts";
import { hubOptions, openParts, type ServerParts } from "./server-parts.ts";
import { ServerRecorder } from "./server-recorder.ts";
import { SharedOverlay } from "./shared-overlay.ts";
import { captureStatus, logCapture, wordsForSource } from "./source-words.ts";
import { reportTimeShift } from "./time-shift.ts";
import { relayVoice } from "./voice-relay.ts";

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
	readonly #viewers = new Map<string, Viewer>();
	readonly #pastDesk: PastDesk | undefined;
	readonly #dispatcher: ChannelDispatcher;
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
	/** The source's failure while it lasts, for viewers who join meanwhile. */
	#trouble: SourceError | undefined;
	readonly #sourceRate = new RateMeter();
	readonly #snapshots = new SnapshotMaker();
	readonly #overlay = new SharedOverlay(
		() => this.viewers,
		(viewer, error) => this.#log.warn({ err: error, viewer: shortId(viewer) }, "An object is not drawn."),
	);

	/** @internal */
	constructor(options: CompleteServeOptions, parts: ServerParts) {
		const { log, source, heap, pool, cameras } = parts;
		this.#options = options;
		this.#log = log;
		this.#parts = parts;
		this.#sound = new SoundDesk({ voices: relaysVoices(options.media) });
		this.#pool = pool;
		this.#events = new EventListeners<ServerEvents>((error, name) =>
			log.error({ err: error }, `A listener for "${name}" threw.`),
		);
		this.#dispatcher = new ChannelDispatcher({
			channels: options.channels,
			tracking: options.tracking,
			media: options.media,
			speaker: parts.speaker,
			onError: ({ error, label, viewer, unreported }) => {
				const times = unreported === 0 ? "" : ` And ${unreported} times since the last report.`;
				log.error({ err: error, viewer: shortId(viewer), channel: label }, `A channel handler threw.${times}`);
			},
			onTrouble: (viewer, message) => log.warn({ viewer: shortId(viewer) }, message),
		});
		this.#runner = new SourceRunner(source, heap, pool, options.keepSourceRunning);
		this.source = new ServedSource(this.#runner);
		this.playback = new ServedPlayback(this.#runner);
		this.#pastDesk = this.#openPastDesk(parts);
		this.rerun = this.#showLive(parts);
		this.#hub = new SessionHub({ ...hubOptions(options, parts), sound: () => this.#soundDelivery });
		this.#hub.on("session", (session, info) => this.#join(session, info));
		this.recorder = options.record && new ServerRecorder(options.record, this, log);
		this.#reportSource();
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
		return [...this.#viewers.values()];
	}

	/** Objects that are drawn over the view of every viewer, also of those who join later. */
	get overlay(): Overlay {
		return this.#overlay;
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
			status: () => this.#publicStatus(),
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

	#join(session: ResumableSession, info: SessionInfo): void {
		const { door, access, remoteAddress, source } = info;
		const { cameras } = this.#parts;
		const shown = source === undefined ? undefined : cameras.doorOf(source);
		if (shown?.kind === "camera") {
			cameras.show(shown.camera, session, this.#options.encoder, this.#log);
			return;
		}
		const viewer = new Viewer(session, this.#pool, this.#viewerOptions(session, access, shown?.eye));
		this.#viewers.set(viewer.id, viewer);
		const log = this.#log.child({ viewer: shortId(viewer) });
		const joinedSec = monotonicSec();
		const watches = access.has("steer") ? "" : `, may only ${[...access].join(" and ")}`;
		log.info(`joins by ${door}${fromWhere(remoteAddress)}${watches}`);
		viewer.on("notice", (message) => log.warn(message));
		viewer.on("playAgain", () => {
			if (this.source.playAgain()) log.info("plays the source again");
		});
		viewer.on("playback", (change) => {
			const refusal = this.#runner.change(change, viewer.id);
			if (refusal !== undefined) viewer.reportTrouble("playback", refusal);
			else log.debug({ change }, "changes the play");
		});
		session.on("moved", () => log.info(`goes on by another connection${fromWhere(session.remoteAddress)}`));
		void viewer.connected.then(() =>
			log.info(`connected after ${Math.round((monotonicSec() - joinedSec) * 1000)} ms`),
		);
		let isGone = false;
		let release: (() => void) | undefined;
		// Not before the connection: an offer costs its sender nothing, opening and
		// decoding the source costs the server much.
		void viewer.connected.then(() => {
			if (session.hasVideo && !isGone) release = this.#runner.use();
		});
		if (session.hasVideo && this.#trouble !== undefined)
			viewer.reportTrouble("source", PUBLIC_REASONS[this.#trouble.code]);
		void viewer.closed.then((reason) => {
			this.#viewers.delete(viewer.id);
			log.info(`left: ${reason}`);
			isGone = true;
			release?.();
			this.#events.emit("leave", viewer, reason);
		});
		if (!this.#equip(viewer, log)) return;
		if (this.#sound.hasVoices) relayVoice(viewer, this.#sound, () => this.#mayBeHeard(viewer));
		this.#overlay.joined(viewer);
		this.#events.emit("join", viewer);
	}

	/**
	 * Makes the application's parts of a viewer: state, lens and transform.
	 * @returns false if one of them failed; the viewer is closed then.
	 */
	#equip(viewer: Viewer, log: Logger): boolean {
		const { state: makeState, lens, transform } = this.#options;
		let part = "state";
		try {
			const state = makeState(viewer);
			this.#dispatcher.attach(viewer, state);
			reportHolds(viewer, state, log, this.#options.safety);
			part = "lens";
			viewer.lens = lens?.({ viewer, state });
			part = "transform";
			viewer.transform = transform?.({ viewer, state });
			return true;
		} catch (error) {
			log.error({ err: error }, `The ${part} factory threw.`);
			viewer.close(`The server failed to make this viewer's ${part}.`);
			return false;
		}
	}

	/** @param eye that a view for one eye shows. @default the left one */
	#viewerOptions(session: ResumableSession, access: Access, eye?: 0 | 1): ViewerOptions {
		const { view, encoder, stamps, bitrateBps } = this.#options;
		return {
			access,
			view: { ...view, eye },
			encoder,
			stamps,
			startBitrateBps: bitrateLimits(bitrateBps).startBps,
			limits: POSE_LIMITS,
			safety: holdBoundsFrom(this.#options.safety),
			source: this.source,
			pastDesk: this.#pastDesk,
			sound: this.#sound,
			cameras: this.#parts.cameras.all,
			takes: takenMedia(this.#options.media),
			relays: this.#options.media.relay,
			address: () => session.remoteAddress,
			serverStats: () => ({
				sourceFps: this.#sourceRate.perSecond(this.#runner.panoramas, monotonicSec()),
				viewers: this.#viewers.size,
			}),
		};
	}

	/** Recordings and live views that ask first have what listeners hear, and so the voices. */
	#mayBeHeard({ recordingConsent }: Viewer): boolean {
		const asks = this.#options.record?.consent === "ask";
		const isKept = this.recording !== undefined || this.rerun !== undefined;
		return !(asks && isKept) || recordingConsent === "given";
	}

	#showLive({ live }: ServerParts): ServedRerun | undefined {
		const options = liveViewOptions(this.#options);
		if (live === undefined || options === undefined) return undefined;
		const { bearerToken, viewToken, recordToken, authorize } = this.#options;
		const isOpen = (bearerToken ?? viewToken ?? recordToken ?? authorize) === undefined;
		return new ServedRerun(live, options, () => ({
			pages: this.urls,
			admitsPrograms: isOpen && this.certificate?.selfMade !== true,
		}));
	}

	#openPastDesk({ past: ring, heap, log }: ServerParts): PastDesk | undefined {
		const { timeShift, view } = this.#options;
		if (timeShift === undefined || ring === undefined) return undefined;
		const { maxViewers, access } = timeShift;
		const { width: maxWidth, height: maxHeight } = largestViewSize(view);
		const pool = { heap, maxWidth, maxHeight, onNotice: (message: string) => log.warn(message) };
		return new PastDesk({ ring, maxViewers, access, live: this.source, pool });
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

	/** Mixes the sound of the source as it was opened now. */
	#hearSource(info: SourceInfo | undefined): void {
		this.#sound.source = info?.sound && {
			ring: info.sound,
			worldFromSource: info.format.worldFromPanorama ?? IDENTITY,
			live: info.live,
		};
		for (const viewer of this.#viewers.values()) viewer.sendSound();
	}

	#reportSource(): void {
		const { events } = this.#runner;
		this.#sound.events.on("failed", (message) => this.#log.error(`There is no sound: ${message}`));
		events.on("notice", (message) => this.#log.warn(message));
		events.on("capture", (statement) => {
			logCapture(this.#log, this.sourceName, statement);
			this.#events.emit("sourceCapture", statement);
		});
		events.on("started", (info) => {
			this.#trouble = undefined;
			this.#log.info(wordsForSource(this.sourceName, info));
			this.#hearSource(info);
			const { timeShift } = this.#options;
			if (timeShift !== undefined) reportTimeShift(this.sourceName, info, timeShift, this.#log);
			this.#events.emit("sourceStarted", info);
		});
		events.on("state", (state) => {
			if (state.name === "stalled") this.#log.warn("The source has gone silent: its next picture is late.");
			for (const viewer of this.#viewers.values()) viewer.sendSourceState();
			this.#events.emit("sourceState", state);
		});
		events.on("playback", (state, by) => {
			for (const viewer of this.#viewers.values()) viewer.sendPlayback(authorFor(viewer, by));
			this.#events.emit("playback", state, by === undefined ? undefined : this.#viewers.get(by));
		});
		events.on("stopped", () => this.#events.emit("sourceStopped"));
		events.on("ended", () => {
			this.#log.info("The source is at its end.");
			this.#events.emit("sourceEnded");
		});
		events.on("error", (error) => {
			if (error.message !== this.#trouble?.message) this.#log.error(error.message);
			this.#trouble = error;
			for (const viewer of this.#viewers.values()) viewer.reportTrouble("source", PUBLIC_REASONS[error.code]);
			this.#events.emit("sourceError", error);
		});
	}

	/** Answer of `GET /status`. It needs no token, so it holds no session id and no address. */
	#publicStatus(): object {
		const { name: state, ...details } = this.source.state;
		const { viewers, source, recording, rerun } = this.stats();
		return {
			status: this.source.ready ? "ok" : "degraded",
			viewers: viewers.length,
			source: {
				...{ state, ...details, running: source.running, framesDecoded: source.framesDecoded },
				...captureStatus(this.source.capture),
			},
			...(this.cameras.size > 0 && { cameras: this.#parts.cameras.status() }),
			...(recording && { recording }),
			...(rerun && { rerun }),
		};
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

/** Author of a change, as a viewer learns of it: ids are secrets. */
function authorFor({ id }: Viewer, by: string | undefined): PlaybackAuthor | undefined {
	if (by === undefined || by === SERVER_AUTHOR) return by;
	return by === id ? "you" : "viewer";
}

/** Beginning of a viewer's id for the log, which must not hold the whole unguessable id. */
function shortId({ id }: Viewer): string {
	return id.slice(0, 8);
}

function fromWhere(address: string | undefined): string {
	return address === undefined ? "" : ` from ${address}`;
}
