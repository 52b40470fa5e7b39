import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClipOptions, jpegWithOrientation, jpegWithPanoramaXmp, makeClip } from "../../test/support/clips.ts";
import { makeHeic } from "../../test/support/heic.ts";
import { fileKindOf, type PhotoKind } from "./file-kind.ts";
import { JpegXmp } from "./jpeg-xmp.ts";
import { decodedHash } from "./media-reading.cases.ts";
import { containerOf, photoBytesWithStatement } from "./photo-statement.ts";
import { boundsOfCrop } from "./sphere-crop.ts";
import type { SphereStatement } from "./sphere-statement.ts";
import { readSphereXml } from "./sphere-xml.ts";
import { xmpField, xmpWith, xmpWithout } from "./xmp-text.ts";

const CROP: SphereStatement = {
	projection: { kind: "equirect", bounds: { top: 0.25, bottom: 0.25, left: 0.1, right: 0.1 } },
	pose: { yawDeg: 90, pitchDeg: 1.5, rollDeg: -2 },
	initialView: { yawDeg: -20, pitchDeg: 5, rollDeg: 0 },
	software: 'A & "B"',
};
const FORMS: Readonly<Record<string, Partial<ClipOptions>>> = {
	jpg: { codec: "mjpeg", pixelFormat: "yuvj420p", codecOptions: {} },
	png: { codec: "png", pixelFormat: "rgb24", codecOptions: {} },
	webp: { codec: "libwebp", codecOptions: {} },
	tiff: { codec: "tiff", pixelFormat: "rgb24", codecOptions: {} },
	avif: { codec: "libsvtav1", codecOptions: { preset: "10" } },
};

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "panogaze-photo-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function photoOf(container: string): Promise<Buffer> {
	// SVT-AV1 prints its settings otherwise.
	process.env["SVT_LOG"] ??= "0";
	const size = { width: 128, height: 64, frames: 1, rate: 10, draw: "pattern" } as const;
	return readFileSync(await makeClip({ ...size, ...FORMS[container], container }));
}

const xmpOf = (bytes: Buffer) => containerOf(bytes, fileKindOf(bytes) as PhotoKind).xmp ?? "";

function boundsIn(xmp: string) {
	const crop = readSphereXml(xmp)?.crop;
	return crop && boundsOfCrop(crop, { width: 128, height: 64 }, { across: 1, down: 1 });
}

