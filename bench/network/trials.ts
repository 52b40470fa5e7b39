import { EmulatedLink } from "../../test/support/links/emulated-link.ts";
import { linkOptions } from "../../test/support/links/link-plan.ts";
import { NETWORK_LINKS, type NetworkLinkName, RATE_STEPS } from "../../test/support/links/network-links.ts";
import type { RowInit } from "../bench-row.ts";
import {
	arrivedBits,
	growth,
	highQueueMs,
	longestGapMs,
	secondsToDrain,
	secondsToPicture,
	secondsToRate,
} from "./measures.ts";
import { type NetworkRun, RATES } from "./runs.ts";

/** Seed of all links. */
export const SEED = 1;
/** Time in which a sender finds the link, which is not judged. */
const WARM_UP_MS = 6000;

/** A value of a run, with its target. */
export type Measured = Omit<RowInit, "peer" | "note">;

/** The run and the judgement of a link. */
export interface Trial {
	readonly seconds: number;
	measure(run: NetworkRun): readonly Measured[];
}

interface Bounds {
	readonly atLeast?: number;
	readonly atMost?: number;
}

/** Bounds of a trial's common rows. */
interface CommonBounds {
	/** Least video rate, Mbit/s. */
	readonly leastMbps?: number;
	/** Least share of the capacity, per cent. */
	readonly leastPercent?: number;
	readonly mostFreezes?: number;
	readonly mostQueueMs?: number;
	readonly mostGapMs?: number;
}

const atLeast = (bound: number | undefined): Bounds => (bound === undefined ? {} : { atLeast: bound });
const atMost = (bound: number | undefined): Bounds => (bound === undefined ? {} : { atMost: bound });

/** Bits that a link has room for. One without a limit counts as the senders' highest rate. */
function capacityBits(name: NetworkLinkName, fromMs: number, toMs: number): number {
	const link = new EmulatedLink(linkOptions(NETWORK_LINKS[name].down, SEED));
	link.start(0);
	return Math.min(link.capacityBits(fromMs, toMs), (RATES.maxBps * (toMs - fromMs)) / 1000);
}

const mbps = ({ relay }: NetworkRun, fromMs: number, toMs: number) =>
	arrivedBits(relay.down, fromMs, toMs) / (toMs - fromMs) / 1000;

/** The rows that every link has. */
function commonRows(
	name: NetworkLinkName,
	run: NetworkRun,
	toMs: number,
	{ leastMbps, leastPercent, mostFreezes, mostQueueMs, mostGapMs }: CommonBounds,
): Measured[] {
	const fromMs = WARM_UP_MS;
	const percent = (100 * arrivedBits(run.relay.down, fromMs, toMs)) / capacityBits(name, fromMs, toMs);
	const freezes = growth(run.received, "freezeCount", fromMs, toMs);
	return [
		{ name: "rate", value: mbps(run, fromMs, toMs), unit: "Mbit/s", better: "more", ...atLeast(leastMbps) },
		{ name: "utilization", value: percent, unit: "%", better: "more", ...atLeast(leastPercent) },
		{ name: "queue-p95", value: highQueueMs(run.relay.down, fromMs, toMs), unit: "ms", ...atMost(mostQueueMs) },
		{ name: "freezes", value: freezes, unit: `in ${(toMs - fromMs) / 1000} s`, ...atMost(mostFreezes) },
		{ name: "longest-gap", value: longestGapMs(run, fromMs, toMs), unit: "ms", ...atMost(mostGapMs) },
	];
}

/** A link that stays as it is. */
function steady(name: NetworkLinkName, seconds: number, bounds: CommonBounds): Trial {
	const toMs = seconds * 1000;
	return { seconds, measure: (run) => commonRows(name, run, toMs, bounds) };
}

/** Times of the steps of `steps100` and `steps500`. */
const [TO_6_MS, TO_2_MS, UP_MS] = [RATE_STEPS[1].fromMs, RATE_STEPS[2].fromMs, RATE_STEPS[3].fromMs];
const STEPS_SEC = 44;
/** A stage is judged from this time after its step on. */
const STAGE_SETTLE_MS = 1000;
const QUEUE_LIMIT_MS = 100;

interface StepBounds extends CommonBounds {
	readonly leastStagePercent?: number;
	readonly mostDrainSec?: number;
	readonly most70Sec?: number;
	readonly most90Sec?: number;
	/** Longest gap after the step from 6 to 2 Mbit/s. */
	readonly mostStepGapMs?: number;
}

