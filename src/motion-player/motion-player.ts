import { MotionFileError } from "../motion/motion-file-error.ts";
import type { MotionRow } from "../motion/motion-row.ts";
import { readMotion } from "../motion/read-motion.ts";
import { parseServerControlMessage, type ServerStatsMessage } from "../protocol/control-message.ts";
import { encodeControlMessage, PROTOCOL_VERSION } from "../protocol/control-writing.ts";
import { type PlayerChannelOptions, PlayerConnection } from "./player-connection.ts";
import { PlayerConnectionError } from "./player-connection-error.ts";
import { PlayerSafety } from "./player-safety.ts";
import { type PlayerProtocol, PoseMessages } from "./pose-messages.ts";
import type { RtpCounts } from "./rtp-counter.ts";

export interface PlayMotionOptions {
	/** The recording, as `readMotion` takes it. */
	readonly path: string;
	/** The server's address. @default "http://localhost:8080" */
	readonly url?: string | undefined;
	/** @default "tracking" */
	readonly protocol?: PlayerProtocol | undefined;
	/**
	 * The speed, as a multiple of the recorded one; `Infinity`: as fast as the channels take
	 * it.
	 * @default 1
	 */
	readonly speed?: number | undefined;
	/** Begin again at the end, until `signal` is aborted. @default false */
	readonly loop?: boolean | undefined;
	/** Number of connections that all send the same poses. @default 1 */
	readonly clients?: number | undefined;
	/** Request the view too. It is counted, not decoded. @default false */
	readonly video?: boolean | undefined;
	readonly token?: string | undefined;
	/** Accept any certificate. @default false */
	readonly insecure?: boolean | undefined;
	/** Ends it early, with a report of the part that was played. */
	readonly signal?: AbortSignal | undefined;
}

/** The report about one client. */
export interface PlayedClient {
	/** Number of sent messages by stream. */
	readonly sent: Readonly<Record<string, number>>;
	/** Messages that were left out because the channel still held an earlier one. */
	readonly heldBack: number;
	/** Counts of received video; `undefined` if none was requested. */
	readonly video: RtpCounts | undefined;
	/** The server's newest `stats` message; `undefined` if it sends none. */
	readonly serverStats: ServerStatsMessage | undefined;
	/** The server's complaints, without repetitions. */
	readonly complaints: readonly string[];
	/** The reason why this client did not reach the end. */
	readonly lost: string | undefined;
}

export interface PlayReport {
	readonly clients: readonly PlayedClient[];
	/** Poses of the recording that were played, counted again in every round. */
	readonly poses: number;
	/** Poses that the protocol has no message for. */
	readonly unsendable: number;
	readonly seconds: number;
	/** Sentences about tolerated faults of the recording. */
	readonly notices: readonly string[];
}

const CHANNELS: Readonly<Record<PlayerProtocol, readonly PlayerChannelOptions[]>> = {
	tracking: [{ label: "control" }, { label: "tracking", unreliable: true }],
	legacy: [{ label: "camera" }, { label: "body_pose", unreliable: true }],
};
const DEFAULT_URL = "http://localhost:8080";
/**
 * Poses at the recording's beginning that are read to find its streams before the hello is sent.
 */
const DECLARED_POSES = 200;
/** A server that does not answer the hello gets JSON. */
const WELCOME_TIMEOUT_MS = 3000;
/** Time for the last messages to travel before the connection is closed. */
const LAST_WORDS_MS = 200;
/**
 * The longest wait for the `stats` message after the last pose; the server sends one every
 * second.
 */
const LAST_STATS_MS = 1500;
/** Bytes that a channel may hold when the recording is sent as fast as possible. */
const FLOOD_BYTES = 1 << 16;
/** Poses between two turns of the event loop at full speed. */
const BURST = 64;

/**
 * Plays a recording to a server, as clients over WebRTC: a test of load and of regressions.
 * Poses leave at the distances in time at which they were received, divided by `speed`.
 *
 * @throws {MotionFileError} when the recording can't be read
 * @throws {PlayerConnectionError} when the server can't be reached, or every connection was
 * lost
 * @throws {RangeError} when an option is wrong
 */
