import { describe, expect, it } from "vitest";
import {
	AnyValues,
	Batching,
	Clear,
	Points3D,
	RecordingStream,
	type RecordingStreamOptions,
	RrdError,
	RrdWriter,
	type RrdWriterOptions,
	Scalars,
	TextLog,
	TimeSeriesView,
	VideoStream,
} from "../index.ts";
import { seededRandom } from "../seeded-random.cases.ts";
import { ChunkStore } from "./chunk-store.ts";
import { STREAM_HEADER_BYTES } from "./rrd-writer.ts";

/** What was logged, as a store. Rows are chunks of their own unless said otherwise. */
function logged(log: (recording: RecordingStream) => void, options: RecordingStreamOptions = {}): ChunkStore {
	const writer = new RrdWriter();
	const pieces: Uint8Array[] = [];
	const recording = new RecordingStream("test", {
		environment: {},
		strict: true,
		logTime: false,
		sendProperties: false,
		batching: Batching.always,
		...options,
	});
	recording.setSinks({
		live: false,
		write: (messages) => {
			for (const message of messages) pieces.push(writer.message(message));
		},
		flush: async () => true,
		close: async () => {},
		stats: { messages: 0, bytes: 0, queuedBytes: 0, lostMessages: 0, lostBytes: 0, failure: null },
	});
	log(recording);
	recording.flushToSinks();
	const [store] = ChunkStore.read([...pieces, writer.finish()]);
	return store!;
}

/** A small recording as a file, and how many bytes and rows there are behind each message. */
function smallFile(
	options: RrdWriterOptions,
	log: (recording: RecordingStream) => void = () => {},
): {
	readonly bytes: Uint8Array;
	readonly ends: readonly { readonly at: number; readonly rows: number }[];
} {
	const writer = new RrdWriter(options);
	const pieces: Uint8Array[] = [];
	const ends: { readonly at: number; readonly rows: number }[] = [];
	let rows = 0;
	const recording = new RecordingStream("test", {
		environment: {},
		sendProperties: false,
		batching: Batching.always,
	});
	recording.setSinks({
		live: false,
		write: (messages) => {
			for (const message of messages) {
				pieces.push(writer.message(message));
				if (message.storeId.kind === "recording") rows += message.chunk()?.numRows ?? 0;
				ends.push({ at: writer.byteLength, rows });
			}
		},
		flush: async () => true,
		close: async () => {},
		stats: { messages: 0, bytes: 0, queuedBytes: 0, lostMessages: 0, lostBytes: 0, failure: null },
	});
	recording.log("a", new Scalars(1));
	log(recording);
	recording.log("b", new TextLog("x"));
	pieces.push(writer.finish());
	return { bytes: Buffer.concat(pieces), ends };
}

const scalarAt = (store: ChunkStore, path: string, at?: number | bigint) =>
	store.latestAt(path, "Scalars:scalars", "frame", at)?.values[0] ?? null;
const SCALARS = "Scalars:scalars";

