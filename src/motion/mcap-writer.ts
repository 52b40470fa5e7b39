import { type BoneTable, boneTable } from "../skeleton/bone-table.ts";
import type { PoseSample } from "../skeleton/pose-sample.ts";
import { boneName, SKELETONS } from "../skeleton/tables/skeleton.ts";
import { bitsOf } from "./bits.ts";
import { McapFile } from "./mcap-file.ts";
import { BONES_SCHEMA, INPUT_SCHEMA, POSES_SCHEMA, RECORDING_METADATA, WORLD_FRAME } from "./mcap-schemas.ts";
import { fileFromWorld } from "./motion-axes.ts";
import type { MotionFileOptions } from "./motion-format.ts";
import type { TimedSample } from "./motion-row.ts";
import type { MotionWriter } from "./motion-writer.ts";
import { StreamNames } from "./stream-names.ts";

/** The longest time for which a chunk waits for more messages. */
const MAX_CHUNK_AGE_SEC = 0.5;

interface StreamChannels {
	readonly poses: number;
	readonly bones: number;
	readonly input: number | undefined;
	/** The last message about its bones. */
	bonesText: string;
}

/**
 * Writes MCAP. Each stream has a channel of `foxglove.PosesInFrame` at `/NAME`, and one of
 * `panogaze.Bones` at `/NAME/bones`, with a message at the beginning of each chunk and before
 * the first pose after a change. Controllers also have one of `panogaze.ControllerInput` at
 * `/NAME/input`. The log time is the time at which the server received a pose, the publish time
 * that at which the client read it, if known; both are Unix nanoseconds.
 */
export class McapMotionWriter implements MotionWriter {
	readonly #options: MotionFileOptions;
	readonly #file: McapFile;
	readonly #names = new StreamNames();
	readonly #channels = new Map<string, StreamChannels>();
	readonly #schemas = new Map<string, number>();
	readonly #encoder = new TextEncoder();
	#chunkBeganSec: number | undefined;
	#written = 0;
	#safe = 0;

	/** @throws {MotionFileError} */
	constructor(options: MotionFileOptions) {
		const { path, axes, createdSec, owner } = options;
		this.#options = options;
		this.#file = new McapFile(path);
		this.#file.addMetadata(RECORDING_METADATA, {
			version: "1",
			axes,
			created: new Date(createdSec * 1000).toISOString(),
			host: owner.host,
			pid: String(owner.pid),
		});
	}

	get safePoses(): number {
		return this.#safe;
	}

	write({ timeSec, capturedSec, photonAgeMs, sample }: TimedSample): void {
		const name = this.#names.nameOf(sample);
		const channels = this.#channels.get(name) ?? this.#open(name, sample);
		const table = boneTable(sample);
		fileFromWorld(this.#options.axes, table);
		const logTime = nanoseconds(timeSec);
		// MCAP's times are unsigned.
		const publishTime = capturedSec === undefined || capturedSec < 0 ? logTime : nanoseconds(capturedSec);
		const add = (channelId: number, text: string) =>
			this.#file.addMessage({
				channelId,
				sequence: sample.sequence,
				logTime,
				publishTime,
				data: this.#encoder.encode(text),
			});
		const bones = bonesText(name, sample, table.ids);
		if (bones !== channels.bonesText) {
			channels.bonesText = bones;
			add(channels.bones, bones);
		}
		if (channels.input !== undefined) add(channels.input, inputText(sample));
		add(channels.poses, posesText(table, sample.parentSpace, publishTime, photonAgeMs));
		this.#written++;
		if (this.#file.chunkIsFull) this.#endChunk();
	}

	flush(nowSec: number): void {
		if (this.#file.waiting === 0) return;
		this.#chunkBeganSec ??= nowSec;
		if (nowSec - this.#chunkBeganSec >= MAX_CHUNK_AGE_SEC) this.#endChunk();
	}

	async close(): Promise<void> {
		this.#file.close();
		this.#safe = this.#written;
	}

	touch(): void {
		this.#file.touch();
	}

	abandon(): void {
		this.#file.abandon();
	}

	#endChunk(): void {
		this.#file.flush();
		this.#safe = this.#written;
		this.#chunkBeganSec = undefined;
		// A reader may begin at any chunk, and needs the bones there.
		for (const channels of this.#channels.values()) channels.bonesText = "";
	}

	#open(name: string, sample: PoseSample): StreamChannels {
		const metadata: Record<string, string> = {
			kind: sample.kind,
			axes: this.#options.axes,
			...(sample.skeleton !== undefined && {
				skeleton: sample.skeleton,
				bones: JSON.stringify(SKELETONS[sample.skeleton].names),
				parents: JSON.stringify(SKELETONS[sample.skeleton].parents),
			}),
			...(sample.hand !== undefined && { hand: sample.hand }),
		};
		const channels = {
			poses: this.#file.addChannel(`/${name}`, this.#schema(POSES_SCHEMA), metadata),
			bones: this.#file.addChannel(`/${name}/bones`, this.#schema(BONES_SCHEMA), {}),
			input:
				sample.kind === "controller"
					? this.#file.addChannel(`/${name}/input`, this.#schema(INPUT_SCHEMA), {})
					: undefined,
			bonesText: "",
		};
		this.#channels.set(name, channels);
		return channels;
	}

	#schema({ name, schema }: { readonly name: string; readonly schema: object }): number {
		const known = this.#schemas.get(name);
		if (known !== undefined) return known;
		const id = this.#file.addSchema(name, schema);
		this.#schemas.set(name, id);
		return id;
	}
}

