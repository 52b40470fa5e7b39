import { type Columns, columnLengthsWarning, type Loggable, lengthsWarning } from "../archetypes/archetype.ts";
import { RecordingInfo } from "../archetypes/other.generated.ts";
import { BLUEPRINT_ACTIVATION_OPTIONS, type BlueprintActivationOptions } from "../blueprint/activation-options.ts";
import { Blueprint, type BlueprintLike } from "../blueprint/blueprint.ts";
import {
	BATCHING_OPTIONS,
	Batching,
	type BatchingOptions,
	ChunkBatcher,
	chunkByteLength,
	type TimePoint,
} from "../chunk/batcher.ts";
import type { Chunk, ComponentBatch, ComponentColumn, TimeKind } from "../chunk/chunk.ts";
import { entityPath } from "../chunk/entity-path.ts";
import { type TimeValue, type TimeValues, timeColumn, timeOf } from "../chunk/time-value.ts";
import { TuidSource } from "../chunk/tuid.ts";
import { describeValue } from "../describe-value.ts";
import { checkOptions, type OptionNames, onlyOptions, optionsError } from "../option-names.ts";
import { checkedApplicationId } from "../rrd/application-id.ts";
import { LogMessage } from "../rrd/log-message.ts";
import type { StoreId } from "../rrd/messages.ts";
import { PROPERTIES_PATH } from "../rrd/rrd-manifest.ts";
import type { Sink } from "../sinks/sink.ts";
import { systemNowNs } from "../system-clock.ts";
import { type Steps, TurnSlices } from "../turn-slices.ts";
import { randomUuid } from "../uuid.ts";
import { type Environment, processEnvironment, readEnvironment } from "./environment.ts";
import { StandingMessages } from "./static-history.ts";

export interface RecordingStreamOptions {
	/**
	 * Recordings with the same id are shown as one, also when several programs make them.
	 * @default a random UUID
	 */
	readonly recordingId?: string | undefined;
	/**
	 * `false`: calls cost nothing and do nothing. The environment variable `RERUN` goes before it.
	 * @default true
	 */
	readonly enabled?: boolean | undefined;
	/**
	 * Whether wrong arguments throw, and nothing is logged of them. Otherwise they are warned of,
	 * once for each kind, and counted; what can be logged all the same, such as three radii for one
	 * point, is logged as given.
	 * @default RERUN_STRICT, else false
	 */
	readonly strict?: boolean | undefined;
	/**
	 * How rows are put together. What is missing is taken from the environment, then from
	 * `Batching.live` or `Batching.file`.
	 */
	readonly batching?: Partial<BatchingOptions> | undefined;
	/** Whether each row has the time of its logging, on the timeline `log_time`. @default true */
	readonly logTime?: boolean | undefined;
	/**
	 * Whether each row has its number, on the timeline `log_tick`.
	 * @default RERUN_LOG_TICK, else false
	 */
	readonly logTick?: boolean | undefined;
	/** Whether the recording says when it began. @default true */
	readonly sendProperties?: boolean | undefined;
	/** Entity under which everything goes, before each path. @default none */
	readonly pathPrefix?: string | readonly string[] | undefined;
	/**
	 * What viewers show that have no blueprint for the application yet, and what users come back
	 * to.
	 */
	readonly defaultBlueprint?: BlueprintLike | undefined;
	/**
	 * What is kept in memory for a first sink, in bytes. What comes beyond it is lost, and counted.
	 * @default 256 MiB
	 */
	readonly maxBacklogBytes?: number | undefined;
	/**
	 * What is kept of static data and blueprints for sinks that come when there were others before,
	 * in bytes. The oldest goes first.
	 * @default 64 MiB
	 */
	readonly maxStaticBytes?: number | undefined;
	/** Gets the sentences that would go to the console. */
	readonly onWarning?: ((message: string) => void) | undefined;
	/** Nanoseconds since 1970, now. @default the machine's clock */
	readonly nowNs?: (() => bigint) | undefined;
	/** @default that of the process */
	readonly environment?: Environment | undefined;
}

export const RECORDING_STREAM_OPTIONS: OptionNames<RecordingStreamOptions> = {
	recordingId: true,
	enabled: true,
	strict: true,
	batching: true,
	logTime: true,
	logTick: true,
	sendProperties: true,
	pathPrefix: true,
	defaultBlueprint: true,
	maxBacklogBytes: true,
	maxStaticBytes: true,
	onWarning: true,
	nowNs: true,
	environment: true,
};

