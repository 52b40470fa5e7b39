// A UdpRelay in a process of its own, started by RemoteRelay: what else the machine does changes
// less of its times than in a process with work of its own.
import { spawnSync } from "node:child_process";
import { linkOptions } from "./links/link-plan.ts";
import { PacketLog, payloadKinds, rtpPayloadType } from "./packet-log.ts";
import type { RelayOrder, RelayReply, RelayReport } from "./relay-messages.ts";
import { type Passage, UdpRelay } from "./udp-relay.ts";

// Real time where it is allowed, which on Linux root is. Elsewhere the relay's report shows by how
// much it was late.
if (process.platform === "linux") spawnSync("chrt", ["--fifo", "--pid", "10", String(process.pid)]);

process.once("message", (order: RelayOrder) => {
	serve(order).catch((error: unknown) => reply({ kind: "failed", message: (error as Error).message }));
});
process.once("disconnect", () => process.exit());

async function serve({ answer, plan, seed }: RelayOrder): Promise<void> {
	const kinds = payloadKinds(answer);
	const log = new PacketLog();
	const late: number[] = [];
	let startMs: number | undefined;
	const onForward = (lateMs: number) => void late.push(lateMs);
	const onPacket = ({ packet, enteredMs, fate }: Passage) => {
		const payloadType = rtpPayloadType(packet);
		const kind = (payloadType === undefined ? undefined : kinds.get(payloadType)) ?? "other";
		if (kind === "media" && startMs === undefined) {
			startMs = enteredMs;
			relay.link("down").start(enteredMs);
			relay.link("up").start(enteredMs);
		}
		log.add(enteredMs, packet.length, kind, fate);
	};
	const relay = await UdpRelay.open(answer, {
		down: { ...linkOptions(plan.down, seed), onPacket, onForward },
		up: { ...linkOptions(plan.up, seed + 2), onForward },
	});
	process.once("message", () => {
		const startedMs = startMs ?? performance.now();
		const report: RelayReport = {
			startEpochMs: performance.timeOrigin + startedMs,
			down: log.columns(startedMs),
			up: relay.up,
			late: lateness(late),
		};
		relay.close();
		reply({ kind: "report", report });
	});
	reply({ kind: "open", answer: relay.answer });
}

function lateness(late: readonly number[]): RelayReport["late"] {
	const sorted = Float64Array.from(late).sort();
	const share = (part: number) => sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
	return { p50Ms: share(0.5), p99Ms: share(0.99), maxMs: share(1) };
}

function reply(message: RelayReply): void {
	process.send!(message);
}
