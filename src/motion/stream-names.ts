import type { PoseSample } from "../skeleton/pose-sample.ts";
import { SKELETONS, type SkeletonType } from "../skeleton/tables/skeleton.ts";

/** The stream that a recording's main file holds. */
export const MAIN_STREAM = "body";

const BODIES: ReadonlySet<SkeletonType | undefined> = new Set(["Body", "FullBody", "PicoBody", "HtcBody", "WebXRBody"]);

/** @returns a text that is the same for all poses of one stream, and for no others. */
export function streamKey({ stream, kind, skeleton, hand, parentSpace }: PoseSample): string {
	const table = skeleton === "Body" ? "FullBody" : (skeleton ?? "");
	return `${stream} ${kind === "none" ? "skeleton" : kind} ${table} ${hand ?? ""} ${parentSpace}`;
}

/**
 * Gives the streams of one recording their names, in the order of their first poses: `head`,
 * `body`, `left_hand`, `right_hand`, `left_controller`, `right_controller`, `controller`,
 * `skeleton`. A second stream of a kind has the client's number after it: `body_9`. A stream
 * that goes on with another skeleton is another stream, because its ids mean other bones. Body
 * and FullBody are one, as a Body's bones are the first of a FullBody's.
 */
export class StreamNames {
	readonly #names = new Map<string, string>();
	readonly #taken = new Set<string>();

	/** The name of the stream that a pose belongs to. */
	nameOf(sample: PoseSample): string {
		const key = streamKey(sample);
		const known = this.#names.get(key);
		if (known !== undefined) return known;
		const role = roleOf(sample);
		let name = role;
		for (let number = sample.stream; this.#taken.has(name); number++) name = `${role}_${number}`;
		this.#names.set(key, name);
		this.#taken.add(name);
		return name;
	}
}

/**
 * The skeleton of a stream that changes its skeleton: the wider one of Body and FullBody, else
 * the former.
 */
export function widerSkeleton(
	before: SkeletonType | undefined,
	now: SkeletonType | undefined,
): SkeletonType | undefined {
	return before === "Body" && now === "FullBody" ? now : before;
}

function roleOf({ kind, skeleton, hand }: PoseSample): string {
	if (kind === "head") return "head";
	if (kind === "controller") return hand === undefined ? "controller" : `${hand}_controller`;
	if (BODIES.has(skeleton)) return MAIN_STREAM;
	const side = skeleton === undefined ? undefined : SKELETONS[skeleton].side;
	return side === undefined ? "skeleton" : `${side}_hand`;
}
