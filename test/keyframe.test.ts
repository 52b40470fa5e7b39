import { afterEach, describe, expect, it } from "vitest";
import { type PanogazeServer, serve } from "../src/server/server.ts";
import { createPatternSource } from "../src/source/pattern-source.ts";
import { until, WeriftViewer } from "./support/werift-viewer.ts";

let server: PanogazeServer | undefined;
afterEach(async () => {
	await server?.close();
	server = undefined;
});

const STAP_A = 24;
const FU_A = 28;
const IDR = 5;
const SPS = 7;

/** Whether a packet begins or belongs to a key frame (RFC 6184): parameter sets in a STAP-A, or a slice of an IDR picture, whole or in pieces. */
function isOfKeyframe(payload: Buffer): boolean {
	const type = payload[0]! & 0x1f;
	if (type === STAP_A) return (payload[3]! & 0x1f) === SPS;
	if (type === FU_A) return (payload[1]! & 0x1f) === IDR;
	return type === IDR;
}

/** Per frame, in order of its first packet: whether it is a key frame. */
function framesOf(viewer: WeriftViewer): boolean[] {
	const frames = new Map<number, boolean>();
	for (const { header, payload } of viewer.packets)
		frames.set(header.timestamp, (frames.get(header.timestamp) ?? false) || isOfKeyframe(payload));
	return [...frames.values()];
}

async function watch(frames: number): Promise<WeriftViewer> {
	server = await serve({
		port: 0,
		host: "127.0.0.1",
		source: createPatternSource({ width: 1024, height: 512, frameRate: 30 }),
		view: { width: 320, height: 180, frameRate: 30 },
		logLevel: "silent",
	});
	const viewer = await WeriftViewer.connect({ url: `http://127.0.0.1:${server.port}/` });
	await until(() => framesOf(viewer).length >= frames, "video");
	return viewer;
}

async function sendPli(viewer: WeriftViewer): Promise<void> {
	const [{ receiver }] = viewer.peer.getTransceivers() as unknown as [{ receiver: { sendRtcpPLI(ssrc: number): Promise<void> } }];
	await receiver.sendRtcpPLI(viewer.packets[0]!.header.ssrc);
}

describe("key frames", () => {
	it("come first, on a PLI within one frame, and otherwise never", async () => {
		const viewer = await watch(60);
		expect(framesOf(viewer)[0]).toBe(true);
		expect(framesOf(viewer).slice(1).filter(Boolean)).toEqual([]);

		const before = framesOf(viewer).length;
		await sendPli(viewer);
		await until(() => framesOf(viewer).length >= before + 20, "more video");
		const after = framesOf(viewer).slice(before);
		// One frame may be on its way already, and one may just be being drawn when the PLI arrives.
		expect(after.indexOf(true)).toBeGreaterThanOrEqual(0);
		expect(after.indexOf(true)).toBeLessThanOrEqual(2);
		expect(after.filter(Boolean)).toHaveLength(1);
		await viewer.close();
	});

	it("are one for several PLIs at once", async () => {
		const viewer = await watch(30);
		const before = framesOf(viewer).length;
		for (let n = 0; n < 10; n++) {
			await sendPli(viewer);
			await new Promise((resolve) => setTimeout(resolve, 15));
		}
		await until(() => framesOf(viewer).length >= before + 30, "more video");
		// Ten in 150 ms: one at once, and one more for those that came after it had left.
		expect(framesOf(viewer).slice(before).filter(Boolean).length).toBeLessThanOrEqual(2);
		expect(server!.stats().viewers[0]!.session.pliCount).toBe(10);
		await viewer.close();
	});
});