export interface LogOptions {
	/**
	 * True at all times, whatever `setTime` said: overwrites what was static before and hides what
	 * was not.
	 * @default false
	 */
	readonly static?: boolean | undefined;
	/**
	 * Times of this row alone, over those of `setTime`: for code that several tasks run in turns.
	 */
	readonly times?: Readonly<Record<string, TimeValue>> | undefined;
}

const LOG_OPTIONS: OptionNames<LogOptions> = { static: true, times: true };

/**
 * Something to log, a list of them, or a function that makes it: it isn't called while logging is
 * off.
 */
export type LogArgument = Loggable | readonly Loggable[] | (() => Loggable | readonly Loggable[]);

/** Counters of a stream. */
export interface RecordingStats {
	/** Rows that were logged, sent or not. */
	readonly rows: number;
	/** Chunks that were given to the sinks. */
	readonly chunks: number;
	/** Rows that wait to be put into a chunk. */
	readonly waitingRows: number;
	/**
	 * Rows that no sink was given: the backlog was full, or the stream was closed. What sinks lose
	 * is in their own `stats`.
	 */
	readonly lostRows: number;
	/** Calls with wrong arguments, whether something was logged of them or not. */
	readonly mistakes: number;
	/** What is kept for a sink that comes later, in bytes. */
	readonly backlogBytes: number;
}

const SOURCE = "panogaze";
const MAX_WARNINGS = 100;

/**
 * A recording, as it is made.
 *
 * ```ts
 * await using recording = new RecordingStream("robot");
 * recording.setSinks(sink);
 * recording.setTime("frame", { sequence: 42 });
 * recording.log("world/points", new Points3D([[1, 2, 3]], { radii: 0.1 }));
 * ```
 *
 * Rows wait for others for some milliseconds, and for a sink if there is none yet. Never waits for
 * a disk or a peer.
 */
export class RecordingStream {
	readonly storeId: StoreId;
	/** Whether anything is logged. */
	readonly enabled: boolean;
	readonly strict: boolean;
	readonly #prefix: string;
	readonly #logTime: TimePoint | null;
	readonly #logTick: TimePoint | null;
	readonly #maxBacklogBytes: number;
	readonly #standing: StandingMessages;
	readonly #onWarning: (message: string) => void;
	readonly #nowNs: () => bigint;
	readonly #tuids: TuidSource;
	readonly #batcher: ChunkBatcher;
	readonly #batching: Partial<BatchingOptions>;
	readonly #paths = new Map<string, string>();
	readonly #warned = new Set<string>();
	/** What was set, by timeline; `points` is the same with those that are automatic. */
	readonly #times = new Map<string, TimePoint>();
	#points: readonly TimePoint[];
	readonly #kinds = new Map<string, TimeKind>();
	#sinks: readonly Sink[] = [];
	/** Sinks that were replaced and are ending. */
	readonly #closing = new Set<Promise<void>>();
	#backlog: LogMessage[] = [];
	#backlogBytes = 0;
	/** Hands chunks and messages to the sinks, in order. */
	readonly #handover: TurnSlices;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** Whether rows wait and have been told when to go. */
	#ticking = false;
	#rows = 0;
	#chunks = 0;
	#lostRows = 0;
	#mistakes = 0;
	#closed = false;
	/** Whether a sink has had what was logged first. */
	#begun = false;
	/** Guards against what a warning's own receiver logs. */
	#warning = false;