describe("ChunkStore", () => {
	it("knows what was said last", () => {
		const store = logged((recording) => {
			for (const frame of [10, 20, 30]) {
				recording.setTime("frame", { sequence: frame });
				recording.log("a", new Scalars(frame));
			}
			recording.log("a", new Scalars(31));
		});
		expect([5, 10, 15, 20, 29, 30, 99, undefined].map((at) => scalarAt(store, "a", at))).toEqual([
			null,
			10,
			10,
			20,
			20,
			31,
			31,
			31,
		]);
		expect(store.latestAt("a", SCALARS, "frame", 20n)).toMatchObject({
			time: 20n,
			values: [20],
			descriptor: { component: SCALARS },
		});
		expect(scalarAt(store, "b", 99)).toBeNull();
		expect(store.latestAt("a", SCALARS, "other", 99)).toBeNull();
		expect(store.latestAt("a", "TextLog:text", "frame", 99)).toBeNull();
	});

	it("says what it has: entities, components, timelines", () => {
		const store = logged((recording) => {
			recording.setTime("frame", { sequence: 3 });
			recording.setTime("since", { duration: 1.5 });
			recording.log("world/a b", new Points3D([1, 2, 3], { radii: 1 }));
			recording.setTime("frame", { sequence: -3 });
			recording.log("world", new TextLog("x"));
		});
		expect(store.storeId.applicationId).toBe("test");
		expect(store.entityPaths).toEqual(["/world", "/world/a\\ b"]);
		expect(store.componentsOf("world/a b").map(({ component }) => component)).toEqual([
			"Points3D:positions",
			"Points3D:radii",
		]);
		expect([...store.timelines]).toEqual([
			["frame", { kind: "sequence", start: -3n, end: 3n }],
			["since", { kind: "duration", start: 1_500_000_000n, end: 1_500_000_000n }],
		]);
		expect(store.numRows).toBe(2);
	});

	it("takes seconds and nanoseconds for times that are no sequence", () => {
		const store = logged((recording) => {
			for (const seconds of [1, 2, 3]) {
				recording.setTime("since", { duration: seconds });
				recording.log("a", new Scalars(seconds));
			}
		});
		expect(store.latestAt("a", SCALARS, "since", 2.5)?.values).toEqual([2]);
		expect(store.latestAt("a", SCALARS, "since", 2_999_999_999n)?.values).toEqual([2]);
		expect([...store.range("a", SCALARS, "since", { start: 1.5, end: 3 })].map(({ values }) => values[0])).toEqual([
			2, 3,
		]);
	});

	it("gives all of a range, in order of time, then of logging", () => {
		const store = logged((recording) => {
			for (const [frame, value] of [
				[3, 1],
				[1, 2],
				[2, 3],
				[2, 4],
				[1, 5],
			] as const) {
				recording.setTime("frame", { sequence: frame });
				recording.log("a", new Scalars(value));
			}
		});
		const range = (start?: number, end?: number) =>
			[...store.range("a", SCALARS, "frame", { start, end })].map(({ values }) => values[0]);
		expect(range()).toEqual([2, 5, 3, 4, 1]);
		expect(range(2)).toEqual([3, 4, 1]);
		expect(range(undefined, 1)).toEqual([2, 5]);
		expect(range(2, 2)).toEqual([3, 4]);
		expect(range(4)).toEqual([]);
	});

	it("puts what is static before everything else, the last of it", () => {
		const store = logged((recording) => {
			recording.log("a", new Scalars(1), { static: true });
			recording.setTime("frame", { sequence: 5 });
			recording.log("a", new Scalars(2), new TextLog("x"));
			recording.log("a", new Scalars(3), { static: true });
		});
		expect(store.latestAt("a", SCALARS, "frame", 9)).toMatchObject({ time: null, values: [3] });
		expect([...store.range("a", SCALARS, "frame")].map(({ values }) => values)).toEqual([[3]]);
		expect(Object.keys(store.latestAllAt("a", "frame", 9))).toEqual([SCALARS, "TextLog:text"]);
		expect(Object.keys(store.latestAllAt("a", "frame", 4))).toEqual([SCALARS]);
	});

	it("keeps each component's own last value", () => {
		const store = logged((recording) => {
			recording.setTime("frame", { sequence: 1 });
			recording.log("p", new Points3D([1, 2, 3], { labels: "a" }));
			recording.setTime("frame", { sequence: 2 });
			recording.log("p", Points3D.fromFields({ radii: 0.5 }));
			recording.log("p", Points3D.fromFields({ labels: [] }));
		});
		const at = store.latestAllAt("p", "frame", 2);
		expect(at["Points3D:positions"]!.values).toEqual([[1, 2, 3]]);
		expect(at["Points3D:radii"]).toMatchObject({ time: 2n, values: [0.5] });
		expect(at["Points3D:labels"]!.values).toEqual([]);
	});

	it("forgets what was cleared, there or above, until it is said again", () => {
		const store = logged((recording) => {
			const at = (frame: number) => recording.setTime("frame", { sequence: frame });
			at(1);
			for (const path of ["a", "a/b", "a\\/b", "c"]) recording.log(path, new Scalars(1));
			at(2);
			recording.log("a", Clear.flat());
			at(3);
			recording.log("a", Clear.recursive());
			at(4);
			recording.log("a", Clear.flat());
			at(5);
			recording.log("a/b", new Scalars(5));
		});
		const values = (path: string) => [1, 2, 3, 4, 5].map((at) => scalarAt(store, path, at));
		expect(values("a")).toEqual([1, null, null, null, null]);
		expect(values("a/b")).toEqual([1, 1, null, null, 5]);
		expect(values("a\\/b")).toEqual([1, 1, 1, 1, 1]);
		expect(values("c")).toEqual([1, 1, 1, 1, 1]);
	});

	it("gives bytes as they were logged", () => {
		const store = logged((recording) => {
			recording.setTime("frame", { sequence: 1 });
			recording.log(
				"v",
				VideoStream.fromFields({ sample: Uint8Array.of(0, 0, 0, 1) }),
				new AnyValues({ raw: Uint8Array.of(7, 8) }),
			);
		});
		expect(store.latestAt("v", "VideoStream:sample", "frame")!.values).toEqual([Uint8Array.of(0, 0, 0, 1)]);
		expect(store.latestAt("v", "raw", "frame")!.values).toEqual([7, 8]);
	});

	it("answers as a plain list of rows would, however they lie in chunks", () => {
		const random = seededRandom(5);
		const rows: { time: bigint; value: number }[] = [];
		const store = logged(
			(recording) => {
				for (let value = 0; value < 500; value++) {
					const time = Math.floor(random() * 60);
					rows.push({ time: BigInt(time), value });
					recording.setTime("frame", { sequence: time });
					// Some rows say nothing about it, and chunks end anywhere.
					if (random() < 0.3) recording.log("a", new TextLog("x"));
					recording.log("a", new Scalars(value));
					if (random() < 0.05) recording.flushToSinks();
				}
			},
			{ batching: { ...Batching.never, maxRowsIfUnsorted: 30 } },
		);
		const sorted = rows.toSorted((a, b) => Number(a.time - b.time) || a.value - b.value);
		for (let at = -1; at <= 61; at++)
			expect(scalarAt(store, "a", at), `at ${at}`).toBe(
				sorted.findLast(({ time }) => time <= BigInt(at))?.value ?? null,
			);
		for (let round = 0; round < 50; round++) {
			const start = Math.floor(random() * 60);
			const end = start + Math.floor(random() * 20);
			const expected = sorted.filter(({ time }) => time >= start && time <= end).map(({ value }) => value);
			expect([...store.range("a", SCALARS, "frame", { start, end })].map(({ values }) => values[0])).toEqual(
				expected,
			);
		}
	});

	it("reads several recordings of one file apart", () => {
		const writer = (id: string) => {
			const file = new RrdWriter();
			const pieces: Uint8Array[] = [];
			const recording = new RecordingStream("test", {
				recordingId: id,
				environment: {},
				batching: Batching.always,
			});
			recording.setSinks({
				live: false,
				write: (messages) => {
					for (const message of messages) pieces.push(file.message(message));
				},
				flush: async () => true,
				close: async () => {},
				stats: { messages: 0, bytes: 0, queuedBytes: 0, lostMessages: 0, lostBytes: 0, failure: null },
			});
			recording.log("a", new AnyValues({ id }), { static: true });
			return Buffer.concat([...pieces, file.finish()]);
		};
		const stores = ChunkStore.read(Buffer.concat([writer("one"), writer("two")]));
		expect(stores.map(({ storeId }) => storeId.recordingId)).toEqual(["one", "two"]);
		expect(stores.map((store) => store.latestAt("a", "id", "log_time")!.values)).toEqual([["one"], ["two"]]);
	});

	it.each([{ footer: true }, { footer: false }])(
		"keeps what was whole of a file that is cut at any byte, and says so: %j",
		({ footer }) => {
			const { bytes, ends } = smallFile({ footer });
			// The footer's message is followed by 32 bytes that say where it lies.
			const whole = [...ends.map(({ at }) => at), bytes.length, ...(footer ? [bytes.length - 32] : [])];
			const wrong: string[] = [];
			for (let length = 0; length <= bytes.length; length++) {
				const rows = ends.findLast(({ at }) => at <= length)?.rows;
				let told: string;
				try {
					const [store] = ChunkStore.read(bytes.subarray(0, length));
					told =
						store === undefined
							? "no store"
							: `${store.numRows} rows, ${store.cut === null ? "whole" : store.cut.name}`;
				} catch (error) {
					told = (error as Error).name;
				}
				const right =
					rows === undefined
						? length === STREAM_HEADER_BYTES
							? "no store"
							: "RrdError"
						: `${rows} rows, ${whole.includes(length) ? "whole" : "RrdError"}`;
				if (told !== right) wrong.push(`${length}: ${told} instead of ${right}`);
			}
			expect(wrong).toEqual([]);
		},
	);

	it("says where a file was cut, in every store of it", () => {
		const { bytes, ends } = smallFile({}, (recording) => recording.sendBlueprint(new TimeSeriesView()));
		const { at } = ends.at(-2)!;
		const stores = ChunkStore.read([bytes.subarray(0, 100), bytes.subarray(100, at + 7)]);
		expect(stores.map(({ storeId }) => storeId.kind)).toEqual(["recording", "blueprint"]);
		expect(stores.map(({ cut }) => cut?.byteOffset)).toEqual([at, at]);
		expect(stores[0]!.cut!.message).toContain("it has 7 bytes");
	});

	it("refuses a file with a broken message in its middle", () => {
		const { bytes, ends } = smallFile({});
		const broken = Uint8Array.from(bytes);
		broken.fill(0xff, ends[0]!.at + 120, ends[0]!.at + 200);
		expect(() => ChunkStore.read(broken)).toThrow(RrdError);
	});
});
