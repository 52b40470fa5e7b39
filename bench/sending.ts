// What does sending cost? The share of a core that each viewer of 10 Mbit/s takes: packetizing,
// pacing, history, SRTP, UDP.
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { monotonicSec } from "../src/media/clock.ts";
import type { EncodedPacket } from "../src/media/encoded-packet.ts";
import { HUB_LIMITS } from "../src/server/options.ts";
import { handleWhep, SessionHub, type ViewerSession } from "../src/session/index.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";

const VIEWERS = 10;
const BITRATE_BPS = 10_000_000;
const FPS = 30;
const SECONDS = 8;
const IDLE_SEC = 2;
const PACKET_BYTES = 1200;
const LEAST_MBPS = 9;
const MOST_CORE_PERCENT = 1.25;

export async function run(): Promise<BenchRow[]> {
	const sessions: ViewerSession[] = [];
	const hub = new SessionHub({
		bindAddress: "127.0.0.1",
		maxViewers: VIEWERS,
		bitrate: { startBps: BITRATE_BPS, minBps: BITRATE_BPS, maxBps: BITRATE_BPS },
		limits: HUB_LIMITS,
	});
	hub.on("session", (session) => sessions.push(session));
	const { http, url } = await serveWhep(hub);
	const receivers = await startReceivers(url);
	await Promise.all(sessions.map((session) => session.connected));

	const idle = await coresDuring(IDLE_SEC, () => {});
	const sentBefore = totals(sessions);
	const send = everyFrame((packet) => sessions.forEach((session) => void session.sendVideo(packet)));
	const busy = await coresDuring(SECONDS, send);
	const sentAfter = totals(sessions);
	const plain = await plainUdp();
	receivers.stdin.end();
	await hub.close();
	http.close();

	const mbps = ((sentAfter.bytes - sentBefore.bytes) * 8) / SECONDS / 1e6 / VIEWERS;
	const per10Mbps = (cores: number) => (cores / VIEWERS) * 100 * (10 / mbps);
	const value = per10Mbps(busy - idle);
	const dropped = sentAfter.dropped - sentBefore.dropped;
	const flowing = dropped === 0 && mbps > LEAST_MBPS;
	return [
		benchRow({
			name: "per-viewer",
			value,
			unit: "% of a core at 10 Mbit/s",
			peer: { name: "plain UDP", value: per10Mbps(plain) },
			target: { words: `<= ${MOST_CORE_PERCENT}`, met: value <= MOST_CORE_PERCENT && flowing },
		}),
		benchRow({ name: "rate", value: mbps, unit: "Mbit/s a viewer", better: "more", atLeast: LEAST_MBPS }),
		benchRow({ name: "frames-dropped", value: dropped, unit: "frames", atMost: 0 }),
	];
}

async function serveWhep(hub: SessionHub) {
	const http = createServer(async (request, response) => {
		let body = "";
		for await (const chunk of request) body += chunk;
		const answer = await handleWhep(hub, { method: request.method!, headers: request.headers, body });
		response.writeHead(answer.status, answer.headers).end(answer.body);
	});
	http.listen(0, "127.0.0.1");
	await once(http, "listening");
	return { http, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/whep` };
}

/** Starts the viewers, and waits until all are connected. They end when their stdin does. */
async function startReceivers(url: string) {
	const program = fileURLToPath(new URL("sending-receivers.ts", import.meta.url));
	const receivers = spawn(process.execPath, [program, url, String(VIEWERS)], { stdio: ["pipe", "pipe", "inherit"] });
	const connected = once(receivers.stdout, "data").then(() => "connected");
	const ended = once(receivers, "exit").then(([code]) => `ended with ${code}`);
	const outcome = await Promise.race([connected, ended]);
	if (outcome !== "connected") throw new Error(`The receivers ${outcome}.`);
	return receivers;
}

const totals = (sessions: readonly ViewerSession[]) => {
	const stats = sessions.map((session) => session.stats());
	return {
		bytes: stats.reduce((sum, session) => sum + session.bytesSent, 0),
		dropped: stats.reduce((sum, session) => sum + session.framesDropped, 0),
	};
};

/** Calls `send` with an access unit of the right size, thirty times a second, until stopped. */
function everyFrame(send: (packet: EncodedPacket) => void): (stop: AbortSignal) => void {
	const accessUnit = new Uint8Array(BITRATE_BPS / 8 / FPS);
	for (let at = 0; at < accessUnit.length; at++) accessUnit[at] = 1 + ((at * 131) % 254);
	accessUnit.set([0, 0, 0, 1, 0x41]);
	return (stop) => {
		const startSec = monotonicSec();
		let sent = 0;
		const timer = setInterval(() => {
			for (; sent < (monotonicSec() - startSec) * FPS; sent++) {
				const now = monotonicSec();
				send({
					kind: "video",
					codec: "h264",
					accessUnit,
					keyframe: sent === 0,
					rtpTicks: sent * (90_000 / FPS),
					poseSequence: 0,
					pose: { worldFromView: [0, 0, 0, 1], fovRad: 1.5 },
					width: 1280,
					height: 720,
					eyes: 1,
					lens: "flat",
					stages: {
						panoramaReadySec: now,
						poseReceivedSec: Number.NaN,
						drawStartSec: now,
						drawEndSec: now,
						encodeEndSec: now,
					},
				});
			}
		}, 5);
		stop.addEventListener("abort", () => clearInterval(timer));
	};
}

/** Cores that the same packets take without encryption, history or pacing. */
async function plainUdp(): Promise<number> {
	const sink = createSocket("udp4");
	sink.bind(0, "127.0.0.1");
	await once(sink, "listening");
	// The socket is never read: receiving is not part of the comparison.
	sink.setRecvBufferSize(4096);
	const socket = createSocket("udp4");
	socket.connect(sink.address().port, "127.0.0.1");
	await once(socket, "connect");
	const packet = Buffer.alloc(PACKET_BYTES, 1);
	const packets = Math.ceil(BITRATE_BPS / 8 / FPS / PACKET_BYTES);
	const cores = await coresDuring(
		SECONDS / 2,
		everyFrame(() => {
			for (let n = 0; n < VIEWERS * packets; n++) socket.send(packet);
		}),
	);
	socket.close();
	sink.close();
	return cores;
}

async function coresDuring(seconds: number, work: (stop: AbortSignal) => void): Promise<number> {
	const stop = new AbortController();
	work(stop.signal);
	const before = process.cpuUsage();
	const startMs = performance.now();
	await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
	const { user, system } = process.cpuUsage(before);
	stop.abort();
	return (user + system) / 1000 / (performance.now() - startMs);
}