export async function playMotion(options: PlayMotionOptions): Promise<PlayReport> {
	const { path, url = DEFAULT_URL, speed = 1, clients = 1, signal } = options;
	if (!(speed > 0)) throw new RangeError(`speed is a number above 0; got ${speed}.`);
	if (!Number.isInteger(clients) || clients < 1 || clients > 1000)
		throw new RangeError(`clients is a whole number from 1 to 1000; got ${clients}.`);
	requireHttpAddress(url);
	const first = await firstRows(path, DECLARED_POSES);
	if (first.length === 0) throw new MotionFileError("broken", path, `${path} holds no poses.`);
	const player = new Player(options, first);
	try {
		await player.connect();
		return await player.play(signal);
	} finally {
		await player.close();
	}
}

class Player {
	readonly #options: PlayMotionOptions;
	readonly #first: readonly MotionRow[];
	readonly #messages: PoseMessages;
	readonly #clients: PlayerClient[] = [];

	constructor(options: PlayMotionOptions, first: readonly MotionRow[]) {
		this.#options = options;
		this.#first = first;
		this.#messages = new PoseMessages(options.protocol ?? "tracking");
	}

	async connect(): Promise<void> {
		const { clients = 1 } = this.#options;
		const hello = encodeControlMessage({
			type: "hello",
			v: PROTOCOL_VERSION,
			client: { name: "panogaze play-motion" },
			frame: "webxr",
			units: "m",
			streams: this.#messages.declare(this.#first),
			encodings: ["bin1", "json"],
		});
		for (let client = 0; client < clients; client++)
			this.#clients.push(await PlayerClient.connect(this.#options, hello));
		this.#messages.binary = this.#clients.every(({ binary }) => binary);
	}

