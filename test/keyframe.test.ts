import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EFFORTS } from "../src/encoder/video-encoder.ts";
import { monotonicSec } from "../src/media/clock.ts";
import type { PanogazeServer } from "../src/server/server.ts";
import { createPatternSource } from "../src/source/pattern-source.ts";
import { SMALL_SCENE, SMALL_VIEW, serveScene } from "./support/test-server.ts";
import { until, WeriftViewer } from "./support/werift-viewer.ts";

let server: PanogazeServer;
beforeAll(async () => {
	server = await serveScene({
		source: createPatternSource({ ...SMALL_SCENE, frameRate: 30 }),
		view: { ...SMALL_VIEW, frameRate: 30 },
	});
});
afterAll(() => server.close());

/** A machine that is too busy takes less effort, down to the least. */
const MOST_ENCODER_CHANGES = EFFORTS.length - 1;
const STAP_A = 24;
const FU_A = 28;
const IDR = 5;
const SPS = 7;

/**
 * Tells the packets of key frames (RFC 6184): parameter sets in a STAP-A, or a slice of an IDR
 * picture, whole or in pieces.
 */
function isOfKeyframe(payload: Buffer): boolean {
	const type = payload[0]! & 0x1f;
	if (type === STAP_A) return (payload[3]! & 0x1f) === SPS;
	if (type === FU_A) return (payload[1]! & 0x1f) === IDR;
	return type === IDR;
}

/** The frames in the order of their first packets: true for a key frame. */
function framesOf(viewer: WeriftViewer): boolean[] {
	const frames = new Map<number, boolean>();
	for (const { header, payload } of viewer.packets)
		frames.set(header.timestamp, (frames.get(header.timestamp) ?? false) || isOfKeyframe(payload));
	return [...frames.values()];
}

async function watch(frames: number): Promise<WeriftViewer> {
	const viewer = await WeriftViewer.connect({ url: `http://127.0.0.1:${server.port}/` });
	await until(() => framesOf(viewer).length >= frames, "video");
	return viewer;
}

const stats = () => server.stats().viewers.at(-1)!;

async function sendPli(viewer: WeriftViewer): Promise<void> {
	const [{ receiver }] = viewer.peer.getTransceivers() as unknown as [
		{ receiver: { sendRtcpPLI(ssrc: number): Promise<void> } },
	];
	await receiver.sendRtcpPLI(viewer.packets[0]!.header.ssrc);
}

describe("key frames", () => {
	it("come first, on a PLI within one frame, and otherwise only with a cheaper encoder", async () => {
		const viewer = await watch(60);
		const further = () => framesOf(viewer).slice(1).filter(Boolean).length;
		expect(framesOf(viewer)[0]).toBe(true);
		expect(further()).toBeLessThanOrEqual(MOST_ENCODER_CHANGES);

		const sent: { readonly keyframe: boolean; readonly drawStartSec: number }[] = [];
		server.viewers
			.at(-1)!
			.on("frameSent", ({ keyframe, stages }) => sent.push({ keyframe, drawStartSec: stages.drawStartSec }));
		await sendPli(viewer);
		await until(() => stats().session.pliCount === 1, "the PLI");
		// Pictures that were begun before may still be on their way.
		const readSec = monotonicSec();
		await until(() => (sent.at(-1)?.drawStartSec ?? 0) > readSec + 0.5, "more video");
		const first = sent.findIndex(({ drawStartSec }) => drawStartSec > readSec);
		expect(sent.slice(0, first + 1).some(({ keyframe }) => keyframe)).toBe(true);
		expect(further()).toBeLessThanOrEqual(1 + MOST_ENCODER_CHANGES);
		await viewer.close();
	});

	it("are one for several PLIs at once", async () => {
		const viewer = await watch(10);
		await Promise.all(Array.from({ length: 10 }, () => sendPli(viewer)));
		await until(() => stats().session.pliCount === 10, "all PLIs");
		const drawn = stats().render.framesDrawn;
		await until(() => framesOf(viewer).length >= drawn + 15, "more video");
		// One at once, and one more for those that came after it had left.
		const keyframes = framesOf(viewer).slice(1).filter(Boolean).length;
		expect(keyframes).toBeGreaterThanOrEqual(1);
		expect(keyframes).toBeLessThanOrEqual(2 + MOST_ENCODER_CHANGES);
		await viewer.close();
	});
});
