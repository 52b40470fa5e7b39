import { randomBytes, randomInt } from "node:crypto";
import type { ClientMediaKind } from "../media/client-media.ts";
import { monotonicSec } from "../media/clock.ts";
import { EventListeners } from "../media/events.ts";
import { sameFormat, type VideoFormat, type ViewCodec } from "../media/video-format.ts";
import { type Access, type AskedDoor, type Authorizer, FULL_ACCESS } from "./access.ts";
import type { BitrateLimits } from "./congestion/congestion-controller.ts";
import { GccController } from "./congestion/gcc-controller.ts";
import { FileDescriptors } from "./file-descriptors.ts";
import type { NodeDataChannelEngine } from "./node-datachannel-transport.ts";
import { SharedPaceTimer } from "./pace-timer.ts";
import type { PeerTransport, PeerTransportOptions } from "./peer-transport.ts";
import { PendingOffers } from "./pending-offers.ts";
import { ResumableSession } from "./resumable-session.ts";
import { newResumeSecret, ResumeSecrets } from "./resume-secrets.ts";
import { RtcSession, type SessionLimits } from "./rtc-session.ts";
import { type AnsweredSound, type AnsweredVideo, completeAnswer } from "./sdp-answer.ts";
import { parseSdpFragment } from "./sdp-fragment.ts";
import { DEFAULT_SDP_LIMITS, type SdpLimits } from "./sdp-lines.ts";
import { parseOffer, type RemoteOffer } from "./sdp-offer.ts";
import { SignallingError, type SignallingRequest } from "./signalling.ts";
import type { ViewerSession } from "./viewer-session.ts";

/** Complete options of a `SessionHub`: the server's options hold the defaults. */
export interface SessionHubOptions extends Omit<PeerTransportOptions, "maxMessageBytes"> {
	/**
	 * Addresses of a NAT that forwards the UDP port, named to clients beside the
	 * server's own.
	 */
	readonly publicAddresses?: readonly string[] | undefined;
	/** Codecs that may be sent, best first. @default `VIEW_CODECS` */
	readonly codecs?: readonly ViewCodec[] | undefined;
	/**
	 * Tells at each offer how sound is sent: `synchronized` keeps it in step with the pictures,
	 * `separate` never delays them, `none` sends none.
	 * @default none is sent
	 */
	readonly sound?: (() => SoundDelivery) | undefined;
	/**
	 * Returns the number of cameras that may be sent beside a view. @default none
	 */
	readonly cameras?: (() => number) | undefined;
	/** Kinds of media that clients who may steer may send. @default none */
	readonly received?: readonly ClientMediaKind[] | undefined;
	/** Viewers at once; further ones get 503. */
	readonly maxViewers: number;
	/** Bounds of the encoder's rate, and its first value. */
	readonly bitrate: BitrateLimits;
	readonly limits: HubLimits;
	/** Counts the file descriptors that are left. @default those of this process */
	readonly descriptors?: FileDescriptors | undefined;
	/**
	 * Decides about every request to either door that changes or reveals anything.
	 * @default every client has full access
	 */
	readonly authorize?: Authorizer | undefined;
	/**
	 * Makes the transport of one session: a seam for tests, which put a transport
	 * without a network here. It then binds no port, and libdatachannel is not loaded.
	 * @default libdatachannel's
	 */
	readonly createTransport?: ((options: PeerTransportOptions) => PeerTransport | Promise<PeerTransport>) | undefined;
	/**
	 * Called when a listener of the hub or of a session throws.
	 * @default an uncaught exception, later
	 */
	readonly onListenerError?: ((error: unknown) => void) | undefined;
	/**
	 * Called when an offer fails for no fault of the client's, such as a UDP port that
	 * is taken. The client gets no details.
	 * @default a process warning
	 */
	readonly onFailure?: ((error: unknown) => void) | undefined;
}

/** The way in which sound is sent beside the pictures. */
export type SoundDelivery = "synchronized" | "separate" | "none";

/** Bounds of what one client and one address may cost. */
export interface HubLimits extends SessionLimits {
	/** Longest SDP that is parsed, characters. */
	readonly maxSdpLength: number;
	/**
	 * Offers of one address, or one IPv6 /64, that may wait for a connection; more get
	 * 503.
	 */
	readonly maxPendingPerAddress: number;
}

