import type { PanogazeConnection } from "../../src/client/connection.ts";
import type { Quaternion } from "../../src/media/rotation.ts";
import { TrackingEncoder } from "../../src/tracking/tracking-binary.ts";
import type { TrackingFrame } from "../../src/tracking/tracking-frame.ts";

/** Sends what a headset tracks, each stream with numbers of its own. */
export class PoseStreams {
	readonly #connection: PanogazeConnection;
	readonly #encoder = new TrackingEncoder();
	readonly #sequences = new Map<number, number>();

	constructor(connection: PanogazeConnection) {
		this.#connection = connection;
	}

	send(frame: TrackingFrame, readAtMs: number): void {
		if (frame.kind === "head") {
			const [px, py, pz] = frame.positions;
			this.#connection.look(
				{
					orientation: [...frame.rotations.subarray(0, 4)] as unknown as Quaternion,
					...(frame.positionTracked && { position: [px!, py!, pz!] }),
					...(Number.isFinite(frame.horizontalFovDeg) && { fovDeg: frame.horizontalFovDeg }),
				},
				readAtMs,
			);
			return;
		}
		frame.sequence = ((this.#sequences.get(frame.stream) ?? 0) + 1) >>> 0;
		const bytes = this.#encoder.encode(frame, "q16");
		if (bytes !== undefined && this.#connection.send("tracking", bytes)) this.#sequences.set(frame.stream, frame.sequence);
	}
}
