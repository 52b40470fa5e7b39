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
 * and messages are read from both. Once the second is up, messages are sent on it, and
 * estimates are its own. It takes the first one's place when that is over; if the
 * second ends before, all is as it was. The session's id stays, and it is closed when
 * no connection is left.
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
	/** The connection that the client's newest pictures came by. */
	#picturesFrom: Link | undefined;
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
	 * Adds a second connection; a second one that was being made before is given up.
	 */
	takeOver(connection: ViewerConnection): void {
		const former = this.#second;
		this.#second = this.#link(connection);
		former?.session.close("The viewer has made another connection.");
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
		return this.#leading.session.isChannelOpen(label);
	}

	send(label: string, message: string | Uint8Array, mostBufferedBytes?: number): boolean {
		return this.#leading.session.send(label, message, mostBufferedBytes);
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
	}

	on<Name extends keyof SessionEvents>(name: Name, listener: (...args: SessionEvents[Name]) => void): () => void {
		return this.#events.on(name, listener);
	}

	/** The connection whose estimates count, and on which messages are sent. */
	get #leading(): Link {
		return this.#second?.connected ? this.#second : this.#first;
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
		session.on("media", (packet) => leads() && this.#received(link, packet));
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
	 * A client sends on both connections, with an encoder for each: pictures change over at a key
	 * frame.
	 */
	#received(link: Link, packet: ClientMediaPacket): void {
		if (packet.kind === "video" && link !== this.#picturesFrom) {
			if (!packet.keyframe) {
				link.session.requestMediaKeyframe();
				return;
			}
			this.#picturesFrom = link;
		}
		this.#events.emit("media", packet);
	}

	#connectedBy(link: Link): void {
		link.connected = true;
		this.#resolveConnected();
		if (link !== this.#second) return;
		for (const [label, options] of this.#ownChannels) link.session.openChannel(label, options);
		this.#reportLink(link);
	}

	#over(link: Link, reason: string): void {
		if (link === this.#second) {
			const led = this.#leading === link;
			this.#second = undefined;
			if (led) this.#reportLink(this.#first);
			return;
		}
		if (link !== this.#first) return;
		if (this.#second === undefined) {
			this.#isClosed = true;
			this.#resolveClosed(reason);
			return;
		}
		const led = this.#leading === link;
		this.#before = sumTotals(this.#before, link.session.stats());
		this.#first = this.#second;
		this.#second = undefined;
		if (led) this.#reportLink(this.#first);
		this.#events.emit("moved");
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
