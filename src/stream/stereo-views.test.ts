import { afterEach, describe, expect, it, vi } from "vitest";
import { type DecodedView, H264Decoder } from "../../test/support/h264-decoder.ts";
import { monotonicSec } from "../media/clock.ts";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import type { EyeCount, PanoramaFormat, PictureColor } from "../media/panorama.ts";
import { PanoramaStore } from "../media/panorama-store.ts";
import { quaternionFromAngles } from "../media/rotation.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import { PanoramaWriter, PLANE_NAMES } from "../projection/panorama-writer.ts";
import { RenderPool } from "./render-pool.ts";

const COLOR: PictureColor = { range: "limited", matrix: "bt709", chromaSiting: "left" };
const SIZE = { width: 320, height: 180 };
/** What each eye sees wherever it looks: Y, U, V. */
const EYES = [
	[200, 90, 160],
	[40, 170, 100],
] as const;

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
	for (const close of closers.splice(0).reverse()) await close();
});

async function setUp() {
	const heap = new SharedHeap();
	const pool = await RenderPool.create({ heap, maxWidth: 640, maxHeight: 640, workers: 1, onNotice: () => {} });
	closers.push(() => pool.close());
	const pose = { worldFromView: [0, 0, 0, 1], fovRad: 1.5, sequence: 0, receivedSec: Number.NaN } as const;
	const add = (eyes?: EyeCount, size = SIZE) => {
		const { view } = pool.addView(
			{ frameRate: 60, encoder: "software" },
			{ pose, bitrateBps: 8_000_000, ...size, eyes },
		);
		const packets: EncodedPacket[] = [];
		const failures: string[] = [];
		view.events.on("packet", (packet) => packets.push(packet));
		view.events.on("failed", (message) => failures.push(message));
		return { view, packets, failures };
	};
	return { heap, pool, add };
}

/** Panoramas of one flat colour for each eye, thirty a second until the test ends. */
function play(heap: SharedHeap, eyes: EyeCount, camera: Partial<PanoramaFormat> = {}): PanoramaStore {
	const store = PanoramaStore.create(heap, { width: 512, height: 256, eyes, color: COLOR, ...camera });
	const writer = new PanoramaWriter(store.format);
	const { layout } = store;
	const bytes = new Uint8Array(heap.memory.buffer);
	const publish = () => {
		const draft = store.beginWrite();
		if (draft === undefined) return;
		for (let eye = 0; eye < eyes; eye++) {
			for (const [index, name] of PLANE_NAMES.entries()) {
				const row = new Uint8Array(layout[name].width).fill(EYES[eye]![index]!);
				writer.writePlane(bytes, draft.address, name, row, 0, eye);
			}
		}
		draft.publish({ mediaTimeSec: 0, captureTimeSec: Number.NaN, readyTimeSec: monotonicSec() });
	};
	publish();
	const timer = setInterval(publish, 1000 / 30);
	closers.push(() => clearInterval(timer));
	return store;
}

const until = (condition: () => boolean) =>
	vi.waitFor(() => expect(condition()).toBe(true), { timeout: 15_000, interval: 5 });

/**
 * Expects each part of the picture, from top to bottom, to show one eye's colour up to its very
 * edges, within the codec's noise.
 */
function expectEyes({ planes, width }: DecodedView, eyes: readonly number[]): void {
	for (const [index, plane] of planes.entries()) {
		const part = plane.length / eyes.length;
		for (const [place, eye] of eyes.entries()) {
			const worst = plane
				.subarray(place * part, (place + 1) * part)
				.reduce((most, value) => Math.max(most, Math.abs(value - EYES[eye]![index]!)), 0);
			expect(worst, `plane ${index} of part ${place} of a picture ${width} wide`).toBeLessThanOrEqual(3);
		}
	}
}

