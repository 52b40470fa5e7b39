// Pictures of the terms in which the projection kernel places the samples of a cell, out of the
// functions that the projector is tested against.
import { viewFromAngles } from "../src/media/view.ts";
import { Equirectangular } from "../src/projection/equirectangular.ts";
import { Perspective } from "../src/projection/perspective.ts";
import { LUMA_SAMPLING } from "../src/projection/plane-sampling.ts";
import { Warp } from "../src/projection/warp.ts";
import {
	emptyStrip,
	evaluateStrip,
	interpolateCell,
	MAX_GRID_ERROR,
	nearestTurn,
	type PlaneWarp,
	sourceSampleAt,
	type WarpStrip,
} from "../src/projection/warp-grid.ts";
import { CELL_SAMPLES, CELL_SIZE, COORDINATE_BITS, INTERPOLATED } from "../src/projection/wasm/layout.ts";
import { Drawing, FAINT, INK, type Point } from "./drawing.ts";

const BLUE = "#0969da";
const RED = "#cf222e";
const GREEN = "#1a7f37";
const PANORAMA = { width: 3840, height: 1920 };
const VIEW = viewFromAngles({ width: 640, height: 360, yawDeg: 20, pitchDeg: 50, rollDeg: 20, fovDeg: 110 });
const PLANE: PlaneWarp = {
	warp: new Warp(
		new Perspective(VIEW.width, VIEW.height, VIEW.fovRad),
		VIEW.worldFromView,
		new Equirectangular(PANORAMA.width, PANORAMA.height),
	),
	targetSampling: LUMA_SAMPLING,
	sourceSampling: LUMA_SAMPLING,
	source: { offset: 0, ...PANORAMA, stride: PANORAMA.width },
};
const CELLS = VIEW.width / CELL_SIZE;

/** The grid of the strip that begins at output row `y`. */
function stripAt(y: number): WarpStrip {
	const strip = emptyStrip(CELLS);
	evaluateStrip(strip, PLANE, VIEW.width, y);
	return strip;
}

/** Distance of interpolated and true coordinates at sample (i, j) of a cell, source samples. */
function errorAt(strip: WarpStrip, cell: number, y: number, i: number, j: number): number {
	const [x0, y0] = interpolateCell(strip, cell, i / CELL_SIZE, j / CELL_SIZE, PANORAMA.width);
	const [x1, y1] = sourceSampleAt(PLANE, cell * CELL_SIZE + i, y + j);
	return Math.hypot(nearestTurn(x1 - x0, PANORAMA.width), y1 - y0);
}

/** Greatest error over the samples of a cell. */
function worstOf(strip: WarpStrip, cell: number, y: number): number {
	const errors = Array.from({ length: CELL_SAMPLES }, (_, k) =>
		errorAt(strip, cell, y, k % CELL_SIZE, Math.floor(k / CELL_SIZE)),
	);
	return Math.max(...errors);
}

/** The interpolated cell of the whole view whose rows bend most. */
function mostBentCell(): { readonly strip: WarpStrip; readonly cell: number } {
	let best = { strip: stripAt(0), cell: 0, bend: 0 };
	for (let y = 0; y < VIEW.height; y += CELL_SIZE) {
		const strip = stripAt(y);
		for (let cell = 0; cell < CELLS; cell++) {
			const bend = Math.abs(strip.yAcross[cell] ?? 0);
			if (strip.classes[cell] === INTERPOLATED && bend > best.bend) best = { strip, cell, bend };
		}
	}
	return best;
}