/** The origin of a session. */
export interface SessionInfo {
	readonly door: "whep" | "offer";
	/** The viewer's rights. */
	readonly access: Access;
	/** IP address of the client; missing when it is not known. */
	readonly remoteAddress?: string | undefined;
	readonly userAgent?: string | undefined;
	/** Path of the source that it asks for, such as `wrist` or `main/left`. @default the view */
	readonly source?: string | undefined;
	/**
	 * Secret of a session (`ResumableSession.resumeSecret`) whose viewer makes this connection too,
	 * while that is there. It must have the same access, and video if the former has it.
	 */
	readonly resume?: string | undefined;
}

/** Events of a hub. */
export interface SessionHubEvents {
	/**
	 * An offer has been answered. Emitted before the answer leaves: no event can be
	 * missed.
	 */
	session: [session: ResumableSession, info: SessionInfo];
}

/** A session and the answer for its client. */
export interface OpenedSession {
	readonly session: ViewerSession;
	/** SDP. */
	readonly answer: string;
}

/** A session that is being opened, with what its answer needs. */
interface NewSession {
	readonly connection: RtcSession;
	readonly transport: PeerTransport;
	readonly video: AnsweredVideo | undefined;
	readonly sound: AnsweredSound | undefined;
	readonly cameras: readonly AnsweredVideo[];
}

/**
 * File descriptors that a peer may take: its sockets, the first peer's engine, and
 * sockets for STUN and TURN. Held by test/interop/few-descriptors.test.ts.
 */
const PEER_DESCRIPTORS = 8;
/** File descriptors reserved for the source, new threads and the log. */
const DESCRIPTORS_LEFT = 24;
/**
 * Interval of housekeeping, milliseconds: a twenty-fifth of the shortest limit of
 * silence.
 */
const HOUSEKEEPING_MS = 200;
/** Time after which a client that found no place may try again, seconds. */
const BUSY_RETRY_SEC = 5;
/** Most streams of cameras in one session. */
const MOST_CAMERAS = 8;
/** SSRCs of a video: its own, and those of its repairs. */
const SSRCS_OF_VIDEO = 3;
/** SSRCs of a session: its view's, that of its sound, and its cameras'. */
const MOST_SSRCS = SSRCS_OF_VIDEO + 1 + MOST_CAMERAS * SSRCS_OF_VIDEO;
/** Above all first SSRCs that leave room for the others. */
const MAX_SSRC = 2 ** 32 - MOST_SSRCS;
/** The canonical name of our streams (RFC 3550, 6.5.1). */
const CNAME = "panogaze";

/**
 * The sessions of this process. Front doors put offers in; each accepted one becomes a
 * session, which the hub keeps until it is over.
 */
export class SessionHub implements AsyncDisposable {
	readonly #options: SessionHubOptions;
	readonly #sdpLimits: SdpLimits;
	readonly #listeners: EventListeners<SessionHubEvents>;
	readonly #sessions = new Map<string, RtcSession>();
	/**
	 * Viewers and their rights; each has a second connection for a moment while its network path
	 * changes.
	 */
	readonly #viewers = new Map<ResumableSession, Access>();
	readonly #resumable = new ResumeSecrets<ResumableSession>();
	/** User fragments of the clients: another one in a PATCH means an ICE restart. */
	readonly #iceUfrags = new WeakMap<RtcSession, string>();
	readonly #paceTimer = new SharedPaceTimer();
	readonly #descriptors: FileDescriptors;
	#shortReported = false;
	#engine: Promise<NodeDataChannelEngine> | undefined;
	/** Offers being answered: they count as viewers. */
	#opening = 0;
	readonly #pending: PendingOffers;
	readonly #unanswered = new Set<RtcSession>();
	#housekeeping: ReturnType<typeof setInterval> | undefined;
	#closed = false;

