import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, it } from "vitest";
import { viewFromAngles } from "../src/media/view.ts";
import { Equirectangular } from "../src/projection/equirectangular.ts";
import { PanoramaWriter } from "../src/projection/panorama-writer.ts";
import { ReferenceProjector } from "../src/projection/reference-projector.ts";
import { comparePlanes, wavePattern } from "../src/projection/sphere-pattern.cases.ts";

const example = fileURLToPath(new URL("../examples/still-view.ts", import.meta.url));
const page = new URL("../docs/projection.md", import.meta.url);
const PHOTO = { width: 2048, height: 1024 };
const VIEW = viewFromAngles({ width: 640, height: 360, fovDeg: 90, yawDeg: 30, pitchDeg: -10 });
const folder = mkdtempSync(join(tmpdir(), "still-view-"));

afterEach(() => rmSync(folder, { recursive: true }));

it("the program of docs/projection.md draws a view of a photo as the double-precision twin does", async () => {
	const program = readFileSync(example, "utf8");
	expect(readFileSync(page, "utf8")).toContain(program.slice(program.indexOf("import")));
	const sphere = new Equirectangular(PHOTO.width, PHOTO.height);
	const pattern = wavePattern(60, 1);
	const photo = new Uint8Array(3 * PHOTO.width * PHOTO.height);
	for (let pixel = 0; pixel < PHOTO.width * PHOTO.height; pixel++) {
		const ray = sphere.unproject((pixel % PHOTO.width) + 0.5, Math.floor(pixel / PHOTO.width) + 0.5);
		const green = pattern(ray);
		photo.set([255 - green, green, green / 2], 3 * pixel);
	}
	writeFileSync(join(folder, "photo.rgb"), photo);
	await promisify(execFile)(process.execPath, ["--conditions=panogaze-source", example], { cwd: folder });
	const file = readFileSync(join(folder, "view.ppm"));
	const header = "P6 640 360 255\n";
	expect(file.subarray(0, header.length).toString()).toBe(header);
	const pixels = file.subarray(header.length);
	expect(pixels).toHaveLength(3 * VIEW.width * VIEW.height);
	const color = { range: "full", matrix: "bt709", chromaSiting: "left" } as const;
	const format = { ...PHOTO, eyes: 1, color } as const;
	const writer = new PanoramaWriter(format);
	const { layout } = writer;
	const data = new Uint8Array(layout.byteLength);
	const into = { data: new Uint8Array((VIEW.width * VIEW.height * 3) / 2), width: VIEW.width, height: VIEW.height };
	const green = photo.filter((_, at) => at % 3 === 1);
	writer.writePlane(data, 0, "y", green, PHOTO.width);
	new ReferenceProjector().project({ format, layout, data }, VIEW, into);
	const drawn = pixels.filter((_, at) => at % 3 === 1);
	expect(comparePlanes(drawn, into.data.subarray(0, drawn.length)).max).toBeLessThanOrEqual(1);
});
