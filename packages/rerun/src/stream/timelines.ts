import type { TimePoint } from "../chunk/batcher.ts";
import type { TimeKind } from "../chunk/chunk.ts";
import { type TimeValue, timeOf } from "../chunk/time-value.ts";

/** Timelines whose kind is remembered. A program that invents names must not fill the memory. */
const MAX_TIMELINES = 1000;

const LOG_TIME = "log_time";
const LOG_TICK = "log_tick";

/** The times that the next row of a recording has: those that were set, and the automatic ones. */
export class Timelines {
	readonly #nowNs: () => bigint;
	readonly #logTime: TimePoint | null;
	readonly #logTick: TimePoint | null;
	readonly #set = new Map<string, TimePoint>();
	readonly #kinds = new Map<string, TimeKind>();
	#points: readonly TimePoint[];

	/**
	 * @param nowNs nanoseconds since 1970.
	 * @param automatic the timelines that every row is on.
	 */
	constructor(nowNs: () => bigint, automatic: { readonly logTime: boolean; readonly logTick: boolean }) {
		this.#nowNs = nowNs;
		this.#logTime = automatic.logTime ? { name: LOG_TIME, kind: "timestamp", time: 0n } : null;
		this.#logTick = automatic.logTick ? { name: LOG_TICK, kind: "sequence", time: -1n } : null;
		this.#points = this.#sortedPoints();
	}

	/** Moves the automatic times on to the next row. */
	advance(): void {
		if (this.#logTick !== null) this.#logTick.time++;
		if (this.#logTime !== null) this.#logTime.time = this.#nowNs();
	}

	/**
	 * Sets the time on one timeline.
	 *
	 * @throws {TypeError} when the name or the value is wrong, or the timeline has another kind.
	 * @throws {RangeError} when the time does not fit 64 bits.
	 */
	set(name: string, value: TimeValue): void {
		const { kind, time } = timeOf(name, value);
		const point = this.#set.get(name);
		if (point !== undefined && point.kind === kind) {
			point.time = time;
			return;
		}
		this.claim(name, kind);
		this.#set.set(name, { name, kind, time });
		this.#points = this.#sortedPoints();
	}

	/** Removes one timeline that was set. */
	disable(name: string): void {
		if (this.#set.delete(name)) this.#points = this.#sortedPoints();
	}

	/** Removes every timeline that was set. */
	reset(): void {
		this.#set.clear();
		this.#points = this.#sortedPoints();
	}

	/**
	 * The times of the next row, sorted by timeline.
	 *
	 * @param times those of this row alone, which replace times that were set.
	 * @throws as `set`.
	 */
	points(times?: Readonly<Record<string, TimeValue>>): readonly TimePoint[] {
		if (times === undefined) return this.#points;
		const points = this.#points.filter(({ name }) => !(name in times));
		for (const [name, value] of Object.entries(times)) {
			const point: TimePoint = { name, ...timeOf(name, value) };
			this.claim(name, point.kind);
			points.push(point);
		}
		return points.sort(byName);
	}

	/** The automatic times beside those of a row, which are sorted; none for a static row. */
	withAutomatic(times: readonly TimePoint[]): readonly TimePoint[] {
		if ((this.#logTick === null && this.#logTime === null) || times.length === 0) return times;
		return [this.#logTick, this.#logTime, ...times].filter((point) => point !== null).sort(byName);
	}

	/**
	 * Fixes the kind of a timeline for the whole recording: viewers do not show rows of another.
	 *
	 * @throws {TypeError} when the timeline has another kind, or is an automatic one.
	 */
	claim(name: string, kind: TimeKind): void {
		if (name === LOG_TIME || name === LOG_TICK)
			throw new TypeError(`"${name}" is set by itself: choose another name for a timeline.`);
		const known = this.#kinds.get(name);
		if (known !== undefined && known !== kind)
			throw new TypeError(`"${name}" is a timeline of kind ${known}; it can't become ${kind}.`);
		if (known === undefined && this.#kinds.size < MAX_TIMELINES) this.#kinds.set(name, kind);
	}

	#sortedPoints(): readonly TimePoint[] {
		return [this.#logTick, this.#logTime, ...this.#set.values()].filter((point) => point !== null).sort(byName);
	}
}

function byName(a: TimePoint, b: TimePoint): number {
	return a.name < b.name ? -1 : 1;
}