	/** @throws {RangeError} when the bit rates are not in order. */
	constructor(options: SessionHubOptions) {
		this.#options = options;
		const { minBps, startBps, maxBps } = options.bitrate;
		if (!(minBps > 0 && minBps <= startBps && startBps <= maxBps && Number.isFinite(maxBps)))
			throw new RangeError(
				"bitrate has 0 < minBps <= startBps <= maxBps, bits per second; " +
					`got ${minBps}, ${startBps} and ${maxBps}.`,
			);
		this.#sdpLimits = { ...DEFAULT_SDP_LIMITS, maxLength: options.limits.maxSdpLength };
		this.#descriptors = options.descriptors ?? new FileDescriptors();
		this.#pending = new PendingOffers(options.limits.maxPendingPerAddress);
		this.#listeners = new EventListeners(options.onListenerError);
	}

	/** Most viewers at once. */
	get maxViewers(): number {
		return this.#options.maxViewers;
	}

	/** STUN and TURN servers, which are named to clients too. */
	get iceServers(): NonNullable<PeerTransportOptions["iceServers"]> {
		return this.#options.iceServers ?? [];
	}

	/** Longest SDP that is parsed, characters. */
	get maxSdpLength(): number {
		return this.#sdpLimits.maxLength;
	}

	/** Connections that are not over; a viewer may have two. */
	get size(): number {
		return this.#sessions.size;
	}