function bonesText(stream: string, sample: PoseSample, ids: Int32Array): string {
	const { kind, skeleton, horizontalFovDeg, verticalFovDeg } = sample;
	const parents = skeleton === undefined ? undefined : SKELETONS[skeleton].parents;
	return JSON.stringify({
		stream,
		stream_id: sample.stream,
		kind,
		skeleton: skeleton ?? null,
		hand: sample.hand ?? null,
		space: sample.parentSpace ? "parent" : "tracking",
		ids: [...ids],
		names: Array.from(ids, (id) => nameOfBone(sample, id)),
		parents: Array.from(ids, (id) => parents?.[id] ?? -1),
		position_tracked: sample.positionTracked,
		confidence: shortest(sample.confidence),
		fov: [horizontalFovDeg, verticalFovDeg].filter((angle) => !Number.isNaN(angle)).map(shortest),
	});
}

function nameOfBone({ kind, skeleton }: PoseSample, id: number): string {
	if (kind === "head") return "head";
	if (kind === "controller") return id === 0 ? "grip" : "aim";
	return skeleton === undefined ? `bone_${id}` : boneName(skeleton, id);
}

function inputText({ controls }: PoseSample): string {
	const { buttons, buttonCount, pressed, touched, axes, axisCount } = controls;
	return JSON.stringify({
		buttons: Array.from(buttons.subarray(0, buttonCount), shortest),
		pressed: bitsOf(pressed),
		touched: bitsOf(touched),
		axes: Array.from(axes.subarray(0, axisCount), shortest),
	});
}

function posesText(
	{ ids, positions, rotations }: BoneTable,
	parentSpace: boolean,
	timeNs: bigint,
	photonAgeMs: number | undefined,
): string {
	let poses = "";
	for (let bone = 0; bone < ids.length; bone++) {
		const [p, q] = [bone * 3, bone * 4];
		poses +=
			`${bone === 0 ? "" : ","}{"position":{"x":${shortest(positions[p]!)},` +
			`"y":${shortest(positions[p + 1]!)},"z":${shortest(positions[p + 2]!)}},` +
			`"orientation":{"x":${shortest(rotations[q]!)},"y":${shortest(rotations[q + 1]!)},` +
			`"z":${shortest(rotations[q + 2]!)},"w":${shortest(rotations[q + 3]!)}}}`;
	}
	const timestamp = `{"sec":${timeNs / 1_000_000_000n},"nsec":${timeNs % 1_000_000_000n}}`;
	const age = photonAgeMs === undefined ? "" : `,"photon_age_ms":${photonAgeMs}`;
	const frame = parentSpace ? "parent" : WORLD_FRAME;
	return `{"timestamp":${timestamp},"frame_id":"${frame}"${age},"poses":[${poses}]}`;
}

/**
 * Rounds to as many digits as a number in single precision needs: 8 or 9, half the text of a
 * double, and nothing is lost.
 */
function shortest(value: number): number {
	const short = Number(value.toPrecision(8));
	return Math.fround(short) === value ? short : Number(value.toPrecision(9));
}

/** Converts by microseconds: a double of Unix seconds holds no more. */
function nanoseconds(unixSec: number): bigint {
	return BigInt(Math.round(unixSec * 1e6)) * 1000n;
}
