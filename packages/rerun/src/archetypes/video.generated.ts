// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import type { Bytes, Flags, Integers, Numbers, Texts } from "./component.ts";
import * as components from "./components.generated.ts";
import type { VideoCodec } from "./enums.generated.ts";

const ASSET_VIDEO = archetypeSpec("rerun.archetypes.AssetVideo", {
	blob: { name: "blob", component: components.Blob },
	mediaType: { name: "media_type", component: components.MediaType },
});

/** Fields of `AssetVideo`. */
export interface AssetVideoFields {
	/** The bytes of the file. */
	readonly blob?: Bytes | undefined;
	/** The media type, such as `image/png`. Without it, viewers guess. */
	readonly mediaType?: string | undefined;
}

/** Fields of `AssetVideo`, with values for many rows. */
export interface AssetVideoColumns {
	readonly blob?: Bytes | readonly Bytes[] | undefined;
	readonly mediaType?: Texts | undefined;
}

/** A whole video file (MP4), shown by `VideoFrameReference`s. Log it as static. */
export class AssetVideoBase extends Archetype {
	constructor(blob: Bytes, options: Omit<AssetVideoFields, "blob"> = {}) {
		super(ASSET_VIDEO, { blob, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: AssetVideoFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(ASSET_VIDEO, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(ASSET_VIDEO, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: AssetVideoColumns): ArchetypeColumns {
		return new ArchetypeColumns(ASSET_VIDEO, fields as Readonly<Record<string, unknown>>);
	}
}

const VIDEO_FRAME_REFERENCE = archetypeSpec("rerun.archetypes.VideoFrameReference", {
	timestamp: { name: "timestamp", component: components.VideoTimestamp },
	videoReference: { name: "video_reference", component: components.EntityPath },
	opacity: { name: "opacity", component: components.Opacity },
	drawOrder: { name: "draw_order", component: components.DrawOrder },
});

/** Fields of `VideoFrameReference`. */
export interface VideoFrameReferenceFields {
	/** Time in the video in nanoseconds. */
	readonly timestamp?: number | bigint | undefined;
	/** Entity of the `AssetVideo`. Without it, this entity. */
	readonly videoReference?: string | undefined;
	/** Opacity from 0 to 1. */
	readonly opacity?: number | undefined;
	/** Order of drawing: higher numbers are drawn over lower ones. */
	readonly drawOrder?: number | undefined;
}

/** Fields of `VideoFrameReference`, with values for many rows. */
export interface VideoFrameReferenceColumns {
	readonly timestamp?: Integers | undefined;
	readonly videoReference?: Texts | undefined;
	readonly opacity?: Numbers | undefined;
	readonly drawOrder?: Numbers | undefined;
}

/** Shows one frame of an `AssetVideo`. */
export class VideoFrameReferenceBase extends Archetype {
	constructor(timestamp: number | bigint, options: Omit<VideoFrameReferenceFields, "timestamp"> = {}) {
		super(VIDEO_FRAME_REFERENCE, { timestamp, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: VideoFrameReferenceFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VIDEO_FRAME_REFERENCE, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VIDEO_FRAME_REFERENCE, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: VideoFrameReferenceColumns): ArchetypeColumns {
		return new ArchetypeColumns(VIDEO_FRAME_REFERENCE, fields as Readonly<Record<string, unknown>>);
	}
}

const VIDEO_STREAM = archetypeSpec("rerun.archetypes.VideoStream", {
	codec: { name: "codec", component: components.VideoCodec },
	sample: { name: "sample", component: components.VideoSample },
	isKeyframe: { name: "is_keyframe", component: components.IsKeyframe },
	opacity: { name: "opacity", component: components.Opacity },
	drawOrder: { name: "draw_order", component: components.DrawOrder },
});

/** Fields of `VideoStream`. */
export interface VideoStreamFields {
	/** The codec of the samples. */
	readonly codec?: VideoCodec | undefined;
	/** The bytes of one frame: one access unit, for H.264 in Annex B, key frames with SPS and PPS, without B-frames. */
	readonly sample?: Bytes | undefined;
	/** True: decoding can begin at this sample. */
	readonly isKeyframe?: boolean | undefined;
	/** Opacity from 0 to 1. */
	readonly opacity?: number | undefined;
	/** Order of drawing: higher numbers are drawn over lower ones. */
	readonly drawOrder?: number | undefined;
}

/** Fields of `VideoStream`, with values for many rows. */
export interface VideoStreamColumns {
	readonly codec?: VideoCodec | ArrayLike<VideoCodec> | undefined;
	readonly sample?: Bytes | readonly Bytes[] | undefined;
	readonly isKeyframe?: Flags | undefined;
	readonly opacity?: Numbers | undefined;
	readonly drawOrder?: Numbers | undefined;
}

/** A video as its encoder makes it, one frame after the other. The codec is logged once as static, samples never are. */
export class VideoStream extends Archetype {
	constructor(codec: VideoCodec, options: Omit<VideoStreamFields, "codec"> = {}) {
		super(VIDEO_STREAM, { codec, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: VideoStreamFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VIDEO_STREAM, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VIDEO_STREAM, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: VideoStreamColumns): ArchetypeColumns {
		return new ArchetypeColumns(VIDEO_STREAM, fields as Readonly<Record<string, unknown>>);
	}
}
