import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { EmulatedLink, type Fate, type LinkOptions } from "./links/emulated-link.ts";

/** Effects of one direction of the path on packets. */
export interface PathOptions extends LinkOptions {
	/**
	 * Share of packets that arrive twice, 0 to 1; the second copy has a jitter of its own.
	 * @default 0
	 */
	readonly duplication?: number;
	/** Share of packets in which one byte arrives changed, 0 to 1. @default 0 */
	readonly corruption?: number;
	/** Called for each packet that enters the path. `packet` is lent. */
	readonly onPacket?: (passage: Passage) => void;
	/** Called for each packet that is sent on, with the milliseconds by which it is late. */
	readonly onForward?: (lateMs: number) => void;
}

/**
 * A packet's passage through the path, milliseconds on the clock of `performance.now()`. The times
 * are the emulated path's, also on a busy machine.
 */
export interface Passage {
	/** SRTP and SRTCP have their headers in clear. */
	readonly packet: Buffer;
	readonly enteredMs: number;
	/** `undefined`: it never arrives. */
	readonly dueMs: number | undefined;
	readonly fate: Fate;
}

/** Totals of one direction. */
export interface PathCounters {
	readonly received: number;
	/** Copies included. */
	readonly forwarded: number;
	/** Packets lost by chance, or in an outage. */
	readonly lost: number;
	/** Lost because the queue was full. */
	readonly overflowed: number;
	/** Lost because they were longer than the MTU. */
	readonly oversized: number;
	readonly duplicated: number;
	readonly corrupted: number;
	/** Packets that arrived after one that was sent later. */
	readonly overtaken: number;
	readonly bytesForwarded: number;
	/** Longest time a packet stood in the queue, milliseconds. */
	readonly longestQueueMs: number;
}

export interface UdpRelayOptions {
	/** Direction from the server to the client, which video takes. */
	readonly down?: PathOptions;
	/** Direction from the client to the server. */
	readonly up?: PathOptions;
	/** Local address of both sockets. @default the address of the candidate that is replaced */
	readonly host?: string;
}

interface Target {
	readonly port: number;
	readonly host: string;
}

/**
 * A UDP relay in user space between a WebRTC client and a server, for tests of rough and narrow
 * links without the kernel's own emulation. It takes the place of the candidate in the server's
 * answer: the client then knows no other path.
 */
export class UdpRelay implements Disposable {
	/** The answer, with the relay as its only candidate. */
	readonly answer: string;
	readonly #front: Socket;
	readonly #server: Target;
	#back: Socket;
	readonly #down: Path;
	readonly #up: Path;
	#client: Target | undefined;
	#closed = false;

