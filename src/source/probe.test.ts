import { AVCOL_SPC_BT470BG } from "node-av/constants";
import { describe, expect, it } from "vitest";
import { makeClip } from "../../test/support/clips.ts";
import { formatProbeReport, probeSource } from "./probe.ts";

describe("probeSource()", () => {
	it("says what a file is, in plain values that survive JSON", async () => {
		const clip = await makeClip({ width: 512, height: 256, frames: 25, rate: 25, bFrames: 2 });
		const report = await probeSource(clip);
		expect(report).toMatchObject({
			source: expect.stringMatching(/^[0-9a-f]+\.mp4$/),
			container: "mov,mp4,m4a,3gp,3g2,mj2",
			live: false,
			durationSec: 1,
			videoTracks: 1,
			audioTracks: 0,
			track: 0,
			codec: "h264",
			profile: "High",
			width: 512,
			height: 256,
			frameRate: 25,
			pixelFormat: "yuv420p",
			color: { range: "limited", matrix: "bt709", chromaSiting: "left" },
			rotationDeg: 0,
			mirrored: false,
			pixelAspect: 1,
			eyes: { layout: "mono", width: 512, height: 256 },
			sphere: {
				projection: { kind: "equirect" },
				rightProjection: null,
				orientation: null,
				initialView: null,
				findings: [
					{
						subject: "projection",
						found: "equirectangular",
						from: "the picture is twice as wide as high",
						certainty: "guessed",
					},
					{ subject: "eyes", found: "one picture for both eyes", certainty: "assumed" },
				],
				advice: [],
			},
		});
		expect(report.bitrateBps).toBeGreaterThan(0);
		expect(JSON.parse(JSON.stringify(report))).toEqual(report);
	});

	it("says null for what a picture does not have", async () => {
		const still = await makeClip({
			width: 256,
			height: 128,
			frames: 1,
			rate: 1,
			pixelFormat: "yuvj420p",
			codec: "mjpeg",
			container: "jpg",
			range: "full",
			matrix: AVCOL_SPC_BT470BG,
		});
		expect(await probeSource(still)).toMatchObject({
			codec: "mjpeg",
			durationSec: null,
			frameRate: null,
			bitrateBps: null,
			color: { range: "full" },
		});
	});

	it("fails as a source does", async () => {
		await expect(probeSource("nope.mp4")).rejects.toMatchObject({
			name: "SourceError",
			code: "not-found",
			message: "No such file: nope.mp4.",
		});
		await expect(probeSource(import.meta.filename)).rejects.toMatchObject({ code: "not-video" });
		const refused = probeSource("rtsp://ann:hunter2@127.0.0.1:1/live?token=secret");
		await expect(refused).rejects.toMatchObject({
			code: "connection",
			message: "rtsp://127.0.0.1:1/live?token=*** can't be reached: connection refused.",
		});
	});
});

describe("formatProbeReport()", () => {
	it("makes an aligned table that names the guess and its reason", async () => {
		const table = formatProbeReport(
			await probeSource(await makeClip({ width: 256, height: 256, frames: 10, rate: 10 })),
		);
		const lines = table.split("\n");
		expect(new Set(lines.map((line) => line.search(/(?<=^[a-z ]{12} {2})\S/))).size).toBe(1);
		expect(table).toMatch(/^size +256x256$/m);
		expect(table).toMatch(/^duration +00:00:01\.00$/m);
		expect(table).toMatch(
			/^projection +equirectangular \(assumed: the picture is square.*; --in .* changes it\)$/m,
		);
		expect(table).toMatch(/^eyes +one picture for both eyes \(assumed: .*; --stereo top-bottom changes it\)$/m);
		expect(table).toMatch(/^note +is shown as one sphere for both eyes: .* --stereo top-bottom$/m);
	});
});
