import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { RecordedPose, SessionRecord } from "../recording/session-record.ts";
import { outputFailure } from "../render/output-error.ts";

/** Name of the file in a dataset's folder. */
const RAW_POSES = "poses.jsonl";
/** Text that is gathered before it is written, characters. */
const CHUNK = 1 << 20;

/** Writes every pose of some sessions as it was received, one line of JSON each. */
export class RawPoses implements Disposable {
	readonly #path: string;
	readonly #file: number;
	#text = "";

	/** @throws {OutputError} when the file can't be made. */
	constructor(directory: string) {
		this.#path = join(directory, RAW_POSES);
		this.#file = this.#attempt(() => {
			mkdirSync(directory, { recursive: true });
			return openSync(this.#path, "wx");
		});
	}

	/**
	 * Adds the record if it is a pose.
	 * @param epochNs nanoseconds since 1970 at the origin of the session's clock.
	 * @throws {OutputError} when it can't be written.
	 */
	add(session: string, epochNs: bigint, record: SessionRecord): void {
		if (record.type !== "pose") return;
		this.#text += `${poseLine(session, record.viewer, record.pose, epochNs)}\n`;
		if (this.#text.length > CHUNK) this.#flush();
	}

	/** Writes the rest. @throws {OutputError} when it can't be written. */
	finish(): void {
		this.#flush();
	}

	[Symbol.dispose](): void {
		closeSync(this.#file);
	}

	#flush(): void {
		const bytes = Buffer.from(this.#text);
		this.#text = "";
		this.#attempt(() => {
			for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
		});
	}

	#attempt<Result>(work: () => Result): Result {
		try {
			return work();
		} catch (error) {
			throw outputFailure(this.#path, error);
		}
	}
}

/** Times are whole nanoseconds, which JSON's numbers hold as text: a double would round them. */
function poseLine(session: string, viewer: string, pose: RecordedPose, epochNs: bigint): string {
	const { kind, hand, stream, sequence, clientTimeMs, positionTracked, confidence, controls } = pose;
	const nsAt = (sec: number) => (Number.isNaN(sec) ? "null" : String(epochNs + BigInt(Math.round(sec * 1e9))));
	const facts = {
		session,
		viewer,
		kind,
		hand,
		skeleton: pose.skeleton,
		stream,
		sequence,
		client_time_ms: known(clientTimeMs),
		position_tracked: positionTracked,
		confidence: known(confidence),
		ids: [...pose.ids],
		positions: Array.from(pose.positions, known),
		rotations: Array.from(pose.rotations, known),
		...(controls && {
			buttons: Array.from(controls.buttons, known),
			axes: Array.from(controls.axes, known),
			pressed: controls.pressed,
			touched: controls.touched,
		}),
	};
	const times = `"unix_ns":${nsAt(pose.receivedSec)},"captured_unix_ns":${nsAt(pose.capturedSec)}`;
	return `{${times},${JSON.stringify(facts).slice(1)}`;
}

function known(number: number): number | null {
	return Number.isFinite(number) ? number : null;
}
