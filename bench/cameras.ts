// What does a camera beside the view cost? One live H.264 camera of 1280x720, 30 pictures a second
// and 4 Mbit/s goes to one viewer, up to where the session takes its pictures: as it is, and
// decoded, drawn and encoded. The cost is the processor time of all threads, less that of a camera
// that nobody sees.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SharedHeap } from "../src/media/shared-heap.ts";
import { createVideoSource } from "../src/source/open-source.ts";
import { Camera } from "../src/stream/cameras/camera.ts";
import { CameraTrack } from "../src/stream/cameras/camera-track.ts";
import { makeClip } from "../test/support/clips.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";

const SECONDS = 10;
const WARM_UP_SECONDS = 3;
const RATE = 30;
const CLIP_SECONDS = 20;
/** A transport stream's packet. */
const TS_BYTES = 188;

interface Cost {
	/** Share of a core, percent. */
	readonly percent: number;
	/** Pictures a second that reached the session. */
	readonly pictures: number;
}

export async function run(): Promise<BenchRow[]> {
	const clip = await makeClip({
		...{ width: 1280, height: 720, frames: CLIP_SECONDS * RATE, rate: RATE, keyframeInterval: RATE },
		...{ draw: "detail", bitrateBps: 4e6, container: "ts" },
		codecOptions: { preset: "veryfast", profile: "main" },
	});
	const bytes = readFileSync(clip);
	const server = createServer((_request, response) => {
		response.writeHead(200, { "content-type": "video/mp2t" });
		const perTick = Math.round(bytes.length / CLIP_SECONDS / 25 / TS_BYTES) * TS_BYTES;
		let at = 0;
		const timer = setInterval(() => {
			response.write(bytes.subarray(at, at + perTick));
			at = at + perTick >= bytes.length ? 0 : at + perTick;
		}, 40);
		response.on("close", () => clearInterval(timer));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/camera.ts`;
	try {
		// The reading of the network alone, by a camera that nobody sees.
		const unseen = await measure(url, undefined);
		const copied = await measure(url, "high");
		const drawn = await measure(url, "baseline");
		return [
			benchRow({ name: "read", value: unseen.percent, unit: "% of a core, a camera that nobody sees" }),
			benchRow({ name: "copied", value: copied.percent - unseen.percent, unit: "% of a core more", atMost: 2 }),
			benchRow({ name: "drawn", value: drawn.percent - unseen.percent, unit: "% of a core more" }),
			benchRow({ name: "copied-pictures", value: copied.pictures, unit: "pictures a second", atLeast: RATE - 2 }),
			benchRow({ name: "drawn-pictures", value: drawn.pictures, unit: "pictures a second" }),
		];
	} finally {
		server.closeAllConnections();
		server.close();
	}
}

/** @param profile that the viewer's client decodes; `undefined`: there is no viewer. */
async function measure(url: string, profile: "baseline" | "high" | undefined): Promise<Cost> {
	const source = createVideoSource(url, { projection: { kind: "none" }, sound: "none" });
	const onNotice = (message: string) => console.error(message);
	await using camera = await Camera.create({
		name: "bench",
		source,
		heap: new SharedHeap(),
		keepRunning: true,
		onNotice,
	});
	await camera.runner.tryOut();
	let pictures = 0;
	const send = () => void pictures++;
	const stream = { format: { codec: "h264", profile: "main" }, mostProfile: profile } as const;
	const track =
		profile && new CameraTrack({ camera, stream, encoder: "software", send, onChange: () => {}, onNotice });
	if (track) track.rateBps = 20e6;
	await new Promise((resolve) => setTimeout(resolve, WARM_UP_SECONDS * 1000));
	const before = process.cpuUsage();
	pictures = 0;
	await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
	const { user, system } = process.cpuUsage(before);
	track?.end();
	return { percent: (user + system) / 1e4 / SECONDS, pictures: pictures / SECONDS };
}
