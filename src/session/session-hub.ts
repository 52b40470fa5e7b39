import { randomBytes, randomInt } from "node:crypto";
import { monotonicSec } from "../media/clock.ts";
import { EventListeners } from "../media/events.ts";
import { type Access, type Authorizer, FULL_ACCESS } from "./access.ts";
import type { BitrateLimits } from "./congestion/congestion-controller.ts";
import { LossAndQueueController } from "./congestion/loss-and-queue.ts";
import { FileDescriptors } from "./file-descriptors.ts";
import type { NodeDataChannelEngine } from "./node-datachannel-transport.ts";
import { SharedPaceTimer } from "./pace-timer.ts";
import type { PeerTransport, PeerTransportOptions } from "./peer-transport.ts";
import { PendingOffers } from "./pending-offers.ts";
import { ResumableSession } from "./resumable-session.ts";
import { newResumeSecret, ResumeSecrets } from "./resume-secrets.ts";
import { RtcSession, type SessionLimits } from "./rtc-session.ts";
import { type AnsweredVideo, completeAnswer } from "./sdp-answer.ts";
import { parseSdpFragment } from "./sdp-fragment.ts";
import { DEFAULT_SDP_LIMITS, type SdpLimits } from "./sdp-lines.ts";
import { parseOffer } from "./sdp-offer.ts";
import { SignallingError, type SignallingRequest } from "./signalling.ts";
import type { ViewerSession } from "./viewer-session.ts";

/** Options of a `SessionHub`. The server's own defaults are filled in before. */
export interface SessionHubOptions extends Omit<PeerTransportOptions, "maxMessageBytes"> {
	/**
	 * Addresses at which clients reach the server from outside a NAT that forwards the UDP port,
	 * sent beside its own.
	 */
	readonly publicAddresses?: readonly string[] | undefined;
	/** Viewers at once; further ones get 503. */
	readonly maxViewers: number;
	/** Bounds of the rate that the encoder may be asked for, and its first value. */
	readonly bitrate: BitrateLimits;
	readonly limits: HubLimits;
	/** @default the process's own */
	readonly descriptors?: FileDescriptors | undefined;
	/**
	 * Decides about every request to either door that changes or reveals anything.
	 * @default everybody has full access
	 */
	readonly authorize?: Authorizer | undefined;
	/**
	 * Makes the transport of one session: a seam for tests, which put a transport without a network
	 * here. It then binds no port, and libdatachannel is not loaded.
	 * @default libdatachannel's
	 */
	readonly createTransport?: ((options: PeerTransportOptions) => PeerTransport | Promise<PeerTransport>) | undefined;
	/**
	 * Called when a listener of the hub or of a session throws.
	 * @default an uncaught exception, later
	 */
	readonly onListenerError?: ((error: unknown) => void) | undefined;
	/**
	 * Called when an offer fails for no fault of the client's, such as a UDP port that is taken:
	 * the client gets no details.
	 * @default a process warning
	 */
	readonly onFailure?: ((error: unknown) => void) | undefined;
}

export interface HubLimits extends SessionLimits {
	/** Longest SDP that is parsed, characters. */
	readonly maxSdpLength: number;
	/**
	 * Offers from one address, or one IPv6 /64, whose clients have not connected yet; further ones
	 * get 503.
	 */
	readonly maxPendingPerAddress: number;
}

/** Where a session came from. */
export interface SessionInfo {
	readonly door: "whep" | "offer";
	/** The viewer's rights. */
	readonly access: Access;
	/** Missing when the HTTP server does not tell. */
	readonly remoteAddress?: string | undefined;
	readonly userAgent?: string | undefined;
	/**
	 * Secret of a session (`ResumableSession.resumeSecret`): the new connection is one more of the
	 * same viewer's, and takes the place of the former. It must have the same access, and video if
	 * the former has it.
	 */
	readonly resume?: string | undefined;
}

export interface SessionHubEvents {
	/**
	 * A client's offer has been answered. Told before the answer leaves, so that no event of the
	 * session is missed.
	 */
	session: [session: ResumableSession, info: SessionInfo];
}

export interface OpenedSession {
	readonly session: ViewerSession;
	/** SDP. */
	readonly answer: string;
}