/** Left: a cell of the view in the source. Right: the rows that one run of its samples reads. */
export function drawKernelCell(): Drawing {
	const drawing = new Drawing(980, 450, "The terms that place the samples of a cell in the source");
	const { strip, cell } = mostBentCell();
	const bend = 12;
	// The bend is a fraction of a sample, so it is drawn many times as large.
	const place = (s: number, t: number): Point => {
		const [x, y] = interpolateCell(strip, cell, s, t, PANORAMA.width);
		const [chordX, chordY] = straight(s, t);
		return [chordX + bend * (x - chordX), chordY + bend * (y - chordY)];
	};
	const straight = (s: number, t: number): Point => {
		const flat = { ...strip, xAcross: new Int32Array(CELLS + 1), yAcross: new Int32Array(CELLS + 1) };
		const unbent = { ...flat, xDown: new Int32Array(CELLS + 1), yDown: new Int32Array(CELLS + 1) };
		const [x, y] = interpolateCell(unbent, cell, s, t, PANORAMA.width);
		return [x, y];
	};
	const eighths = Array.from({ length: CELL_SIZE + 1 }, (_, k) => k / CELL_SIZE);
	const all = eighths.flatMap((t) => eighths.map((s) => place(s, t)));
	const [left, top] = [Math.min(...all.map(([x]) => x)), Math.min(...all.map(([, y]) => y))];
	const [right, low] = [Math.max(...all.map(([x]) => x)), Math.max(...all.map(([, y]) => y))];
	const scale = Math.min(330 / (right - left), 270 / (low - top));
	const onPage = ([x, y]: Point): Point => [100 + (x - left) * scale, 90 + (y - top) * scale];

	drawing.text("A cell of 8 x 8 samples, in the source", [40, 34], { size: 16, bold: true });
	drawing.text(`bends drawn ${bend} times as large`, [40, 56], { color: FAINT });
	for (const t of eighths.slice(0, -1)) {
		drawing.line(
			eighths.slice(0, -1).map((s) => onPage(place(s, t))),
			{ color: FAINT, width: 1 },
		);
		for (const s of eighths.slice(0, -1)) drawing.circle(onPage(place(s, t)), 3, { fill: INK, color: INK });
	}
	const first = onPage(place(0, 0));
	const ninth = onPage(place(1, 0));
	const second = onPage(place(0, 1 / CELL_SIZE));
	const last = onPage(place(0, 1));
	drawing.line([first, ninth], { color: BLUE, dash: "6 4" });
	drawing.line(
		Array.from({ length: 33 }, (_, k) => onPage(place(k / 32, 0))),
		{ color: RED },
	);
	drawing.line([first, second], { color: GREEN, width: 3, arrow: true });
	drawing.circle(first, 6, { fill: "white", color: INK, width: 2 });
	for (const node of [ninth, last, onPage(place(1, 1))]) drawing.circle(node, 5, { fill: "white", color: BLUE });
	const key = (y: number, name: string, meaning: string, color: string) => {
		drawing.text(name, [40, y], { color, bold: true });
		drawing.text(meaning, [110, y]);
	};
	key(282, "START", "the first sample (ring)", INK);
	key(306, "SLOPE", "from START to the ninth place, a node of the grid (blue)", BLUE);
	key(330, "BULGE", "twice the height of the row's middle over SLOPE (red);", RED);
	drawing.text("times PARABOLA: 0, 7, 12, 15, 16, 15, 12, 7 parts of 32", [110, 350], { color: FAINT });
	key(374, "STEP", "from the first row to the second (green)", GREEN);
	key(398, "TWIST", "how much longer STEP is at the ninth place", INK);
	key(422, "TURN", "how much shorter each step is than the one before", INK);

	drawRun(drawing, strip, cell);
	return drawing;
}