describe("views of two eyes", () => {
	it("hold the left eye's above the right eye's, with nothing of one in the other, at poles and seam", async () => {
		const { heap, pool, add } = await setUp();
		await pool.setStore(play(heap, 2));
		const { view, packets } = add(2);
		await until(() => packets.length > 0);
		using decoder = new H264Decoder();
		let decoded = 0;
		let sequence = 0;
		for (const [yawDeg, pitchDeg] of [
			[0, 0],
			[180, 0],
			[10, 90],
			[-100, -90],
			[179, 60],
		] as const) {
			const worldFromView = quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 20 });
			view.mailbox.putPose({ worldFromView, fovRad: 2, sequence: ++sequence, receivedSec: monotonicSec() });
			await until(() => packets.some(({ poseSequence }) => poseSequence === sequence));
			for (; decoded < packets.length; decoded++) {
				expect(packets[decoded]!.eyes).toBe(2);
				const picture = decoder.decode(packets[decoded]!.accessUnit);
				expect(picture).toMatchObject({ width: SIZE.width, height: 2 * SIZE.height });
				expectEyes(picture, [0, 1]);
			}
		}
	});

	it("are drawn for viewers who ask for them, while others see the left eye's", async () => {
		const { heap, pool, add } = await setUp();
		await pool.setStore(play(heap, 2));
		const [one, two] = [add(), add(2)];
		await until(() => one.packets.length > 5 && two.packets.length > 5);
		for (const { packets, eyes } of [
			{ packets: one.packets, eyes: [0] },
			{ packets: two.packets, eyes: [0, 1] },
		]) {
			using decoder = new H264Decoder();
			for (const packet of packets) {
				expect(packet.eyes).toBe(eyes.length);
				expectEyes(decoder.decode(packet.accessUnit), eyes);
			}
		}
	});

	it("begin and end while it runs, with a key frame each time", async () => {
		const { heap, pool, add } = await setUp();
		await pool.setStore(play(heap, 2));
		const { view, packets } = add();
		using decoder = new H264Decoder();
		let decoded = 0;
		for (const eyes of [1, 2, 1, 2] as const) {
			view.mailbox.putSize(SIZE.width, SIZE.height, eyes);
			await until(() => packets.at(-1)?.eyes === eyes && packets.length > decoded + 3);
			for (let before = packets[decoded - 1]?.eyes; decoded < packets.length; decoded++) {
				const packet = packets[decoded]!;
				expect(packet.keyframe, "when the eyes change, and only then").toBe(packet.eyes !== before);
				before = packet.eyes;
				const picture = decoder.decode(packet.accessUnit);
				expect(picture.height).toBe(packet.eyes * SIZE.height);
				expectEyes(picture, packet.eyes === 2 ? [0, 1] : [0]);
			}
		}
	});

	it("are drawn once where the source has one eye, and twice as soon as it has two", async () => {
		const { heap, pool, add } = await setUp();
		await pool.setStore(play(heap, 1));
		const { packets } = add(2);
		await until(() => packets.length > 5);
		using decoder = new H264Decoder();
		let decoded = 0;
		const see = (eyes: EyeCount) => {
			for (; decoded < packets.length && packets[decoded]!.eyes === eyes; decoded++)
				expectEyes(decoder.decode(packets[decoded]!.accessUnit), eyes === 2 ? [0, 1] : [0]);
		};
		see(1);
		expect(decoded, "all of them").toBe(packets.length);
		await pool.setStore(play(heap, 2));
		await until(() => packets.at(-1)!.eyes === 2);
		see(1);
		expect(packets[decoded]!.keyframe).toBe(true);
		see(2);
		expect(decoded).toBe(packets.length);
	});

	it("are drawn each by its own projection, where the camera is turned in the world", async () => {
		const { heap, pool, add } = await setUp();
		const half = { top: 0, bottom: 0, left: 0.25, right: 0.25 };
		const store = play(heap, 2, {
			projection: { kind: "equirect", bounds: half },
			rightProjection: { kind: "fisheye", fovDeg: 160 },
			worldFromPanorama: quaternionFromAngles({ yawDeg: 90, pitchDeg: 0, rollDeg: 0 }),
		});
		await pool.setStore(store);
		const { view, packets } = add(2);
		using decoder = new H264Decoder();
		let decoded = 0;
		const seenAt = async (yawDeg: number) => {
			const worldFromView = quaternionFromAngles({ yawDeg, pitchDeg: 0, rollDeg: 0 });
			view.mailbox.putPose({ worldFromView, fovRad: 0.6, sequence: yawDeg, receivedSec: monotonicSec() });
			await until(() => packets.at(-1)?.poseSequence === yawDeg);
			let picture: DecodedView | undefined;
			for (; decoded < packets.length; decoded++) picture = decoder.decode(packets[decoded]!.accessUnit);
			return picture!;
		};
		expectEyes(await seenAt(90), [0, 1]);
		const { planes, width, height } = await seenAt(174);
		// The left eye's half sphere ends 90 degrees from its front, the right eye's circle at 80.
		const lumaAt = (x: number, eye: number) => planes[0][Math.floor(((eye + 0.5) * height) / 2) * width + x]!;
		const seen = [lumaAt(140, 0), lumaAt(260, 0), lumaAt(60, 1), lumaAt(140, 1)];
		expect(seen.map((luma) => Math.round(luma / 20))).toEqual([10, 1, 2, 1]);
	});

	it("have room for two of the largest view", async () => {
		const { heap, pool, add } = await setUp();
		const { packets, failures } = add(2, { width: 640, height: 640 });
		// Drawn over, the tables or the store behind the picture would show.
		await pool.setStore(play(heap, 2));
		await until(() => packets.length > 3 || failures.length > 0);
		expect(failures).toEqual([]);
		using decoder = new H264Decoder();
		for (const { accessUnit } of packets) expectEyes(decoder.decode(accessUnit), [0, 1]);
	});
});
