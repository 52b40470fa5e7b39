import { TokenBucket } from "../media/token-bucket.ts";
import { AxesConversion } from "../skeleton/axes.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { type SkeletonPose, worldFromLocal } from "../skeleton/skeleton-pose.ts";
import { topologicalOrder } from "../skeleton/tables/hierarchy.ts";
import { isSkeletonType, SKELETON_SHAPES, type SkeletonType } from "../skeleton/tables/skeleton-shape.ts";
import type { HelloMessage, SkeletonChangedMessage } from "./control-message.ts";
import { SequenceFilter } from "./sequence-filter.ts";
import { boneCountOf, faultOfBoneList, type StreamLayout } from "./stream-layout.ts";
import { TrackingDecoder } from "./tracking-decoder.ts";
import { decodeTrackingText } from "./tracking-text.ts";

/**
 * Most pose streams of one client. A bound, so that a client can't make the server remember 65536
 * of them.
 */
export const MAX_STREAMS = 16;

/** Limits of a `TrackingReceiver`. */
export interface TrackingReceiverOptions {
	/**
	 * Poses a second of one stream that are accepted on average; more are dropped.
	 * @default 250
	 */
	readonly maxHz?: number | undefined;
	/**
	 * Tests the kind of a pose: others are dropped, and neither counted nor kept.
	 * @default all are
	 */
	readonly admits?: ((kind: PoseSample["kind"]) => boolean) | undefined;
}

/** Counts of the messages of one pose stream. */
export interface PoseStreamCounters {
	readonly stream: number;
	/** Kind of the newest pose. */
	readonly kind: PoseSample["kind"];
	readonly skeleton: SkeletonType | undefined;
	/** Poses handed on. */
	readonly accepted: number;
	/** Poses that came after a newer one. */
	readonly late: number;
	/** Sequence numbers that were skipped over: lost, or late and then also counted there. */
	readonly gaps: number;
	/** Poses over the rate. */
	readonly overRate: number;
	/**
	 * Bones left out of accepted poses because a number was not finite or the rotation was none.
	 */
	readonly droppedBones: number;
}

/** Counts of a client's tracking messages: sums over its streams, and messages of no stream. */
export interface TrackingCounters {
	readonly accepted: number;
	readonly late: number;
	readonly gaps: number;
	readonly overRate: number;
	readonly droppedBones: number;
	/** Messages of types this version does not know. */
	readonly ignored: number;
	/** Messages against the protocol. */
	readonly refused: number;
	/** Why the last refused message was refused. */
	readonly lastRefusal: string | undefined;
	readonly streams: readonly PoseStreamCounters[];
}

/** A client's declaration of a stream, ready for use. */
interface Layout extends StreamLayout {
	readonly bones?: readonly number[] | undefined;
	/** Parents as the client sent them, in the order of `bones`. */
	readonly sentParents?: readonly number[] | undefined;
	/** Parents by bone id. Absent: those of the skeleton's table. */
	readonly parents?: readonly number[] | undefined;
	readonly parentsFirst?: readonly number[] | undefined;
}

/** The part of a stream's declaration that reading its messages needs. */
interface Declaration {
	readonly id: number;
	readonly skeleton?: string | undefined;
	readonly bones?: readonly number[] | undefined;
	readonly parents?: readonly number[] | undefined;
}

/** A part of a hello that can't be used. */
export interface HelloFault {
	/** A code for programs. */
	readonly code: "bad-frame" | "bad-stream";
	/** A sentence for people. */
	readonly message: string;
}

interface Stream {
	readonly filter: SequenceFilter;
	readonly bucket: TokenBucket;
	/** The newest pose. */
	sample: PoseSample;
	overRate: number;
	droppedBones: number;
}

/**
 * Turns the messages of one client's `tracking` channel into poses in the world's axes. Of each
 * stream the newest wins; all others are counted. It never throws, reads no clock, and allocates
 * nothing for a pose of a known stream.
 */
export class TrackingReceiver {
	readonly #maxHz: number;
	readonly #admits: (kind: PoseSample["kind"]) => boolean;
	readonly #streams = new Map<number, Stream>();
	readonly #layouts = new Map<number, Layout>();
	readonly #decoder = new TrackingDecoder();
	readonly #layoutOf = (stream: number): Layout | undefined => this.#layouts.get(stream);
	/** Undefined where the client's axes are the world's. */
	#worldFromClient: AxesConversion | undefined;
	/**
	 * A message is decoded here, and changes places with its stream's sample when it is the newest.
	 */
	#spare = new PoseSample();
	#unnumbered = 0;
	#ignored = 0;
	#refused = 0;
	#lastRefusal: string | undefined;

	constructor({ maxHz = 250, admits = () => true }: TrackingReceiverOptions = {}) {
		this.#maxHz = maxHz;
		this.#admits = admits;
	}

