import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EmulatedLink } from "../../test/support/links/emulated-link.ts";
import { linkOptions } from "../../test/support/links/link-plan.ts";
import { NETWORK_LINKS, type NetworkLinkName } from "../../test/support/links/network-links.ts";
import { FATES } from "../../test/support/packet-log.ts";
import { arrivedBits, sentBits } from "./measures.ts";
import type { NetworkRun } from "./runs.ts";

const STEP_MS = 100;

/**
 * Writes a run's course as a CSV file: a line for each tenth of a second, with what the link
 * carried and the sender's own statistics.
 * @returns the file's path.
 */
export function writeTrace(
	folder: string,
	{ name, sender, seconds, seed }: { name: NetworkLinkName; sender: string; seconds: number; seed: number },
	run: NetworkRun,
): string {
	mkdirSync(folder, { recursive: true });
	const path = join(folder, `${name}-${sender}.csv`);
	const link = new EmulatedLink(linkOptions(NETWORK_LINKS[name].down, seed));
	link.start(0);
	const senderColumns = [...new Set(run.sent.flatMap((sample) => Object.keys(sample)))].filter(
		(key) => key !== "atMs",
	);
	const lines = [[...LINK_COLUMNS, ...senderColumns].join(",")];
	for (let ms = 0; ms < seconds * 1000; ms += STEP_MS) {
		const sample = run.sent.findLast(({ atMs }) => atMs < ms + STEP_MS);
		const cells = [
			ms / 1000,
			link.capacityBits(ms, ms + STEP_MS) / STEP_MS / 1000,
			...linkCells(run, ms),
			...senderColumns.map((column) => sample?.[column] ?? ""),
		];
		lines.push(cells.map((cell) => (typeof cell === "number" ? Number(cell.toFixed(3)) : cell)).join(","));
	}
	writeFileSync(path, `${lines.join("\n")}\n`);
	return path;
}

const LINK_COLUMNS = [
	"sec",
	"capacityMbps",
	"mediaArrivedMbps",
	"mediaSentMbps",
	"rtxSentMbps",
	"fecSentMbps",
	"otherSentMbps",
	"longestQueueMs",
	"packetsLost",
	"packetsOverflowed",
	"packetsOversized",
	"picturesShown",
	"freezeCount",
] as const;

function linkCells(run: NetworkRun, fromMs: number): number[] {
	const { down } = run.relay;
	const toMs = fromMs + STEP_MS;
	const mbps = (bits: number) => bits / STEP_MS / 1000;
	let longestQueueMs = 0;
	let lost = 0;
	let overflowed = 0;
	let oversized = 0;
	for (const [index, enteredMs] of down.enteredMs.entries()) {
		if (enteredMs < fromMs || enteredMs >= toMs) continue;
		if (down.queuedMs[index]! > longestQueueMs) longestQueueMs = down.queuedMs[index]!;
		const fate = FATES[down.fate[index]!];
		if (fate === "overflowed") overflowed++;
		else if (fate === "oversized") oversized++;
		else if (fate !== "arrives") lost++;
	}
	return [
		mbps(arrivedBits(down, fromMs, toMs)),
		...(["media", "rtx", "fec", "other"] as const).map((kind) => mbps(sentBits(down, fromMs, toMs, kind))),
		longestQueueMs,
		lost,
		overflowed,
		oversized,
		run.shownMs.filter((ms) => ms >= fromMs && ms < toMs).length,
		run.received.findLast(({ atMs }) => atMs < toMs)?.["freezeCount"] ?? 0,
	];
}
