import type { ClientMediaKind, ClientMediaPacket } from "../media/client-media.ts";
import type { EncodedPacket, EncodedSound } from "../media/encoded-packet.ts";
import { EventListeners } from "../media/events.ts";
import type { VideoFormat } from "../media/video-format.ts";
import type { H264Profile } from "./offered-formats.ts";
import { newTotals, type SessionStats, type SessionTotals, sumTotals } from "./session-stats.ts";
import type { CameraStream, DataChannelOptions, SessionEvents, ViewerSession } from "./viewer-session.ts";

/** A connection of a viewer. */
export interface ViewerConnection {
	/** Owned by the `ResumableSession`. */
	readonly session: ViewerSession;
	/** Secret by which a further connection may be made. */
	readonly resumeSecret: string;
	/** IP address that its offer came from; `undefined` when it is not known. */
	readonly remoteAddress: string | undefined;
}

/** A connection of the two, and its latest reports. */
interface Link extends ViewerConnection {
	connected: boolean;
	paused: boolean;
	behind: boolean;
	bitrateBps: number | undefined;
	camerasBps: number | undefined;
	/** Sections of cameras that are behind. */
	readonly camerasBehind: Set<string>;
}

const NOTHING_KNOWN = { bitrateBps: undefined, camerasBps: undefined } as const;

/**
 * A viewer's session over changes of its network path: a first connection, and for a
 * moment a second one, whose offer had the first one's secret. Both get every picture,
 * and messages are read from both. Once the second is up, messages are sent on its open
 * channels, and estimates are its own. It takes the first one's place when that is over;
 * if the second ends before, all is as it was. The session's id stays, and it is closed
 * when no connection is left.
 */
export class ResumableSession implements ViewerSession {
	readonly id: string;
	readonly connected: Promise<void>;
	readonly closed: Promise<string>;
	readonly #events: EventListeners<SessionEvents>;
	/** Channels opened from our side: a second connection opens them too. */
	readonly #ownChannels = new Map<string, DataChannelOptions | undefined>();
	#first: Link;
	#second: Link | undefined;
	/** The connections that the client's newest pictures and sound came by. */
	readonly #mediaFrom = new Map<ClientMediaKind, Link>();
	/** Offers for another connection that are being answered. */
	readonly #expected = new Set<object>();
	/** The end of the only connection, while another one is expected. */
	#endReason: string | undefined;
	/** Totals of connections that are over. */
	#before: SessionTotals = newTotals();
	#isClosed = false;
	#resolveConnected!: () => void;
	#resolveClosed!: (reason: string) => void;

	constructor(connection: ViewerConnection, onListenerError?: (error: unknown) => void) {
		this.id = connection.session.id;
		this.#events = new EventListeners(onListenerError);
		this.connected = new Promise((resolve) => {
			this.#resolveConnected = resolve;
		});
		this.closed = new Promise((resolve) => {
			this.#resolveClosed = resolve;
		});
		this.#first = this.#link(connection);
	}

	/** Secret of the leading connection, for its welcome. */
	get resumeSecret(): string {
		return this.#leading.resumeSecret;
	}

	/** IP address that the leading connection's offer came from, if it is known. */
	get remoteAddress(): string | undefined {
		return this.#leading.remoteAddress;
	}

	/** True as soon as `closed` is about to resolve. */
	get isClosed(): boolean {
		return this.#isClosed;
	}

	get hasVideo(): boolean {
		return this.#leading.session.hasVideo;
	}

	get videoFormat(): VideoFormat | undefined {
		return this.#leading.session.videoFormat;
	}

	get mostProfile(): H264Profile | undefined {
		return this.#leading.session.mostProfile;
	}

	/**
	 * Keeps the viewer, also without a connection, while the offer for another one is answered.
	 * @returns a function that ends it.
	 */
	expectConnection(): () => void {
		const expected = {};
		this.#expected.add(expected);
		return () => {
			this.#expected.delete(expected);
			this.#closeIfOver();
		};
	}

	/**
	 * Adds a second connection. A second one that was being made before is given up, unless the
	 * client has gone over to it: then it is the first from now on.
	 *
	 * @param resumeSecret secret that the client has shown: that of the connection that it uses.
	 */
	takeOver(connection: ViewerConnection, resumeSecret?: string): void {
		const former = this.#second;
		const link = this.#link(connection);
		if (this.#endReason !== undefined) {
			this.#endReason = undefined;
			this.#replaceFirst(link);
			return;
		}
		if (former !== undefined && former.resumeSecret === resumeSecret) {
			const { session } = this.#first;
			this.#second = undefined;
			this.#replaceFirst(former);
			session.close("The viewer has left this connection.");
		} else former?.session.close("The viewer has made another connection.");
		this.#second = link;
	}

	sendVideo(packet: EncodedPacket): void {
		this.#first.session.sendVideo(packet);
		this.#second?.session.sendVideo(packet);
	}

	get cameras(): readonly CameraStream[] {
		return this.#leading.session.cameras;
	}

	sendCamera(mid: string, packet: EncodedPacket): void {
		this.#first.session.sendCamera(mid, packet);
		this.#second?.session.sendCamera(mid, packet);
	}

	get hasSound(): boolean {
		return this.#leading.session.hasSound;
	}

	sendSound(packet: EncodedSound): boolean {
		const first = this.#first.session.sendSound(packet);
		const second = this.#second?.session.sendSound(packet) ?? false;
		return first || second;
	}

	get receives(): ReadonlySet<ClientMediaKind> {
		return this.#leading.session.receives;
	}

	requestMediaKeyframe(): void {
		this.#leading.session.requestMediaKeyframe();
	}

