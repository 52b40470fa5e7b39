import { AV_LOG_FATAL } from "node-av/constants";
import { type Frame, Log } from "node-av/lib";
import { assert } from "../media/assert.ts";
import { RTP_VIDEO_CLOCK_HZ } from "../media/clock.ts";
import { MAX_MIP_LEVELS } from "../media/panorama.ts";
import type { WasmMemory } from "../media/wasm-types.ts";
import { LibavReader } from "../source/libav-reader.ts";
import type { TimedPicture } from "../source/picture-reader.ts";
import { readByStamps } from "../source/pictures-by-stamp.ts";
import type { CompleteLibavOptions } from "../source/source-options.ts";
import { type ReadingJob, Stopping } from "../source/source-worker.ts";
import { SourceError } from "../source/video-source.ts";
import { ThisThread } from "../threads/this-thread.ts";
import { colorStatements } from "./color-statements.ts";
import { PictureLoader } from "./picture-loader.ts";
import type {
	DecodeStart,
	Fraction,
	FromDecoder,
	PictureTime,
	StreamFacts,
	ToDecoder,
	WantedPictures,
} from "./render-protocol.ts";
import { sampleWish, TEN_BITS } from "./sample-wish.ts";
import { StreamClock } from "./stream-clock.ts";

// The thread that decodes: it writes each picture of the source into a free slot, in order.

const thread = new ThisThread<DecodeStart>();
const { port, data: start } = thread;
const abort = new AbortController();
const memory = Promise.withResolvers<{ readonly memory: WasmMemory; readonly slots: readonly number[] }>();
// Nobody waits for the memory when reading fails before.
memory.promise.catch(() => {});
const freeSlots: number[] = [];
let slotWanted: ((slot: number | undefined) => void) | undefined;

/** Ticks of the times of chosen pictures: those of RTP. */
const WANTED_TICKS: Fraction = { num: 1, den: RTP_VIDEO_CLOCK_HZ };

const send = (message: FromDecoder) => port.postMessage(message);

port.on("message", (message: ToDecoder) => {
	if (message.type === "memory") memory.resolve(message);
	else if (message.type === "free") giveSlot(message.slot);
	else stop();
});

if (thread.beginNative()) await run();
send({ type: "end" });
thread.endNative();
port.close();

async function run(): Promise<void> {
	// FFmpeg's own lines would bypass the log, and contain addresses with their passwords.
	Log.setLevel(AV_LOG_FATAL);
	try {
		const reader = await LibavReader.open(job(), sampleWish(start.wish));
		try {
			await (start.wanted === undefined ? readAll(reader) : readWanted(reader, start.wanted));
		} finally {
			await reader.close();
		}
	} catch (error) {
		if (error instanceof Stopping) return;
		const { message, stack } = error as Error;
		if (error instanceof SourceError) send({ type: "failed", code: error.code, message });
		else send({ type: "failed", code: undefined, message: `The reader failed unexpectedly: ${stack ?? message}` });
	}
}

function job(): ReadingJob<CompleteLibavOptions> {
	return {
		options: start.options,
		signal: abort.signal,
		get stopping() {
			return thread.stopping || abort.signal.aborted;
		},
		notice: (message) => send({ type: "notice", message }),
		reconnecting: () => {},
		reconnected: () => {},
		count: () => {},
	};
}

/**
 * Loads pictures into slots, from the first one on, which opens the source. `load` resolves false
 * when no more pictures are wanted.
 */
function loadingFrom(reader: LibavReader) {
	let clock: StreamClock | undefined;
	let loader: PictureLoader | undefined;
	return {
		async load(picture: TimedPicture, timeOf: (clock: StreamClock) => PictureTime): Promise<boolean> {
			if (loader === undefined || clock === undefined) {
				clock = new StreamClock(reader.input, start.options.startSec, picture.mediaSec);
				const facts = factsOf(reader, clock, picture.frame);
				send({ type: "opened", facts });
				const given = await memory.promise;
				freeSlots.push(...given.slots);
				loader = new PictureLoader(given.memory, facts.info.format, reader.packing, facts.layers);
			}
			if (start.wanted === undefined && clock.offsetSec(picture) >= start.endSec - 1e-6) return false;
			const slot = await takeSlot();
			if (slot === undefined) return false;
			loader.load(slot, picture.frame, picture.mediaSec);
			send({ type: "picture", slot, time: timeOf(clock) });
			return true;
		},
		close(): void {
			loader?.[Symbol.dispose]();
		},
	};
}

