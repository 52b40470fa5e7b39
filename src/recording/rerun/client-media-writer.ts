import * as rr from "panogaze-rerun";
import type { ClientMediaPacket } from "../../media/client-media.ts";
import type { RecordClock } from "../record-clock.ts";
import { clientCameraPath } from "../record-paths.ts";
import { RERUN_CODECS } from "./rerun-codecs.ts";
import { bytesLike, detailsLike } from "./row-values.ts";

const sampleBytes = bytesLike(rr.VideoStream.fromFields({ sample: new Uint8Array(1) }));
const [KEY_FRAME, OTHER_FRAME] = [true, false].map(
	(isKeyframe) => rr.VideoStream.fromFields({ isKeyframe }).batches,
) as [readonly rr.ComponentBatch[], readonly rr.ComponentBatch[]];
const details = detailsLike("panogaze.ClientFrame", { rtp_ticks: new Uint32Array(1) });

/** Writes the pictures that viewers' own cameras send, each as a video. */
export class ClientMediaWriter {
	readonly #recording: rr.RecordingStream;
	readonly #clock: RecordClock;
	/** Codecs of each viewer's videos: another codec has an entity of its own. */
	readonly #codecs = new Map<string, ClientMediaPacket["codec"][]>();

	constructor(recording: rr.RecordingStream, clock: RecordClock) {
		this.#recording = recording;
		this.#clock = clock;
	}

	/** True for a viewer of whose camera pictures were written. */
	has(viewer: string): boolean {
		return this.#codecs.has(viewer);
	}

	/**
	 * Logs a picture at the time of its arrival, and of its capture where the client states it.
	 * @returns whether it is the first of its viewer.
	 */
	picture(viewer: string, { codec, data, keyframe, rtpTicks, receivedSec, capturedSec }: ClientMediaPacket): boolean {
		// Sound has another writer.
		if (codec === "opus") return false;
		const codecs = this.#codecs.get(viewer) ?? [];
		const isFirst = codecs.length === 0;
		const path = [...clientCameraPath(viewer), ...((codecs[0] ?? codec) === codec ? [] : [codec])];
		if (!codecs.includes(codec)) {
			this.#codecs.set(viewer, [...codecs, codec]);
			this.#recording.log(path, new rr.VideoStream(RERUN_CODECS[codec]), { static: true });
		}
		const batches = [
			sampleBytes(data),
			...(keyframe ? KEY_FRAME : OTHER_FRAME),
			details.rtp_ticks(Uint32Array.of(rtpTicks)),
		];
		this.#recording.log(path, { batches }, { times: this.#clock.captured(receivedSec, capturedSec) });
		return isFirst;
	}
}