	openChannel(label: string, options?: DataChannelOptions): void {
		this.#ownChannels.set(label, options);
		this.#leading.session.openChannel(label, options);
	}

	isChannelOpen(label: string): boolean {
		return this.#carrierOf(label).isChannelOpen(label);
	}

	send(label: string, message: string | Uint8Array, mostBufferedBytes?: number): boolean {
		return this.#carrierOf(label).send(label, message, mostBufferedBytes);
	}

	stats(): SessionStats {
		const stats = this.#leading.session.stats();
		return { ...stats, ...sumTotals(this.#before, stats) };
	}

	close(reason: string): void {
		const second = this.#second;
		this.#second = undefined;
		second?.session.close(reason);
		this.#first.session.close(reason);
		this.#expected.clear();
		this.#closeIfOver();
	}

	on<Name extends keyof SessionEvents>(name: Name, listener: (...args: SessionEvents[Name]) => void): () => void {
		return this.#events.on(name, listener);
	}

	/** The connection whose estimates count. */
	get #leading(): Link {
		return this.#second?.connected ? this.#second : this.#first;
	}

	/** Messages go by the leading connection once the channel is open there, and not before. */
	#carrierOf(label: string): ViewerSession {
		const { session } = this.#leading;
		const first = this.#first.session;
		return session.isChannelOpen(label) || !first.isChannelOpen(label) ? session : first;
	}

	#link(connection: ViewerConnection): Link {
		const { session } = connection;
		const link: Link = {
			...connection,
			connected: false,
			paused: false,
			behind: false,
			...NOTHING_KNOWN,
			camerasBehind: new Set(),
		};
		const leads = () => this.#leading === link;
		const events = this.#events;
		session.on("keyframeRequest", (reason) => events.emit("keyframeRequest", reason));
		session.on("message", (...message) => events.emit("message", ...message));
		session.on("media", (packet) => this.#received(link, packet));
		session.on("bitrate", (bitrateBps) => {
			link.bitrateBps = bitrateBps;
			if (leads()) events.emit("bitrate", bitrateBps);
		});
		session.on("backPressure", (behind) => {
			link.behind = behind;
			if (leads()) events.emit("backPressure", behind);
		});
		session.on("pause", () => {
			link.paused = true;
			if (leads()) events.emit("pause");
		});
		session.on("resume", () => {
			link.paused = false;
			if (leads()) events.emit("resume");
		});
		session.on("channelOpen", (label) => leads() && events.emit("channelOpen", label));
		session.on("frameSent", (...frame) => leads() && events.emit("frameSent", ...frame));
		session.on("cameraKeyframe", (mid) => events.emit("cameraKeyframe", mid));
		session.on("cameraBackPressure", (mid, behind) => {
			if (behind) link.camerasBehind.add(mid);
			else link.camerasBehind.delete(mid);
			if (leads()) events.emit("cameraBackPressure", mid, behind);
		});
		session.on("cameraFrameSent", (...frame) => leads() && events.emit("cameraFrameSent", ...frame));
		session.on("camerasBitrate", (bitrateBps) => {
			link.camerasBps = bitrateBps;
			if (leads()) events.emit("camerasBitrate", bitrateBps);
		});
		void session.connected.then(() => this.#connectedBy(link));
		void session.closed.then((reason) => this.#over(link, reason));
		return link;
	}

	/**
	 * A client sends on both connections, with an encoder for each. Each kind changes over once the
	 * leading connection brings it, pictures at a key frame.
	 */
	#received(link: Link, packet: ClientMediaPacket): void {
		if (link !== this.#mediaFrom.get(packet.kind)) {
			if (this.#leading !== link) return;
			if (packet.kind === "video" && !packet.keyframe) {
				link.session.requestMediaKeyframe();
				return;
			}
			this.#mediaFrom.set(packet.kind, link);
		}
		this.#events.emit("media", packet);
	}

	#connectedBy(link: Link): void {
		link.connected = true;
		this.#resolveConnected();
		if (link === this.#second) this.#nowLeads(link);
	}

	#over(link: Link, reason: string): void {
		if (link === this.#second) {
			const led = this.#leading === link;
			this.#second = undefined;
			if (led) this.#nowLeads(this.#first);
			return;
		}
		if (link !== this.#first) return;
		const second = this.#second;
		if (second === undefined) {
			this.#endReason = reason;
			this.#closeIfOver();
			return;
		}
		this.#second = undefined;
		this.#replaceFirst(second);
	}

	/** @param link one that is connected has led before. */
	#replaceFirst(link: Link): void {
		this.#before = sumTotals(this.#before, this.#first.session.stats());
		this.#first = link;
		if (!link.connected) this.#nowLeads(link);
		this.#events.emit("moved");
	}

	#closeIfOver(): void {
		if (this.#endReason === undefined || this.#expected.size > 0 || this.#isClosed) return;
		this.#isClosed = true;
		this.#resolveClosed(this.#endReason);
	}

	/** Opens our channels on the connection that leads from now on, and reports its figures. */
	#nowLeads(link: Link): void {
		for (const [label, options] of this.#ownChannels) link.session.openChannel(label, options);
		this.#reportLink(link);
	}

	/** Reports the latest figures of a connection that now leads. */
	#reportLink({ session, bitrateBps, paused, behind, camerasBps, camerasBehind }: Link): void {
		this.#events.emit("bitrate", bitrateBps ?? session.stats().targetBitrateBps);
		this.#events.emit("backPressure", behind);
		this.#events.emit(paused ? "pause" : "resume");
		this.#events.emit("camerasChanged");
		if (camerasBps !== undefined) this.#events.emit("camerasBitrate", camerasBps);
		for (const { mid } of session.cameras) this.#events.emit("cameraBackPressure", mid, camerasBehind.has(mid));
	}
}
