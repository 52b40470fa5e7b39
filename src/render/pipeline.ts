import { availableParallelism } from "node:os";
import { type PanoramaFormat, panoramaByteLength, panoramaLayout, pictureLayout } from "../media/panorama.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import { chooseProjector, projectorBytes } from "../projection/projector-choice.ts";
import { applyTransform } from "../projection/transform.ts";
import type { CompleteLibavOptions } from "../source/source-options.ts";
import { SourceError } from "../source/video-source.ts";
import { Thread, threadFile } from "../threads/thread.ts";
import { NO_ENCODING_OPTIONS } from "./encoding.ts";
import type { RenderOptions, RenderOutput, WrittenFile } from "./options.ts";
import { OutputError } from "./output-error.ts";
import type { OutputKind } from "./output-kind.ts";
import type { RecordedPath } from "./recorded-path.ts";
import type {
	DrawStart,
	DrawTask,
	Fraction,
	FromDecoder,
	FromDrawer,
	FromWriter,
	PictureTime,
	SampleWishName,
	StreamFacts,
	ToDecoder,
	ToWriter,
	WantedPictures,
	WriteStart,
} from "./render-protocol.ts";
import { ViewPlan } from "./view-plan.ts";

/** An output with its file names settled. */
export interface PlannedOutput extends RenderOutput {
	readonly kind: OutputKind;
	readonly temporaryPath: string;
	readonly firstNumber: number;
}

/** Options of a pipeline: those of `render()`, for one input, completed. */
export interface PipelineOptions
	extends Pick<RenderOptions, "kernel" | "antialias" | "audio" | "threads" | "signal" | "onNotice"> {
	readonly source: CompleteLibavOptions;
	readonly wish: SampleWishName;
	readonly outputs: readonly PlannedOutput[];
	readonly endSec: number;
	/** The pictures that are drawn, and how. @default all of the source */
	readonly recordedPath?: RecordedPath | undefined;
	/** Called when pictures have been written into the first output. */
	readonly onWritten: (pictures: number, expected: number, timeSec: number) => void;
}

/** Most memory for pictures, beside what FFmpeg takes. */
const MEMORY_BYTES = 2 ** 31;
/** Bands of a view are whole rows of cells of luma and chroma. */
const BAND_ROWS = 16;
/** Longest wait for a thread that was asked to end. */
const END_MS = 2000;
/** An even number of frames above and below each other divide into this many bands at least. */
const LEAST_BAND_ROWS = 64;

/** A decoded picture whose views are drawn. */
interface PictureInWork {
	readonly slot: number;
	readonly time: PictureTime;
	/** Outputs that still need it. */
	users: number;
}

/** A view that is drawn. */
interface ViewInWork {
	readonly picture: PictureInWork;
	readonly view: ReturnType<ViewPlan["at"]>;
	readonly slot: number;
	/** Bands that are not yet drawn. */
	bands: number;
}

/** An output with its thread, and the views on their way to it, in order. */
interface OutputInWork {
	readonly planned: PlannedOutput;
	readonly plan: ViewPlan;
	readonly writer: Thread<ToWriter, FromWriter>;
	readonly freeSlots: number[];
	readonly views: ViewInWork[];
	/** Pictures whose views were begun. */
	begun: number;
	written: number;
	result: WrittenFile | undefined;
}

/**
 * Decodes a source once, draws all outputs of it in several threads, and has each encoded by a
 * thread of its own. Pictures lie in shared memory with a fixed number of slots: a stage that is
 * ahead waits.
 */
export class Pipeline {
	readonly #options: PipelineOptions;
	readonly #heap = new SharedHeap(MEMORY_BYTES);
	readonly #decoder: Thread<ToDecoder, FromDecoder>;
	readonly #drawers: Thread<DrawTask | "stop", FromDrawer>[] = [];
	readonly #idle: Thread<DrawTask | "stop", FromDrawer>[] = [];
	readonly #tasks = new Map<number, { readonly output: OutputInWork; readonly view: ViewInWork }>();
	readonly #waitingTasks: DrawTask[] = [];
	readonly #pictures: PictureInWork[] = [];
	readonly #ended = Promise.withResolvers<void>();
	#outputs: readonly OutputInWork[] = [];
	#facts: StreamFacts | undefined;
	#nextTask = 0;
	#sourceEnded = false;
	#isFinishing = false;
	/** Size of the outputs once it is known. */
	#isDrawing = false;