	/**
	 * Learns the client's axes and streams. A second hello replaces the first.
	 *
	 * @returns the parts that can't be used; the rest holds.
	 */
	hello({ frame = "webxr", streams = [] }: Pick<HelloMessage, "frame" | "streams">): readonly HelloFault[] {
		const faults: HelloFault[] = [];
		this.#layouts.clear();
		try {
			this.#worldFromClient = frame === "webxr" ? undefined : AxesConversion.between(frame, "world");
		} catch {
			this.#worldFromClient = undefined;
			const message =
				"Two of the directions in the hello's frame lie on one axis; poses are taken to be in ours (webxr).";
			faults.push({ code: "bad-frame", message });
		}
		for (const stream of streams.slice(0, MAX_STREAMS)) {
			const message = this.#declare(stream);
			if (message !== undefined) faults.push({ code: "bad-stream", message });
		}
		const left = streams.length - MAX_STREAMS;
		if (left > 0)
			faults.push({
				code: "bad-stream",
				message: `The hello has more than ${MAX_STREAMS} streams; the last ${left} are read as they stand.`,
			});
		return faults;
	}

	/**
	 * Learns that a stream has other bones or parents.
	 * @returns why they can't be used, a sentence; the former ones hold then.
	 */
	skeletonChanged({ id, skeleton, bones, parents }: SkeletonChangedMessage): string | undefined {
		const former = this.#layouts.get(id);
		if (skeleton !== undefined && skeleton !== (former?.skeleton ?? "none"))
			return this.#declare({ id, skeleton, bones, parents });
		// Often only the proportions have changed. Other bones have other parents, unless these are
		// sent too.
		return this.#declare({
			id,
			skeleton: former?.skeleton,
			bones: bones ?? former?.bones,
			parents: parents ?? (bones === undefined ? former?.sentParents : undefined),
		});
	}

	/**
	 * Reads one message.
	 *
	 * @param receivedAtSec for the rate.
	 * @returns its pose in the world's axes, bones in one coordinate frame, if it is the newest of
	 * its stream. Lent: it changes with the stream's next message.
	 */
	receive(message: string | Uint8Array, receivedAtSec: number): PoseSample | undefined {
		const sample = this.#spare;
		const result =
			typeof message === "string"
				? decodeTrackingText(message, sample, this.#layoutOf)
				: this.#decoder.decode(message, sample, this.#layoutOf);
		if (result.kind === "ignored") {
			this.#ignored++;
			return undefined;
		}
		if (result.kind === "refused") return this.#refuse(result.reason);
		if (!this.#admits(sample.kind)) return undefined;
		return this.#take(sample, receivedAtSec, this.#worldFromClient);
	}

	/**
	 * Takes a pose in world axes that another channel has brought, without a number: it is numbered
	 * here, in the order of arrival.
	 *
	 * @param sample gets its number, and is copied.
	 * @returns as `receive`.
	 */
	receiveUnnumbered(sample: PoseSample, receivedAtSec: number): PoseSample | undefined {
		sample.sequence = this.#unnumbered = (this.#unnumbered + 1) >>> 0;
		return this.#take(this.#spare.copyFrom(sample), receivedAtSec, undefined);
	}

	/**
	 * The newest pose of a stream, in the world's axes; `undefined` before the first. Lent: it
	 * changes with the stream's next message.
	 */
	newest(stream: number): PoseSample | undefined {
		return this.#streams.get(stream)?.sample;
	}

	get counters(): TrackingCounters {
		const streams = [...this.#streams].map(([stream, { filter, sample, overRate, droppedBones }]) => ({
			stream,
			kind: sample.kind,
			skeleton: sample.skeleton,
			accepted: filter.accepted,
			late: filter.late,
			gaps: filter.gaps,
			overRate,
			droppedBones,
		}));
		const sum = (name: "accepted" | "late" | "gaps" | "overRate" | "droppedBones") =>
			streams.reduce((total, stream) => total + stream[name], 0);
		return {
			accepted: sum("accepted"),
			late: sum("late"),
			gaps: sum("gaps"),
			overRate: sum("overRate"),
			droppedBones: sum("droppedBones"),
			ignored: this.#ignored,
			refused: this.#refused,
			lastRefusal: this.#lastRefusal,
			streams,
		};
	}

	#take(
		sample: PoseSample,
		receivedAtSec: number,
		worldFromClient: AxesConversion | undefined,
	): PoseSample | undefined {
		const stream = this.#streams.get(sample.stream) ?? this.#addStream(sample.stream);
		if (stream === undefined) {
			this.#refuse(`there are more than ${MAX_STREAMS} streams`);
			return undefined;
		}
		if (!stream.bucket.take(receivedAtSec)) {
			stream.overRate++;
			return undefined;
		}
		if (sample.parentSpace && !this.#placeInTrackingSpace(sample)) return undefined;
		if (!stream.filter.accept(sample.sequence)) return undefined;
		worldFromClient?.sample(sample);
		stream.droppedBones += sample.droppedBones;
		this.#spare = stream.sample;
		stream.sample = sample;
		return sample;
	}

	/**
	 * Turns poses relative to parents into poses in one coordinate frame. A mirror of the axes
	 * commutes with that, so that their order does not matter.
	 */
	#placeInTrackingSpace(sample: PoseSample): boolean {
		const { skeleton } = sample;
		const layout = this.#layouts.get(sample.stream);
		const table = skeleton === undefined ? undefined : SKELETON_SHAPES[skeleton];
		const { parents, parentsFirst } =
			layout?.parents !== undefined && layout.skeleton === skeleton ? layout : { ...table };
		if (
			parents === undefined ||
			parentsFirst === undefined ||
			parents.length < sample.boneCount ||
			!parents.some((parent) => parent >= 0)
		) {
			this.#refuse("its bones are relative to parents that the client has not sent");
			return false;
		}
		// The skeleton's name is used for its parents only, and these are given.
		const pose = sample as unknown as SkeletonPose;
		worldFromLocal(pose, pose, parents, parentsFirst);
		if (!dropUnplaced(sample)) {
			this.#refuse("its bones, one upon the other, lie further away than numbers reach");
			return false;
		}
		sample.parentSpace = false;
		// Velocities are relative to the parents too. No known client sends them, so they are left
		// out.
		sample.hasVelocity = false;
		return true;
	}

	#declare({ id, skeleton: name, bones, parents }: Declaration): string | undefined {
		// Messages name no skeleton where it has no table.
		const skeleton = name === "none" ? undefined : name;
		const isKnown = skeleton === undefined || isSkeletonType(skeleton);
		// A skeleton of a later version: its messages are ignored by name, and this must not change
		// that.
		if (!isKnown)
			return `Stream ${id} has the skeleton "${skeleton}", which is not known here; its poses are left out.`;
		if (!this.#layouts.has(id) && this.#layouts.size >= MAX_STREAMS)
			return `There are more than ${MAX_STREAMS} streams; ${id} is read as it stands.`;
		const fault = bones && faultOfBoneList(bones, skeleton);
		if (fault !== undefined)
			return `The bones of stream ${id} can't be used: ${fault}. Its poses are read as if it had not sent them.`;
		const table = tableOfParents(skeleton, bones, parents);
		if (typeof table === "string")
			return `The parents of stream ${id} can't be used: ${table}. Those of the skeleton's table are.`;
		this.#layouts.set(id, {
			...(skeleton && { skeleton }),
			...(bones && { bones }),
			...(parents && { sentParents: parents }),
			...table,
		});
		return undefined;
	}

	#addStream(id: number): Stream | undefined {
		if (this.#streams.size >= MAX_STREAMS) return undefined;
		const stream = {
			filter: new SequenceFilter(),
			// What waited on the way comes at once.
			bucket: new TokenBucket(this.#maxHz, Math.max(8, this.#maxHz / 2)),
			sample: new PoseSample(),
			overRate: 0,
			droppedBones: 0,
		};
		this.#streams.set(id, stream);
		return stream;
	}

	#refuse(reason: string): undefined {
		this.#refused++;
		this.#lastRefusal = reason;
		return undefined;
	}
}

