import { createSocket, type RemoteInfo, type Socket } from "node:dgram";

/** Effects of one direction of the path on packets. */
export interface PathOptions {
	/** Share of packets lost at random, 0 to 1. @default 0 */
	readonly loss?: number;
	/** Milliseconds that every packet takes. @default 0 */
	readonly delayMs?: number;
	/** Up to this many milliseconds more, at random. @default 0 */
	readonly jitterMs?: number;
	/**
	 * Lets packets overtake each other where their jitter differs, as a Wi-Fi link does that
	 * repeats frames.
	 * @default false
	 */
	readonly overtaking?: boolean;
	/**
	 * Share of packets that arrive twice, 0 to 1; the second copy has a jitter of its own.
	 * @default 0
	 */
	readonly duplication?: number;
	/** Share of packets in which one byte arrives changed, 0 to 1. @default 0 */
	readonly corruption?: number;
	/** Nothing gets through. @default false */
	readonly outage?: boolean;
	/**
	 * Longest IPv4 packet that gets through, bytes with its headers; longer ones vanish, as in a
	 * tunnel that sends no ICMP.
	 * @default unlimited
	 */
	readonly mtuBytes?: number;
	/** Bits per second of UDP payload that the link carries. @default unlimited */
	readonly rateBps?: number;
	/**
	 * Longest queue in front of the link, milliseconds; a packet that finds it full is lost.
	 * @default 200
	 */
	readonly queueMs?: number;
	/**
	 * Source of chance, 0 to 1; give a seeded one for tests that must repeat.
	 * @default Math.random
	 */
	readonly random?: () => number;
	/** Called for each packet that passes, or finds no place in the queue. `packet` is lent. */
	readonly onPacket?: (passage: Passage) => void;
}

/**
 * A packet's passage through the path, milliseconds on the clock of `performance.now()`. The times
 * are the emulated path's, also on a busy machine.
 */
export interface Passage {
	/** SRTP and SRTCP have their headers in clear. */
	readonly packet: Buffer;
	readonly enteredMs: number;
	/** `undefined`: lost in a full queue. */
	readonly dueMs: number | undefined;
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

/** IPv4 and UDP headers in front of a payload, without options. */
const HEADER_BYTES = 28;

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

/** A direction of the path: random loss, then a queue before a link of limited rate, then delay. */
class Path {
	options: PathOptions;
	readonly #send: (packet: Buffer) => void;
	readonly #waiting: Waiting[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;
	#timerMs = 0;
	/** Time at which the link will have sent all of its queue. */
	#linkFreeMs = 0;
	#lastDueMs = 0;
	#received = 0;
	#forwarded = 0;
	#lost = 0;
	#overflowed = 0;
	#oversized = 0;
	#duplicated = 0;
	#corrupted = 0;
	#overtaken = 0;
	#newestForwarded = 0;
	#bytesForwarded = 0;
	#longestQueueMs = 0;

	constructor(options: PathOptions, send: (packet: Buffer) => void) {
		this.options = options;
		this.#send = send;
	}

	forward(packet: Buffer): void {
		const {
			loss = 0,
			duplication = 0,
			corruption = 0,
			outage = false,
			mtuBytes,
			random = Math.random,
		} = this.options;
		this.#received++;
		if (outage || random() < loss) {
			this.#lost++;
			return;
		}
		if (packet.length + HEADER_BYTES > (mtuBytes ?? Number.POSITIVE_INFINITY)) {
			this.#oversized++;
			return;
		}
		const corrupted = corruption > 0 && random() < corruption;
		const arriving = corrupted ? withChangedByte(packet, random) : packet;
		if (!this.#queue(arriving)) return;
		if (corrupted) this.#corrupted++;
		if (duplication > 0 && random() < duplication && this.#queue(arriving)) this.#duplicated++;
		this.#deliver();
	}

	counters(): PathCounters {
		return {
			received: this.#received,
			forwarded: this.#forwarded,
			lost: this.#lost,
			overflowed: this.#overflowed,
			oversized: this.#oversized,
			duplicated: this.#duplicated,
			corrupted: this.#corrupted,
			overtaken: this.#overtaken,
			bytesForwarded: this.#bytesForwarded,
			longestQueueMs: this.#longestQueueMs,
		};
	}

	close(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#waiting.length = 0;
	}

	/** @returns false if the link's queue is full. */
	#queue(packet: Buffer): boolean {
		const {
			delayMs = 0,
			jitterMs = 0,
			overtaking = false,
			rateBps = Number.POSITIVE_INFINITY,
			queueMs = 200,
		} = this.options;
		const { random = Math.random } = this.options;
		const nowMs = performance.now();
		const freeMs = Math.max(this.#linkFreeMs, nowMs) + (packet.length * 8000) / rateBps;
		if (freeMs - nowMs > queueMs) {
			this.#overflowed++;
			this.options.onPacket?.({ packet, enteredMs: nowMs, dueMs: undefined });
			return false;
		}
		this.#linkFreeMs = freeMs;
		this.#longestQueueMs = Math.max(this.#longestQueueMs, freeMs - nowMs);
		const arrivalMs = freeMs + delayMs + random() * jitterMs;
		const dueMs = overtaking ? arrivalMs : Math.max(this.#lastDueMs, arrivalMs);
		this.#lastDueMs = Math.max(this.#lastDueMs, dueMs);
		this.options.onPacket?.({ packet, enteredMs: nowMs, dueMs });
		let at = this.#waiting.length;
		while (at > 0 && this.#waiting[at - 1]!.dueMs > dueMs) at--;
		this.#waiting.splice(at, 0, { packet, dueMs, number: this.#received });
		return true;
	}

	#deliver(): void {
		const nowMs = performance.now();
		let due = 0;
		while (due < this.#waiting.length && this.#waiting[due]!.dueMs <= nowMs) due++;
		for (const { packet, number } of this.#waiting.splice(0, due)) {
			this.#forwarded++;
			if (number < this.#newestForwarded) this.#overtaken++;
			this.#newestForwarded = Math.max(this.#newestForwarded, number);
			this.#bytesForwarded += packet.length;
			this.#send(packet);
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