	constructor(options: PipelineOptions) {
		this.#options = options;
		this.#decoder = new Thread<ToDecoder, FromDecoder>({
			file: threadFile("./decode-worker", import.meta.url),
			name: "panogaze-decode",
			data: {
				options: options.source,
				wish: options.wish,
				endSec: options.endSec,
				wanted: options.recordedPath && wantedPictures(options.recordedPath),
			},
			stopMessage: { type: "stop" },
			onMessage: (message) => this.#attempt(() => this.#fromDecoder(message)),
		});
		this.#watch(this.#decoder);
	}

	/**
	 * Renders everything.
	 *
	 * @returns the files; fewer than asked for if the source was interrupted before its beginning.
	 * @throws {SourceError} when the source can't be read.
	 * @throws {OutputError} when an output can't be written.
	 * @throws {RangeError} when an output asks for an impossible size or encoding.
	 */
	async run(): Promise<readonly WrittenFile[]> {
		const { signal } = this.#options;
		const interrupt = () => this.#decoder.post({ type: "stop" });
		signal?.addEventListener("abort", interrupt);
		if (signal?.aborted) interrupt();
		try {
			await this.#ended.promise;
		} catch (error) {
			for (const { writer } of this.#outputs) writer.post({ type: "discard" });
			throw error;
		} finally {
			signal?.removeEventListener("abort", interrupt);
			await this.#endThreads();
		}
		return this.#outputs.flatMap(({ result }) => result ?? []);
	}

	#fail(error: unknown): void {
		this.#ended.reject(error);
	}

	#attempt(work: () => unknown): void {
		try {
			const done = work();
			if (done instanceof Promise) done.catch((error: unknown) => this.#fail(error));
		} catch (error) {
			this.#fail(error);
		}
	}

	#watch(thread: Pick<Thread<unknown, unknown>, "exited">): void {
		void thread.exited.then(({ error }) => {
			if (error !== undefined) this.#fail(error);
		});
	}

	#fromDecoder(message: FromDecoder): Promise<void> | undefined {
		if (message.type === "opened") return this.#open(message.facts);
		if (message.type === "failed") throw new SourceError(message.code ?? "failed", message.message);
		if (message.type === "notice") this.#options.onNotice?.(message.message);
		else if (message.type === "picture") this.#pictures.push({ slot: message.slot, time: message.time, users: 0 });
		else this.#sourceEnded = true;
		this.#advance();
		return undefined;
	}

	/** Makes memory and threads for the pictures that the source has. */
	async #open(facts: StreamFacts): Promise<void> {
		this.#facts = facts;
		const { outputs, threads, recordedPath } = this.#options;
		const { format } = facts.info;
		const plans = outputs.map(
			({ view = {}, cameraPath }) => new ViewPlan(view, recordedPath ?? cameraPath, format),
		);
		const count =
			facts.still && threads === undefined ? availableParallelism() : (threads ?? availableParallelism());
		const { panoramas, views } = this.#allocateSlots(facts, plans, count);
		this.#outputs = outputs.map((planned, index) =>
			this.#openOutput(planned, plans[index] as ViewPlan, views[index] ?? [], facts),
		);
		await this.#openDrawers(facts, plans, count);
		this.#isDrawing = true;
		if (!facts.still) this.#noticeFirstPictures();
		this.#decoder.post({ type: "memory", memory: this.#heap.memory, slots: panoramas });
		this.#advance();
	}

	/** Says that a photo shows one picture of a video. */
	#noticeFirstPictures(): void {
		for (const { kind, path } of this.#options.outputs) {
			if (kind.kind !== "picture") continue;
			const pattern = path.replace(/(\.[^.]+)$/, "_%04d$1");
			this.#options.onNotice?.(`${path} gets the first picture alone; ${pattern} stands for a file for each.`);
		}
	}

	/** Allocates slots that keep all threads busy, or fewer if the memory has no room. */
	#allocateSlots(
		{ info: { format }, layers, still }: StreamFacts,
		plans: readonly ViewPlan[],
		threads: number,
	): { readonly panoramas: readonly number[]; readonly views: readonly (readonly number[])[] } {
		const panoramaBytes = layers * panoramaByteLength(format);
		const { bytesPerSample } = panoramaLayout(format);
		const viewBytes = plans.map(
			({ width, height, eyes }) =>
				layers * pictureLayout(width, height * (eyes === "both" ? 2 : 1), bytesPerSample).byteLength,
		);
		const together = panoramaBytes + viewBytes.reduce((sum, bytes) => sum + bytes, 0);
		const room = Math.floor((MEMORY_BYTES * 0.9) / together);
		const slots = still ? 1 : Math.max(1, Math.min(threads + 2, room));
		const addresses = (bytes: number) => Array.from({ length: slots }, () => this.#heap.allocate(bytes).address);
		return { panoramas: addresses(panoramaBytes), views: viewBytes.map(addresses) };
	}

	async #openDrawers(facts: StreamFacts, plans: readonly ViewPlan[], count: number): Promise<void> {
		const choice = await chooseProjector();
		const maxWidth = Math.max(...plans.map(({ width }) => width));
		const maxHeight = Math.max(...plans.map(({ height }) => height));
		for (let index = 0; index < count; index++) {
			const scratch = this.#heap.allocate(projectorBytes(choice, maxWidth, maxHeight));
			const data: DrawStart = {
				choice,
				memory: this.#heap.memory,
				scratchAddress: scratch.address,
				maxWidth,
				maxHeight,
				format: facts.info.format,
				layers: facts.layers,
			};
			const drawer: Thread<DrawTask | "stop", FromDrawer> = new Thread({
				file: threadFile("./draw-worker", import.meta.url),
				name: `panogaze-draw-${index}`,
				data,
				stopMessage: "stop",
				onMessage: (message) => this.#attempt(() => this.#fromDrawer(drawer, message)),
			});
			this.#watch(drawer);
			this.#drawers.push(drawer);
			this.#idle.push(drawer);
		}
	}

	#openOutput(planned: PlannedOutput, plan: ViewPlan, slots: readonly number[], facts: StreamFacts): OutputInWork {
		const { audio = true, source, endSec } = this.#options;
		const start: WriteStart = {
			memory: this.#heap.memory,
			temporaryPath: planned.temporaryPath,
			path: planned.path,
			kind: planned.kind,
			width: plan.width,
			height: plan.height,
			packing: plan.packing,
			facts: { ...facts, frameRate: fractionOf(facts.info.frameRate) },
			encoding: { ...NO_ENCODING_OPTIONS, ...planned.encoding },
			audio: audio && planned.kind.kind === "video",
			startsLate: source.startSec > 0,
			durationSec: endSec - source.startSec,
			statement: planned.kind.kind === "sequence" ? undefined : plan.statement,
			firstNumber: planned.firstNumber,
		};
		const writer: Thread<ToWriter, FromWriter> = new Thread({
			file: threadFile("./write-worker", import.meta.url),
			name: "panogaze-write",
			data: start,
			onMessage: (message) => this.#attempt(() => this.#fromWriter(output, message)),
		});
		this.#watch(writer);
		const output: OutputInWork = {
			planned,
			plan,
			writer,
			freeSlots: [...slots],
			views: [],
			begun: 0,
			written: 0,
			result: undefined,
		};
		return output;
	}

	/** Starts all work that can be started. */
	#advance(): void {
		if (this.#sourceEnded && this.#facts === undefined) this.#ended.resolve();
		if (!this.#isDrawing) return;
		this.#beginPictures();
		while (this.#waitingTasks.length > 0) {
			const drawer = this.#idle.pop();
			if (drawer === undefined) break;
			drawer.post(this.#waitingTasks.shift() as DrawTask);
		}
		if (this.#sourceEnded && this.#pictures.length === 0) this.#finishOutputs();
	}

	/** Begins the views of pictures, as far as all outputs have room for them. */
	#beginPictures(): void {
		for (let picture = this.#pictures[0]; picture !== undefined; picture = this.#pictures[0]) {
			const wanting = this.#outputs.filter(
				({ planned, begun }) => planned.kind.kind !== "picture" || begun === 0,
			);
			if (wanting.some(({ freeSlots }) => freeSlots.length === 0)) return;
			this.#pictures.shift();
			picture.users = wanting.length + 1;
			for (const output of wanting) this.#beginView(output, picture);
			this.#release(picture);
			// A photo of a video is complete: the rest of it is not decoded.
			if (wanting.length === 0) this.#decoder.post({ type: "stop" });
		}
	}

	#beginView(output: OutputInWork, picture: PictureInWork): void {
		const { plan, freeSlots, views } = output;
		const isStill = this.#facts?.still === true;
		const { kernel = isStill ? "bicubic" : "bilinear", antialias = "auto" } = this.#options;
		const slot = freeSlots.shift() as number;
		output.begun++;
		const view = plan.at(picture.time);
		const bands = bandsOf(plan.height, isStill ? this.#drawers.length : 1);
		const inWork: ViewInWork = { picture, view, slot, bands: bands.length };
		views.push(inWork);
		for (const rows of bands) {
			const id = this.#nextTask++;
			this.#tasks.set(id, { output, view: inWork });
			this.#waitingTasks.push({
				id,
				panorama: picture.slot,
				view,
				into: slot,
				eyes: plan.eyes,
				options: { kernel, antialias, ...(bands.length > 1 && { rows }) },
			});
		}
	}

	#fromDrawer(drawer: Thread<DrawTask | "stop", FromDrawer>, message: FromDrawer): void {
		if (message.type === "failed") throw new RangeError(message.message);
		this.#idle.push(drawer);
		const task = this.#tasks.get(message.id);
		this.#tasks.delete(message.id);
		if (task !== undefined) {
			task.view.bands--;
			this.#sendDrawn(task.output);
		}
		this.#advance();
	}

	/** Sends the views that are drawn to the writer, in order. */
	#sendDrawn(output: OutputInWork): void {
		const { views, writer, planned } = output;
		for (let first = views[0]; first !== undefined && first.bands === 0; first = views[0]) {
			views.shift();
			if (planned.transform !== undefined) this.#transform(output, first);
			this.#release(first.picture);
			writer.post({ type: "picture", slot: first.slot, time: first.picture.time });
		}
	}

	#transform({ planned: { transform }, plan }: OutputInWork, { slot, view, picture }: ViewInWork): void {
		const facts = this.#facts;
		if (transform === undefined || facts === undefined) return;
		const eyes = plan.eyes === "both" ? 2 : 1;
		const height = plan.height * eyes;
		const { buffer } = this.#heap.memory;
		const { format } = facts.info;
		const data = new Uint8Array(buffer, slot, pictureLayout(plan.width, height).byteLength);
		applyTransform(transform, {
			picture: { data, width: plan.width, height },
			color: format.color,
			eyes,
			view,
			poseSequence: 0,
			timeSec: picture.time.sourceSec - this.#options.source.startSec,
			mediaTimeSec: picture.time.sourceSec,
			panorama: panoramaAt(buffer, picture.slot, format),
		});
	}

	#release(picture: PictureInWork): void {
		picture.users--;
		if (picture.users === 0) this.#decoder.post({ type: "free", slot: picture.slot });
	}

	#fromWriter(output: OutputInWork, message: FromWriter): void {
		if (message.type === "notice") this.#options.onNotice?.(message.message);
		else if (message.type === "failed") throw new OutputError(message.code, output.planned.path, message.message);
		else if (message.type === "free") {
			output.freeSlots.push(message.slot);
			output.written++;
			if (output === this.#outputs[0]) this.#reportProgress(output);
			this.#advance();
		} else if (message.type === "done") {
			const { plan, planned } = output;
			const { pictures, bytes } = message;
			output.result = { path: planned.path, ...sizeOfOutput(plan), pictures, bytes };
			if (this.#outputs.every(({ result }) => result !== undefined)) this.#ended.resolve();
		}
	}

	#reportProgress({ written }: OutputInWork): void {
		const facts = this.#facts;
		if (facts === undefined) return;
		const timeSec = facts.info.frameRate > 0 ? written / facts.info.frameRate : 0;
		this.#options.onWritten(written, facts.pictures, timeSec);
	}

	/** Has the files finished once everything is drawn. */
	#finishOutputs(): void {
		if (this.#isFinishing || this.#outputs.some(({ views }) => views.length > 0)) return;
		this.#isFinishing = true;
		for (const { writer } of this.#outputs) writer.post({ type: "finish" });
	}

	async #endThreads(): Promise<void> {
		const writers = this.#outputs.map(({ writer }) => writer);
		await Promise.all([this.#decoder, ...this.#drawers, ...writers].map((thread) => thread.end(END_MS)));
	}
}

/** The stamps and times of a recorded path's pictures. */
function wantedPictures({ pictures }: RecordedPath): WantedPictures {
	const firstSec = pictures[0]?.atSec ?? 0;
	return {
		stampsSec: Float64Array.from(pictures, ({ stampSec }) => stampSec),
		timesSec: Float64Array.from(pictures, ({ atSec }) => atSec - firstSec),
	};
}

/** Rows of a view for each of `count` threads. */
function bandsOf(height: number, count: number): { readonly start: number; readonly end: number }[] {
	const rows = Math.max(LEAST_BAND_ROWS, Math.ceil(height / count / BAND_ROWS) * BAND_ROWS);
	return Array.from({ length: Math.ceil(height / rows) }, (_, index) => ({
		start: index * rows,
		end: Math.min(height, (index + 1) * rows),
	}));
}

/** A frame rate as a fraction: the broadcast rates are thousandths of 1001. */
function fractionOf(frameRate: number): Fraction | undefined {
	if (!(frameRate > 0)) return undefined;
	const whole = Math.round(frameRate);
	if (Math.abs(frameRate - whole) < 1e-4) return { num: whole, den: 1 };
	const broadcast = Math.round(frameRate * 1.001);
	if (Math.abs(frameRate - broadcast / 1.001) < 1e-3) return { num: broadcast * 1000, den: 1001 };
	return { num: Math.round(frameRate * 1000), den: 1000 };
}

/** Size of the output, with both eyes. */
function sizeOfOutput({ width, height, packing }: ViewPlan): { readonly width: number; readonly height: number } {
	return {
		width: width * (packing?.includes("left") ? 2 : 1),
		height: height * (packing?.includes("top") ? 2 : 1),
	};
}

function panoramaAt(buffer: ArrayBufferLike, address: number, format: PanoramaFormat) {
	return {
		format,
		layout: panoramaLayout(format),
		data: new Uint8Array(buffer, address, panoramaByteLength(format)),
	};
}
