import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { BackOff, doublingDelays } from "../media/back-off.ts";
import { monotonicSec } from "../media/clock.ts";
import { SpeakerMix } from "./speaker-mix.ts";
import { findSpeakerProgram, type SpeakerProgram } from "./speaker-program.ts";
import { BLOCK_SAMPLES } from "./voice.ts";

/** Options of a `Speaker`. */
export interface SpeakerOptions {
	/** `default`, a name of ALSA's or of the system's, or `pulse` and `pulse:NAME`. */
	readonly device: string;
	/** The player has ended, and is started again, in words. */
	readonly onTrouble: (message: string) => void;
}

const BLOCK_SEC = 0.01;
/** Blocks that are made up for after a pause of this thread. */
const MOST_LATE_BLOCKS = 10;
/** Bytes that may wait for the player: behind them its pipe holds a second. */
const MOST_WAITING_BYTES = 16 * 4 * BLOCK_SAMPLES;
/** Delays before the player is started again, and the time after which a start was a success. */
const BACK_OFF = { delaysSec: doublingDelays(0.5, 30) } as const;
const SUCCESS_SEC = 10;
const MOST_WORDS = 300;

type Player = ChildProcessByStdio<Writable, null, Readable>;

/** Plays the sound of viewers on a loudspeaker of this machine, by a program that does. */
export class Speaker {
	/** Name of the program. */
	readonly program: string;
	readonly #options: SpeakerOptions;
	readonly #found: SpeakerProgram;
	readonly #mix = new SpeakerMix();
	readonly #backOff = new BackOff(BACK_OFF);
	#player: Player | undefined;
	#startAgainSec = Number.NEGATIVE_INFINITY;
	#timer: NodeJS.Timeout | undefined;
	/** Time up to which blocks were made. */
	#madeSec = 0;
	#isClosed = false;

	/** @throws {SpeakerError} if no program of this machine plays on such a device. */
	constructor(options: SpeakerOptions) {
		this.#options = options;
		this.#found = findSpeakerProgram(options.device);
		this.program = this.#found.command;
	}

	/** Plays a viewer's samples: 48 kHz, 16 bits, left and right in turn. */
	play(viewer: string, samples: Int16Array): void {
		if (this.#isClosed) return;
		this.#mix.add(viewer, samples);
		if (this.#timer !== undefined) return;
		this.#madeSec = monotonicSec();
		this.#timer = setInterval(() => this.#turn(monotonicSec()), BLOCK_SEC * 1000);
		this.#timer.unref();
	}

	/** A viewer has left. */
	leave(viewer: string): void {
		this.#mix.remove(viewer);
		if (this.#mix.isEmpty) this.#stopTimer();
	}

	/** Ends the player. */
	async close(): Promise<void> {
		this.#isClosed = true;
		this.#stopTimer();
		const player = this.#player;
		if (player === undefined) return;
		const ended = once(player, "close").catch(() => {});
		player.kill();
		await ended;
	}

	#stopTimer(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
	}

	#turn(nowSec: number): void {
		this.#madeSec = Math.max(this.#madeSec, nowSec - MOST_LATE_BLOCKS * BLOCK_SEC);
		for (; this.#madeSec + BLOCK_SEC <= nowSec; this.#madeSec += BLOCK_SEC) {
			const block = this.#mix.next();
			if (block !== undefined) this.#write(block, nowSec);
		}
	}

	#write(block: Int16Array<ArrayBuffer>, nowSec: number): void {
		if (this.#player === undefined && nowSec >= this.#startAgainSec) this.#start(nowSec);
		const player = this.#player;
		if (player === undefined || !player.stdin.writable) return;
		if (player.stdin.writableLength <= MOST_WAITING_BYTES) player.stdin.write(Buffer.from(block.buffer));
		// One that stands still has a second of old sound in its pipe.
		else player.kill("SIGKILL");
	}

	#start(nowSec: number): void {
		const { command, args, environment } = this.#found;
		const player = spawn(command, args, {
			stdio: ["pipe", "ignore", "pipe"],
			env: { ...process.env, ...environment },
		});
		this.#player = player;
		let words = "";
		player.stderr.setEncoding("utf8").on("data", (text: string) => {
			words = (words + text).slice(-MOST_WORDS);
		});
		// The exit tells more.
		player.stdin.on("error", () => {});
		let isOver = false;
		const end = (reason: string) => {
			if (isOver) return;
			isOver = true;
			this.#player = undefined;
			if (this.#isClosed) return;
			const endedSec = monotonicSec();
			if (endedSec - nowSec >= SUCCESS_SEC) this.#backOff.succeeded();
			this.#startAgainSec = endedSec + this.#backOff.nextSec();
			const said = words.trim().split("\n").at(-1) || reason;
			this.#options.onTrouble(`The speaker ${this.#options.device} has failed, and is tried again: ${said}`);
		};
		player.on("error", (error) => end(error.message));
		player.on("close", (code, signal) => end(`${command} ended with ${signal ?? code}.`));
	}
}
