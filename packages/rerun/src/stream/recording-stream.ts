import type { Columns, Loggable } from "../archetypes/archetype.ts";
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
import type { Chunk, ComponentBatch } from "../chunk/chunk.ts";
import { type TimeValue, type TimeValues, timeOf } from "../chunk/time-value.ts";
import { TUID_BYTES, TuidSource } from "../chunk/tuid.ts";
import { checkOptions, type OptionNames, onlyOptions } from "../option-names.ts";
import { checkedApplicationId } from "../rrd/application-id.ts";
import { LogMessage } from "../rrd/log-message.ts";
import type { StoreId } from "../rrd/messages.ts";
import { PROPERTIES_PATH } from "../rrd/rrd-manifest.ts";
import type { Sink } from "../sinks/sink.ts";
import { systemNowNs } from "../system-clock.ts";
import { randomUuid } from "../uuid.ts";
import { checkedPath, EntityNames, joinPaths } from "./entity-names.ts";
import { type Environment, processEnvironment, readEnvironment } from "./environment.ts";
import { finishAtExit, forgetAtExit } from "./exit-handover.ts";
import { Mistakes } from "./mistakes.ts";
import { checkedBatches, columnsOf, rowOf } from "./rows.ts";
import { FIRST_GROUP_CHUNKS, GROUP_CHUNKS, SinkSet } from "./sink-set.ts";
import { Timelines } from "./timelines.ts";

/** The options of a `RecordingStream`. */
export interface RecordingStreamOptions {
	/**
	 * Id of the recording. Recordings with the same id are shown as one, even if several programs
	 * make them.
	 * @default a random UUID
	 */
	readonly recordingId?: string | undefined;
	/**
	 * `false`: calls cost nothing and do nothing. The environment variable `RERUN` overrides it.
	 * @default true
	 */
	readonly enabled?: boolean | undefined;
	/**
	 * `true`: wrong arguments throw, and nothing of them is logged. `false`: they cause a warning,
	 * once for each kind, and are counted. Data that can be logged nevertheless, such as three
	 * radii for one point, is logged as given.
	 * @default RERUN_STRICT, else false
	 */
	readonly strict?: boolean | undefined;
	/**
	 * Bounds within which rows are put together. The environment fills in missing ones, then
	 * `Batching.live` or `Batching.file`.
	 */
	readonly batching?: Partial<BatchingOptions> | undefined;
	/** Gives each row the time of its logging, on the timeline `log_time`. @default true */
	readonly logTime?: boolean | undefined;
	/**
	 * Gives each row its number, on the timeline `log_tick`.
	 * @default RERUN_LOG_TICK, else false
	 */
	readonly logTick?: boolean | undefined;
	/** Logs the time when the recording began. @default true */
	readonly sendProperties?: boolean | undefined;
	/** Entity under which everything is logged: it is put in front of each path. @default none */
	readonly pathPrefix?: string | readonly string[] | undefined;
	/**
	 * Layout for viewers that have no blueprint for the application yet, and for users who reset
	 * theirs.
	 */
	readonly defaultBlueprint?: BlueprintLike | undefined;
	/**
	 * Bytes kept in memory for the first sink. Rows beyond them are lost, and counted.
	 * @default 256 MiB
	 */
	readonly maxBacklogBytes?: number | undefined;
	/**
	 * Bytes of static data and blueprints kept for sinks that replace others. The oldest are
	 * removed first.
	 * @default 64 MiB
	 */
	readonly maxStaticBytes?: number | undefined;
	/** Receives the warnings. @default prints them on the console */
	readonly onWarning?: ((message: string) => void) | undefined;
	/** Nanoseconds since 1970, now. @default the machine's clock */
	readonly nowNs?: (() => bigint) | undefined;
	/** Variables that set defaults. @default those of the process */
	readonly environment?: Environment | undefined;
}

/** The names of the options of a `RecordingStream`. */
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

/** The options of one call of `log`. */
export interface LogOptions {
	/**
	 * Makes the row static: it holds at all times, whatever `setTime` set. It overwrites earlier
	 * static values and hides those that are not static.
	 * @default false
	 */
	readonly static?: boolean | undefined;
	/** Times of this row alone, in place of those of `setTime`: for code that runs concurrently. */
	readonly times?: Readonly<Record<string, TimeValue>> | undefined;
}

const LOG_OPTIONS: OptionNames<LogOptions> = { static: true, times: true };

