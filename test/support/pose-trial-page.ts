// Runs in the browser: sends a head, a body and hands as one of our clients does, or as another.
import type { TrackingChannel } from "../../src/client/send-window.ts";
import { TrackingSender } from "../../src/client/tracking-sender.ts";
import { encodeLegacyBodyPose } from "../../src/protocol/legacy/body-pose.ts";
import { TrackingEncoder } from "../../src/protocol/tracking-encoder.ts";
import type { BinaryEncoding } from "../../src/protocol/tracking-format.ts";
import { movingSkeleton } from "../../src/skeleton/moving-skeleton.cases.ts";
import { PoseSample } from "../../src/skeleton/pose-sample.ts";
import type { PoseTrialPlan, StreamPlan } from "./pose-trial.ts";

declare global {
	interface Window {
		answerOffer(sdp: string): Promise<string>;
	}
}

/**
 * The time at which each pose of each stream was read; legacy messages, which have no time, carry
 * the number of their reading.
 */
export interface PageReport {
	readonly putMs: readonly (readonly number[])[];
	readonly replaced: readonly number[];
	readonly roundTripMs: number;
}

interface Source extends StreamPlan {
	readonly fill: (frame: PoseSample, timeSec: number) => void;
	readonly frame: PoseSample;
	readonly putMs: number[];
	dueMs: number;
}

const PING_MS = 250;

export async function runPoses(plan: PoseTrialPlan): Promise<PageReport> {
	const { peer, control, channels } = await connect(plan);
	const sources = plan.streams.map((stream): Source => {
		const fill =
			stream.skeleton === undefined ? fillHead : movingSkeleton(stream.skeleton, { seed: stream.id + 1 });
		return { ...stream, fill, frame: new PoseSample(), putMs: [], dueMs: performance.now() };
	});
	const send =
		plan.sender === "ours"
			? ours(channels.get("tracking")!, control, plan)
			: plan.sender === "legacy"
				? legacy(channels)
				: ungated(channels.get("tracking")!, plan.encoding);
	await sleep(500);
	const startMs = performance.now();
	while (performance.now() < startMs + plan.seconds * 1000) {
		const nowMs = performance.now();
		for (const source of sources) {
			if (nowMs < source.dueMs) continue;
			// After a pause of the page, poses that were due in it are not made up for: a device
			// would not have read them either.
			source.dueMs = Math.max(source.dueMs + 1000 / source.hz, nowMs - 20);
			source.fill(source.frame, nowMs / 1000);
			source.frame.stream = source.id;
			source.putMs.push(nowMs);
			send.put(source, nowMs);
		}
		await sleep(Math.min(...sources.map(({ dueMs }) => dueMs)) - performance.now());
	}
	await sleep(plan.drainSec * 1000);
	peer.close();
	return {
		putMs: sources.map(({ putMs }) => putMs),
		replaced: sources.map(({ id }) => send.replaced(id)),
		roundTripMs: send.roundTripMs(),
	};
}

interface Sender {
	put(source: Source, nowMs: number): void;
	replaced(stream: number): number;
	roundTripMs(): number;
}

function ours(channel: RTCDataChannel, control: RTCDataChannel, { streams, encoding }: PoseTrialPlan): Sender {
	const sender = new TrackingSender();
	sender.encoder = new TrackingEncoder();
	sender.encoding = "bin1";
	for (const { id } of streams) sender.setListed(id, encoding === "q16");
	let best = Number.NaN;
	control.addEventListener("message", ({ data }: MessageEvent<string>) => {
		const roundTripMs = performance.now() - Number(data);
		best = Number.isNaN(best) ? roundTripMs : Math.min(best, roundTripMs);
		sender.roundTripMs = best;
	});
	const ping = () => control.readyState === "open" && control.send(String(performance.now()));
	ping();
	setInterval(ping, PING_MS);
	let timer: ReturnType<typeof setTimeout> | undefined;
	const flush = () => {
		sender.flush(performance.now(), channel as TrackingChannel);
		clearTimeout(timer);
		const waitMs = sender.retryInMs(performance.now());
		if (waitMs !== undefined) timer = setTimeout(flush, waitMs);
	};
	channel.addEventListener("bufferedamountlow", flush);
	return {
		put({ frame }, nowMs) {
			sender.put(frame, nowMs);
			flush();
		},
		replaced: (stream) => sender.counters(stream).replaced,
		roundTripMs: () => best,
	};
}

function ungated(channel: RTCDataChannel, encoding: BinaryEncoding): Sender {
	const encoder = new TrackingEncoder();
	return {
		put({ frame, putMs }, nowMs) {
			frame.sequence = putMs.length;
			frame.clientTimeMs = nowMs;
			channel.send(encoder.encode(frame, frame.kind === "skeleton" ? encoding : "f32")!);
		},
		replaced: () => 0,
		roundTripMs: () => Number.NaN,
	};
}

/**
 * Sends as the existing headset client does: a head as text on a reliable channel, a body of 2692
 * bytes on another, whatever waits in them.
 */
function legacy(channels: ReadonlyMap<string, RTCDataChannel>): Sender {
	return {
		put({ frame, putMs }) {
			// It has no number; the trial puts one where the server does not look.
			if (frame.kind === "head")
				return channels.get("camera")!.send(
					JSON.stringify({
						yaw: 12.345678,
						pitch: -3.4567,
						roll: 0.12345,
						fov_x: 90,
						n: putMs.length - 1,
					}),
				);
			const bones = Array.from({ length: frame.boneCount }, (_, id) => ({
				id,
				position: [
					id === 0 ? putMs.length - 1 : frame.positions[id * 3]!,
					frame.positions[id * 3 + 1]!,
					frame.positions[id * 3 + 2]!,
				] as const,
				rotation: [...frame.rotations.subarray(id * 4, id * 4 + 4)] as unknown as readonly [
					number,
					number,
					number,
					number,
				],
			}));
			channels.get("body_pose")!.send(encodeLegacyBodyPose(bones));
		},
		replaced: () => 0,
		roundTripMs: () => Number.NaN,
	};
}

function fillHead(frame: PoseSample, timeSec: number): void {
	const half = Math.sin(timeSec) / 2;
	frame.setHead({
		orientation: [0, Math.sin(half), 0, Math.cos(half)],
		position: [0, 1.6, 0],
		fovDeg: 90,
	});
}

async function connect({ sender }: PoseTrialPlan) {
	const peer = new RTCPeerConnection();
	const unreliable = { ordered: false, maxRetransmits: 0 };
	const control = peer.createDataChannel("control");
	const made =
		sender === "legacy"
			? [peer.createDataChannel("camera"), peer.createDataChannel("body_pose", unreliable)]
			: [peer.createDataChannel("tracking", unreliable)];
	const open = Promise.all(
		[control, ...made].map((channel) => new Promise((resolve) => channel.addEventListener("open", resolve))),
	);
	const offer = await peer.createOffer();
	await peer.setLocalDescription(offer);
	await peer.setRemoteDescription({ type: "answer", sdp: await window.answerOffer(offer.sdp!) });
	await open;
	return { peer, control, channels: new Map(made.map((channel) => [channel.label, channel])) };
}

function sleep(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
