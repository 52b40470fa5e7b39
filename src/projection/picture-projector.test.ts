import { beforeAll, describe, expect, it } from "vitest";
import { pictureLayout } from "../media/panorama.ts";
import { type View, viewFromAngles } from "../media/view.ts";
import { Equirectangular } from "./equirectangular.ts";
import { PanoramaWriter, PLANE_NAMES } from "./panorama-writer.ts";
import { createProjector, type PictureProjector, type PlainPicture } from "./picture-projector.ts";
import { ReferenceProjector } from "./reference-projector.ts";
import { comparePlanes, planesOf, wavePattern } from "./sphere-pattern.cases.ts";

const SIZE = { width: 512, height: 256 };
const VIEW = viewFromAngles({ width: 160, height: 90, yawDeg: 170, pitchDeg: 40, rollDeg: 5 });

/** A panorama whose channels are smooth, and all different. */
function smoothPicture(channels: 3 | 4): PlainPicture {
	const sphere = new Equirectangular(SIZE.width, SIZE.height);
	const patterns = Array.from({ length: channels }, (_, channel) => wavePattern(20, channel + 1));
	const data = new Uint8ClampedArray(channels * SIZE.width * SIZE.height);
	for (let y = 0, at = 0; y < SIZE.height; y++) {
		for (let x = 0; x < SIZE.width; x++) {
			const ray = sphere.unproject(x + 0.5, y + 0.5);
			for (const pattern of patterns) data[at++] = pattern(ray);
		}
	}
	return { data, ...SIZE };
}

/** An I420 picture with other noise-free planes. */
function smoothI420(): PlainPicture {
	const rgb = smoothPicture(3).data;
	const layout = pictureLayout(SIZE.width, SIZE.height);
	const data = new Uint8Array(layout.byteLength);
	for (const [channel, plane] of [layout.y, layout.u, layout.v].entries()) {
		const step = SIZE.width / plane.width;
		for (let y = 0; y < plane.height; y++)
			for (let x = 0; x < plane.width; x++)
				data[plane.offset + y * plane.stride + x] = rgb[3 * (y * step * SIZE.width + x * step) + channel] ?? 0;
	}
	return { data, ...SIZE };
}

/** The three planes of the view of an I420 picture, by the slow twin. */
function referencePlanes({ data, width, height }: PlainPicture, view: View): readonly Uint8Array[] {
	const from = pictureLayout(width, height);
	const format = {
		width,
		height,
		eyes: 1,
		color: { range: "full", matrix: "bt709", chromaSiting: "left" },
	} as const;
	const writer = new PanoramaWriter(format);
	const { layout } = writer;
	const padded = new Uint8Array(layout.byteLength);
	for (const name of PLANE_NAMES)
		writer.writePlane(padded, 0, name, new Uint8Array(data.buffer, from[name].offset), from[name].stride);
	const into = {
		data: new Uint8Array(pictureLayout(view.width, view.height).byteLength),
		width: view.width,
		height: view.height,
	};
	new ReferenceProjector().project({ format, layout, data: padded }, view, into);
	return planesOf(into);
}

function channelOf({ data, width, height }: PlainPicture, channel: number, channels: number): Uint8Array {
	return Uint8Array.from({ length: width * height }, (_, i) => data[i * channels + channel] ?? 0);
}