	/** Reports an error of which the client gets no details. For front doors. */
	reportFailure(error: unknown): void {
		if (this.#options.onFailure !== undefined) this.#options.onFailure(error);
		else process.emitWarning(error instanceof Error ? error : new Error(String(error)));
	}

	/**
	 * The rights of a request's sender.
	 * @throws {SignallingError} 401 or 403 when it has none.
	 */
	async authorize(request: SignallingRequest, asked: AskedDoor): Promise<Access> {
		return this.#options.authorize === undefined ? FULL_ACCESS : this.#options.authorize(request, asked);
	}

	/** The sessions that are not over, oldest first. */
	sessions(): ViewerSession[] {
		return [...this.#sessions.values()];
	}

	/** @returns the connection of that id, if it is not over. */
	get(id: string): ViewerSession | undefined {
		return this.#sessions.get(id);
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof SessionHubEvents>(
		name: Name,
		listener: (...args: SessionHubEvents[Name]) => void,
	): () => void {
		return this.#listeners.on(name, listener);
	}

	/**
	 * Tries the UDP port now instead of with the first viewer, so that a server without
	 * it fails when it starts.
	 *
	 * @throws {UdpPortError} when the port is taken or the address is not this
	 * machine's.
	 */
	async listen(): Promise<void> {
		if (this.#options.createTransport === undefined) await this.#openEngine();
	}

	/**
	 * Answers an offer and makes its session.
	 *
	 * @param needs 422 unless the offer receives video.
	 * @throws {SignallingError} for an offer that can't be served (see `parseOffer`),
	 * or 503 when the hub is full or closed, the client's address has too many offers
	 * without a connection, or the process has too few file descriptors.
	 * @throws {UdpPortError} when another program has taken the UDP port meanwhile.
	 */
	async open(
		offerSdp: string,
		info: SessionInfo,
		needs: { readonly video: boolean } = { video: false },
	): Promise<OpenedSession> {
		if (this.#closed) throw shuttingDown();
		const delivery = this.#options.sound?.() ?? "none";
		const cameras = Math.min(MOST_CAMERAS, this.#options.cameras?.() ?? 0);
		const passes = info.source !== undefined;
		const having = {
			sound: delivery !== "none" && !passes,
			cameras: passes ? 0 : cameras,
			passes,
			received: info.access.has("steer") && !passes ? this.#options.received : undefined,
		};
		const offer = parseOffer(offerSdp, this.#sdpLimits, this.#options.codecs, having);
		if (needs.video && offer.video === undefined)
			throw new SignallingError(422, "The offer has no video section that receives.");
		const former = this.#formerOf(info, offer.video?.format);
		// A second connection of a viewer takes no further place.
		if (former === undefined && this.#viewersPresent + this.#opening >= this.maxViewers) {
			const words = this.maxViewers === 1 ? "The 1 place is taken." : `All ${this.maxViewers} places are taken.`;
			throw new SignallingError(503, words, { retryAfterSec: BUSY_RETRY_SEC });
		}
		this.#requireDescriptors();
		const settle = this.#pending.begin(info.remoteAddress);
		const arrived = former?.expectConnection();
		if (former === undefined) this.#opening++;
		try {
			const session = await this.#createSession(offer, delivery === "synchronized");
			void session.connection.connected.then(settle);
			void session.connection.closed.then(settle);
			const answer = await this.#answer(session, offer);
			this.#keep(session.connection, offer.iceUfrag);
			this.#showToViewer(session.connection, info);
			return { session: session.connection, answer };
		} catch (error) {
			settle();
			throw error;
		} finally {
			arrived?.();
			if (former === undefined) this.#opening--;
		}
	}

	/**
	 * Adds candidates that a client found later to its session.
	 *
	 * @throws {SignallingError} 404 no such session, 400 or 413 for a broken fragment,
	 * 422 when it asks for an ICE restart, which needs a new session here.
	 */
	trickle(id: string, fragment: string): void {
		const session = this.#sessions.get(id);
		if (session === undefined) throw noSuchSession();
		const { candidates, iceUfrag } = parseSdpFragment(fragment, this.#sdpLimits);
		if (iceUfrag !== undefined && iceUfrag !== this.#iceUfrags.get(session)) {
			throw new SignallingError(422, "ICE restart is not supported: end this session and make a new one.");
		}
		for (const { candidate, mid } of candidates) session.addCandidate(candidate, mid);
	}

	/** Ends a session. @throws {SignallingError} 404 when there is none of that id. */
	end(id: string, reason: string): void {
		const session = this.#sessions.get(id);
		if (session === undefined) throw noSuchSession();
		session.close(reason);
	}

	/** Ends every session and refuses new ones. Nothing of the hub runs afterwards. */
	async close(reason = "The server is shutting down."): Promise<void> {
		this.#closed = true;
		const sessions = [...this.#sessions.values(), ...this.#unanswered];
		for (const session of sessions) session.close(reason);
		await Promise.all(sessions.map((session) => session.closed));
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	/**
	 * Refuses an offer when sockets are short: libdatachannel ends the process when it
	 * gets none.
	 * @throws {SignallingError} 503 when they are.
	 */
	#requireDescriptors(): void {
		const isShort = this.#descriptors.free < PEER_DESCRIPTORS * (this.#opening + 1) + DESCRIPTORS_LEFT;
		const words = "The server has too few file descriptors left for another viewer.";
		if (isShort && !this.#shortReported)
			this.reportFailure(new Error(`${words} Their limit is raised by ulimit -n.`));
		this.#shortReported = isShort;
		if (isShort) throw new SignallingError(503, words, { retryAfterSec: BUSY_RETRY_SEC });
	}

	get #transportOptions(): PeerTransportOptions {
		return { ...this.#options, maxMessageBytes: this.#options.limits.maxMessageBytes };
	}

	/** @throws {SignallingError} 503 when the hub is closed meanwhile. */
	async #createSession(offer: RemoteOffer, isSynchronized: boolean): Promise<NewSession> {
		const transport = await this.#createTransport();
		if (this.#closed) {
			transport.close();
			throw shuttingDown();
		}
		const ssrc = randomInt(1, MAX_SSRC);
		const numbers = (first: number) => ({ ssrc: first, rtxSsrc: first + 1, fecSsrc: first + 2, cname: CNAME });
		const video = offer.video && { offered: offer.video, ...numbers(ssrc) };
		const soundSsrc = ssrc + SSRCS_OF_VIDEO;
		const sound = offer.sound && { offered: offer.sound, ssrc: soundSsrc, cname: CNAME, isSynchronized };
		const cameras = offer.cameras.map((offered, index) => ({
			offered,
			...numbers(soundSsrc + 1 + index * SSRCS_OF_VIDEO),
		}));
		const connection = new RtcSession({
			id: randomBytes(18).toString("base64url"),
			transport,
			video,
			sound,
			cameras,
			received: offer.received,
			dataChannels: offer.dataMid !== undefined,
			remoteCandidates: offer.candidates,
			bitrate: this.#options.bitrate,
			limits: this.#options.limits,
			paceTimer: this.#paceTimer,
			createController: (limits) => new GccController(limits),
			onListenerError: this.#options.onListenerError,
		});
		return { connection, transport, video, sound, cameras };
	}

	/**
	 * @throws {SignallingError} when the engine refuses the offer, or the hub is closed
	 * meanwhile.
	 */
	async #answer({ connection, transport, video, sound, cameras }: NewSession, offer: RemoteOffer): Promise<string> {
		this.#unanswered.add(connection);
		try {
			const streams = video && {
				ssrcs: ssrcsOf(video),
				cameraSsrcs: cameras.flatMap(ssrcsOf),
				cname: video.cname,
				soundSsrc: sound?.ssrc,
			};
			const engineAnswer = await transport.answer(offer, streams);
			if (this.#closed) throw shuttingDown();
			return completeAnswer(engineAnswer, {
				video,
				sound,
				cameras,
				received: offer.received,
				refused: offer.refused,
				publicAddresses: this.#options.publicAddresses ?? [],
				maxMessageBytes: this.#options.limits.maxMessageBytes,
			});
		} catch (error) {
			connection.close("The offer could not be answered.");
			throw error;
		} finally {
			this.#unanswered.delete(connection);
		}
	}

	async #createTransport(): Promise<PeerTransport> {
		const { createTransport } = this.#options;
		return createTransport === undefined
			? (await this.#openEngine()).createTransport()
			: createTransport(this.#transportOptions);
	}

	/**
	 * Loads libdatachannel when it is first needed; after a failure the next call tries
	 * again.
	 */
	#openEngine(): Promise<NodeDataChannelEngine> {
		this.#engine ??= import("./node-datachannel-transport.ts")
			.then(({ NodeDataChannelEngine: Engine }) => Engine.open(this.#transportOptions))
			.catch((error: unknown) => {
				this.#engine = undefined;
				throw error;
			});
		return this.#engine;
	}

	get #viewersPresent(): number {
		return [...this.#viewers.keys()].filter((viewer) => !viewer.isClosed).length;
	}

	/**
	 * The session that a new connection takes over. It must have the same access, and
	 * video of the same form or none, as the new one: both get the same pictures.
	 */
	#formerOf({ resume, access }: SessionInfo, format: VideoFormat | undefined): ResumableSession | undefined {
		const found = this.#resumable.find(resume);
		const rights = found && this.#viewers.get(found);
		if (found === undefined || rights === undefined || found.isClosed) return undefined;
		const former = found.videoFormat;
		const fits = former && format ? sameFormat(former, format) : former === format;
		const isSame = rights.size === access.size && [...access].every((word) => rights.has(word));
		return fits && isSame ? found : undefined;
	}

	/**
	 * Adds the connection to its viewer if that is still there, or else as a new
	 * viewer.
	 */
	#showToViewer(session: RtcSession, info: SessionInfo): void {
		const connection = { session, resumeSecret: newResumeSecret(), remoteAddress: info.remoteAddress };
		const former = this.#formerOf(info, session.videoFormat);
		const viewer = former ?? new ResumableSession(connection, this.#options.onListenerError);
		this.#resumable.keep(connection.resumeSecret, viewer, session.closed);
		if (former !== undefined) {
			former.takeOver(connection, info.resume);
			return;
		}
		this.#viewers.set(viewer, info.access);
		void viewer.closed.then(() => {
			this.#viewers.delete(viewer);
			this.#resumable.forget(viewer);
		});
		this.#listeners.emit("session", viewer, info);
	}

	#keep(session: RtcSession, iceUfrag: string): void {
		this.#sessions.set(session.id, session);
		this.#iceUfrags.set(session, iceUfrag);
		this.#housekeeping ??= setInterval(() => {
			const nowSec = monotonicSec();
			for (const each of this.#sessions.values()) each.housekeep(nowSec);
		}, HOUSEKEEPING_MS);
		void session.closed.then(() => {
			this.#sessions.delete(session.id);
			if (this.#sessions.size > 0) return;
			clearInterval(this.#housekeeping);
			this.#housekeeping = undefined;
		});
	}
}

function ssrcsOf({ ssrc, rtxSsrc, fecSsrc }: AnsweredVideo): number[] {
	return [ssrc, rtxSsrc, fecSsrc];
}

function shuttingDown(): SignallingError {
	return new SignallingError(503, "The server is shutting down.", { retryAfterSec: BUSY_RETRY_SEC });
}

function noSuchSession(): SignallingError {
	return new SignallingError(404, "There is no such session: it has ended, or never was.");
}