/**
 * File descriptors that a peer may take: its sockets, the first peer's engine, and what STUN and
 * TURN servers need while they are asked.
 */
const PEER_DESCRIPTORS = 8;
/** File descriptors reserved for the source, new threads and the log. */
const DESCRIPTORS_LEFT = 24;
const HOUSEKEEPING_MS = 200;
const BUSY_RETRY_SEC = 5;

/**
 * The sessions of this process. Front doors put offers in; each accepted one becomes a session,
 * which the hub keeps until it is over.
 */
export class SessionHub implements AsyncDisposable {
	readonly #options: SessionHubOptions;
	readonly #sdpLimits: SdpLimits;
	readonly #listeners: EventListeners<SessionHubEvents>;
	readonly #sessions = new Map<string, RtcSession>();
	/** Viewers; each has a second session for a moment while its network path changes. */
	readonly #viewers = new Set<ResumableSession>();
	readonly #resumable = new ResumeSecrets<{ readonly viewer: ResumableSession; readonly access: Access }>();
	/** The clients' own: another one in a PATCH means an ICE restart. */
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

	/** @throws {RangeError} if the bit rates make no sense. */
	constructor(options: SessionHubOptions) {
		this.#options = options;
		const { minBps, startBps, maxBps } = options.bitrate;
		if (!(minBps > 0 && minBps <= startBps && startBps <= maxBps && Number.isFinite(maxBps)))
			throw new RangeError(
				`bitrate has 0 < minBps <= startBps <= maxBps, bits per second; got ${minBps}, ${startBps} and ${maxBps}.`,
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

	/** STUN and TURN servers that are named to clients. */
	get iceServers(): NonNullable<PeerTransportOptions["iceServers"]> {
		return this.#options.iceServers ?? [];
	}

	get maxSdpLength(): number {
		return this.#sdpLimits.maxLength;
	}

	get size(): number {
		return this.#sessions.size;
	}

	/**
	 * For front doors: hands an error that the client gets no details of to whoever runs the
	 * server.
	 */
	reportFailure(error: unknown): void {
		if (this.#options.onFailure !== undefined) this.#options.onFailure(error);
		else process.emitWarning(error instanceof Error ? error : new Error(String(error)));
	}

	/** The rights of a request's sender. @throws {SignallingError} 401 or 403 if there are none. */
	async authorize(request: SignallingRequest): Promise<Access> {
		return this.#options.authorize === undefined ? FULL_ACCESS : this.#options.authorize(request);
	}

	/** The sessions that are not over, oldest first. */
	sessions(): ViewerSession[] {
		return [...this.#sessions.values()];
	}

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
	 * Tries out the UDP port now instead of with the first viewer, so that a server that can't have
	 * it fails when it starts.
	 *
	 * @throws {UdpPortError} if the port is taken or the address is not this machine's.
	 */
	async listen(): Promise<void> {
		if (this.#options.createTransport === undefined) await this.#openEngine();
	}

	/**
	 * Answers an offer and makes its session.
	 *
	 * @throws {SignallingError} for an offer that can't be served (see `parseOffer`), or 503 when
	 * the hub is full or closed, the client's address has too many offers without a connection, or
	 * the process has too few file descriptors.
	 */
	async open(
		offerSdp: string,
		info: SessionInfo,
		needs: { readonly video: boolean } = { video: false },
	): Promise<OpenedSession> {
		if (this.#closed) throw shuttingDown();
		const offer = parseOffer(offerSdp, this.#sdpLimits);
		if (needs.video && offer.video === undefined)
			throw new SignallingError(422, "The offer has no video section that receives.");
		const former = this.#formerOf(info, offer.video !== undefined);
		// A second connection of a viewer who is there takes no further place.
		if (former === undefined && this.#viewersPresent + this.#opening >= this.maxViewers) {
			const words = this.maxViewers === 1 ? "The 1 place is taken." : `All ${this.maxViewers} places are taken.`;
			throw new SignallingError(503, words, { retryAfterSec: BUSY_RETRY_SEC });
		}
		this.#requireDescriptors();
		const settle = this.#pending.begin(info.remoteAddress);
		if (former === undefined) this.#opening++;
		try {
			const transport = await this.#createTransport();
			if (this.#closed) {
				transport.close();
				throw shuttingDown();
			}
			const ssrc = randomInt(1, 2 ** 32 - 1);
			const video: AnsweredVideo | undefined = offer.video && {
				offered: offer.video,
				ssrc,
				rtxSsrc: ssrc + 1,
				cname: "panogaze",
			};
			const session = new RtcSession({
				id: randomBytes(18).toString("base64url"),
				transport,
				video,
				dataChannels: offer.dataMid !== undefined,
				remoteCandidates: offer.candidates,
				bitrate: this.#options.bitrate,
				limits: this.#options.limits,
				paceTimer: this.#paceTimer,
				createController: (limits) => new LossAndQueueController(limits),
				...(this.#options.onListenerError === undefined
					? {}
					: { onListenerError: this.#options.onListenerError }),
			});
			this.#unanswered.add(session);
			void session.connected.then(settle);
			void session.closed.then(settle);
			try {
				const ssrcs = video === undefined ? [] : [video.ssrc, video.rtxSsrc];
				const engineAnswer = await transport.answer(offer, video && { ssrcs, cname: video.cname });
				if (this.#closed) throw shuttingDown();
				const answer = completeAnswer(engineAnswer, {
					video,
					refused: offer.refused,
					publicAddresses: this.#options.publicAddresses ?? [],
					maxMessageBytes: this.#options.limits.maxMessageBytes,
				});
				this.#keep(session, offer.iceUfrag);
				this.#showToViewer(session, info);
				return { session, answer };
			} catch (error) {
				session.close("The offer could not be answered.");
				throw error;
			} finally {
				this.#unanswered.delete(session);
			}
		} catch (error) {
			settle();
			throw error;
		} finally {
			if (former === undefined) this.#opening--;
		}
	}

	/**
	 * Hands candidates that a client found later to its session.
	 *
	 * @throws {SignallingError} 404 no such session, 400 or 413 for a broken fragment, 422 if it
	 * asks for an ICE restart: that needs a new session here.
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

	/** Ends one session. @throws {SignallingError} 404 if there is none. */
	end(id: string, reason: string): void {
		const session = this.#sessions.get(id);
		if (session === undefined) throw noSuchSession();
		session.close(reason);
	}

	/** Ends every session, and takes no new one. Nothing of the hub runs afterwards. */
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
	 * libdatachannel ends the process when it gets no socket, so it is asked only when there are
	 * some.
	 * @throws {SignallingError} 503
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

	async #createTransport(): Promise<PeerTransport> {
		const { createTransport } = this.#options;
		return createTransport === undefined
			? (await this.#openEngine()).createTransport()
			: createTransport(this.#transportOptions);
	}

	/**
	 * Loaded when it is needed: whoever brings another engine need not have libdatachannel. A
	 * failure is tried again the next time.
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
		return [...this.#viewers].filter((viewer) => !viewer.isClosed).length;
	}

	/**
	 * The session that a new connection takes over. It must have the same access, and video if that
	 * has: what is drawn for a viewer is decided once.
	 */
	#formerOf({ resume, access }: SessionInfo, video: boolean): ResumableSession | undefined {
		const found = this.#resumable.find(resume);
		if (found === undefined || found.viewer.hasVideo !== video) return undefined;
		const isSame = found.access.size === access.size && [...access].every((word) => found.access.has(word));
		return isSame ? found.viewer : undefined;
	}

	/** Adds the connection to its viewer if that is still there, or else as a new viewer. */
	#showToViewer(session: RtcSession, info: SessionInfo): void {
		const connection = { session, resumeSecret: newResumeSecret(), remoteAddress: info.remoteAddress };
		const former = this.#formerOf(info, session.hasVideo);
		const viewer = former ?? new ResumableSession(connection, this.#options.onListenerError);
		this.#resumable.keep(connection.resumeSecret, { viewer, access: info.access }, session.closed);
		if (former !== undefined) {
			former.takeOver(connection);
			return;
		}
		this.#viewers.add(viewer);
		void viewer.closed.then(() => this.#viewers.delete(viewer));
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

function shuttingDown(): SignallingError {
	return new SignallingError(503, "The server is shutting down.", { retryAfterSec: BUSY_RETRY_SEC });
}

function noSuchSession(): SignallingError {
	return new SignallingError(404, "There is no such session: it has ended, or never was.");
}
