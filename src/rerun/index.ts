/** A logging SDK for Rerun (https://rerun.io), in TypeScript alone: for browsers and Node. */
export type { ArrowArray, ArrowValues } from "./arrow/arrow-array.ts";
export type { ArrowField, ArrowTimeUnit, ArrowType } from "./arrow/arrow-type.ts";
export { formatType } from "./arrow/arrow-type.ts";
export { type PlainValue, valueAt } from "./arrow/arrow-values.ts";
export {
	type Chunk,
	type ComponentColumn,
	type ComponentDescriptor,
	decodeChunk,
	encodeChunk,
	type TimeColumn,
	type TimeKind,
} from "./chunk.ts";
export { entityPath, escapeEntityPathPart, parseEntityPath } from "./entity-path.ts";
export type { ArrowMessage, BlueprintActivation, RerunVersion, StoreId, StoreInfo } from "./messages.ts";
export type { Manifest, ManifestEntry } from "./rrd-manifest.ts";
export { RrdError, type RrdMessage, RrdReader, type RrdReaderOptions } from "./rrd-reader.ts";
export { RrdWriter, type RrdWriterOptions } from "./rrd-writer.ts";
export { formatTuid, parseTuid, type Tuid, TuidSource } from "./tuid.ts";
