import * as rr from "panogaze-rerun";
import { readOpusPacket } from "../../media/opus-packet.ts";
import { SOUND_HZ } from "../../media/sound-ring.ts";
import type { RecordClock } from "../record-clock.ts";
import { soundPath } from "../record-paths.ts";
import type { SoundRecord } from "../recorded-sound.ts";
import { bytesLike, detailsLike } from "./row-values.ts";

/** Rerun has no archetype for sound that comes in packets. */
const ARCHETYPE = "panogaze.Sound";
const packetBytes = bytesLike(new rr.DynamicArchetype(ARCHETYPE, { packet: new ArrayBuffer(1) }));
const details = detailsLike(ARCHETYPE, {
	duration_sec: new Float64Array(1),
	media_time_sec: new Float64Array(1),
});
const [BEGINS, GOES_ON] = [true, false].map((begins) => new rr.DynamicArchetype(ARCHETYPE, { begins }).batches) as [
	readonly rr.ComponentBatch[],
	readonly rr.ComponentBatch[],
];

/** Writes sound, packet by packet. */
export class SoundWriter {
	readonly #recording: rr.RecordingStream;
	readonly #clock: RecordClock;
	/** Escaped paths, by viewer and direction. */
	readonly #paths = new Map<string, string>();

	constructor(recording: rr.RecordingStream, clock: RecordClock) {
		this.#recording = recording;
		this.#clock = clock;
	}

	/** Logs a packet at the time of its first sample, or of its arrival. */
	packet({ viewer, direction, atSec, sound }: SoundRecord): void {
		const { data, durationSec, mediaTimeSec, capturedSec, begins } = sound;
		const key = `${direction} ${viewer}`;
		let path = this.#paths.get(key);
		if (path === undefined) {
			path = rr.entityPath(soundPath(viewer, direction));
			this.#paths.set(key, path);
			const facts = { codec: "opus", sample_rate: SOUND_HZ, channels: readOpusPacket(data)?.channels ?? 2 };
			this.#recording.log(path, new rr.DynamicArchetype(ARCHETYPE, facts), { static: true });
		}
		const batches = [
			packetBytes(data),
			details.duration_sec(Float64Array.of(durationSec)),
			details.media_time_sec(Float64Array.of(mediaTimeSec)),
			...(begins ? BEGINS : GOES_ON),
		];
		this.#recording.log(path, { batches }, { times: this.#clock.captured(atSec, capturedSec) });
	}
}
