import { createSocket, type RemoteInfo, type Socket } from "node:dgram";

/** What one direction of the path does to packets. */
export interface PathOptions {
	/** Share of packets lost at random, 0 to 1. @default 0 */
	readonly loss?: number;
	/** Milliseconds that every packet takes. @default 0 */
	readonly delayMs?: number;
	/** Up to this many milliseconds more, at random; packets never overtake each other. @default 0 */
	readonly jitterMs?: number;
	/** Bits per second of UDP payload that the link carries. @default unlimited */
	readonly rateBps?: number;
	/** Longest queue in front of the link, milliseconds; what finds it full is lost. @default 200 */
	readonly queueMs?: number;
	/** Source of chance, 0 to 1; give a seeded one for tests that must repeat. @default Math.random */
	readonly random?: () => number;
}

/** Totals of one direction. */
export interface PathCounters {
	readonly received: number;
	readonly forwarded: number;
	readonly lost: number;
	/** Lost because the queue was full. */
	readonly overflowed: number;
	readonly bytesForwarded: number;
	/** Longest time a packet stood in the queue, milliseconds. */
	readonly longestQueueMs: number;
}

export interface UdpRelayOptions {
	/** From the server to the client: where video goes. */
	readonly down?: PathOptions;
	/** From the client to the server. */
	readonly up?: PathOptions;
	/** Local address of both sockets. @default the address of the candidate that is replaced */
	readonly host?: string;
}

interface Target {
	readonly port: number;
	readonly host: string;
}

/**
 * A UDP relay in user space between a WebRTC client and a server, for tests of loss, delay and narrow links where the kernel's own emulation is not to
 * be had. It is put in by rewriting the candidate in the server's answer: the client then knows no other way.
 */
export class UdpRelay implements Disposable {
	/** The answer, with the relay as its only candidate. */
	readonly answer: string;
	readonly #front: Socket;
	readonly #back: Socket;
	readonly #down: Path;
	readonly #up: Path;
	#client: Target | undefined;

	private constructor(answer: string, front: Socket, back: Socket, server: Target, options: UdpRelayOptions) {
		this.answer = answer;
		this.#front = front;
		this.#back = back;
		this.#up = new Path(options.up ?? {}, (packet) => this.#back.send(packet, server.port, server.host));
		this.#down = new Path(options.down ?? {}, (packet) => {
			if (this.#client !== undefined) this.#front.send(packet, this.#client.port, this.#client.host);
		});
		front.on("message", (packet, from: RemoteInfo) => {
			this.#client = { port: from.port, host: from.address };
			this.#up.forward(packet);
		});
		back.on("message", (packet) => this.#down.forward(packet));
		// A closed port on the far side is reported to the socket; it is no fault of the relay.
		front.on("error", () => {});
		back.on("error", () => {});
	}

	/** Opens a relay before an IPv4 host candidate of `answer`. @throws {Error} if there is none. */
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
			.filter((line) => !line.startsWith("a=candidate:") || line.includes(` ${server.host} ${server.port} typ host`))
			.map((line) => (line.startsWith("a=candidate:") ? line.replace(` ${server.host} ${server.port} `, ` ${host} ${port} `) : line))
			.join("\r\n");
		return new UdpRelay(rewritten, front, back, server, options);
	}

	get down(): PathCounters {
		return this.#down.counters();
	}

	get up(): PathCounters {
		return this.#up.counters();
	}

	/** Changes a direction while it runs; what waits already is not touched. */
	setPath(direction: "up" | "down", options: PathOptions): void {
		(direction === "up" ? this.#up : this.#down).options = options;
	}

	close(): void {
		this.#up.close();
		this.#down.close();
		this.#front.close();
		this.#back.close();
	}

	[Symbol.dispose](): void {
		this.close();
	}
}

interface Waiting {
	readonly packet: Buffer;
	readonly dueMs: number;
}

/** One direction: chance first, then a queue before a link of limited rate, then delay. Order is kept. */
class Path {
	options: PathOptions;
	readonly #send: (packet: Buffer) => void;
	readonly #waiting: Waiting[] = [];
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** When the link will have sent all it has been given. */
	#linkFreeMs = 0;
	#lastDueMs = 0;
	#received = 0;
	#forwarded = 0;
	#lost = 0;
	#overflowed = 0;
	#bytesForwarded = 0;
	#longestQueueMs = 0;

	constructor(options: PathOptions, send: (packet: Buffer) => void) {
		this.options = options;
		this.#send = send;
	}

	forward(packet: Buffer): void {
		const { loss = 0, delayMs = 0, jitterMs = 0, rateBps = Number.POSITIVE_INFINITY, queueMs = 200, random = Math.random } = this.options;
		this.#received++;
		if (random() < loss) {
			this.#lost++;
			return;
		}
		const nowMs = performance.now();
		const freeMs = Math.max(this.#linkFreeMs, nowMs) + (packet.length * 8000) / rateBps;
		if (freeMs - nowMs > queueMs) {
			this.#overflowed++;
			return;
		}
		this.#linkFreeMs = freeMs;
		this.#longestQueueMs = Math.max(this.#longestQueueMs, freeMs - nowMs);
		this.#lastDueMs = Math.max(this.#lastDueMs, freeMs + delayMs + random() * jitterMs);
		this.#waiting.push({ packet, dueMs: this.#lastDueMs });
		this.#deliver();
	}

	counters(): PathCounters {
		return {
			received: this.#received,
			forwarded: this.#forwarded,
			lost: this.#lost,
			overflowed: this.#overflowed,
			bytesForwarded: this.#bytesForwarded,
			longestQueueMs: this.#longestQueueMs,
		};
	}

	close(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#waiting.length = 0;
	}

	#deliver(): void {
		const nowMs = performance.now();
		let due = 0;
		while (due < this.#waiting.length && this.#waiting[due]!.dueMs <= nowMs) due++;
		for (const { packet } of this.#waiting.splice(0, due)) {
			this.#forwarded++;
			this.#bytesForwarded += packet.length;
			this.#send(packet);
		}
		if (this.#waiting.length === 0) return;
		this.#timer ??= setTimeout(
			() => {
				this.#timer = undefined;
				this.#deliver();
			},
			Math.max(0, this.#waiting[0]!.dueMs - nowMs),
		);
	}
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