function steps(name: "steps100" | "steps500", bounds: StepBounds): Trial {
	const endMs = STEPS_SEC * 1000;
	return {
		seconds: STEPS_SEC,
		measure(run) {
			const { down } = run.relay;
			const stage = (mbits: number, fromMs: number, toMs: number): Measured => ({
				name: `use-at-${mbits}`,
				value: (100 * arrivedBits(down, fromMs, toMs)) / capacityBits(name, fromMs, toMs),
				unit: "%",
				better: "more",
				...atLeast(bounds.leastStagePercent),
			});
			const drain = (step: string, fromMs: number, toMs: number): Measured => ({
				name: `queue-under-100-after-${step}`,
				value: secondsToDrain(down, fromMs, toMs, QUEUE_LIMIT_MS),
				unit: "s",
				...atMost(bounds.mostDrainSec),
			});
			const up = (percent: number, bound: number | undefined): Measured => ({
				name: `seconds-to-${percent}%`,
				value: secondsToRate(down, UP_MS, endMs, (percent / 100) * RATES.maxBps) ?? (endMs - UP_MS) / 1000,
				unit: "s",
				...atMost(bound),
			});
			return [
				...commonRows(name, run, endMs, bounds),
				stage(10, WARM_UP_MS, TO_6_MS),
				stage(6, TO_6_MS + STAGE_SETTLE_MS, TO_2_MS),
				stage(2, TO_2_MS + STAGE_SETTLE_MS, UP_MS),
				drain("10>6", TO_6_MS, TO_2_MS),
				drain("6>2", TO_2_MS, UP_MS),
				{
					name: "gap-after-6>2",
					value: longestGapMs(run, TO_2_MS, UP_MS),
					unit: "ms",
					...atMost(bounds.mostStepGapMs),
				},
				up(70, bounds.most70Sec),
				up(90, bounds.most90Sec),
			];
		},
	};
}

const OUTAGE_SEC = 22;

const outage: Trial = {
	seconds: OUTAGE_SEC,
	measure(run) {
		const { toMs } = NETWORK_LINKS.outage.down.outages[0];
		const endMs = OUTAGE_SEC * 1000;
		return [
			{
				name: "picture-after-outage",
				value: secondsToPicture(run, toMs) ?? (endMs - toMs) / 1000,
				unit: "s",
				atMost: 0.3,
			},
			{ name: "rate-before", value: mbps(run, WARM_UP_MS, toMs - 2000), unit: "Mbit/s", better: "more" },
			{ name: "rate-after", value: mbps(run, toMs + STAGE_SETTLE_MS, endMs), unit: "Mbit/s", better: "more" },
			{ name: "queue-p95", value: highQueueMs(run.relay.down, WARM_UP_MS, endMs), unit: "ms" },
		];
	},
};

const SHORT_SEC = 26;
/** Freezes are counted over half a minute. */
const LONG_SEC = 36;

/** The judgement of each link: the targets are those of docs/benchmarks.md. */
export const TRIALS: Readonly<Record<NetworkLinkName, Trial>> = {
	clean: steady("clean", SHORT_SEC, { leastMbps: 9.2 }),
	rtt20: steady("rtt20", SHORT_SEC, { leastMbps: 9.2 }),
	rtt100: steady("rtt100", SHORT_SEC, { leastMbps: 9.2 }),
	steps100: steps("steps100", {
		leastStagePercent: 90,
		mostGapMs: 250,
		mostDrainSec: 0.5,
		most70Sec: 4,
		most90Sec: 8,
	}),
	steps500: steps("steps500", { mostDrainSec: 0.8, mostStepGapMs: 300 }),
	loss2: steady("loss2", LONG_SEC, { leastMbps: 9, mostFreezes: 0 }),
	loss5: steady("loss5", LONG_SEC, { leastMbps: 8.5, mostFreezes: 1 }),
	burst: steady("burst", LONG_SEC, { leastMbps: 8.5, mostFreezes: 1 }),
	wifi: steady("wifi", SHORT_SEC, { leastMbps: 8.5 }),
	outage,
	lte: steady("lte", LONG_SEC, { leastMbps: 2.5, mostQueueMs: 120 }),
	tcp: steady("tcp", SHORT_SEC, { leastMbps: 3.5 }),
	path240: steady("path240", LONG_SEC, { leastPercent: 70, mostFreezes: 1 }),
};
