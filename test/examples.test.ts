import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { quaternionFromAngles } from "../src/media/rotation.ts";
import { headText } from "../src/protocol/head-text.cases.ts";
import { FrameAssembler } from "../src/session/frame-assembler.cases.ts";
import { type DecodedView, H264Decoder } from "./support/h264-decoder.ts";
import { startExample } from "./support/running-example.ts";
import { SIX_COLORS, writeSixColors } from "./support/six-colors.ts";
import { until, WeriftViewer } from "./support/werift-viewer.ts";

const folder = mkdtempSync(join(tmpdir(), "examples-"));
const sphere = join(folder, "sphere.ppm");
const fisheye = join(folder, "fisheye.ppm");
const SIZE = { width: 320, height: 180 };

beforeAll(() => {
	writeSixColors(sphere, { kind: "equirect" }, { width: 512, height: 256 });
	writeSixColors(fisheye, { kind: "fisheye", model: "equisolid", fovDeg: 200 }, { width: 320, height: 320 });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A client of an example, and the newest picture that it has. */
class Watcher implements AsyncDisposable {
	readonly viewer: WeriftViewer;
	readonly #decoder = new H264Decoder();
	readonly #assembler: FrameAssembler;
	#packetsRead = 0;
	#picture: DecodedView | undefined;
	#sequence = 0;

	private constructor(viewer: WeriftViewer) {
		this.viewer = viewer;
		this.#assembler = new FrameAssembler(({ accessUnit }) => {
			this.#picture = this.#decoder.decode(accessUnit);
		});
	}

	static async connect(url: string, view?: typeof SIZE): Promise<Watcher> {
		const channels = ["control", "tracking", "speed", "show"];
		const viewer = await WeriftViewer.connect({ url, channels });
		viewer.send("control", JSON.stringify({ type: "hello", v: 1, view }));
		return new Watcher(viewer);
	}

	look(yawDeg: number): void {
		const orientation = quaternionFromAngles({ yawDeg, pitchDeg: 0, rollDeg: 0 });
		this.viewer.send(
			"tracking",
			headText({ sequence: ++this.#sequence, clientTimeMs: 5, orientation, fovDeg: 60 }),
		);
	}

	/** Waits for a picture of which `holds` is true. */
	async until(holds: (picture: DecodedView) => boolean, what: string): Promise<void> {
		const isSeen = () => {
			const packets = this.viewer.packets.slice(this.#packetsRead);
			this.#packetsRead += packets.length;
			for (const packet of packets) this.#assembler.add(packet);
			return this.#picture !== undefined && holds(this.#picture);
		};
		await until(isSeen, what, 20_000);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#decoder[Symbol.dispose]();
		await this.viewer.close();
	}
}

/** Luma at shares of width and height. */
const lumaAt = ({ planes, width, height }: DecodedView, x: number, y: number) =>
	planes[0][Math.floor(y * height) * width + Math.floor(x * width)]!;

/** Name of the colour that is seen at shares of width and height. */
function colorAt({ planes, width, height }: DecodedView, x: number, y: number): string {
	const [u, v] = [1, 2].map(
		(plane) => planes[plane]![Math.floor((y * height) / 2) * (width / 2) + Math.floor((x * width) / 2)]! - 128,
	);
	const luma = (lumaAt({ planes, width, height }, x, y) - 16) * 1.164;
	const rgb = [luma + 1.7 * v!, luma - 0.3 * u! - 0.7 * v!, luma + 2.05 * u!];
	const distances = SIX_COLORS.map(({ name, color }) => ({
		name,
		far: Math.hypot(...rgb.map((c, i) => c - color[i]!)),
	}));
	const nearest = distances.reduce((best, next) => (next.far < best.far ? next : best));
	return nearest.far < 50 ? nearest.name : "none";
}

describe("the examples", () => {
	it("overlay.ts draws each viewer's own state, and shows another camera to who asks for it", async () => {
		await using example = await startExample("overlay.ts", sphere);
		await using watcher = await Watcher.connect(example.url, SIZE);
		await using other = await Watcher.connect(example.url, SIZE);
		await watcher.until((seen) => lumaAt(seen, 0.5, 0.5) > 200 && lumaAt(seen, 0.5, 0.925) < 140, "the cross");
		watcher.viewer.send("speed", "0.75");
		const hasBar = (seen: DecodedView) => Math.abs(lumaAt(seen, 0.65, 0.928) - 173) < 20;
		await watcher.until((seen) => hasBar(seen) && lumaAt(seen, 0.75, 0.928) < 140, "the bar of three quarters");
		watcher.viewer.send("show", "rear");
		await watcher.until(
			(seen) => [...seen.planes[0]].every((luma) => Math.abs(luma - 128) < 4),
			"the other camera",
		);
		await other.until((seen) => lumaAt(seen, 0.5, 0.5) > 200 && !hasBar(seen), "a view without the bar");
	});

	it("fisheye.ts corrects a fisheye camera by a projection of its own", async () => {
		await using example = await startExample("fisheye.ts", fisheye);
		await using watcher = await Watcher.connect(example.url, SIZE);
		for (const [yawDeg, name] of [
			[0, "front"],
			[80, "right"],
			[-80, "left"],
		] as const) {
			watcher.look(yawDeg);
			await watcher.until((seen) => colorAt(seen, 0.5, 0.5) === name, name);
		}
		watcher.look(160);
		await watcher.until((seen) => lumaAt(seen, 0.5, 0.5) < 24, "black behind the lens");
	});

	it("cubemap-view.ts gives the six faces", async () => {
		await using example = await startExample("cubemap-view.ts", sphere);
		await using watcher = await Watcher.connect(example.url);
		const faces = ["right", "left", "up", "down", "front", "back"];
		const seenAt = (seen: DecodedView) =>
			faces.map((_, index) => colorAt(seen, ((index % 3) + 0.5) / 3, (Math.floor(index / 3) + 0.5) / 2));
		await watcher.until((seen) => seen.width === 1536 && seenAt(seen).join() === faces.join(), "six faces");
	});
});
