import { afterEach, describe, expect, it } from "vitest";
import { parseSps, splitAnnexB } from "../../src/media/h264.ts";
import { type PanogazeServer, serve } from "../../src/server/server.ts";
import { ReceivingPeer, until } from "../../src/session/receiving-peer.cases.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { type DecodedView, H264Decoder } from "../support/h264-decoder.ts";
import { TurningView } from "../support/turning-view.ts";

let server: PanogazeServer | undefined;
let peer: ReceivingPeer | undefined;
afterEach(async () => {
	await peer?.close();
	await server?.close();
	peer = undefined;
	server = undefined;
});

const DIRECTIONS_DEG = [0, 90, 180, -90];
const TICK_MS = 20;

interface Stats {
	readonly limit: string;
	readonly width: number;
	readonly height: number;
	readonly fps: number;
}

describe("a whole server at a low bit rate, and a viewer that turns", () => {
	it.each([
		{ width: 1280, height: 720, frameRate: 60, bitrateBps: 300_000, mostWidth: 1280 },
		{ width: 1920, height: 1080, frameRate: 60, bitrateBps: 600_000, mostWidth: 1920 },
		{ width: 1920, height: 1080, frameRate: 30, bitrateBps: 100_000, mostWidth: 720 },
	])(
		"$width x $height at $frameRate, $bitrateBps bit/s",
		async ({ width, height, frameRate, bitrateBps, mostWidth }) => {
			const view = await TurningView.open();
			const source = createPatternSource({ width: 1920, height: 960, frameRate: 30 });
			server = await serve({
				port: 0,
				host: "127.0.0.1",
				source,
				view: { width, height, frameRate },
				bitrateBps,
				logLevel: "warn",
			});
			peer = new ReceivingPeer();
			const camera = peer.openChannel("camera");
			const url = `http://127.0.0.1:${server.port}/whep`;
			const response = await fetch(url, {
				method: "POST",
				headers: { "content-type": "application/sdp" },
				body: await peer.offer(),
			});
			await peer.accept(await response.text());
			const decode = decoderOf(peer);
			await until(
				"the channels are open",
				() => camera.readyState === "open" && peer!.channels.get("control")!.readyState === "open",
			);
			const look = (yaw: number) => camera.send(JSON.stringify({ yaw, pitch: 0, roll: 0, fov_x: 90 }));
			peer.channels.get("control")!.send(
				JSON.stringify({
					type: "hello",
					v: 1,
					client: { name: "low-rates test", version: "1" },
					view: { width, height },
				}),
			);
			look(0);
			await until("the first direction is seen", () => DIRECTIONS_DEG[0] === seen(view, decode().at(-1)));
			for (const yaw of DIRECTIONS_DEG.slice(1)) {
				look(yaw);
				await until(`${yaw} degrees are seen`, () => seen(view, decode().at(-1)) === yaw);
			}
			// On a busy machine it may take a while until enough is drawn.
			const bytesSent: number[] = [];
			const usedShare = () =>
				(((bytesSent.at(-1)! - bytesSent[0]!) * 8) / bitrateBps) * (1000 / (bytesSent.length * TICK_MS));
			let yaw = 0;
			const turning = setInterval(() => {
				look(((++yaw + 180) % 360) - 180);
				bytesSent.push(server!.viewers[0]!.stats().session.bytesSent);
				if (bytesSent.length > 3000 / TICK_MS) bytesSent.shift();
			}, TICK_MS);
			await until(
				"more than 60 % of the rate is used",
				() => bytesSent.length > 2900 / TICK_MS && usedShare() > 0.6,
			).finally(() => clearInterval(turning));
			expect(usedShare()).toBeLessThan(1.3);
			const stats = peer.messages
				.get("control")!
				.map((text) => JSON.parse(String(text)) as Stats & { type: string });
			const last = stats.findLast(({ type }) => type === "stats")!;
			expect(last.width).toBeLessThanOrEqual(mostWidth);
			expect(last.width).toBeGreaterThanOrEqual(width / 4);
			expect(last.limit === "size").toBe(last.width < width);
		},
		60_000,
	);
});

/** The direction of those of the scene's discs that a picture looks like most. */
function seen(view: TurningView, picture: DecodedView | undefined): number | undefined {
	if (picture === undefined) return undefined;
	const likeness = DIRECTIONS_DEG.map((yawDeg) => view.likeness(picture, yawDeg));
	const best = Math.max(...likeness);
	return best > 0.75 ? DIRECTIONS_DEG[likeness.indexOf(best)] : undefined;
}

/**
 * Decodes what has arrived since the last call, in order; a stream that changes its size begins
 * again with a key frame.
 */
function decoderOf(from: ReceivingPeer): () => DecodedView[] {
	let decoder = new H264Decoder();
	let size = "";
	let next = 0;
	return () => {
		const pictures: DecodedView[] = [];
		for (; next < from.frames.length; next++) {
			const { accessUnit } = from.frames[next]!;
			const sps = splitAnnexB(accessUnit).find((unit) => (unit[0]! & 0x1f) === 7);
			if (sps !== undefined) {
				const { width, height } = parseSps(sps);
				if (size !== `${width}x${height}`) {
					decoder[Symbol.dispose]();
					decoder = new H264Decoder();
					size = `${width}x${height}`;
				}
			}
			pictures.push(decoder.decode(accessUnit));
		}
		return pictures;
	};
}
