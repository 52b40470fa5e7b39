// What does sending cost? The share of a core that each viewer of 10 Mbit/s takes: packetizing,
// pacing, history, SRTP, UDP. Beside it, in the same rounds: libdatachannel alone, which gets ready
// packets for the same viewers, and plain UDP.
import { spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { monotonicSec } from "../src/media/clock.ts";
import type { EncodedPacket } from "../src/media/encoded-packet.ts";
import { HUB_LIMITS } from "../src/server/serve-limits.ts";
import { handleWhep, type PeerTransport, SessionHub, type ViewerSession } from "../src/session/index.ts";
import { NodeDataChannelEngine } from "../src/session/node-datachannel-transport.ts";
import { MAX_PAYLOAD_BYTES } from "../src/session/payload/max-payload.ts";
import { RtpHeader } from "../src/session/rtp-header.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { median } from "./statistics.ts";

const VIEWERS = 10;
const BITRATE_BPS = 10_000_000;
const FPS = 30;
const TICKS_PER_FRAME = 90_000 / FPS;
const FRAME_BYTES = BITRATE_BPS / 8 / FPS;
const PACKETS_PER_FRAME = Math.ceil(FRAME_BYTES / MAX_PAYLOAD_BYTES);
const ROUNDS = 4;
const SECONDS = 2.5;
const IDLE_SEC = 1;
/** V8 has compiled what is called often by then. */
const WARM_UP_SEC = 4;
const LEAST_MBPS = 9;
const MOST_CORE_PERCENT = 1.25;
const MOST_OVER_PLAIN = 1.6;
const MOST_OVER_FLOOR = 1.1;

/** Cores that each way of sending took in one round, for all viewers. */
interface RoundCores {
	readonly ours: number;
	readonly floor: number;
	readonly plain: number;
}

export async function run(): Promise<BenchRow[]> {
	const sessions: ViewerSession[] = [];
	const transports: PeerTransport[] = [];
	const engine = await NodeDataChannelEngine.open({ bindAddress: "127.0.0.1" });
	const hub = new SessionHub({
		createTransport: async () => {
			const transport = await engine.createTransport();
			transports.push(transport);
			return transport;
		},
		maxViewers: VIEWERS,
		bitrate: { startBps: BITRATE_BPS, minBps: BITRATE_BPS, maxBps: BITRATE_BPS },
		limits: HUB_LIMITS,
	});
	hub.on("session", (session) => sessions.push(session));
	const { http, url } = await serveWhep(hub);
	const receivers = await startReceivers(url);
	await Promise.all(sessions.map((session) => session.connected));

	const product = productFrames(sessions);
	const floor = readyPackets(transports);
	const plain = await plainPackets(receivers.udpPorts);
	await coresDuring(WARM_UP_SEC, everyFrame(product));
	const sentBefore = totals(sessions);
	const rounds: RoundCores[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const idle = await coresDuring(IDLE_SEC, () => {});
		rounds.push({
			ours: (await coresDuring(SECONDS, everyFrame(product))) - idle,
			floor: (await coresDuring(SECONDS, everyFrame(floor))) - idle,
			plain: (await coresDuring(SECONDS, everyFrame(plain))) - idle,
		});
	}
	const sentAfter = totals(sessions);
	receivers.end();
	await hub.close();
	http.close();

	const mbps = ((sentAfter.bytes - sentBefore.bytes) * 8) / (ROUNDS * SECONDS) / 1e6 / VIEWERS;
	return rowsOf(rounds, mbps, sentAfter.dropped - sentBefore.dropped);
}

function rowsOf(rounds: readonly RoundCores[], mbps: number, dropped: number): BenchRow[] {
	const percentOf = (way: keyof RoundCores) =>
		(median(rounds.map((round) => round[way])) / VIEWERS) * 100 * (10 / mbps);
	const over = (way: keyof RoundCores, other: keyof RoundCores) =>
		median(rounds.map((round) => round[way] / round[other]));
	const isFlowing = dropped === 0 && mbps > LEAST_MBPS;
	const unit = "% of a core at 10 Mbit/s";
	return [
		benchRow({
			name: "per-viewer",
			value: percentOf("ours"),
			unit,
			peer: { name: "plain UDP", value: percentOf("plain") },
			target: { words: `<= ${MOST_CORE_PERCENT}`, met: percentOf("ours") <= MOST_CORE_PERCENT && isFlowing },
		}),
		benchRow({ name: "over-plain-udp", value: over("ours", "plain"), unit: "x", atMost: MOST_OVER_PLAIN }),
		benchRow({
			name: "libdatachannel-alone",
			value: percentOf("floor"),
			unit,
			peer: { name: "plain UDP", value: percentOf("plain") },
			note: `${over("floor", "plain").toFixed(2)} times plain UDP`,
		}),
		benchRow({ name: "over-libdatachannel", value: over("ours", "floor"), unit: "x", atMost: MOST_OVER_FLOOR }),
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
	const line = once(createInterface(receivers.stdout), "line").then(([text]) => String(text));
	const ended = once(receivers, "exit").then(([code]) => Promise.reject(new Error(`The receivers ended: ${code}.`)));
	const udpPorts = JSON.parse(await Promise.race([line, ended])) as readonly number[];
	ended.catch(() => {});
	return { udpPorts, end: () => receivers.stdin.end() };
}

const totals = (sessions: readonly ViewerSession[]) => {
	const stats = sessions.map((session) => session.stats());
	return {
		bytes: stats.reduce((sum, session) => sum + session.bytesSent, 0),
		dropped: stats.reduce((sum, session) => sum + session.framesDropped, 0),
	};
};

/** Calls `send` thirty times a second until stopped. */
function everyFrame(send: () => void): (stop: AbortSignal) => void {
	return (stop) => {
		const startSec = monotonicSec();
		let sent = 0;
		const timer = setInterval(() => {
			for (; sent < (monotonicSec() - startSec) * FPS; sent++) send();
		}, 5);
		stop.addEventListener("abort", () => clearInterval(timer));
	};
}

/** Sends an access unit of the right size to each viewer by its session. */
function productFrames(sessions: readonly ViewerSession[]): () => void {
	const accessUnit = new Uint8Array(FRAME_BYTES);
	for (let at = 0; at < accessUnit.length; at++) accessUnit[at] = 1 + ((at * 131) % 254);
	accessUnit.set([0, 0, 0, 1, 0x41]);
	let sent = 0;
	let keyframeDue = true;
	for (const session of sessions) session.on("keyframeRequest", () => (keyframeDue = true));
	return () => {
		const now = monotonicSec();
		const packet: EncodedPacket = {
			kind: "video",
			codec: "h264",
			accessUnit,
			keyframe: keyframeDue,
			rtpTicks: sent * TICKS_PER_FRAME,
			poseSequence: 0,
			pose: { worldFromView: [0, 0, 0, 1], fovRad: 1.5 },
			width: 1280,
			height: 720,
			eyes: 1,
			lens: "flat",
			mediaTimeSec: 0,
			stages: {
				capturedSec: Number.NaN,
				panoramaReadySec: now,
				poseReceivedSec: Number.NaN,
				drawStartSec: now,
				drawEndSec: now,
				encodeEndSec: now,
			},
		};
		sent++;
		keyframeDue = false;
		for (const session of sessions) session.sendVideo(packet);
	};
}

/** Sends as many ready packets by libdatachannel alone: no cutting, history, pacing or counting. */
function readyPackets(transports: readonly PeerTransport[]): () => void {
	const header = new RtpHeader({ ssrc: 0x7fff_ffff, payloadType: 102, extensions: {}, firstSequenceNumber: 0 });
	const packet = Buffer.alloc(header.byteLength + Math.ceil(FRAME_BYTES / PACKETS_PER_FRAME), 1);
	header.write(packet, 0, 0);
	return () => {
		for (let n = 0; n < PACKETS_PER_FRAME; n++) {
			header.stamp(packet, 0, 0);
			for (const transport of transports) transport.send(packet);
		}
	};
}

/** Sends as many packets of the same size by a plain UDP socket for each viewer. */
async function plainPackets(ports: readonly number[]): Promise<() => void> {
	const sockets = await Promise.all(ports.map(connectedSocket));
	const packet = Buffer.alloc(Math.ceil(FRAME_BYTES / PACKETS_PER_FRAME), 1);
	return () => {
		for (let n = 0; n < PACKETS_PER_FRAME; n++) for (const socket of sockets) socket.send(packet);
	};
}

async function connectedSocket(port: number): Promise<Socket> {
	const socket = createSocket("udp4");
	socket.connect(port, "127.0.0.1");
	await once(socket, "connect");
	socket.unref();
	return socket;
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
