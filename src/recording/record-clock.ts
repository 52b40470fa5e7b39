import type { TimePoint, TimeValue } from "panogaze-rerun";

/** The times of one row of a recording, by timeline. */
export type RowTimes = Record<string, TimeValue>;

/** The times of a row that comes often; NaN, or none: it is not on that timeline. */
export interface OftenTimes {
	/** Seconds on the monotonic clock. */
	readonly atSec: number;
	/** Seconds on the monotonic clock. @default NaN */
	readonly capturedSec?: number;
	/** Microseconds since 1970 on the camera's clock. @default NaN */
	readonly cameraUs?: number | undefined;
	/** Milliseconds on the client's clock. @default NaN */
	readonly clientMs?: number;
	/** Number of a picture. */
	readonly frame?: number | undefined;
	/** Seconds in the source's media. @default NaN */
	readonly sourceSec?: number;
}

/**
 * The timelines of a recording. `server` is this machine's wall clock, as it stood when the
 * recording began; `capture` is the same clock for moments at which light fell in or a pose was
 * read, where they are known; `camera` is a camera's own clock, as it states it; `client` is a
 * client's own clock; `source` is a picture's place in its own media; `frame` counts the pictures
 * of one viewer.
 */
export class RecordClock {
	/** A double holds seconds since 1970 to a quarter of a microsecond only. */
	readonly #epochNs: bigint;
	readonly #points = {
		camera: { name: "camera", kind: "timestamp", time: 0n },
		capture: { name: "capture", kind: "timestamp", time: 0n },
		client: { name: "client", kind: "duration", time: 0n },
		frame: { name: "frame", kind: "sequence", time: 0n },
		server: { name: "server", kind: "timestamp", time: 0n },
		source: { name: "source", kind: "duration", time: 0n },
	} satisfies Record<string, TimePoint>;

	/** @param epochSec seconds since 1970 at the origin of the monotonic clock. */
	constructor(epochSec: number) {
		this.#epochNs = BigInt(Math.round(epochSec * 1e6)) * 1000n;
	}

	/** The time at which the server knew of something. @param atSec on the monotonic clock. */
	at(atSec: number): RowTimes {
		return { server: { timestamp: this.#ns(atSec) } };
	}

	/**
	 * The same with the time of a capture, and with that which the camera states, microseconds
	 * since 1970. NaN: it is not known, and stays out.
	 */
	captured(atSec: number, capturedSec: number, cameraUs = Number.NaN): RowTimes {
		const times = this.at(atSec);
		if (isWritable(capturedSec)) times["capture"] = { timestamp: this.#ns(capturedSec) };
		if (Number.isSafeInteger(cameraUs)) times["camera"] = { timestamp: BigInt(cameraUs) * 1000n };
		return times;
	}

	/** Times for `logRow`, sorted by name. The next call changes them. */
	points(times: OftenTimes): readonly TimePoint[] {
		const { atSec, capturedSec = Number.NaN, clientMs = Number.NaN, frame, sourceSec = Number.NaN } = times;
		const { cameraUs = Number.NaN } = times;
		const { camera, capture, client, frame: number, server, source } = this.#points;
		const points: TimePoint[] = [];
		if (Number.isSafeInteger(cameraUs)) {
			camera.time = BigInt(cameraUs) * 1000n;
			points.push(camera);
		}
		if (isWritable(capturedSec)) {
			capture.time = this.#ns(capturedSec);
			points.push(capture);
		}
		if (isWritable(clientMs / 1000)) {
			client.time = BigInt(Math.round((clientMs / 1000) * 1e9));
			points.push(client);
		}
		if (frame !== undefined) {
			number.time = BigInt(frame);
			points.push(number);
		}
		server.time = this.#ns(atSec);
		points.push(server);
		if (isWritable(sourceSec)) {
			source.time = BigInt(Math.round(sourceSec * 1e9));
			points.push(source);
		}
		return points;
	}

	#ns(atSec: number): bigint {
		return this.#epochNs + BigInt(Math.round(atSec * 1e9));
	}
}

/** Longest time that is written, seconds: 136 years. Clients and files may state any. */
const MAX_SEC = 2 ** 32;

/** True for a time that a file can have. NaN: it is not known. */
export function isWritable(sec: number): boolean {
	return Math.abs(sec) < MAX_SEC;
}

/** The times of `RecordClock.points` as `log` takes them. */
export function timesOf(points: readonly TimePoint[]): RowTimes {
	return Object.fromEntries(points.map(({ name, kind, time }) => [name, { [kind]: time } as unknown as TimeValue]));
}
