import { boolArray, byteListArray, listArray, numberArray } from "../arrow/arrow-array.ts";
import { BOOL, FLOAT64, list, UINT8, UINT32 } from "../arrow/arrow-type.ts";
import type { ComponentColumn } from "../chunk/chunk.ts";
import { TuidSource } from "../chunk/tuid.ts";
import { LogMessage } from "./log-message.ts";
import type { StoreId } from "./messages.ts";

/** Messages as tests of sinks and servers write them. */

let now = 1_700_000_000_000_000_000n;
export const tuids = new TuidSource(() => now++, new Uint8Array(8));

export const STORE: StoreId = { kind: "recording", recordingId: "one", applicationId: "test" };
export const BLUEPRINT: StoreId = { kind: "blueprint", recordingId: "plan", applicationId: "test" };

export function introduction(storeId: StoreId = STORE): LogMessage {
	return LogMessage.storeInfo({ storeId, source: "tests" }, tuids.next());
}

export interface RowOptions {
	/** On the timeline `step`; `null` for static. */
	readonly step: number | null;
	readonly storeId?: StoreId;
}

/** A chunk of one row. Not compressed, so that its length is the same each time. */
export function row(
	entityPath: string,
	components: readonly ComponentColumn[],
	{ step, storeId = STORE }: RowOptions,
): LogMessage {
	const chunk = {
		id: tuids.next(),
		entityPath,
		numRows: 1,
		rowIds: tuids.next(),
		timelines:
			step === null ? [] : [{ name: "step", kind: "sequence" as const, times: BigInt64Array.of(BigInt(step)) }],
		components,
	};
	return LogMessage.chunk(storeId, chunk, "none");
}

/** A number; `count` of them for a larger message. */
export function scalar(
	entityPath: string,
	step: number | null,
	{ value = step ?? 0, count = 1, storeId = STORE } = {},
): LogMessage {
	const values = Float64Array.from({ length: count }, (_, at) => value + at * Math.PI);
	const descriptor = {
		component: "Scalars:scalars",
		archetype: "rerun.archetypes.Scalars",
		componentType: "rerun.components.Scalar",
	};
	const lists = listArray(list(FLOAT64, true), Int32Array.of(0, count), numberArray(FLOAT64, values));
	return row(entityPath, [{ descriptor, lists }], { step, storeId });
}

const videoColumn = (field: string, componentType: string, lists: ComponentColumn["lists"]): ComponentColumn => ({
	descriptor: {
		component: `VideoStream:${field}`,
		archetype: "rerun.archetypes.VideoStream",
		componentType: `rerun.components.${componentType}`,
	},
	lists,
});

export const CODECS = { h264: 0x61766331, h265: 0x68657631, av1: 0x61763031 } as const;

export function videoCodec(entityPath: string, codec: number = CODECS.h264): LogMessage {
	const lists = listArray(list(UINT32, true), Int32Array.of(0, 1), numberArray(UINT32, Uint32Array.of(codec)));
	return row(entityPath, [videoColumn("codec", "VideoCodec", lists)], { step: null });
}

/**
 * One access unit of about `byteLength` bytes. `marked`: the message says whether it is a key
 * frame; otherwise only its bytes do.
 */
export function videoSample(
	entityPath: string,
	step: number,
	{ key = false, byteLength = 1000, marked = true }: { key?: boolean; byteLength?: number; marked?: boolean } = {},
): LogMessage {
	const unit = Uint8Array.from({ length: byteLength }, (_, at) => 1 + ((at * 7919 + step) % 255));
	unit.set(key ? [0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 1, 0, 0, 1, 0x65] : [0, 0, 0, 1, 0x09, 0xf0, 0, 0, 1, 0x41]);
	const bytes = list(UINT8, false);
	const sample = videoColumn(
		"sample",
		"VideoSample",
		listArray(list(bytes, true), Int32Array.of(0, 1), byteListArray(bytes as never, [unit])),
	);
	const keyframe = videoColumn(
		"is_keyframe",
		"IsKeyframe",
		listArray(list(BOOL, true), Int32Array.of(0, 1), boolArray(BOOL, [key])),
	);
	return row(entityPath, marked ? [sample, keyframe] : [sample], { step });
}

/** Where a message of these tests belongs, and what it says. */
export function outline(message: LogMessage): string {
	const chunk = message.chunk();
	if (chunk === null) return `${message.kind} ${message.storeId.recordingId}`;
	return `${chunk.entityPath} ${chunk.timelines[0]?.times[0] ?? "static"}`;
}
