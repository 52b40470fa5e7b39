import { statfs } from "node:fs/promises";
import { numberWithin, type OptionTable, optional } from "../../media/option-table.ts";
import { removeSession, type StoredSession, storedSessions } from "./recording-folder.ts";

/** Bounds of the recordings in a folder: the oldest are removed when one is passed. */
export interface KeepOptions {
	/** Days after its end for which a recording is kept. @default no bound */
	readonly days?: number | undefined;
	/** Bytes of all recordings together. @default no bound */
	readonly bytes?: number | undefined;
	/** Bytes that stay free on the disk. @default no bound */
	readonly freeBytes?: number | undefined;
}

/** The options of `keep`, with their checks. */
export const KEEP_OPTIONS = {
	days: optional(numberWithin(0, 36_500)),
	bytes: optional(numberWithin(0, Number.MAX_SAFE_INTEGER)),
	freeBytes: optional(numberWithin(0, Number.MAX_SAFE_INTEGER)),
} satisfies OptionTable<KeepOptions>;

const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = {
	B: 1,
	KB: 1e3,
	MB: 1e6,
	GB: 1e9,
	TB: 1e12,
	KIB: 2 ** 10,
	MIB: 2 ** 20,
	GIB: 2 ** 30,
	TIB: 2 ** 40,
};

/**
 * Reads bounds as text: `7d,50GB,free:10GB`.
 * @throws {RangeError} for another text; the message names the part.
 */
export function parseKeep(text: string): KeepOptions {
	const keep: { days?: number; bytes?: number; freeBytes?: number } = {};
	for (const part of text.split(",").map((piece) => piece.trim())) {
		const [, free, digits = "", unit = ""] = /^(free:)?(\d+(?:\.\d+)?)([a-z]+)$/i.exec(part) ?? [];
		const scale = UNITS[unit.toUpperCase()];
		if (unit.toLowerCase() === "d" && free === undefined) keep.days = Number(digits);
		else if (unit.toLowerCase() === "h" && free === undefined) keep.days = Number(digits) / 24;
		else if (scale !== undefined) keep[free === undefined ? "bytes" : "freeBytes"] = Number(digits) * scale;
		else throw new RangeError(`A bound of recordings is such as 7d, 12h, 50GB or free:10GB; got "${part}".`);
	}
	return keep;
}

/**
 * Chooses the recordings that are to be removed, the oldest first. One that is running or marked
 * is never chosen.
 *
 * @param sessions of a folder, the oldest first.
 * @param freeBytes of the disk, now.
 */
export function sessionsToRemove(
	sessions: readonly StoredSession[],
	keep: KeepOptions,
	{ nowMs, freeBytes }: { readonly nowMs: number; readonly freeBytes: number },
): readonly StoredSession[] {
	const { days = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY, freeBytes: leastFree = 0 } = keep;
	let present = sessions.reduce((sum, session) => sum + session.bytes, 0);
	let free = freeBytes;
	return sessions.filter((session) => {
		if (session.kept || session.state === "recording") return false;
		const isOld = nowMs - (session.endedAt ?? session.beganAt).getTime() > days * DAY_MS;
		if (!isOld && present <= bytes && free >= leastFree) return false;
		present -= session.bytes;
		free += session.bytes;
		return true;
	});
}

/** Keeps the recordings of a folder within bounds. */
export class Retention {
	readonly #directory: string;
	readonly #keep: KeepOptions;
	readonly #running: () => ReadonlySet<string>;
	readonly #onNotice: (message: string) => void;
	readonly #onTrouble: (message: string) => void;
	#work: Promise<void> = Promise.resolve();
	#isDue = false;

	/**
	 * @param running returns the stems of recordings that are being written.
	 * @param onNotice receives a sentence about each that is removed.
	 * @param onTrouble receives a sentence about each that can't be.
	 */
	constructor(
		directory: string,
		keep: KeepOptions,
		running: () => ReadonlySet<string>,
		onNotice: (message: string) => void,
		onTrouble: (message: string) => void,
	) {
		this.#directory = directory;
		this.#keep = keep;
		this.#running = running;
		this.#onNotice = onNotice;
		this.#onTrouble = onTrouble;
	}

	/** Removes what is past the bounds; a call while another is at work waits for its turn. */
	enforce(): Promise<void> {
		if (Object.keys(this.#keep).length === 0) return this.#work;
		if (this.#isDue) return this.#work;
		this.#isDue = true;
		this.#work = this.#work.then(() => this.#enforce());
		return this.#work;
	}

	async #enforce(): Promise<void> {
		this.#isDue = false;
		try {
			const sessions = await storedSessions(this.#directory, this.#running());
			const { bavail, bsize } = await statfs(this.#directory);
			const state = { nowMs: Date.now(), freeBytes: bavail * bsize };
			for (const session of sessionsToRemove(sessions, this.#keep, state)) await this.#remove(session);
		} catch (error) {
			this.#onTrouble(`Old recordings can't be removed: ${(error as Error).message}`);
		}
	}

	/** One that can't be removed keeps no other. */
	async #remove(session: StoredSession): Promise<void> {
		try {
			if (await removeSession(this.#directory, session)) this.#onNotice(`${session.stem} is removed.`);
		} catch (error) {
			this.#onTrouble(`${session.stem} can't be removed: ${(error as Error).message}`);
		}
	}
}