	async play(signal: AbortSignal | undefined): Promise<PlayReport> {
		const { path, speed = 1, loop = false } = this.#options;
		const beganMs = performance.now();
		let [poses, unsendable] = [0, 0];
		let notices: readonly string[] = [];
		let roundMs = beganMs;
		do {
			const recording = readMotion(path);
			let firstSec: number | undefined;
			for await (const row of recording) {
				firstSec ??= row.timeSec;
				const dueMs = roundMs + ((row.timeSec - firstSec) * 1000) / speed;
				const waitMs = dueMs - performance.now();
				if (Number.isFinite(speed) && waitMs > 1) await sleep(waitMs, signal);
				else if (poses % BURST === 0) await new Promise((resolve) => setImmediate(resolve));
				if (signal?.aborted || this.#allLost) break;
				const clientTimeMs = Number.isFinite(speed) ? dueMs : performance.now();
				if (!(await this.#send(row, clientTimeMs))) unsendable++;
				poses++;
			}
			({ notices } = recording);
			roundMs = performance.now();
		} while (loop && !signal?.aborted && !this.#allLost);
		const seconds = (performance.now() - beganMs) / 1000;
		if (this.#allLost)
			throw new PlayerConnectionError(`${this.#clients[0]!.report().lost} ${poses} poses were played before.`);
		await sleep(LAST_WORDS_MS, signal);
		await Promise.all(this.#clients.map((client) => client.nextStats(LAST_STATS_MS)));
		return { clients: this.#clients.map((client) => client.report()), poses, unsendable, seconds, notices };
	}

	async close(): Promise<void> {
		await Promise.all(this.#clients.map((client) => client.close()));
	}

	get #allLost(): boolean {
		return this.#clients.every(({ lost }) => lost);
	}

	/** @returns `false` when the protocol has no message for the pose. */
	async #send(row: MotionRow, clientTimeMs: number): Promise<boolean> {
		const made = this.#messages.messageOf(row, clientTimeMs);
		if (made === undefined) return false;
		const flood = !Number.isFinite(this.#options.speed ?? 1);
		// libdatachannel copies a message that it takes, so all clients can send the same
		// bytes, one after the other.
		for (const client of this.#clients) await client.send(row.stream, made.label, made.message, flood);
		return true;
	}
}

class PlayerClient {
	readonly #sent: Record<string, number> = {};
	readonly #complaints = new Set<string>();
	readonly #video: boolean;
	#connection: PlayerConnection | undefined;
	#heldBack = 0;
	#serverStats: ServerStatsMessage | undefined;
	#welcomed: (() => void) | undefined;
	#statsCame: (() => void) | undefined;
	#isWelcome = false;
	#finished: PlayedClient | undefined;
	readonly #safety: PlayerSafety;
	binary = false;

	private constructor(video: boolean) {
		this.#video = video;
		this.#safety = new PlayerSafety({
			video,
			seenRtpTicks: () => this.#connection?.seenRtpTicks,
			send: (message) => this.#connection?.send("control", encodeControlMessage(message)),
		});
	}

	static async connect(options: PlayMotionOptions, hello: string): Promise<PlayerClient> {
		const { url = DEFAULT_URL, protocol = "tracking", video = false, token, insecure } = options;
		const client = new PlayerClient(video);
		// WHEP takes only offers with video; the other door takes both.
		const door = protocol === "tracking" && video ? "whep" : "offer";
		const onText = (label: string, text: string) => label === "control" && client.#hear(text);
		client.#connection = await PlayerConnection.connect({
			url,
			door,
			token,
			insecure,
			video,
			channels: CHANNELS[protocol],
			onText,
		});
		if (protocol === "tracking") await client.#greet(hello);
		return client;
	}

	get lost(): boolean {
		return this.#connection?.lost !== undefined;
	}

	async send(stream: string, label: string, message: string | Uint8Array, flood: boolean): Promise<void> {
		const connection = this.#connection!;
		while (flood && !this.lost && connection.bufferedBytes(label) > FLOOD_BYTES) await sleep(1, undefined);
		// A queued pose would arrive late. A real client leaves it out too.
		if ((!flood && connection.bufferedBytes(label) > 0) || !connection.send(label, message)) this.#heldBack++;
		else this.#sent[stream] = (this.#sent[stream] ?? 0) + 1;
	}

	/** Resolves when the server has sent `stats`, or after the time-out. */
	async nextStats(timeoutMs: number): Promise<void> {
		if (this.lost || !this.#isWelcome) return;
		const came = new AbortController();
		this.#statsCame = () => came.abort();
		await sleep(timeoutMs, came.signal);
	}

	report(): PlayedClient {
		const connection = this.#connection;
		return (
			this.#finished ?? {
				sent: { ...this.#sent },
				heldBack: this.#heldBack,
				video: this.#video ? connection?.video : undefined,
				serverStats: this.#serverStats,
				complaints: [...this.#complaints],
				lost: connection?.lost,
			}
		);
	}

	async close(): Promise<void> {
		this.#finished = this.report();
		this.#safety.close();
		await this.#connection?.close();
	}

	async #greet(hello: string): Promise<void> {
		const welcomed = new Promise<void>((resolve) => {
			this.#welcomed = resolve;
		});
		this.#connection!.send("control", hello);
		await Promise.race([welcomed, sleep(WELCOME_TIMEOUT_MS, undefined)]);
	}

	#hear(text: string): void {
		const receivedMs = performance.now();
		const result = parseServerControlMessage(text);
		if (result.kind !== "message") return;
		const { message } = result;
		switch (message.type) {
			case "welcome":
				this.binary = message.encoding === "bin1";
				this.#isWelcome = true;
				this.#safety.welcomed(message);
				this.#welcomed?.();
				break;
			case "ping":
				this.#connection?.send(
					"control",
					encodeControlMessage({ type: "pong", t0: message.t0, t1: receivedMs, t2: performance.now() }),
				);
				break;
			case "stats":
				this.#serverStats = message;
				this.#statsCame?.();
				break;
			case "error":
				this.#complaints.add(`${message.code}: ${message.message}`);
				break;
			case "hold": {
				const complaint = this.#safety.heldBack(message);
				if (complaint !== undefined) this.#complaints.add(complaint);
				break;
			}
			case "pong":
				break;
		}
	}
}

function requireHttpAddress(url: string): void {
	const protocol = URL.canParse(url) ? new URL(url).protocol : "";
	if (protocol !== "http:" && protocol !== "https:")
		throw new RangeError(`url is an address that begins with http:// or https://; got ${url}.`);
}

/** @throws {MotionFileError} */
async function firstRows(path: string, count: number): Promise<readonly MotionRow[]> {
	const rows: MotionRow[] = [];
	for await (const row of readMotion(path)) if (rows.push(row) === count) break;
	return rows;
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
	return new Promise((resolve) => {
		const end = () => {
			clearTimeout(timer);
			signal?.removeEventListener("abort", end);
			resolve();
		};
		const timer = setTimeout(end, ms);
		signal?.addEventListener("abort", end);
	});
}
