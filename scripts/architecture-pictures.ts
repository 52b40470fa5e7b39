import { type Box, Drawing, FAINT, INK, type Point } from "./drawing.ts";

const THREAD = "#ddf4ff";
const MEMORY = "#fff8c5";
const OUTSIDE = "#f6f8fa";
const PICTURES = "#0969da";
const POSES = "#bc4c00";

/** A box with a bold heading and lines below it. */
function block(
	drawing: Drawing,
	box: Box,
	{ fill, title, lines }: { fill: string; title: string; lines: readonly string[] },
): void {
	drawing.rectangle(box, { fill, color: FAINT });
	drawing.text(title, [box.x + 14, box.y + 22], { bold: true, size: 14 });
	for (const [index, line] of lines.entries())
		drawing.text(line, [box.x + 14, box.y + 46 + index * 20], { size: 12 });
}

/** An arrow with its text; the text has a white edge and stands at `at`. */
function flow(drawing: Drawing, points: readonly Point[], color: string, text: string, at: Point): void {
	drawing.line(points, { color, width: 2.5, arrow: true });
	drawing.text(text, at, { size: 12, color, halo: true });
}

/** Draws the threads, the memory that they share, and the paths of a picture and of a pose. */
export function drawThreads(): Drawing {
	const drawing = new Drawing(1240, 700, "The threads of panogaze and the memory that they share");
	drawing.text("Threads and memory", [28, 34], { size: 20, bold: true });
	drawing.text("Blue: the way of a picture.", [28, 62], { color: PICTURES });
	drawing.text("Orange: the way of a pose.", [220, 62], { color: POSES });
	drawThreadBoxes(drawing);
	drawMemory(drawing);
	drawFlows(drawing);
	return drawing;
}

function drawThreadBoxes(drawing: Drawing): void {
	block(
		drawing,
		{ x: 28, y: 110, width: 270, height: 150 },
		{
			fill: THREAD,
			title: "Source worker, per source",
			lines: [
				"demuxes and decodes (FFmpeg)",
				"waits for the picture's time",
				"writes into a free slot",
				"reports its state by messages",
			],
		},
	);
	block(
		drawing,
		{ x: 378, y: 110, width: 290, height: 150 },
		{
			fill: THREAD,
			title: "Render workers, one per core",
			lines: [
				"sleep on the store's counter",
				"choose when a view is drawn",
				"read the newest pose and draw the view",
				"encode it: one frame in, one out",
			],
		},
	);
	block(
		drawing,
		{ x: 788, y: 110, width: 236, height: 150 },
		{
			fill: THREAD,
			title: "Main thread",
			lines: [
				"HTTP, signalling",
				"WebRTC: RTP, pacing, congestion",
				"data channels, decoding of poses",
				"the application's handlers",
			],
		},
	);
	block(
		drawing,
		{ x: 788, y: 570, width: 236, height: 100 },
		{
			fill: THREAD,
			title: "Recording worker",
			lines: ["one for each recording", "writes poses into a file"],
		},
	);
	block(
		drawing,
		{ x: 1098, y: 110, width: 114, height: 150 },
		{
			fill: OUTSIDE,
			title: "Viewer",
			lines: ["a browser,", "a headset", "or a robot's", "program"],
		},
	);
}

function drawMemory(drawing: Drawing): void {
	const memory: Box = { x: 28, y: 366, width: 640, height: 304 };
	drawing.rectangle(memory, { fill: MEMORY, color: FAINT });
	drawing.text("One shared WebAssembly.Memory, handed out by SharedHeap", [memory.x + 14, memory.y + 22], {
		bold: true,
		size: 14,
	});
	drawing.text("PanoramaStore: three slots. The newest wins; a slot that is read is not written.", [42, 418], {
		size: 12,
	});
	for (const [index, words] of ["being written", "newest, being read", "free"].entries()) {
		const box: Box = { x: 42 + index * 206, y: 438, width: 196, height: 86 };
		drawing.rectangle(box, { fill: "white", color: FAINT });
		drawing.text(`Slot ${index + 1}`, [box.x + 12, box.y + 20], { bold: true });
		drawing.text(words, [box.x + 12, box.y + 42], { size: 12 });
		drawing.text("I420, padded, each eye", [box.x + 12, box.y + 64], { size: 12, color: "#57606a" });
	}
	drawing.text("For each render worker:", [42, 552], { size: 12 });
	for (const [index, words] of ["tables of the WASM kernel", "the drawn view, I420"].entries()) {
		const box: Box = { x: 42 + index * 309, y: 570, width: 299, height: 40 };
		drawing.rectangle(box, { fill: "white", color: FAINT });
		drawing.text(words, [box.x + 12, box.y + 20], { size: 12 });
	}
	drawing.text(
		"A panorama of 7680x3840 takes 44 MB for each eye and slot. No picture is copied between threads.",
		[42, 640],
		{
			size: 12,
			color: "#57606a",
		},
	);
	block(
		drawing,
		{ x: 788, y: 366, width: 236, height: 110 },
		{
			fill: MEMORY,
			title: "ViewMailbox, per viewer",
			lines: ["newest pose and wished size", "a sequence lock: nobody waits"],
		},
	);
}

function drawFlows(drawing: Drawing): void {
	flow(
		drawing,
		[
			[163, 260],
			[163, 360],
		],
		PICTURES,
		"planes",
		[173, 314],
	);
	flow(
		drawing,
		[
			[444, 366],
			[444, 266],
		],
		PICTURES,
		"borrowed, counted",
		[454, 314],
	);
	flow(
		drawing,
		[
			[668, 150],
			[782, 150],
		],
		PICTURES,
		"encoded frames",
		[680, 136],
	);
	flow(
		drawing,
		[
			[1024, 150],
			[1092, 150],
		],
		PICTURES,
		"RTP",
		[1042, 136],
	);
	flow(
		drawing,
		[
			[1098, 220],
			[1030, 220],
		],
		POSES,
		"poses",
		[1042, 236],
	);
	flow(
		drawing,
		[
			[906, 260],
			[906, 360],
		],
		POSES,
		"newest pose",
		[916, 314],
	);
	flow(
		drawing,
		[
			[788, 420],
			[728, 420],
			[728, 220],
			[674, 220],
		],
		POSES,
		"read when drawing starts",
		[566, 336],
	);
	flow(
		drawing,
		[
			[1010, 260],
			[1060, 290],
			[1060, 620],
			[1030, 620],
		],
		POSES,
		"copies, bounded queue",
		[1066, 520],
	);
	drawing.line(
		[
			[28, 90],
			[1024, 90],
		],
		{ color: INK, width: 1, dash: "2 4" },
	);
	drawing.text("the panogaze process", [1024, 76], { size: 12, anchor: "end", color: "#57606a" });
}