	/**
	 * @param applicationId what viewers keep blueprints by: the same in every run of a program.
	 * @throws {RangeError} if viewers would change `applicationId`: see `checkedApplicationId`.
	 * @throws {TypeError} if an option has an unknown name.
	 */
	constructor(applicationId: string, options: RecordingStreamOptions = {}) {
		checkOptions(options, RECORDING_STREAM_OPTIONS, "RecordingStream");
		if (options.batching !== undefined) checkOptions(options.batching, BATCHING_OPTIONS, "batching", "batching.");
		const settings = readEnvironment(options.environment ?? processEnvironment());
		this.storeId = {
			kind: "recording",
			recordingId: options.recordingId ?? randomUuid(),
			applicationId: checkedApplicationId(applicationId),
		};
		this.enabled = settings.enabled ?? options.enabled ?? true;
		this.strict = options.strict ?? settings.strict ?? false;
		this.#prefix = options.pathPrefix === undefined ? "" : entityPath(options.pathPrefix).replace(/\/$/, "");
		this.#logTime = (options.logTime ?? true) ? { name: "log_time", kind: "timestamp", time: 0n } : null;
		this.#logTick =
			(options.logTick ?? settings.logTick ?? false) ? { name: "log_tick", kind: "sequence", time: -1n } : null;
		this.#maxBacklogBytes = options.maxBacklogBytes ?? 256 * 2 ** 20;
		this.#standing = new StandingMessages(options.maxStaticBytes ?? 64 * 2 ** 20);
		this.#onWarning = options.onWarning ?? ((message) => console.warn(`[rerun] ${message}`));
		this.#nowNs = options.nowNs ?? systemNowNs;
		this.#tuids = new TuidSource(this.#nowNs);
		this.#batching = definedOnly({ ...definedOnly(settings), ...definedOnly(options.batching ?? {}) });
		this.#batcher = new ChunkBatcher(this.#tuids, this.#batchingFor([]));
		this.#handover = new TurnSlices(
			() => this.#forgetIfIdle(),
			(error) => this.#warn(messageOf(error)),
		);
		this.#points = this.#automaticPoints();
		for (const problem of settings.problems) this.#warn(problem);
		if (!this.enabled) return;
		this.#send([this.#introduction()]);
		if (options.sendProperties ?? true)
			this.#logRow(PROPERTIES_PATH, NO_TIMES, RecordingInfo.fromFields({ startTime: this.#nowNs() }).batches);
		if (options.defaultBlueprint !== undefined) this.sendBlueprint(options.defaultBlueprint, { makeActive: false });
	}

	get applicationId(): string {
		return this.storeId.applicationId;
	}

	get recordingId(): string {
		return this.storeId.recordingId;
	}

	get closed(): boolean {
		return this.#closed;
	}

	get sinks(): readonly Sink[] {
		return this.#sinks;
	}

	get stats(): RecordingStats {
		return {
			rows: this.#rows,
			chunks: this.#chunks,
			waitingRows: this.#batcher.rows,
			lostRows: this.#lostRows,
			mistakes: this.#mistakes,
			backlogBytes: this.#backlogBytes,
		};
	}

	/**
	 * Logs one row of an entity at the current times.
	 *
	 * @param path `world/robot`, or a list of parts that are taken as they are.
	 * @param args what to log, at last perhaps `LogOptions`. Of a component that comes twice, the
	 * last counts.
	 * @throws in strict mode, if an argument is wrong.
	 */
	log(
		path: string | readonly string[],
		...args: readonly LogArgument[] | readonly [...LogArgument[], LogOptions]
	): void {
		if (!this.#accepts()) return;
		try {
			this.#log(path, args);
		} catch (error) {
			this.#mistake(error);
		}
	}

	#log(path: string | readonly string[], args: readonly (LogArgument | LogOptions)[]): void {
		const last = args[args.length - 1];
		const options = isLogOptions(last) ? last : undefined;
		if (options !== undefined) this.#checkNames(options, LOG_OPTIONS, "log()");
		const { batches, warning } = rowOf(options === undefined ? args : args.slice(0, -1));
		if (warning !== null) this.#doubt(warning);
		if (batches.length === 0) return;
		const times = options?.static === true ? NO_TIMES : this.#timesOf(options?.times);
		this.#logRow(this.#pathOf(path), times, batches);
	}

	#logRow(path: string, times: readonly TimePoint[], batches: readonly ComponentBatch[]): void {
		if (this.#logTick !== null) this.#logTick.time++;
		if (this.#logTime !== null) this.#logTime.time = this.#nowNs();
		this.#rows++;
		const chunks = this.#batcher.push(path, times, batches);
		if (chunks.length > 0) this.#sendChunks(chunks);
		if (this.#batcher.isFull) {
			// A program that logs without ever giving way would fill the memory.
			if (!this.#handover.idle) this.#handover.finish();
			this.#flushBatcher();
		}
		if (!this.#ticking && this.#batcher.rows > 0) this.#startTimer();
	}

	/**
	 * Sends many rows of an entity at once: for data that is there already. They have the given
	 * times alone.
	 *
	 * @param times by timeline; none for static rows, of which only the last is seen.
	 * @param columns of archetypes, `Scalars.columns({ scalars })`: as many rows as there are
	 * times.
	 * @throws in strict mode, if an argument is wrong.
	 */
	sendColumns(
		path: string | readonly string[],
		times: Readonly<Record<string, TimeValues>>,
		...columns: readonly (Columns | readonly Columns[])[]
	): void {
		if (!this.#accepts()) return;
		try {
			const chunk = this.#columnsChunk(path, times, (columns as readonly Columns[]).flat());
			if (chunk === null) return;
			this.#rows += chunk.numRows;
			this.#sendChunks([chunk]);
		} catch (error) {
			this.#mistake(error);
		}
	}

	#columnsChunk(
		path: string | readonly string[],
		times: Readonly<Record<string, TimeValues>>,
		given: readonly Columns[],
	): Chunk | null {
		const timelines = Object.entries(times).map(([name, values]) => timeColumn(name, values));
		for (const { name, kind } of timelines) this.#checkTimeline(name, kind);
		let warning: Error | null = null;
		const components: ComponentColumn[] = given.flatMap((of) => {
			if (!Array.isArray(of?.columns))
				throw new TypeError(`sendColumns takes columns of archetypes, not ${describeValue(of)}.`);
			if (of.error !== undefined) throw of.error;
			warning ??= of.warning ?? null;
			return of.columns as readonly ComponentColumn[];
		});
		const numRows = timelines[0]?.times.length ?? components[0]?.lists.length ?? 0;
		for (const { name, times: column } of timelines)
			if (column.length !== numRows)
				throw new RangeError(`"${name}" has ${column.length} times; "${timelines[0]!.name}" has ${numRows}.`);
		const seen = new Set<string>();
		for (const { descriptor, lists } of components) {
			if (lists.length !== numRows)
				throw new RangeError(
					`${descriptor.component} has ${lists.length} rows; there are ${numRows} times. Values of one row are put together by partition().`,
				);
			if (seen.has(descriptor.component)) throw new TypeError(`${descriptor.component} is given twice.`);
			seen.add(descriptor.component);
		}
		warning ??= columnLengthsWarning(components);
		if (warning !== null) this.#doubt(warning);
		if (numRows === 0 || components.length === 0) return null;
		const rowIds = new DataView(new ArrayBuffer(16 * numRows));
		this.#tuids.fill(rowIds, 0, numRows);
		return {
			id: this.#tuids.next(),
			entityPath: this.#pathOf(path),
			numRows,
			rowIds: new Uint8Array(rowIds.buffer),
			timelines,
			components,
		};
	}

	/**
	 * Sends a chunk that was made elsewhere, read from a file perhaps. Borrowed until it is sent.
	 */
	sendChunk(chunk: Chunk): void {
		if (!this.#accepts()) return;
		this.#rows += chunk.numRows;
		this.#sendChunks([chunk]);
	}

	/**
	 * From now on rows have this time on a timeline.
	 *
	 * @param value seconds as a number, nanoseconds as a bigint: `{ sequence: 42 }`, `{ duration:
	 * 1.5 }`, `{ timestamp: new Date() }`.
	 * @throws in strict mode, if an argument is wrong.
	 */
	setTime(name: string, value: TimeValue): void {
		if (!this.enabled) return;
		try {
			const { kind, time } = timeOf(name, value);
			const point = this.#times.get(name);
			if (point !== undefined && point.kind === kind) {
				point.time = time;
				return;
			}
			this.#checkTimeline(name, kind);
			this.#times.set(name, { name, kind, time });
			this.#points = this.#automaticPoints();
		} catch (error) {
			this.#mistake(error);
		}
	}

	/** From now on rows are not on this timeline, until `setTime`. */
	disableTimeline(name: string): void {
		if (this.#times.delete(name)) this.#points = this.#automaticPoints();
	}

	/** From now on rows are on no timeline but those that are automatic. */
	resetTime(): void {
		this.#times.clear();
		this.#points = this.#automaticPoints();
	}

	/**
	 * Logs a fact about the whole recording, shown under its name: at `/__properties/<name>`,
	 * static.
	 */
	sendProperty(name: string, ...values: readonly LogArgument[]): void {
		if (!this.#accepts()) return;
		try {
			const { batches, warning } = rowOf(values);
			if (warning !== null) this.#doubt(warning);
			if (batches.length > 0) this.#logRow(PROPERTIES_PATH + checkedPath(name), NO_TIMES, batches);
		} catch (error) {
			this.#mistake(error);
		}
	}

	/** What viewers call the recording. */
	sendRecordingName(name: string): void {
		this.#sendInfo(() => RecordingInfo.fromFields({ name }));
	}

	/**
	 * When the recording began, if not when the stream was made. Seconds as a number, nanoseconds
	 * as a bigint.
	 */
	sendRecordingStartTime(timestamp: number | bigint | Date): void {
		this.#sendInfo(() => RecordingInfo.fromFields({ startTime: timeOf("start_time", { timestamp }).time }));
	}

	#sendInfo(info: () => Loggable): void {
		if (!this.#accepts()) return;
		try {
			this.#logRow(PROPERTIES_PATH, NO_TIMES, loggedBatches(info()));
		} catch (error) {
			this.#mistake(error);
		}
	}

	/**
	 * Tells viewers how to show this application's recordings.
	 *
	 * @param blueprint a `Blueprint`, or a view or a container alone.
	 * @throws in strict mode, if an argument of a part of it is wrong.
	 */
	sendBlueprint(blueprint: BlueprintLike, options: BlueprintActivationOptions = {}): void {
		if (!this.#accepts()) return;
		try {
			this.#checkNames(options, BLUEPRINT_ACTIVATION_OPTIONS, "sendBlueprint()");
			const known = onlyOptions(options, BLUEPRINT_ACTIVATION_OPTIONS);
			const messages = Blueprint.from(blueprint).toMessages(this.applicationId, known, this.#nowNs, (warning) =>
				this.#doubt(warning),
			);
			this.sendMessages(messages);
		} catch (error) {
			this.#mistake(error);
		}
	}

	/** Sends messages of another store through the same sinks: a blueprint's. */
	sendMessages(messages: readonly LogMessage[]): void {
		if (!this.#accepts()) return;
		this.#flushBatcher();
		this.#send(messages);
	}

	/**
	 * Where everything goes from now on: one sink or several. Those before that aren't among them
	 * are flushed and closed. The first sinks get all that was logged before there were any; later
	 * ones what is static, and blueprints. Takes ownership.
	 */
	setSinks(...sinks: readonly Sink[]): void {
		if (this.#closed) throw new Error("The stream is closed: it takes no more sinks.");
		if (!this.enabled) {
			for (const sink of sinks) this.#end(sink);
			return;
		}
		this.#flushBatcher();
		const before = this.#sinks;
		this.#sinks = sinks;
		this.#batcher.options = this.#batchingFor(sinks);
		this.#handOver(this.#changeSinks(before, sinks));
	}

	*#changeSinks(before: readonly Sink[], sinks: readonly Sink[]): Generator<void, void> {
		for (const sink of before) if (!sinks.includes(sink)) this.#end(sink);
		if (sinks.length === 0) return;
		const backlog = this.#backlog;
		this.#backlog = [];
		this.#backlogBytes = 0;
		const added = sinks.filter((sink) => !before.includes(sink));
		const kept = new Set(backlog);
		const standing = this.#standing.messages().filter((message) => !kept.has(message));
		const beginning = this.#begun ? [this.#introduction(), ...standing] : [];
		this.#begun = true;
		const messages = [...beginning, ...backlog];
		const groups = [messages.slice(0, FIRST_GROUP_CHUNKS)];
		for (let at = FIRST_GROUP_CHUNKS; at < messages.length; at += GROUP_CHUNKS)
			groups.push(messages.slice(at, at + GROUP_CHUNKS));
		yield* each(groups, (group) => this.#write(added, group));
	}

	/**
	 * Sends waiting chunks to the sinks, without waiting for them: the first 64 and as many as fit
	 * into 1 ms at once, the rest in the next turns of the event loop, 1 ms in each. The order is
	 * kept, and nothing is lost if the program ends. `flush` waits until all chunks are sent.
	 */
	flushToSinks(): void {
		this.#flushBatcher();
	}

	/**
	 * Waits until everything logged before is where it should be: see the docs of each sink.
	 *
	 * @returns whether it is. `false`: a sink lost something since the last flush, or took too
	 * long.
	 * @throws {SinkError} in place of `false`, if the sink is strict.
	 */
	async flush(timeoutSec?: number): Promise<boolean> {
		this.#flushBatcher();
		if (!this.#handover.idle) await this.#handover.done();
		const [arrived] = await Promise.all([
			Promise.all(this.#sinks.map((sink) => sink.flush(timeoutSec))),
			...this.#closing,
		]);
		return arrived.every(Boolean);
	}

	/**
	 * Sends what waits, and ends the sinks. What is logged afterwards is lost. Can be called twice.
	 */
	async close(): Promise<void> {
		if (!this.#closed) {
			this.#flushBatcher();
			this.#closed = true;
			const sinks = this.#sinks;
			this.#sinks = [];
			this.#handOver(each(sinks, (sink) => this.#end(sink)));
		}
		if (!this.#handover.idle) await this.#handover.done();
		await Promise.all(this.#closing);
	}

	/** Closes without waiting for the sinks. */
	[Symbol.dispose](): void {
		void this.close();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	/**
	 * The stream as it looks from an entity: paths are below it.
	 *
	 * @throws {TypeError} if `prefix` is no path.
	 */
	under(prefix: string | readonly string[]): EntityLogger {
		const base = checkedPath(prefix);
		return {
			log: (path, ...args) => this.#below(base, path, (whole) => this.log(whole, ...args)),
			sendColumns: (path, times, ...columns) =>
				this.#below(base, path, (whole) => this.sendColumns(whole, times, ...columns)),
			under: (path) => this.under(joinPaths(base, path)),
		};
	}

	#below(base: string, path: string | readonly string[], use: (whole: string) => void): void {
		let whole: string;
		try {
			whole = joinPaths(base, path);
		} catch (error) {
			this.#mistake(error);
			return;
		}
		use(whole);
	}

	#accepts(): boolean {
		if (!this.enabled) return false;
		if (!this.#closed) return true;
		this.#lostRows++;
		this.#warn("Something was logged into a stream that is closed.");
		return false;
	}

	#pathOf(path: string | readonly string[]): string {
		if (typeof path !== "string") return this.#belowPrefix(path);
		let escaped = this.#paths.get(path);
		if (escaped === undefined) {
			escaped = this.#belowPrefix(path);
			if (this.#paths.size >= MAX_PATHS) this.#paths.clear();
			this.#paths.set(path, escaped);
		}
		return escaped;
	}

	#belowPrefix(path: string | readonly string[]): string {
		const escaped = checkedPath(path);
		return escaped === "/" && this.#prefix !== "" ? this.#prefix : this.#prefix + escaped;
	}

	#timesOf(times: Readonly<Record<string, TimeValue>> | undefined): readonly TimePoint[] {
		if (times === undefined) return this.#points;
		const points = this.#points.filter(({ name }) => !(name in times));
		for (const [name, value] of Object.entries(times)) {
			const point: TimePoint = { name, ...timeOf(name, value) };
			this.#checkTimeline(name, point.kind);
			points.push(point);
		}
		return points.sort(byName);
	}

	/** A timeline is of one kind in the whole recording: viewers don't show the others' rows. */
	#checkTimeline(name: string, kind: TimeKind): void {
		if (name === "log_time" || name === "log_tick")
			throw new TypeError(`"${name}" is set by itself; a timeline of one's own needs another name.`);
		const known = this.#kinds.get(name);
		if (known !== undefined && known !== kind)
			throw new TypeError(`"${name}" is a timeline of kind ${known}; it can't become ${kind}.`);
		if (known === undefined && this.#kinds.size < MAX_TIMELINES) this.#kinds.set(name, kind);
	}

	#automaticPoints(): readonly TimePoint[] {
		return [this.#logTick, this.#logTime, ...this.#times.values()].filter((point) => point !== null).sort(byName);
	}

	#batchingFor(sinks: readonly Sink[]): BatchingOptions {
		return { ...(sinks.some(({ live }) => live) ? Batching.live : Batching.file), ...this.#batching };
	}

	#startTimer(): void {
		this.#ticking = true;
		const { tickSec } = this.#batcher.options;
		if (tickSec === 0) this.#flushBatcher();
		else if (tickSec < MAX_TIMER_SEC) this.#timer = setTimeout(() => this.#flushBatcher(), 1000 * tickSec);
		if (this.#batcher.rows > 0) rememberUntilExit(this);
	}

	#flushBatcher(): void {
		clearTimeout(this.#timer);
		this.#ticking = false;
		if (this.#batcher.rows > 0) {
			const sinks = this.#sinks;
			this.#handOver(
				each(groupsOf(this.#batcher.take()), (chunks) => this.#deliver(this.#messagesOf(chunks), sinks)),
			);
		}
		this.#forgetIfIdle();
	}

	#handOver(steps: Steps): void {
		this.#handover.add(steps);
		if (!this.#handover.idle) rememberUntilExit(this);
	}

	#forgetIfIdle(): void {
		if (this.#handover.idle && this.#batcher.rows === 0) waiting.delete(this);
	}

	/** The program ends: nothing is done in later turns any more. */
	static handOverAtExit(): void {
		for (const recording of [...waiting]) {
			recording.#flushBatcher();
			recording.#handover.finish();
		}
	}

	#sendChunks(chunks: readonly Chunk[]): void {
		this.#send(this.#messagesOf(chunks));
	}

	#messagesOf(chunks: readonly Chunk[]): LogMessage[] {
		this.#chunks += chunks.length;
		return chunks.map((chunk) => LogMessage.chunk(this.storeId, chunk));
	}

	#introduction(): LogMessage {
		return LogMessage.storeInfo({ storeId: this.storeId, source: SOURCE }, this.#tuids.next());
	}

	#send(messages: readonly LogMessage[]): void {
		if (this.#handover.idle) this.#deliver(messages, this.#sinks);
		else {
			const sinks = this.#sinks;
			this.#handOver(each([messages], () => this.#deliver(messages, sinks)));
		}
	}

	#deliver(messages: readonly LogMessage[], sinks: readonly Sink[]): void {
		this.#standing.add(messages);
		if (sinks.length === 0) for (const message of messages) this.#keep(message);
		this.#write(sinks, messages);
	}

	#write(sinks: readonly Sink[], messages: readonly LogMessage[]): void {
		if (messages.length === 0) return;
		for (const sink of sinks) {
			try {
				sink.write(messages);
			} catch (error) {
				// Sinks that aren't strict report and count by themselves.
				this.#mistake(error);
			}
		}
	}

	#keep(message: LogMessage): void {
		const chunk = message.chunk();
		const byteLength = chunk === null ? 0 : chunkByteLength(chunk);
		if (this.#backlogBytes + byteLength <= this.#maxBacklogBytes) {
			this.#backlogBytes += byteLength;
			this.#backlog.push(message);
			return;
		}
		this.#lostRows += chunk?.numRows ?? 0;
		this.#warn(
			`Nothing takes what is logged, and ${this.#maxBacklogBytes} bytes of it are kept already: the rest is lost. setSinks() is missing.`,
		);
	}

	#end(sink: Sink): void {
		const ended = sink
			.close()
			.catch((error: unknown) => this.#warn(messageOf(error)))
			.finally(() => this.#closing.delete(ended));
		this.#closing.add(ended);
	}

	/**
	 * Something that can be logged, though viewers can't make sense of it: a strict stream refuses
	 * it.
	 */
	#doubt(warning: Error): void {
		if (this.strict) throw warning;
		this.#mistake(warning);
	}

	/** Warns of unknown options. The data is logged all the same, without them. */
	#checkNames(options: object, names: Readonly<Record<string, true>>, owner: string): void {
		const error = optionsError(options, names, owner);
		if (error !== null) this.#doubt(error);
	}

	#mistake(error: unknown): void {
		this.#mistakes++;
		if (this.strict) throw error;
		this.#warn(messageOf(error));
	}

	/** Once for each kind: numbers and names in a sentence don't make it another. */
	#warn(message: string): void {
		const kind = message.replaceAll(/"[^"]*"|-?\d+(\.\d+)?/g, "#");
		if (this.#warning || this.#warned.has(kind) || this.#warned.size >= MAX_WARNINGS) return;
		this.#warned.add(kind);
		this.#warning = true;
		try {
			this.#onWarning(message);
		} catch {
			// A receiver of warnings that throws must not end what is being warned of.
		} finally {
			this.#warning = false;
		}
	}
}

/** A stream below one of its entities. */
export interface EntityLogger {
	/** An empty path is the entity itself. */
	log(
		path: string | readonly string[],
		...args: readonly LogArgument[] | readonly [...LogArgument[], LogOptions]
	): void;
	sendColumns(
		path: string | readonly string[],
		times: Readonly<Record<string, TimeValues>>,
		...columns: readonly (Columns | readonly Columns[])[]
	): void;
	under(prefix: string | readonly string[]): EntityLogger;
}

const NO_TIMES: readonly TimePoint[] = [];
/** Chunks, and about how many bytes of them, that are handed over in one step. */
const GROUP_CHUNKS = 8;
const GROUP_BYTES = 1 << 16;
/** The same of the first step, which is always done at once: so many small chunks take 2 ms. */
const FIRST_GROUP_CHUNKS = 64;
const FIRST_GROUP_BYTES = 1 << 18;
/** Most paths, as texts, whose escaped form is kept. */
const MAX_PATHS = 10_000;
/** Most timelines whose kinds are remembered. */
const MAX_TIMELINES = 1000;
/** The longest that a timer can wait. */
const MAX_TIMER_SEC = 2 ** 31 / 1000;

/**
 * Streams whose rows wait. A program that ends hands them to the sinks, some of which write in the
 * last moment.
 */
const waiting = new Set<RecordingStream>();
let watchingExit = false;

function rememberUntilExit(recording: RecordingStream): void {
	waiting.add(recording);
	if (watchingExit) return;
	watchingExit = true;
	const { process } = globalThis as {
		process?: { prependListener?: ((event: "exit", listener: () => void) => void) | undefined } | undefined;
	};
	// Before the sinks, which were asked for this earlier perhaps.
	process?.prependListener?.("exit", () => {
		RecordingStream.handOverAtExit();
	});
}

/** Chunks of many entities, some of them at a time. */
function* groupsOf(taken: Iterable<readonly Chunk[]>): Generator<readonly Chunk[], void> {
	let group: Chunk[] = [];
	let bytes = 0;
	let [maxChunks, maxBytes] = [FIRST_GROUP_CHUNKS, FIRST_GROUP_BYTES];
	for (const chunks of taken) {
		for (const chunk of chunks) {
			group.push(chunk);
			bytes += chunkByteLength(chunk);
		}
		if (group.length < maxChunks && bytes < maxBytes) continue;
		yield group;
		group = [];
		bytes = 0;
		[maxChunks, maxBytes] = [GROUP_CHUNKS, GROUP_BYTES];
	}
	if (group.length > 0) yield group;
}

/**
 * A step for each item. One that throws does not keep the others from being done: the first error
 * is thrown when all are.
 */
function* each<Item>(items: Iterable<Item>, use: (item: Item) => void): Generator<void, void> {
	const errors: unknown[] = [];
	const iterator = items[Symbol.iterator]();
	// Looks ahead, so that the last step ends the work.
	for (let next = iterator.next(); next.done !== true; ) {
		try {
			use(next.value);
		} catch (error) {
			errors.push(error);
		}
		next = iterator.next();
		if (next.done !== true) yield;
	}
	if (errors.length > 0) throw errors[0];
}

function byName(a: TimePoint, b: TimePoint): number {
	return a.name < b.name ? -1 : 1;
}

function isLogOptions(value: LogArgument | LogOptions | undefined): value is LogOptions {
	return typeof value === "object" && value !== null && !("batches" in value) && !Array.isArray(value);
}

/** The components of a row, each once, and a warning about components that viewers can't draw. */
interface Row {
	readonly batches: readonly ComponentBatch[];
	readonly warning: Error | null;
}

function rowOf(args: readonly (LogArgument | LogOptions)[]): Row {
	if (args.length === 1) {
		const only = args[0] as Loggable;
		// The usual case: an archetype, which has each of its components once.
		if (typeof only === "object" && only !== null && "batches" in only)
			return { batches: loggedBatches(only), warning: only.warning ?? null };
	}
	const byName = new Map<string, ComponentBatch>();
	let warning: Error | null = null;
	for (const arg of args) {
		const given = typeof arg === "function" ? arg() : arg;
		for (const one of Array.isArray(given) ? (given as readonly Loggable[]) : [given as Loggable]) {
			if (typeof one !== "object" || one === null || !Array.isArray(one.batches))
				throw new TypeError(`log() takes archetypes, not ${describeValue(one)}.`);
			for (const batch of loggedBatches(one)) byName.set(batch.descriptor.component, batch);
			warning ??= one.warning ?? null;
		}
	}
	const batches = [...byName.values()];
	// Fields of an archetype may come in several parts.
	return { batches, warning: warning ?? lengthsWarning(batches) };
}

/** @throws what went wrong when it was made. */
function loggedBatches({ batches, error }: Loggable): readonly ComponentBatch[] {
	if (error !== undefined) throw error;
	return batches;
}

function checkedPath(path: unknown): string {
	if (typeof path === "string" || (Array.isArray(path) && path.every((part) => typeof part === "string")))
		return entityPath(path);
	throw new TypeError(`The path of an entity must be a text or a list of texts, not ${describeValue(path)}.`);
}

function joinPaths(base: string, path: string | readonly string[]): string {
	const below = checkedPath(path);
	return below === "/" ? base : base === "/" ? below : base + below;
}

function definedOnly(options: object): Partial<BatchingOptions> {
	const given = Object.entries(options).filter(
		([name, value]) => Object.hasOwn(BATCHING_OPTIONS, name) && value !== undefined,
	);
	return Object.fromEntries(given);
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