/** The y of the first row of a cell, with the source rows around it. */
function drawRun(drawing: Drawing, strip: WarpStrip, cell: number): void {
	const one = 2 ** COORDINATE_BITS;
	const bulge = Math.abs(strip.yAcross[cell] ?? 0) / one;
	const [x0, y0, width] = [580, 260, 300];
	// In units of the bulge, so that it can be seen: the run between level ends.
	const rise = (s: number) => 4 * s * (1 - s);
	const height = 130;
	const at = (s: number, up: number): Point => [x0 + s * width, y0 - up * height];
	drawing.text("One run of 8 samples: y (upwards) over i", [580, 34], { size: 16, bold: true });
	drawing.text(`bulge of this cell: ${bulge.toFixed(3)} source samples`, [580, 56], { color: FAINT });
	for (const up of [-1.2, 0, 1.2]) drawing.line([at(-0.05, up), at(1.05, up)], { color: "#d0d7de", width: 1 });
	drawing.line([at(0, 0), at(1, 0)], { color: BLUE, dash: "6 4" });
	for (const sign of [1, -1]) {
		const color = sign === 1 ? RED : FAINT;
		const curve = Array.from({ length: 33 }, (_, k) => at(k / 32, sign * rise(k / 32)));
		drawing.line(curve, { color, ...(sign === 1 ? {} : { dash: "3 4" }) });
		for (let i = 0; i < CELL_SIZE; i++)
			drawing.circle(at(i / CELL_SIZE, sign * rise(i / CELL_SIZE)), 3.5, { fill: color, color });
	}
	drawing.line([at(0.5, 0), at(0.5, -1)], { color: INK, arrow: true });
	drawing.text("DIP", [at(0.53, -0.45)[0], at(0, -0.45)[1]], { bold: true });
	drawing.line([at(0.5, 0), at(0.5, 1)], { color: RED, arrow: true });
	drawing.text("BULGE / 2", [at(0.53, 0.45)[0], at(0, 0.45)[1]], { color: RED, bold: true });
	for (let i = 0; i < CELL_SIZE; i++)
		drawing.text(String(i), [at(i / CELL_SIZE, 0)[0], 78], { color: FAINT, anchor: "middle", size: 12 });
	drawing.text("A run that falls below both ends reads source rows from DIP below.", [540, 428], {
		color: FAINT,
		size: 12,
	});
}

/** The error of the grid in every cell of one view: interpolated cells, and cells taken exactly. */
export function drawKernelError(): Drawing {
	const drawing = new Drawing(980, 400, "Error of the warp grid, cell by cell");
	const [x0, y0, width, height] = [90, 330, 830, 250];
	const most = 0.06;
	const at = (share: number, error: number): Point => [x0 + share * width, y0 - (error / most) * height];
	drawing.text("Error of source coordinates in each cell of a view, source samples", [40, 34], {
		size: 16,
		bold: true,
	});
	drawing.text(
		"3840x1920, 110 degrees wide, looking up by 50 degrees; from its top row to its bottom row",
		[40, 56],
		{
			color: FAINT,
		},
	);
	drawing.line([at(0, 0), at(1, 0)], { color: FAINT, width: 1 });
	drawing.line([at(0, MAX_GRID_ERROR), at(1, MAX_GRID_ERROR)], { color: RED, dash: "6 4" });
	drawing.text(`bound: ${MAX_GRID_ERROR}`, [at(1, 0)[0], at(0, MAX_GRID_ERROR)[1] - 12], {
		color: RED,
		anchor: "end",
	});
	for (const error of [0, 0.01, 0.02, 0.03, 0.04, 0.05])
		drawing.text(error.toFixed(2), [80, at(0, error)[1]], { color: FAINT, anchor: "end" });
	let exact = 0;
	let cells = 0;
	for (let y = 0; y < VIEW.height; y += CELL_SIZE) {
		const strip = stripAt(y);
		let worst = 0;
		for (let cell = 0; cell < CELLS; cell++) {
			cells++;
			if (strip.classes[cell] !== INTERPOLATED) exact++;
			else worst = Math.max(worst, worstOf(strip, cell, y));
		}
		drawing.line([at((y + 4) / VIEW.height, 0), at((y + 4) / VIEW.height, worst)], { color: BLUE, width: 10 });
	}
	drawing.text(
		[
			"Bars: the worst interpolated cell of each strip of 8 rows.",
			`${((100 * exact) / cells).toFixed(1)} % of all cells are near a pole and exact.`,
		].join(" "),
		[40, 372],
	);
	return drawing;
}