/**
 * Leaves out the bones whose position is not finite: finite offsets may add up to a sum that is
 * not.
 *
 * @returns false if none of the sent bones remains.
 */
function dropUnplaced(sample: PoseSample): boolean {
	const { positions, valid, boneCount } = sample;
	let dropped = 0;
	let placed = 0;
	for (let bone = 0; bone < boneCount; bone++) {
		if (valid[bone] !== 1) continue;
		const at = bone * 3;
		if (Number.isFinite(positions[at]! + positions[at + 1]! + positions[at + 2]!)) placed++;
		else {
			dropped++;
			valid[bone] = 0;
			positions.fill(0, at, at + 3);
		}
	}
	sample.droppedBones += dropped;
	return placed > 0 || sample.droppedBones === 0;
}

/**
 * @returns the parents by bone id and their order, nothing if the client sent none, or why they
 * can't be used.
 */
function tableOfParents(
	skeleton: SkeletonType | undefined,
	bones: readonly number[] | undefined,
	parents: readonly number[] | undefined,
): Pick<Layout, "parents" | "parentsFirst"> | string {
	if (parents === undefined) return {};
	const expected = bones?.length ?? (skeleton === undefined ? parents.length : SKELETON_SHAPES[skeleton].boneCount);
	if (parents.length !== expected) return `there are ${parents.length} of them for ${expected} bones`;
	const count =
		skeleton === undefined ? boneCountOf(undefined, bones, parents.length) : SKELETON_SHAPES[skeleton].boneCount;
	const table: number[] =
		skeleton === undefined ? new Array<number>(count).fill(-1) : [...SKELETON_SHAPES[skeleton].parents];
	for (const [index, parent] of parents.entries()) table[bones?.[index] ?? index] = parent;
	try {
		return { parents: table, parentsFirst: topologicalOrder(table) };
	} catch (error) {
		return (error as Error).message.replace(/\.$/, "");
	}
}