/**
 * An archetype, a list of archetypes, or a function that returns either: it is not called while
 * logging is off.
 */
export type LogArgument = Loggable | readonly Loggable[] | (() => Loggable | readonly Loggable[]);

/** Counters of a stream. */
export interface RecordingStats {
	/** Rows that were logged, whether they have been sent or not. */
	readonly rows: number;
	/** Chunks that were made of rows. */
	readonly chunks: number;
	/** Rows that wait to be put into a chunk. */
	readonly waitingRows: number;
	/**
	 * Rows that reached no sink: the backlog was full, or the stream was closed. Messages that a
	 * sink lost are in its own `stats`.
	 */
	readonly lostRows: number;
	/** Calls with wrong arguments, whether they were logged or not. */
	readonly mistakes: number;
	/** Bytes that wait for the first sink. */
	readonly backlogBytes: number;
}

/** The program that viewers name as the origin of a recording. */
const SOURCE = "panogaze";
/** Bounds unless the options say otherwise. */
const MAX_BACKLOG_BYTES = 256 * 2 ** 20;
const MAX_STATIC_BYTES = 64 * 2 ** 20;
/** Longest timer of JavaScript. */
const MAX_TIMER_SEC = 2 ** 31 / 1000;
const NO_TIMES: readonly TimePoint[] = [];

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
 * Rows wait some milliseconds for others, and for a sink as long as there is none. Logging never
 * waits for a disk or a peer.
 */
export class RecordingStream {
	/** The recording's name in files and in viewers. */
	readonly storeId: StoreId;
	/** True when anything is logged. */
	readonly enabled: boolean;
	readonly #entities: EntityNames;
	readonly #timelines: Timelines;
	readonly #mistakes: Mistakes;
	readonly #sinks: SinkSet;
	readonly #nowNs: () => bigint;
	readonly #tuids: TuidSource;
	readonly #batcher: ChunkBatcher;
	/** Batching options that the program or its user chose. */
	readonly #batching: Partial<BatchingOptions>;
	readonly #unfinished = { handOver: () => this.#finish() };
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** True when rows wait, and their batch has been started. */
	#ticking = false;
	#rows = 0;
	#chunks = 0;
	#refusedRows = 0;
	#closed = false;

	/**
	 * @param applicationId name under which viewers keep blueprints: the same in every run of a
	 * program.
	 * @throws {RangeError} when viewers would change `applicationId`: see `checkedApplicationId`.
	 * @throws {TypeError} when an option has an unknown name.
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
		this.#mistakes = new Mistakes(
			options.strict ?? settings.strict ?? false,
			options.onWarning ?? ((message) => console.warn(`[rerun] ${message}`)),
		);
		this.#entities = new EntityNames(options.pathPrefix);
		this.#nowNs = options.nowNs ?? systemNowNs;
		this.#timelines = new Timelines(this.#nowNs, {
			logTime: options.logTime ?? true,
			logTick: options.logTick ?? settings.logTick ?? false,
		});
		this.#tuids = new TuidSource(this.#nowNs);
		this.#batching = definedOnly({ ...definedOnly(settings), ...definedOnly(options.batching ?? {}) });
		this.#batcher = new ChunkBatcher(this.#tuids, this.#batchingFor([]));
		this.#sinks = new SinkSet({
			maxBacklogBytes: options.maxBacklogBytes ?? MAX_BACKLOG_BYTES,
			maxStaticBytes: options.maxStaticBytes ?? MAX_STATIC_BYTES,
			introduce: () => this.#introduction(),
			onError: (error) => this.#mistakes.report(error),
			onWarning: (message) => this.#mistakes.warn(message),
			onBusy: () => finishAtExit(this.#unfinished),
			onIdle: () => this.#forgetIfIdle(),
		});
		for (const problem of settings.problems) this.#mistakes.warn(problem);
		if (!this.enabled) return;
		this.#sinks.send([this.#introduction()]);
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

	/** True when wrong arguments throw. */
	get strict(): boolean {
		return this.#mistakes.strict;
	}

	get closed(): boolean {
		return this.#closed;
	}

	get sinks(): readonly Sink[] {
		return this.#sinks.sinks;
	}

	get stats(): RecordingStats {
		return {
			rows: this.#rows,
			chunks: this.#chunks,
			waitingRows: this.#batcher.rows,
			lostRows: this.#refusedRows + this.#sinks.lostRows,
			mistakes: this.#mistakes.count,
			backlogBytes: this.#sinks.backlogBytes,
		};
	}