describe("photoBytesWithStatement", () => {
	it.each(Object.keys(FORMS))("states the crop, pose and view in a %s, whose samples stay", async (container) => {
		const before = await photoOf(container);
		const kind = fileKindOf(before) as PhotoKind;
		// The second time replaces the first statement.
		const first = photoBytesWithStatement(before, kind, { projection: { kind: "equirect" } });
		const after = photoBytesWithStatement(first, kind, CROP);
		const xmp = xmpOf(after);
		expect(xmp.match(/FullPanoWidthPixels/g)).toHaveLength(1);
		expect(readSphereXml(xmp)).toMatchObject({ projection: { kind: "equirect" }, pose: CROP.pose });
		expect(boundsIn(xmp)).toEqual({ left: 0.1, right: expect.closeTo(0.1, 9), top: 0.25, bottom: 0.25 });
		const field = (name: string) => xmpField(xmp, "GPano", name);
		expect(["PoseHeadingDegrees", "PosePitchDegrees", "PoseRollDegrees"].map(field)).toEqual(["90", "1.5", "-2"]);
		expect(["InitialViewHeadingDegrees", "InitialViewPitchDegrees"].map(field)).toEqual(["340", "5"]);
		const [old, tagged, removed] = ["old", "tagged", "removed"].map((name) => join(folder, `${name}.${container}`));
		writeFileSync(old!, before);
		writeFileSync(tagged!, after);
		writeFileSync(removed!, photoBytesWithStatement(after, kind, undefined));
		expect(await decodedHash(tagged!)).toBe(await decodedHash(old!));
		expect(await decodedHash(removed!)).toBe(await decodedHash(old!));
		expect(readFileSync(removed!).includes("GPano")).toBe(false);
	});

	it("states them in a HEIC picture of tiles, whose tiles move with the list", async () => {
		const size = { columns: 2, rows: 1, tileWidth: 64, tileHeight: 64, width: 128, height: 64 };
		const before = await makeHeic({ ...size, lumaOf: (column) => 60 + 100 * column });
		const after = photoBytesWithStatement(before, "heif", CROP);
		expect(boundsIn(xmpOf(after))).toMatchObject({ left: 0.1, top: 0.25 });
		const [old, tagged] = [join(folder, "old.heic"), join(folder, "tagged.heic")];
		writeFileSync(old, before);
		writeFileSync(tagged, after);
		expect(await decodedHash(tagged)).toBe(await decodedHash(old));
	});

	it("keeps the other fields of the XMP, EXIF before it, and what follows", async () => {
		const other = "<rdf:li>x</rdf:li></rdf:Bag></dc:subject></rdf:Description>";
		const subject = "<dc:subject><rdf:Bag>";
		const jpeg = jpegWithPanoramaXmp(await photoOf("jpg"), { FullPanoWidthPixels: 98_765 });
		const opened = new JpegXmp(jpeg);
		const described = opened.xmp!.replace(
			"</rdf:RDF>",
			`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">${subject}${other}</rdf:RDF>`,
		);
		const before = jpegWithOrientation(opened.withXmp(described), 1);
		const after = photoBytesWithStatement(before, "jpeg", { projection: { kind: "equirect" } });
		expect(xmpOf(after)).toContain(other);
		expect(xmpOf(after)).not.toContain("98765");
		expect(after.toString("latin1", 6, 10)).toBe("Exif");
		expect(after.subarray(-500)).toEqual(before.subarray(-500));
	});

	it("puts the right eye's JPEG into extended XMP, and keeps it when only the pose changes", async () => {
		const left = await photoOf("jpg");
		// Longer than two segments.
		const right = Buffer.concat([left, Buffer.alloc(120_000, 7)]);
		const both = photoBytesWithStatement(left, "jpeg", { projection: { kind: "equirect" } }, { rightEye: right });
		const turned = photoBytesWithStatement(both, "jpeg", CROP);
		for (const bytes of [both, turned]) {
			expect(xmpField(xmpOf(bytes), "GImage", "Mime")).toBe("image/jpeg");
			const data = xmpField(new JpegXmp(bytes).extension ?? "", "GImage", "Data");
			expect(Buffer.from(data ?? "", "base64").equals(right)).toBe(true);
		}
		const removed = photoBytesWithStatement(turned, "jpeg", undefined);
		expect(removed.length).toBeLessThan(left.length + 500);
	});

	it("states two eyes in one picture as Spherical Video does, and refuses other orders of them", async () => {
		const png = await photoOf("png");
		const stereo = photoBytesWithStatement(png, "png", { ...CROP, stereo: "top-bottom" });
		expect(xmpField(xmpOf(stereo), "GSpherical", "StereoMode")).toBe("top-bottom");
		// One eye is 128x32, half of the sphere's height.
		expect(xmpField(xmpOf(stereo), "GSpherical", "FullPanoHeightPixels")).toBe("64");
		expect(() => photoBytesWithStatement(png, "png", { ...CROP, stereo: "bottom-top" })).toThrow(/bottom-top/);
		expect(() => photoBytesWithStatement(png, "png", { projection: { kind: "cubemap" } })).toThrow(/cubemap/);
	});

	it.each(Object.keys(FORMS))(
		"refuses a %s that is cut off or changed anywhere, or keeps it readable",
		async (name) => {
			const whole = await photoOf(name);
			const kind = fileKindOf(whole) as PhotoKind;
			const tagged = photoBytesWithStatement(whole, kind, CROP);
			for (let at = 3; at < Math.min(tagged.length, 900); at += 7) {
				const changed = Buffer.from(tagged);
				changed[at] = changed[at]! ^ 0x91;
				for (const bytes of [changed, tagged.subarray(0, at)]) {
					try {
						photoBytesWithStatement(bytes, kind, CROP);
					} catch (error) {
						expect((error as Error).name).toBe("TagError");
					}
				}
			}
		},
	);

	it("finds fields by their schema, whatever the prefix", () => {
		const schema = "http://ns.google.com/photos/1.0/panorama/";
		const description = `<r:Description r:about="a" xmlns:p='${schema}'><p:X> 1 </p:X></r:Description>`;
		const xmp = `<r:RDF xmlns:r="x">${description}</r:RDF>`;
		expect(xmpField(xmp, "GPano", "X")).toBe("1");
		expect(xmpWith(xmp, "GPano", [["Y", "2"]])).toContain('<r:Description r:about="a" xmlns:GPano=');
	});

	it("does not hang at XMP that is made to", () => {
		const schema = 'xmlns:GPano="http://ns.google.com/photos/1.0/panorama/"';
		const many = (text: string) => text.repeat(100_000);
		// Quadratic work would take minutes.
		for (const text of [many(" "), many("<GPano:a>"), many('<GPano:a b="'), many(" GPano:a='"), many("</r:RDF ")]) {
			try {
				xmpWith(xmpWithout(`<r:RDF ${schema}>${text}</r:RDF>`, ["GPano"]), "GPano", [["Y", "2"]]);
			} catch (error) {
				expect((error as Error).name).toBe("TagError");
			}
		}
	});
});