describe("createProjector()", () => {
	let projector: PictureProjector;

	beforeAll(async () => {
		projector = await createProjector();
	});

	it("draws I420 as the double-precision twin does", () => {
		const panorama = smoothI420();
		const view = projector.project(panorama, VIEW);
		expect([view.width, view.height]).toEqual([160, 90]);
		const expected = referencePlanes(panorama, VIEW);
		for (const [index, plane] of planesOf({ ...view, data: Uint8Array.from(view.data) }).entries())
			expect(comparePlanes(plane, expected[index] ?? []).max).toBeLessThanOrEqual(1);
	});

	it.each([3, 4] as const)("draws each of %i channels as the double-precision twin draws luma", (channels) => {
		const panorama = smoothPicture(channels);
		const view = projector.project(panorama, VIEW);
		expect(view.data).toBeInstanceOf(Uint8ClampedArray);
		for (let channel = 0; channel < channels; channel++) {
			const i420 = new Uint8Array((SIZE.width * SIZE.height * 3) / 2);
			i420.set(channelOf(panorama, channel, channels));
			const [luma = []] = referencePlanes({ data: i420, ...SIZE }, VIEW);
			expect(comparePlanes(channelOf(view, channel, channels), luma).max).toBeLessThanOrEqual(1);
		}
	});

	it("draws NV12 as I420 with the same samples", () => {
		const i420 = smoothI420();
		const { u, v } = pictureLayout(SIZE.width, SIZE.height);
		const data = i420.data.slice();
		for (let k = 0; k < u.width * u.height; k++) {
			data[u.offset + 2 * k] = i420.data[u.offset + k]!;
			data[u.offset + 2 * k + 1] = i420.data[v.offset + k]!;
		}
		const nv12: PlainPicture = { data, ...SIZE, chromaLayout: "nv12" };
		const drawn = Uint8Array.from(projector.project(nv12, VIEW).data);
		expect(Buffer.compare(drawn, Uint8Array.from(projector.project(i420, VIEW).data))).toBe(0);
	});

	it("draws pictures of any projection, black and transparent outside, with any kernel", () => {
		const data = new Uint8Array(4 * SIZE.width * SIZE.height).fill(200);
		const picture: PlainPicture = { data, ...SIZE, projection: { kind: "fisheye", fovDeg: 180 } };
		const kernels = (["nearest", "bilinear", "bicubic", "lanczos"] as const).map((kernel) =>
			projector.project(picture, viewFromAngles({ width: 64, height: 32, fovDeg: 60 }), undefined, { kernel }),
		);
		for (const view of kernels) expect(new Set(view.data)).toEqual(new Set([200]));
		const behind = projector.project(picture, viewFromAngles({ width: 64, height: 32, yawDeg: 180 }));
		expect(new Set(behind.data)).toEqual(new Set([0]));
		// The same size, the whole sphere: what the projector kept of the fisheye is not used.
		const sphere = projector.project({ data, ...SIZE }, viewFromAngles({ width: 64, height: 32, yawDeg: 180 }));
		expect(new Set(sphere.data)).toEqual(new Set([200]));
	});

	it("draws into a picture that is given, and views and panoramas of other sizes in turn", () => {
		const panorama = smoothPicture(3);
		const into = { data: new Uint8Array(160 * 90 * 3), width: 160, height: 90 };
		expect(projector.project(panorama, VIEW, into)).toBe(into);
		const expected = into.data.slice();
		const large = projector.project(panorama, { ...VIEW, width: 640, height: 480 });
		expect(large.data).toHaveLength(640 * 480 * 3);
		projector.project({ data: new Uint8Array(256 * 128 * 4).fill(9), width: 256, height: 128 }, VIEW);
		expect(Buffer.compare(projector.project(panorama, VIEW, into).data as Uint8Array, expected)).toBe(0);
	});

	it("says what is wrong with a picture, a view or its memory", async () => {
		const panorama = smoothPicture(4);
		const project =
			(picture: unknown, view: unknown = VIEW, into?: unknown) =>
			() =>
				projector.project(picture as PlainPicture, view as View, into as PlainPicture);
		expect(project({ data: "bytes", ...SIZE })).toThrow(
			new TypeError("panorama.data: expected a Uint8Array or Uint8ClampedArray; got string."),
		);
		expect(project({ data: new Uint8Array(10), ...SIZE })).toThrow(
			"panorama.data: expected I420, RGB or RGBA, which are 196608, 393216, 524288 bytes for 512x256; got 10.",
		);
		expect(project({ data: new Uint8Array(64 * 32 * 3), width: 64, height: 32 })).toThrow(
			"A panorama is at least 128 pixels wide; got 64.",
		);
		expect(project(panorama, { ...VIEW, width: 161 })).toThrow("even width and height of at least 2; got 161x90");
		expect(project(panorama, { ...VIEW, fovRad: 3 })).toThrow("20 to 150 degrees");
		expect(project(panorama, VIEW, { data: new Uint8Array(4), width: 1, height: 1 })).toThrow(
			"into: expected the view's size, 160x90; got 1x1.",
		);
		expect(project(panorama, VIEW, { data: new Uint8Array(160 * 90 * 3), width: 160, height: 90 })).toThrow(
			"into.data: expected 57600 bytes, 4 for each pixel as in the panorama; got 43200.",
		);
		using small = await createProjector({ maxBytes: 2 ** 18 });
		expect(() => small.project(panorama, VIEW)).toThrow("do not fit under its bound of 262144");
		small[Symbol.dispose]();
		expect(() => small.project(panorama, VIEW)).toThrow("The projector is closed.");
	});
});
