import { expect, it } from "vitest";
import { quaternionFromAngles } from "../../media/rotation.ts";
import { completeLibavOptions } from "../../source/source-options.ts";
import { type PicturePacking, packingOf } from "../../source/stereo.ts";
import type { RecordedSource } from "../session-record.ts";
import { readAsRecorded, recordedReading } from "./recorded-reading.ts";

const COLOR = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;

function source(format: Partial<RecordedSource["format"]>, packing?: PicturePacking): RecordedSource {
	return {
		...{ name: "clip.mp4", codec: "h264", frameRate: 30, live: false, durationSec: 1, packing },
		format: { width: 256, height: 128, eyes: 1, color: COLOR, ...format },
	};
}

it("reads a file as the server did: projection, eyes and orientation", () => {
	const projection = { kind: "fisheye", fovDeg: 190 } as const;
	const worldFromPanorama = quaternionFromAngles({ yawDeg: 40, pitchDeg: -10, rollDeg: 5 });
	const recorded = source({ projection, worldFromPanorama }, packingOf("left-right", "right"));
	expect(readAsRecorded(completeLibavOptions("far/clip.mp4", {}), "clip.mp4", recordedReading(recorded))).toEqual({
		...completeLibavOptions("far/clip.mp4", {}),
		...{ projection, stereo: "left-right", eye: "right" },
		orientation: { yawDeg: expect.closeTo(40), pitchDeg: expect.closeTo(-10), rollDeg: expect.closeTo(5) },
	});
	// No recording holds a projection of the application's own.
	expect(Object.keys(recordedReading(source({}, packingOf("mono"))))).toEqual(["stereo", "eye", "orientation"]);
});

it("leaves meshes to the file, and obeys what options say", () => {
	const mesh = { kind: "mesh", vertices: Float32Array.of(), triangles: Uint32Array.of() } as const;
	expect(Object.keys(recordedReading(source({ projection: mesh })))).toEqual(["orientation"]);
	const reading = { projection: { kind: "equirect" }, stereo: "top-bottom", orientation: { yawDeg: 90 } } as const;
	const said = completeLibavOptions("clip.mp4", {
		...{ projection: { kind: "eac" }, stereo: "mono", orientation: { yawDeg: 1 } },
	});
	expect(readAsRecorded(said, "clip.mp4", reading)).toEqual(said);
	const left = completeLibavOptions("clip.mp4", { eye: "left" });
	expect(readAsRecorded(left, "clip.mp4", reading)).toMatchObject({ stereo: "top-bottom", eye: "left" });
	for (const options of [
		completeLibavOptions("other.mp4", {}),
		completeLibavOptions("clip.mp4", { filter: "vflip" }),
	])
		expect(readAsRecorded(options, "clip.mp4", reading)).toEqual(options);
});
