import { EventListeners } from "../media/events.ts";
import type { PeerDataChannel, PeerDataChannelEvents, PeerTransport, PeerTransportEvents } from "./peer-transport.ts";
import type { RemoteOffer } from "./sdp-offer.ts";
import type { ChannelMessage, DataChannelOptions } from "./viewer-session.ts";

/** A transport without a network: keeps the packets, and emits the test's events. */
export class FakeTransport implements PeerTransport {
	readonly sent: Buffer[] = [];
	readonly candidates: { readonly candidate: string; readonly mid: string }[] = [];
	readonly created: { readonly channel: FakeChannel; readonly options: DataChannelOptions | undefined }[] = [];
	closed = false;
	readonly #listeners = new EventListeners<PeerTransportEvents>();

	async answer(offer: RemoteOffer): Promise<string> {
		// An echo is a fair answer to a session that looks only at its media lines.
		return offer.sdp.replaceAll("a=setup:actpass", "a=setup:active");
	}

	addCandidate(candidate: string, mid: string): void {
		this.candidates.push({ candidate, mid });
	}

	send(packet: Buffer): boolean {
		this.sent.push(Buffer.from(packet));
		return !this.closed;
	}

	createChannel(label: string, options?: DataChannelOptions): FakeChannel {
		const channel = new FakeChannel(label);
		this.created.push({ channel, options });
		return channel;
	}

	close(): void {
		this.closed = true;
	}

	on<Name extends keyof PeerTransportEvents>(
		name: Name,
		listener: (...args: PeerTransportEvents[Name]) => void,
	): () => void {
		return this.#listeners.on(name, listener);
	}

	/** Emits an event. */
	emit<Name extends keyof PeerTransportEvents>(name: Name, ...args: PeerTransportEvents[Name]): void {
		this.#listeners.emit(name, ...args);
	}

	/** Makes a channel of the client's, and opens it. */
	clientChannel(label: string): FakeChannel {
		const channel = new FakeChannel(label);
		this.emit("channel", channel);
		channel.emit("open");
		return channel;
	}

	/** The RTP packets among what was sent. */
	get rtp(): Buffer[] {
		return this.sent.filter((packet) => (packet[1]! & 0x7f) < 64 || (packet[1]! & 0x7f) > 95);
	}
}

export class FakeChannel implements PeerDataChannel {
	readonly label: string;
	readonly sent: (string | Uint8Array)[] = [];
	open = true;
	bufferedBytes = 0;
	readonly #listeners = new EventListeners<PeerDataChannelEvents>();

	constructor(label: string) {
		this.label = label;
	}

	send(message: string | Uint8Array): boolean {
		this.sent.push(message);
		return true;
	}

	close(): void {
		this.open = false;
	}

	on<Name extends keyof PeerDataChannelEvents>(
		name: Name,
		listener: (...args: PeerDataChannelEvents[Name]) => void,
	): () => void {
		return this.#listeners.on(name, listener);
	}

	/** Emits an event. */
	emit<Name extends keyof PeerDataChannelEvents>(name: Name, ...args: PeerDataChannelEvents[Name]): void {
		this.#listeners.emit(name, ...args);
	}

	message(message: ChannelMessage): void {
		this.emit("message", message);
	}
}