	/**
	 * Logs one row of an entity at the current times.
	 *
	 * @param path `world/robot`, or a list of parts that are not escaped.
	 * @param args archetypes, and `LogOptions` as the last argument. Of a component that comes
	 * twice, the last one counts.
	 * @throws {Error} in strict mode, when an argument is wrong.
	 */
	log(
		path: string | readonly string[],
		...args: readonly LogArgument[] | readonly [...LogArgument[], LogOptions]
	): void {
		if (!this.#accepts()) return;
		try {
			this.#log(path, args);
		} catch (error) {
			this.#mistakes.report(error);
		}
	}

	/**
	 * Logs one row without the checks of `log`, and makes no object for it as long as there are no
	 * automatic times: for rows that come hundreds of times a second.
	 *
	 * @param times of the row, sorted by name, beside the automatic ones; none makes it static.
	 * Those of `setTime` are left out. They are copied.
	 * @param batches each component once. Numbers up to 16 KiB are copied; all else is kept, and
	 * may not be changed any more.
	 */
	logRow(path: string | readonly string[], times: readonly TimePoint[], batches: readonly ComponentBatch[]): void {
		if (!this.#accepts()) return;
		this.#logRow(this.#entities.pathOf(path), this.#timelines.withAutomatic(times), batches);
	}

	#log(path: string | readonly string[], args: readonly (LogArgument | LogOptions)[]): void {
		const last = args.at(-1);
		const options = isLogOptions(last) ? last : undefined;
		if (options !== undefined) this.#mistakes.checkNames(options, LOG_OPTIONS, "log()");
		const parts = options === undefined ? args : args.slice(0, -1);
		const { batches, warning } = rowOf(parts as readonly LogArgument[]);
		if (warning !== null) this.#mistakes.doubt(warning);
		if (batches.length === 0) return;
		const times = options?.static === true ? NO_TIMES : this.#timelines.points(options?.times);
		this.#logRow(this.#entities.pathOf(path), times, batches);
	}

	#logRow(path: string, times: readonly TimePoint[], batches: readonly ComponentBatch[]): void {
		this.#timelines.advance();
		this.#rows++;
		const chunks = this.#batcher.push(path, times, batches);
		if (chunks.length > 0) this.#sendChunks(chunks);
		if (this.#batcher.isFull) {
			// A program that logs without ever leaving its turn would fill the memory.
			if (!this.#sinks.idle) this.#sinks.finish();
			this.#flushBatcher();
		}
		if (!this.#ticking && this.#batcher.rows > 0) this.#startTimer();
	}

	/**
	 * Sends many rows of an entity at once, for data that exists already. They have the given times
	 * alone.
	 *
	 * @param times by timeline; none for static rows, of which only the last one is seen.
	 * @param columns of archetypes, `Scalars.columns({ scalars })`: as many rows as there are
	 * times.
	 * @throws {Error} in strict mode, when an argument is wrong.
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
			this.#mistakes.report(error);
		}
	}

	#columnsChunk(
		path: string | readonly string[],
		times: Readonly<Record<string, TimeValues>>,
		columns: readonly Columns[],
	): Chunk | null {
		const { numRows, timelines, components, warning } = columnsOf(times, columns);
		for (const { name, kind } of timelines) this.#timelines.claim(name, kind);
		if (warning !== null) this.#mistakes.doubt(warning);
		if (numRows === 0 || components.length === 0) return null;
		const rowIds = new DataView(new ArrayBuffer(TUID_BYTES * numRows));
		this.#tuids.fill(rowIds, 0, numRows);
		return {
			id: this.#tuids.next(),
			entityPath: this.#entities.pathOf(path),
			numRows,
			rowIds: new Uint8Array(rowIds.buffer),
			timelines,
			components,
		};
	}

	/** Sends a chunk that was made elsewhere, or read from a file. Borrowed until it is sent. */
	sendChunk(chunk: Chunk): void {
		if (!this.#accepts()) return;
		this.#rows += chunk.numRows;
		this.#sendChunks([chunk]);
	}

	/**
	 * Sets the time that rows have on a timeline from now on.
	 *
	 * @param value seconds as a number, nanoseconds as a bigint: `{ sequence: 42 }`, `{ duration:
	 * 1.5 }`, `{ timestamp: new Date() }`.
	 * @throws {Error} in strict mode, when an argument is wrong.
	 */
	setTime(name: string, value: TimeValue): void {
		if (!this.enabled) return;
		try {
			this.#timelines.set(name, value);
		} catch (error) {
			this.#mistakes.report(error);
		}
	}

	/** Removes rows from this timeline from now on, until `setTime`. */
	disableTimeline(name: string): void {
		this.#timelines.disable(name);
	}

	/** Removes rows from all timelines but the automatic ones from now on. */
	resetTime(): void {
		this.#timelines.reset();
	}

	/**
	 * Logs a fact about the whole recording, shown under its name: at `/__properties/<name>`,
	 * static.
	 *
	 * @throws {Error} in strict mode, when an argument is wrong.
	 */
	sendProperty(name: string, ...values: readonly LogArgument[]): void {
		if (!this.#accepts()) return;
		try {
			const { batches, warning } = rowOf(values);
			if (warning !== null) this.#mistakes.doubt(warning);
			if (batches.length > 0) this.#logRow(PROPERTIES_PATH + checkedPath(name), NO_TIMES, batches);
		} catch (error) {
			this.#mistakes.report(error);
		}
	}

	/**
	 * Sets the name that viewers show for the recording.
	 *
	 * @throws {Error} in strict mode, when it is no text.
	 */
	sendRecordingName(name: string): void {
		this.#sendInfo(() => RecordingInfo.fromFields({ name }));
	}

	/**
	 * Sets the time when the recording began, if that is not when the stream was made.
	 *
	 * @param timestamp seconds as a number, nanoseconds as a bigint.
	 * @throws {Error} in strict mode, when it is no time.
	 */
	sendRecordingStartTime(timestamp: number | bigint | Date): void {
		this.#sendInfo(() => RecordingInfo.fromFields({ startTime: timeOf("start_time", { timestamp }).time }));
	}

	#sendInfo(info: () => Loggable): void {
		if (!this.#accepts()) return;
		try {
			this.#logRow(PROPERTIES_PATH, NO_TIMES, checkedBatches(info()));
		} catch (error) {
			this.#mistakes.report(error);
		}
	}

	/**
	 * Sends viewers a layout for this application's recordings.
	 *
	 * @param blueprint a `Blueprint`, or a view or a container alone.
	 * @throws {Error} in strict mode, when an argument of a part of it is wrong.
	 */
	sendBlueprint(blueprint: BlueprintLike, options: BlueprintActivationOptions = {}): void {
		if (!this.#accepts()) return;
		try {
			this.#mistakes.checkNames(options, BLUEPRINT_ACTIVATION_OPTIONS, "sendBlueprint()");
			const known = onlyOptions(options, BLUEPRINT_ACTIVATION_OPTIONS);
			const messages = Blueprint.from(blueprint).toMessages(this.applicationId, known, this.#nowNs, (warning) =>
				this.#mistakes.doubt(warning),
			);
			this.sendMessages(messages);
		} catch (error) {
			this.#mistakes.report(error);
		}
	}

	/** Sends messages of another store, such as a blueprint, through the same sinks. */
	sendMessages(messages: readonly LogMessage[]): void {
		if (!this.#accepts()) return;
		this.#flushBatcher();
		this.#sinks.send(messages);
	}

	/**
	 * Sends everything to these sinks from now on. Earlier sinks that are not among them are
	 * flushed and closed. The first sinks receive everything that was logged before; later ones
	 * receive the static data and the blueprints. Takes ownership.
	 *
	 * @throws {Error} when the stream is closed.
	 */
	setSinks(...sinks: readonly Sink[]): void {
		if (this.#closed) throw new Error("The stream is closed: it takes no more sinks.");
		if (!this.enabled) {
			for (const sink of sinks) this.#sinks.end(sink);
			return;
		}
		this.#flushBatcher();
		this.#batcher.options = this.#batchingFor(sinks);
		this.#sinks.replace(sinks);
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
	 * Waits until everything logged before has arrived: the documentation of each sink says where.
	 *
	 * @returns whether it has. `false`: a sink lost data since the last flush, or took too long.
	 * @throws {SinkError} in place of `false`, if the sink is strict.
	 */
	async flush(timeoutSec?: number): Promise<boolean> {
		this.#flushBatcher();
		return await this.#sinks.flush(timeoutSec);
	}

	/** Sends the rows that wait, and ends the sinks. Later rows are lost. Can be called twice. */
	async close(): Promise<void> {
		if (!this.#closed) {
			this.#flushBatcher();
			this.#closed = true;
			this.#sinks.endAll();
		}
		await this.#sinks.ended();
	}

	/** Closes without waiting for the sinks. */
	[Symbol.dispose](): void {
		void this.close();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	/**
	 * A view of the stream from one entity: all paths are below it.
	 *
	 * @throws {TypeError} when `prefix` is no path.
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
			this.#mistakes.report(error);
			return;
		}
		use(whole);
	}

	#accepts(): boolean {
		if (!this.enabled) return false;
		if (!this.#closed) return true;
		this.#refusedRows++;
		this.#mistakes.warn("Data was logged into a stream that is closed.");
		return false;
	}

	#batchingFor(sinks: readonly Sink[]): BatchingOptions {
		return { ...(sinks.some(({ live }) => live) ? Batching.live : Batching.file), ...this.#batching };
	}

	#startTimer(): void {
		this.#ticking = true;
		const { tickSec } = this.#batcher.options;
		if (tickSec === 0) this.#flushBatcher();
		else if (tickSec < MAX_TIMER_SEC) this.#timer = setTimeout(() => this.#flushBatcher(), 1000 * tickSec);
		if (this.#batcher.rows > 0) finishAtExit(this.#unfinished);
	}

	#flushBatcher(): void {
		clearTimeout(this.#timer);
		this.#ticking = false;
		if (this.#batcher.rows > 0) this.#sinks.sendGroups(this.#messageGroups(this.#batcher.take()));
		this.#forgetIfIdle();
	}

	#forgetIfIdle(): void {
		if (this.#sinks.idle && this.#batcher.rows === 0) forgetAtExit(this.#unfinished);
	}

	#finish(): void {
		this.#flushBatcher();
		this.#sinks.finish();
	}

	#sendChunks(chunks: readonly Chunk[]): void {
		this.#sinks.send(this.#messagesOf(chunks));
	}

	*#messageGroups(ofEntities: Iterable<readonly Chunk[]>): Generator<readonly LogMessage[], void> {
		for (const chunks of groupsOf(ofEntities)) yield this.#messagesOf(chunks);
	}

	#messagesOf(chunks: readonly Chunk[]): LogMessage[] {
		this.#chunks += chunks.length;
		return chunks.map((chunk) => LogMessage.chunk(this.storeId, chunk));
	}

	#introduction(): LogMessage {
		return LogMessage.storeInfo({ storeId: this.storeId, source: SOURCE }, this.#tuids.next());
	}
}

/** A view of a stream from one of its entities. */
export interface EntityLogger {
	/** Logs one row, as `RecordingStream.log`. An empty path is the entity itself. */
	log(
		path: string | readonly string[],
		...args: readonly LogArgument[] | readonly [...LogArgument[], LogOptions]
	): void;
	/** Sends many rows at once, as `RecordingStream.sendColumns`. */
	sendColumns(
		path: string | readonly string[],
		times: Readonly<Record<string, TimeValues>>,
		...columns: readonly (Columns | readonly Columns[])[]
	): void;
	/** A view from an entity below this one. @throws {TypeError} when `prefix` is no path. */
	under(prefix: string | readonly string[]): EntityLogger;
}

/** Bytes, about, of the chunks that are handed over in the first step, and in each further one. */
const FIRST_GROUP_BYTES = 1 << 18;
const GROUP_BYTES = 1 << 16;

/** The chunks of many entities, in groups that are handed over in one step each. */
function* groupsOf(chunksOfEntities: Iterable<readonly Chunk[]>): Generator<readonly Chunk[], void> {
	let group: Chunk[] = [];
	let bytes = 0;
	let [maxChunks, maxBytes] = [FIRST_GROUP_CHUNKS, FIRST_GROUP_BYTES];
	for (const chunks of chunksOfEntities) {
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

function isLogOptions(value: LogArgument | LogOptions | undefined): value is LogOptions {
	return typeof value === "object" && value !== null && !("batches" in value) && !Array.isArray(value);
}

function definedOnly(options: object): Partial<BatchingOptions> {
	const given = Object.entries(options).filter(
		([name, value]) => Object.hasOwn(BATCHING_OPTIONS, name) && value !== undefined,
	);
	return Object.fromEntries(given);
}