	private constructor(answer: string, front: Socket, back: Socket, server: Target, options: UdpRelayOptions) {
		this.answer = answer;
		this.#front = front;
		this.#server = server;
		this.#back = back;
		this.#up = new Path(options.up ?? {}, (packet) => this.#back.send(packet, server.port, server.host));
		this.#down = new Path(options.down ?? {}, (packet) => {
			if (this.#client !== undefined) this.#front.send(packet, this.#client.port, this.#client.host);
		});
		front.on("message", (packet, from: RemoteInfo) => {
			this.#client = { port: from.port, host: from.address };
			this.#up.forward(packet);
		});
		this.#listenTo(back);
		// A closed port on the far side is reported to the socket; it is no fault of the relay.
		front.on("error", () => {});
	}

	/**
	 * Opens a relay before an IPv4 host candidate of `answer`.
	 * @throws {Error} if there is none.
	 */
	static async open(answer: string, options: UdpRelayOptions = {}): Promise<UdpRelay> {
		const candidates = [...answer.matchAll(/^a=candidate:\S+ 1 UDP \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ host/gim)];
		const chosen = candidates.find((match) => options.host === undefined || match[1] === options.host);
		if (chosen === undefined) throw new Error("The answer has no IPv4 host candidate to stand before.");
		const server = { host: chosen[1]!, port: Number(chosen[2]) };
		const host = options.host ?? server.host;
		const front = await bind(host);
		const back = await bind(host);
		const port = front.address().port;
		const rewritten = answer
			.split("\r\n")
			.filter(
				(line) => !line.startsWith("a=candidate:") || line.includes(` ${server.host} ${server.port} typ host`),
			)
			.map((line) =>
				line.startsWith("a=candidate:")
					? line.replace(` ${server.host} ${server.port} `, ` ${host} ${port} `)
					: line,
			)
			.join("\r\n");
		return new UdpRelay(rewritten, front, back, server, options);
	}

	get down(): PathCounters {
		return this.#down.counters();
	}

	get up(): PathCounters {
		return this.#up.counters();
	}

	/** The port from which the server sees the client. */
	get clientPort(): number {
		return this.#back.address().port;
	}

	/** The emulated link of a direction. */
	link(direction: "up" | "down"): EmulatedLink {
		return (direction === "up" ? this.#up : this.#down).link;
	}

	/** Replaces a direction's options while it runs, for packets that enter it from now on. */
	setPath(direction: "up" | "down", options: PathOptions): void {
		(direction === "up" ? this.#up : this.#down).options = options;
	}

	/**
	 * Gives the client another port, as a NAT does that has lost its mapping: from now on the
	 * client's packets come from there, and packets of the server to the old port are lost.
	 *
	 * @param host another address too, as after a change of network. @default the server's own
	 */
	async rebind(host = this.#server.host): Promise<void> {
		const back = await bind(host);
		if (this.#closed) {
			back.close();
			return;
		}
		this.#listenTo(back);
		const former = this.#back;
		this.#back = back;
		former.removeAllListeners("message").close();
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#up.close();
		this.#down.close();
		this.#front.close();
		this.#back.close();
	}

	[Symbol.dispose](): void {
		this.close();
	}

	#listenTo(back: Socket): void {
		back.on("message", (packet) => this.#down.forward(packet));
		back.on("error", () => {});
	}
}

interface Waiting {
	readonly packet: Buffer;
	readonly dueMs: number;
	/** Counts packets as they were received. */
	readonly number: number;
}

/** A direction of the path: an emulated link with its packets and their times of arrival. */
class Path {
	readonly link: EmulatedLink;
	#options: PathOptions;
	readonly #send: (packet: Buffer) => void;
	readonly #waiting: Waiting[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;
	#timerMs = 0;
	readonly #counted = {
		received: 0,
		forwarded: 0,
		lost: 0,
		overflowed: 0,
		oversized: 0,
		duplicated: 0,
		corrupted: 0,
		overtaken: 0,
		bytesForwarded: 0,
	};
	#newestForwarded = 0;

	constructor(options: PathOptions, send: (packet: Buffer) => void) {
		this.link = new EmulatedLink(options);
		this.#options = options;
		this.#send = send;
	}

	set options(options: PathOptions) {
		this.#options = options;
		this.link.options = options;
	}

	forward(packet: Buffer): void {
		const { duplication = 0, corruption = 0, random = Math.random } = this.#options;
		this.#counted.received++;
		const corrupted = corruption > 0 && random() < corruption;
		const arriving = corrupted ? withChangedByte(packet, random) : packet;
		if (!this.#enter(arriving)) return;
		if (corrupted) this.#counted.corrupted++;
		if (duplication > 0 && random() < duplication && this.#enter(arriving)) this.#counted.duplicated++;
		this.#deliver();
	}

	counters(): PathCounters {
		return { ...this.#counted, longestQueueMs: this.link.longestQueueMs };
	}

	close(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#waiting.length = 0;
	}

	/** @returns false if the packet never arrives. */
	#enter(packet: Buffer): boolean {
		const enteredMs = performance.now();
		const fate = this.link.enter(packet.length, enteredMs);
		const dueMs = fate.kind === "arrives" ? fate.dueMs : undefined;
		this.#options.onPacket?.({ packet, enteredMs, dueMs, fate });
		if (fate.kind !== "arrives") {
			this.#counted[COUNTER_OF[fate.kind]]++;
			return false;
		}
		let at = this.#waiting.length;
		while (at > 0 && this.#waiting[at - 1]!.dueMs > fate.dueMs) at--;
		this.#waiting.splice(at, 0, { packet, dueMs: fate.dueMs, number: this.#counted.received });
		return true;
	}

	#deliver(): void {
		const nowMs = performance.now();
		let due = 0;
		while (due < this.#waiting.length && this.#waiting[due]!.dueMs <= nowMs) due++;
		for (const { packet, dueMs, number } of this.#waiting.splice(0, due)) {
			this.#counted.forwarded++;
			if (number < this.#newestForwarded) this.#counted.overtaken++;
			this.#newestForwarded = Math.max(this.#newestForwarded, number);
			this.#counted.bytesForwarded += packet.length;
			this.#send(packet);
			this.#options.onForward?.(nowMs - dueMs);
		}
		const next = this.#waiting[0];
		if (next === undefined || (this.#timer !== undefined && this.#timerMs <= next.dueMs)) return;
		clearTimeout(this.#timer);
		this.#timerMs = next.dueMs;
		this.#timer = setTimeout(
			() => {
				this.#timer = undefined;
				this.#deliver();
			},
			Math.max(0, next.dueMs - nowMs),
		);
	}
}

/** The counter of packets of each fate but arrival. */
const COUNTER_OF = {
	lost: "lost",
	outage: "lost",
	overflowed: "overflowed",
	oversized: "oversized",
} as const;

function withChangedByte(packet: Buffer, random: () => number): Buffer {
	const changed = Buffer.from(packet);
	const at = Math.floor(random() * changed.length);
	changed[at] = changed[at]! ^ (1 + Math.floor(random() * 255));
	return changed;
}

function bind(host: string): Promise<Socket> {
	const socket = createSocket({ type: "udp4", recvBufferSize: 4 * 2 ** 20 });
	return new Promise((resolve, reject) => {
		socket.once("error", reject);
		socket.bind(0, host, () => {
			socket.off("error", reject);
			resolve(socket);
		});
	});
}
