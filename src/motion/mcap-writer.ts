import { boneName, SKELETONS } from "../skeleton/tables/skeleton.ts";
import { bitsOf } from "./bits.ts";
import { McapFile } from "./mcap-file.ts";
import { BONES_SCHEMA, INPUT_SCHEMA, POSES_SCHEMA, RECORDING_METADATA, WORLD_FRAME } from "./mcap-schemas.ts";
import { fileFromWorld } from "./motion-axes.ts";
import type { MotionFileOptions } from "./motion-format.ts";
import type { MotionWriter } from "./motion-writer.ts";
import { StreamNames, type UnnamedPose } from "./recorded-pose.ts";

/** A chunk waits no longer than this for more messages. */
const MAX_CHUNK_AGE_SEC = 0.5;

interface StreamChannels {
	readonly poses: number;
	readonly bones: number;
	readonly input: number | undefined;
	/** The last message about its bones. */
	bonesText: string;
}

/**
 * MCAP. Each stream is a channel of `foxglove.PosesInFrame` at `/NAME`, one of `panogaze.Bones` at
 * `/NAME/bones` (at the beginning of each chunk, and whenever something of it changes, before the
 * poses it is about), and for controllers one of `panogaze.ControllerInput` at `/NAME/input`. Log
 * time is when the server received a pose, publish time when the client read it, if that is known;
 * both Unix nanoseconds.
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

	write(pose: UnnamedPose): void {
		const name = this.#names.nameOf(pose);
		const channels = this.#channels.get(name) ?? this.#open(name, pose);
		fileFromWorld(this.#options.axes, pose.positions, pose.rotations, pose.ids.length);
		const logTime = nanoseconds(pose.timeSec);
		// MCAP's times are unsigned.
		const publishTime =
			pose.capturedSec === undefined || pose.capturedSec < 0 ? logTime : nanoseconds(pose.capturedSec);
		const add = (channelId: number, text: string) =>
			this.#file.addMessage({
				channelId,
				sequence: pose.sequence,
				logTime,
				publishTime,
				data: this.#encoder.encode(text),
			});
		const bones = bonesText(name, pose);
		if (bones !== channels.bonesText) {
			channels.bonesText = bones;
			add(channels.bones, bones);
		}
		if (channels.input !== undefined) add(channels.input, inputText(pose));
		add(channels.poses, posesText(pose, publishTime));
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
		// So that a reader that begins at any chunk knows the bones.
		for (const channels of this.#channels.values()) channels.bonesText = "";
	}

	#open(name: string, pose: UnnamedPose): StreamChannels {
		const metadata: Record<string, string> = {
			kind: pose.kind,
			axes: this.#options.axes,
			...(pose.skeleton !== undefined && {
				skeleton: pose.skeleton,
				bones: JSON.stringify(SKELETONS[pose.skeleton].names),
				parents: JSON.stringify(SKELETONS[pose.skeleton].parents),
			}),
			...(pose.hand !== undefined && { hand: pose.hand }),
		};
		const channels = {
			poses: this.#file.addChannel(`/${name}`, this.#schema(POSES_SCHEMA), metadata),
			bones: this.#file.addChannel(`/${name}/bones`, this.#schema(BONES_SCHEMA), {}),
			input:
				pose.kind === "controller"
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

function bonesText(stream: string, pose: UnnamedPose): string {
	const { kind, skeleton, ids, horizontalFovDeg, verticalFovDeg } = pose;
	const parents = skeleton === undefined ? undefined : SKELETONS[skeleton].parents;
	return JSON.stringify({
		stream,
		stream_id: pose.streamId,
		kind,
		skeleton: skeleton ?? null,
		hand: pose.hand ?? null,
		space: pose.parentSpace ? "parent" : "tracking",
		ids: [...ids],
		names: Array.from(ids, (id) => nameOfBone(pose, id)),
		parents: Array.from(ids, (id) => parents?.[id] ?? -1),
		position_tracked: pose.positionTracked,
		confidence: shortest(pose.confidence),
		fov: [horizontalFovDeg, verticalFovDeg].filter((angle) => !Number.isNaN(angle)).map(shortest),
	});
}

function nameOfBone({ kind, skeleton }: UnnamedPose, id: number): string {
	if (kind === "head") return "head";
	if (kind === "controller") return id === 0 ? "grip" : "aim";
	return skeleton === undefined ? `bone_${id}` : boneName(skeleton, id);
}

function inputText({ buttons, pressed, touched, axes }: UnnamedPose): string {
	return JSON.stringify({
		buttons: Array.from(buttons, shortest),
		pressed: bitsOf(pressed),
		touched: bitsOf(touched),
		axes: Array.from(axes, shortest),
	});
}

function posesText({ ids, positions, rotations, parentSpace }: UnnamedPose, timeNs: bigint): string {
	let poses = "";
	for (let bone = 0; bone < ids.length; bone++) {
		const [p, q] = [bone * 3, bone * 4];
		poses += `${bone === 0 ? "" : ","}{"position":{"x":${shortest(positions[p]!)},"y":${shortest(positions[p + 1]!)},"z":${shortest(positions[p + 2]!)}},"orientation":{"x":${shortest(rotations[q]!)},"y":${shortest(rotations[q + 1]!)},"z":${shortest(rotations[q + 2]!)},"w":${shortest(rotations[q + 3]!)}}}`;
	}
	const timestamp = `{"sec":${timeNs / 1_000_000_000n},"nsec":${timeNs % 1_000_000_000n}}`;
	return `{"timestamp":${timestamp},"frame_id":"${parentSpace ? "parent" : WORLD_FRAME}","poses":[${poses}]}`;
}

/**
 * Digits enough to be the same number in single precision, where 8 do not 9: half the text of a
 * double, and nothing lost.
 */
function shortest(value: number): number {
	const short = Number(value.toPrecision(8));
	return Math.fround(short) === value ? short : Number(value.toPrecision(9));
}

/** Microseconds are all that a double has of Unix seconds. */
function nanoseconds(unixSec: number): bigint {
	return BigInt(Math.round(unixSec * 1e6)) * 1000n;
}
