import { FakeViewer, PACKET, ServerStub } from "../src/recording/fake-session.cases.ts";
import { SessionRecording } from "../src/recording/session-recording.ts";
import { PoseSample } from "../src/skeleton/pose-sample.ts";

/** Poses a second. */
export const POSES_HZ = 100;
const BONES = 84;
/** Pictures a second. */
export const FRAMES_HZ = 30;
const BITRATE_BPS = 8e6;
const KEYFRAME_FRAMES = 60;

/** Begins a recording as `serve({ record: folder })` does. */
export function openRecordingIn(folder: string): Promise<SessionRecording> {
	const options = {
		directory: folder,
		maxQueuedBytes: 64 << 20,
		source: "none",
		rotate: {},
		formats: ["rrd"],
	} as const;
	return SessionRecording.open(options);
}

/**
 * Ends a recording.
 *
 * @returns number of records that are not in it.
 * @throws {Error} if its file could not be finished.
 */
export async function finishRecording(recording: SessionRecording): Promise<number> {
	await recording.close();
	const { state } = recording;
	if (state.name !== "closed") throw new Error("reason" in state ? state.reason : `It is ${state.name}.`);
	return recording.stats().lost;
}

/** A viewer of 30 pictures a second at 8 Mbit/s, with a body of 84 bones 100 times a second. */
export class BenchSession {
	/** What a recording is attached to. */
	readonly server = new ServerStub();
	readonly #viewer = new FakeViewer();
	readonly #pose = body();
	readonly #units = accessUnits();
	#ticks = 0;

	/** The viewer joins. */
	begin(): void {
		this.server.emit("join", this.#viewer.asViewer);
	}

	/**
	 * The next pose, and a picture when it is due.
	 * @param nowSec monotonic time.
	 * @returns whether it was.
	 */
	tick(nowSec: number): boolean {
		const frame = Math.floor((this.#ticks * FRAMES_HZ) / POSES_HZ);
		const isDue = frame !== Math.floor(((this.#ticks - 1) * FRAMES_HZ) / POSES_HZ);
		this.#ticks++;
		this.#viewer.emit("skeleton", this.#pose, nowSec, nowSec - 0.01, 50);
		if (!isDue) return false;
		const keyframe = frame % KEYFRAME_FRAMES === 0;
		const units = this.#units;
		const accessUnit = units[keyframe ? 0 : 1 + (frame % (units.length - 1))]!;
		const stages = { ...PACKET.stages, drawStartSec: nowSec - 0.01 };
		const packet = { ...PACKET, accessUnit, keyframe, rtpTicks: frame * 3000, stages };
		this.#viewer.emit("frameSent", packet, nowSec, nowSec);
		return true;
	}
}

function body(): PoseSample {
	const sample = new PoseSample(BONES);
	sample.reset(BONES);
	sample.kind = "skeleton";
	sample.skeleton = "FullBody";
	sample.valid.fill(1);
	for (let at = 0; at < BONES * 3; at++) sample.positions[at] = Math.sin(at);
	return sample;
}

/**
 * Units of noise, which no compression makes shorter, as video is; the first is a key frame. They
 * are more than a compressor looks back.
 */
function accessUnits(): Uint8Array[] {
	let noise = 1;
	return Array.from({ length: 8 }, (_, index) => {
		const bytes = new Uint8Array(BITRATE_BPS / 8 / FRAMES_HZ);
		for (let at = 0; at < bytes.length; at++) {
			noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
			// Without zeros no start code stands in it.
			bytes[at] = (noise >>> 24) | 1;
		}
		bytes.set(index === 0 ? PACKET.accessUnit : [0, 0, 0, 1, 0x41, 0x9a]);
		return bytes;
	});
}

/** Calls `tick` as often as poses come, for so long. */
export async function inRealTime(seconds: number, tick: () => void): Promise<void> {
	const startMs = performance.now();
	for (let done = 0; done < seconds * POSES_HZ; ) {
		const due = Math.min(seconds * POSES_HZ, Math.floor(((performance.now() - startMs) / 1000) * POSES_HZ));
		for (; done < due; done++) tick();
		await new Promise((resolve) => setTimeout(resolve, 1000 / POSES_HZ / 2));
	}
}
