// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import type { Bytes, Integers, Numbers, Texts } from "./component.ts";
import * as components from "./components.generated.ts";

const MCAP_CHANNEL = archetypeSpec("rerun.archetypes.McapChannel", {
	id: { name: "id", component: components.ChannelId },
	topic: { name: "topic", component: components.Text },
	messageEncoding: { name: "message_encoding", component: components.Text },
	metadata: { name: "metadata", component: components.KeyValuePairs },
});

/** Fields of `McapChannel`. */
export interface McapChannelFields {
	readonly id?: number | undefined;
	readonly topic?: string | undefined;
	readonly messageEncoding?: string | undefined;
	readonly metadata?: readonly { readonly first: string; readonly second: string }[] | undefined;
}

/** Fields of `McapChannel`, with values for many rows. */
export interface McapChannelColumns {
	readonly id?: Numbers | undefined;
	readonly topic?: Texts | undefined;
	readonly messageEncoding?: Texts | undefined;
	readonly metadata?: readonly { readonly first: string; readonly second: string }[] | readonly (readonly { readonly first: string; readonly second: string }[])[] | undefined;
}

/** A channel of an MCAP file. */
export class McapChannel extends Archetype {
	constructor(id: number, topic: string, messageEncoding: string, options: Omit<McapChannelFields, "id" | "topic" | "messageEncoding"> = {}) {
		super(MCAP_CHANNEL, { id, topic, messageEncoding, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: McapChannelFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(MCAP_CHANNEL, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(MCAP_CHANNEL, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: McapChannelColumns): ArchetypeColumns {
		return new ArchetypeColumns(MCAP_CHANNEL, fields as Readonly<Record<string, unknown>>);
	}
}

const MCAP_MESSAGE = archetypeSpec("rerun.archetypes.McapMessage", {
	data: { name: "data", component: components.Blob },
});

/** Fields of `McapMessage`. */
export interface McapMessageFields {
	readonly data?: Bytes | undefined;
}

/** Fields of `McapMessage`, with values for many rows. */
export interface McapMessageColumns {
	readonly data?: Bytes | readonly Bytes[] | undefined;
}

/** A message of an MCAP file, as it is. */
export class McapMessage extends Archetype {
	constructor(data: Bytes) {
		super(MCAP_MESSAGE, { data });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: McapMessageFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(MCAP_MESSAGE, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(MCAP_MESSAGE, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: McapMessageColumns): ArchetypeColumns {
		return new ArchetypeColumns(MCAP_MESSAGE, fields as Readonly<Record<string, unknown>>);
	}
}

const MCAP_SCHEMA = archetypeSpec("rerun.archetypes.McapSchema", {
	id: { name: "id", component: components.SchemaId },
	name: { name: "name", component: components.Text },
	encoding: { name: "encoding", component: components.Text },
	data: { name: "data", component: components.Blob },
});

/** Fields of `McapSchema`. */
export interface McapSchemaFields {
	readonly id?: number | undefined;
	readonly name?: string | undefined;
	readonly encoding?: string | undefined;
	readonly data?: Bytes | undefined;
}

/** Fields of `McapSchema`, with values for many rows. */
export interface McapSchemaColumns {
	readonly id?: Numbers | undefined;
	readonly name?: Texts | undefined;
	readonly encoding?: Texts | undefined;
	readonly data?: Bytes | readonly Bytes[] | undefined;
}

/** A schema of an MCAP file. */
export class McapSchema extends Archetype {
	constructor(id: number, name: string, encoding: string, data: Bytes) {
		super(MCAP_SCHEMA, { id, name, encoding, data });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: McapSchemaFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(MCAP_SCHEMA, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(MCAP_SCHEMA, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: McapSchemaColumns): ArchetypeColumns {
		return new ArchetypeColumns(MCAP_SCHEMA, fields as Readonly<Record<string, unknown>>);
	}
}

const MCAP_STATISTICS = archetypeSpec("rerun.archetypes.McapStatistics", {
	messageCount: { name: "message_count", component: components.Count },
	schemaCount: { name: "schema_count", component: components.Count },
	channelCount: { name: "channel_count", component: components.Count },
	attachmentCount: { name: "attachment_count", component: components.Count },
	metadataCount: { name: "metadata_count", component: components.Count },
	chunkCount: { name: "chunk_count", component: components.Count },
	messageStartTime: { name: "message_start_time", component: components.Timestamp },
	messageEndTime: { name: "message_end_time", component: components.Timestamp },
	channelMessageCounts: { name: "channel_message_counts", component: components.ChannelMessageCounts },
});

/** Fields of `McapStatistics`. */
export interface McapStatisticsFields {
	readonly messageCount?: number | bigint | undefined;
	readonly schemaCount?: number | bigint | undefined;
	readonly channelCount?: number | bigint | undefined;
	readonly attachmentCount?: number | bigint | undefined;
	readonly metadataCount?: number | bigint | undefined;
	readonly chunkCount?: number | bigint | undefined;
	readonly messageStartTime?: number | bigint | undefined;
	readonly messageEndTime?: number | bigint | undefined;
	readonly channelMessageCounts?: readonly { readonly channelId: number; readonly messageCount: number | bigint }[] | undefined;
}

/** Fields of `McapStatistics`, with values for many rows. */
export interface McapStatisticsColumns {
	readonly messageCount?: Integers | undefined;
	readonly schemaCount?: Integers | undefined;
	readonly channelCount?: Integers | undefined;
	readonly attachmentCount?: Integers | undefined;
	readonly metadataCount?: Integers | undefined;
	readonly chunkCount?: Integers | undefined;
	readonly messageStartTime?: Integers | undefined;
	readonly messageEndTime?: Integers | undefined;
	readonly channelMessageCounts?: readonly { readonly channelId: number; readonly messageCount: number | bigint }[] | readonly (readonly { readonly channelId: number; readonly messageCount: number | bigint }[])[] | undefined;
}

/** The statistics of an MCAP file. */
export class McapStatistics extends Archetype {
	constructor(messageCount: number | bigint, schemaCount: number | bigint, channelCount: number | bigint, attachmentCount: number | bigint, metadataCount: number | bigint, chunkCount: number | bigint, messageStartTime: number | bigint, messageEndTime: number | bigint, options: Omit<McapStatisticsFields, "messageCount" | "schemaCount" | "channelCount" | "attachmentCount" | "metadataCount" | "chunkCount" | "messageStartTime" | "messageEndTime"> = {}) {
		super(MCAP_STATISTICS, { messageCount, schemaCount, channelCount, attachmentCount, metadataCount, chunkCount, messageStartTime, messageEndTime, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: McapStatisticsFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(MCAP_STATISTICS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(MCAP_STATISTICS, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: McapStatisticsColumns): ArchetypeColumns {
		return new ArchetypeColumns(MCAP_STATISTICS, fields as Readonly<Record<string, unknown>>);
	}
}
