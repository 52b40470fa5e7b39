// What comes through bad networks? A turning view goes over each emulated link to Chromium, and, as
// the peer, a film of the same view from a second Chromium's camera.
import type { Browser } from "playwright-core";
import { launchChromium } from "../test/support/chromium.ts";
import { NETWORK_LINKS, type NetworkLinkName } from "../test/support/links/network-links.ts";
import type { PacketKind } from "../test/support/packet-log.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { growth, longestGapMs, lostShare, sentBits } from "./network/measures.ts";
import { type NetworkRun, runChromium, runPanogaze } from "./network/runs.ts";
import { writeTrace } from "./network/trace.ts";
import { SEED, TRIALS, type Trial } from "./network/trials.ts";
import { textTable } from "./text-table.ts";

/** Options of the command line. */
export interface NetworkBenchOptions {
	/** Names of links, separated by commas. @default all */
	readonly links?: string | undefined;
	/** `chromium`, or `none`. @default "chromium" */
	readonly peer?: string | undefined;
	/** A folder for a CSV file of each run. @default none */
	readonly trace?: string | undefined;
}

/** A relay that is later than this is not the link that it should be. */
const MOST_LATE_MS = 3;
const SENDERS = { panogaze: runPanogaze, chromium: runChromium } as const;
type Sender = keyof typeof SENDERS;

/** @throws {RangeError} for an unknown link or peer. */
export async function run({ links, peer = "chromium", trace }: NetworkBenchOptions = {}): Promise<BenchRow[]> {
	const all = Object.keys(NETWORK_LINKS) as NetworkLinkName[];
	const names = (links?.split(",") ?? all) as NetworkLinkName[];
	const unknown = names.filter((name) => !all.includes(name));
	if (unknown.length > 0)
		throw new RangeError(`There is no link ${unknown.join(", ")}; --links takes ${all.join(", ")}.`);
	if (peer !== "chromium" && peer !== "none") throw new RangeError(`--peer is chromium or none; got ${peer}.`);
	const browser = await launchChromium();
	const rows: BenchRow[] = [];
	const summary = [SUMMARY];
	for (const name of names) {
		const runs = new Map<Sender, NetworkRun>();
		for (const sender of peer === "none" ? (["panogaze"] as const) : (["panogaze", "chromium"] as const)) {
			console.error(`${name}, ${sender} ...`);
			const measured = await runOnce(browser, name, sender);
			runs.set(sender, measured);
			summary.push(summaryLine(name, sender, measured));
			if (trace !== undefined) {
				const about = { name, sender, seconds: TRIALS[name].seconds, seed: SEED };
				console.error(writeTrace(trace, about, measured));
			}
		}
		rows.push(...rowsOf(name, TRIALS[name], runs.get("panogaze")!, runs.get("chromium")));
	}
	await browser.close();
	console.error(textTable(summary));
	return rows;
}

function runOnce(browser: Browser, name: NetworkLinkName, sender: Sender): Promise<NetworkRun> {
	return SENDERS[sender](browser, { link: NETWORK_LINKS[name], seed: SEED, seconds: TRIALS[name].seconds });
}

function rowsOf(name: NetworkLinkName, trial: Trial, ours: NetworkRun, theirs: NetworkRun | undefined): BenchRow[] {
	const peerRows = theirs === undefined ? [] : trial.measure(theirs);
	const latest = Math.max(ours.relay.late.p99Ms, theirs?.relay.late.p99Ms ?? 0);
	const note = latest > MOST_LATE_MS ? `not valid: the relay was late by ${latest.toFixed(1)} ms` : undefined;
	const rows = trial.measure(ours).map((row) => {
		const peer = peerRows.find((each) => each.name === row.name);
		return benchRow({
			...row,
			name: `${name} ${row.name}`,
			peer: peer && { name: "Chromium", value: peer.value },
			note,
		});
	});
	const busy = `${Math.round(100 * ours.busyShare)} % of the machine busy`;
	return [
		...rows,
		benchRow({ name: `${name} relay-late-p99`, value: latest, unit: "ms", atMost: MOST_LATE_MS, note: busy }),
	];
}

const SUMMARY = [
	"link",
	"sender",
	"video",
	"rtx",
	"fec",
	"other Mbit/s",
	"lost",
	"freezes",
	"longest gap",
	"key frames",
	"NACK, PLI",
	"relay late",
	"busy",
];
const SUMMARY_FROM_MS = 6000;

function summaryLine(name: NetworkLinkName, sender: Sender, measured: NetworkRun): string[] {
	const { relay, received, busyShare } = measured;
	const toMs = TRIALS[name].seconds * 1000;
	const mbps = (kind: PacketKind) =>
		(sentBits(relay.down, SUMMARY_FROM_MS, toMs, kind) / (toMs - SUMMARY_FROM_MS) / 1000).toFixed(2);
	const count = (counter: string) => String(growth(received, counter, SUMMARY_FROM_MS, toMs));
	return [
		name,
		sender,
		mbps("media"),
		mbps("rtx"),
		mbps("fec"),
		mbps("other"),
		`${(100 * lostShare(relay.down, SUMMARY_FROM_MS, toMs)).toFixed(1)} %`,
		count("freezeCount"),
		`${longestGapMs(measured, SUMMARY_FROM_MS, toMs).toFixed(0)} ms`,
		count("keyFramesDecoded"),
		`${count("nackCount")}, ${count("pliCount")}`,
		`${relay.late.p99Ms.toFixed(1)} ms`,
		`${(100 * busyShare).toFixed(0)} %`,
	];
}