async function readAll(reader: LibavReader): Promise<void> {
	const loading = loadingFrom(reader);
	await reader.run(async (picture) => {
		try {
			return await loading.load(picture, (clock) => clock.timeOf(picture));
		} finally {
			picture.frame.free();
		}
	});
	loading.close();
}

async function readWanted(reader: LibavReader, { stampsSec, timesSec }: WantedPictures): Promise<void> {
	const loading = loadingFrom(reader);
	let index = 0;
	let inexact = 0;
	const wanted = {
		get stampSec() {
			return stampsSec[index];
		},
		async advance() {
			index++;
		},
	};
	const missing = await readByStamps(reader, wanted, (picture, isExact) => {
		if (!isExact) inexact++;
		return loading.load(picture, () => ({
			ticks: Math.round(timesSec[index]! * WANTED_TICKS.den),
			durationTicks: 0,
			sourceSec: picture.positionSec,
			index,
		}));
	});
	loading.close();
	const { label } = reader.input;
	if (inexact > 0)
		send({ type: "notice", message: `${inexact} pictures are not in ${label}; those after them were drawn.` });
	if (missing > 0)
		send({
			type: "notice",
			message: `${label} ends before ${missing} of the recorded pictures: they are missing.`,
		});
}

function factsOf(reader: LibavReader, clock: StreamClock, frame: Frame): StreamFacts {
	const { info, input, pixelFormat } = reader;
	assert(info !== undefined, "The source is described once a picture has come.");
	const { num, den } = input.stream.timeBase;
	const { startSec } = start.options;
	const lengthSec = Math.min(start.endSec, info.durationSec) - startSec;
	// Smaller copies cost a photo nothing, and a video much at each picture.
	const samples = {
		bitDepth: pixelFormat === TEN_BITS ? 10 : 8,
		mipLevels: input.still ? MAX_MIP_LEVELS : undefined,
	} as const;
	const { wanted } = start;
	return {
		info: { ...info, ...rateOf(wanted), format: { ...info.format, ...samples } },
		pixelFormat,
		layers: pixelFormat.startsWith("gbr") ? 3 : 1,
		color: colorStatements(frame, input.stream),
		timeBase: wanted === undefined ? { num, den } : WANTED_TICKS,
		still: input.still,
		url: input.access.pipe === undefined && !input.live ? input.access.url : undefined,
		originSec: clock.originSec,
		pictures: wanted?.stampsSec.length ?? (input.still ? 1 : Math.max(1, Math.round(lengthSec * info.frameRate))),
	};
}

/** The mean rate of chosen pictures. */
function rateOf(wanted: WantedPictures | undefined): { readonly frameRate?: number } {
	const lastSec = wanted?.timesSec.at(-1) ?? 0;
	return wanted === undefined || lastSec <= 0 ? {} : { frameRate: (wanted.timesSec.length - 1) / lastSec };
}

/** A free slot, once there is one; `undefined` when the thread is to stop. */
function takeSlot(): Promise<number | undefined> {
	if (thread.stopping || abort.signal.aborted) return Promise.resolve(undefined);
	const slot = freeSlots.shift();
	if (slot !== undefined) return Promise.resolve(slot);
	return new Promise((resolve) => {
		slotWanted = resolve;
	});
}

function giveSlot(slot: number): void {
	const wanted = slotWanted;
	slotWanted = undefined;
	if (wanted === undefined) freeSlots.push(slot);
	else wanted(slot);
}

function stop(): void {
	abort.abort();
	memory.reject(new Stopping());
	slotWanted?.(undefined);
	slotWanted = undefined;
}
