// Draws the pictures in docs/pictures. Those of axes, skeletons and the projection kernel come from
// the product's own tables and functions:
//   node scripts/build-pictures.ts
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { drawThreads } from "./architecture-pictures.ts";
import { drawAngles, drawAxes } from "./axes-pictures.ts";
import type { Drawing } from "./drawing.ts";
import { drawKernelCell, drawKernelError } from "./kernel-pictures.ts";
import {
	drawFrames,
	drawFullBody,
	drawHand,
	drawHtcBody,
	drawMano,
	drawPicoBody,
	drawUpperBody,
	drawWebXRBody,
	drawWebXRHand,
	drawXRHand,
} from "./skeleton-pictures.ts";

/** Folder of the committed pictures. */
export const PICTURES_FOLDER: string = fileURLToPath(new URL("../docs/pictures/", import.meta.url));

/** Every picture, by the name of its file. */
export function drawPictures(): ReadonlyMap<string, Drawing> {
	return new Map([
		["threads.svg", drawThreads()],
		["axes.svg", drawAxes()],
		["angles.svg", drawAngles()],
		["full-body.svg", drawFullBody()],
		["body.svg", drawUpperBody()],
		["webxr-body.svg", drawWebXRBody()],
		["pico-body.svg", drawPicoBody()],
		["htc-body.svg", drawHtcBody()],
		["hand.svg", drawHand()],
		["xr-hand.svg", drawXRHand()],
		["webxr-hand.svg", drawWebXRHand()],
		["mano.svg", drawMano()],
		["frames.svg", drawFrames()],
		["kernel-cell.svg", drawKernelCell()],
		["kernel-error.svg", drawKernelError()],
	]);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	for (const [name, drawing] of drawPictures()) writeFileSync(join(PICTURES_FOLDER, name), drawing.toString());
