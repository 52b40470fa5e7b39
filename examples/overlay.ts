// A heads-up display: each viewer sees the speed that was last sent on the data channel "speed", 0
// to 1, as a bar at the bottom, and a cross in the middle. Viewers who send "rear" on the channel
// "show" see a second camera instead.
import { type I420Picture, serve, type TransformDraw } from "panogaze";

type Ink = readonly [y: number, u: number, v: number];
const GREEN: Ink = [173, 42, 26];
const WHITE: Ink = [235, 128, 128];

const server = await serve({
	source: process.argv[2], // a file, URL or device; the built-in scene when missing
	port: Number(process.env["PORT"] ?? 8080),
	state: () => ({ speed: 0, rear: false }), // one per viewer
	channels: {
		speed: ({ message, state }) => {
			state.speed = Math.min(1, Math.max(0, Number(message) || 0));
		},
		show: ({ message, state }) => {
			state.rear = message === "rear";
		},
	},
	transform:
		({ state }) =>
		(draw) => {
			if (state.rear) return rearCamera(draw);
			const { picture, eyes, view } = draw;
			for (let eye = 0; eye < eyes; eye++) {
				const top = eye * view.height;
				const [middleX, middleY] = [view.width / 2, top + view.height / 2];
				const thin = 2 * Math.ceil(view.height / 360);
				fill(picture, middleX - 8 * thin, middleY - thin / 2, 16 * thin, thin, WHITE);
				fill(picture, middleX - thin / 2, middleY - 8 * thin, thin, 16 * thin, WHITE);
				fill(
					picture,
					view.width * 0.1,
					top + view.height * 0.92,
					view.width * 0.8 * state.speed,
					3 * thin,
					GREEN,
				);
			}
			return undefined; // the picture was changed in place
		},
});
console.log(`Open ${server.urls[0]}`);

/** Fills a rectangle. Chroma has half the resolution, so sides are rounded to even pixels. */
function fill(picture: I420Picture, left: number, top: number, width: number, height: number, ink: Ink): void {
	const planes = [1, 2, 2].map((step) => ({ columns: picture.width / step, rows: picture.height / step, step }));
	let offset = 0;
	for (const [index, { columns, rows, step }] of planes.entries()) {
		const [x0, x1] = [left, left + width].map((x) => Math.round(x / 2) * (2 / step)) as [number, number];
		const [y0, y1] = [top, top + height].map((y) => Math.round(y / 2) * (2 / step)) as [number, number];
		for (let y = y0; y < y1; y++)
			picture.data.fill(ink[index]!, offset + y * columns + x0, offset + y * columns + x1);
		offset += columns * rows;
	}
}

/** The second camera's newest picture, in the drawn one's size; here a gray one stands for it. */
function rearCamera({ picture: { width, height } }: TransformDraw): I420Picture {
	return { data: new Uint8Array((width * height * 3) / 2).fill(128), width, height };
}
