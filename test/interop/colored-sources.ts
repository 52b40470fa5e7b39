import type { ClipPicture } from "../support/clips.ts";
import { makeClip } from "../support/clips.ts";
import { HttpCamera } from "../support/http-camera.ts";

type Color = "red" | "green" | "blue";
type Samples = Readonly<Record<"y" | "u" | "v", number>>;

/** Samples of each colour. */
const SAMPLES: Readonly<Record<Color, Samples>> = {
	red: { y: 81, u: 90, v: 240 },
	green: { y: 145, u: 54, v: 34 },
	blue: { y: 41, u: 240, v: 110 },
};

/** Addresses of a server of `coloredSources()`, and the only colour that is seen at each. */
export const COLORED_DOORS: readonly (readonly [path: string, color: Color])[] = [
	["left/whep", "red"],
	["right/whep", "green"],
	["head/right/whep", "green"],
	["wrist/whep", "blue"],
];

/**
 * Makes the sources of a robot: `head` is red for the left eye and green for the right, `wrist` is
 * blue.
 *
 * @returns `camera` is to be closed.
 */
export async function coloredSources() {
	const { red, green, blue } = SAMPLES;
	const fill = ({ planes, strides, height }: ClipPicture, samples: Samples, fromShare: number) => {
		for (const [plane, sample] of Object.values(samples).entries())
			planes[plane]!.fill(sample, strides[plane]! * fromShare * (plane === 0 ? height : height / 2));
	};
	const [head, camera] = await Promise.all([
		makeClip({
			...{ width: 256, height: 256, frames: 30, rate: 30, drawnFrom: red },
			draw: (picture) => {
				fill(picture, red, 0);
				fill(picture, green, 0.5);
			},
		}),
		HttpCamera.start({
			...{ width: 320, height: 240, drawnFrom: blue },
			draw: (picture) => fill(picture, blue, 0),
			codecOptions: { preset: "superfast", profile: "baseline" },
		}),
	]);
	const sources = { head: { source: head, sourceOptions: { stereo: "top-bottom" } }, wrist: camera.url } as const;
	return { sources, camera };
}

/** The name of a plain colour, or its samples where it is none. */
export function colorName(rgb: readonly number[]): string {
	const names = ["red", "green", "blue"];
	const strongest = rgb.indexOf(Math.max(...rgb));
	const others = rgb.filter((_, channel) => channel !== strongest);
	return rgb[strongest]! > 130 && Math.max(...others) < 70 ? names[strongest]! : rgb.join();
}
