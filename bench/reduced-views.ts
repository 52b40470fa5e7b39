// What are a smaller size and fewer pictures worth at a low bit rate? The pictures of a turning
// view by the rule, beside those of the wished size, as many of them as the rate pays for.
import { openLibavEncoder } from "../src/encoder/libav-encoder.ts";
import { PATTERN_COLOR } from "../src/source/pattern-picture.ts";
import { PictureBudget } from "../src/stream/picture-budget.ts";
import type { EyeViewSize } from "../src/stream/view-size.ts";
import { type DecodedView, H264Decoder } from "../test/support/h264-decoder.ts";
import { lumaPsnr, runTurn, type TurningView, usedShare } from "../test/support/turning-view.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";

const HD = { width: 1280, height: 720 };
const FRAME_RATE = 30;
/** Time in which the rule finds its level, and time that is judged. */
const SETTLED_SEC = 4;
const END_SEC = 6;
/** Key frames of the first seconds: the first picture, and a step or two of size. */
const MOST_KEYFRAMES = 3;

/** Luma of a view turning by `degreesPerSec`, in the wished size. */
export function reducedViewRow(
	view: TurningView,
	content: string,
	bitrateBps: number,
	{ degreesPerSec, gainDb }: { readonly degreesPerSec: number; readonly gainDb: number },
): BenchRow {
	const yawDeg = (sec: number) => sec * degreesPerSec;
	const plan = { ...HD, frameRate: FRAME_RATE, bitrateBps, yawDeg, seconds: END_SEC };
	const pictures = runTurn(view, plan);
	const judged = pictures.filter(({ drawnSec }) => drawnSec >= SETTLED_SEC);
	const psnr = mean(judged.map((picture) => psnrInSize(view, picture, picture.yawDeg)));
	const wished = wishedSize(view, bitrateBps, yawDeg);
	const keyframes = pictures.filter(({ keyframe }) => keyframe).length;
	const last = judged.at(-1)!;
	return benchRow({
		name: `${content} turning ${degreesPerSec} degrees a second, 1280x720 at 30, ${bitrateBps / 1000} kbit/s`,
		value: psnr,
		unit: "dB",
		better: "more",
		peer: { name: "1280x720", value: wished.psnr },
		target: {
			words: `${gainDb} dB more than 1280x720, at most ${MOST_KEYFRAMES} key frames`,
			met: psnr >= wished.psnr + gainDb && keyframes <= MOST_KEYFRAMES,
		},
		note: [
			`drawn ${last.width}x${last.height} at ${(judged.length / (END_SEC - SETTLED_SEC)).toFixed(1)}`,
			`1280x720 at ${wished.frameRate.toFixed(1)}`,
			`uses ${(100 * usedShare(pictures, bitrateBps, SETTLED_SEC, END_SEC)).toFixed(0)} %`,
			`${keyframes} key frames`,
		].join(", "),
	});
}

/** The same in the wished size. */
function wishedSize(
	view: TurningView,
	bitrateBps: number,
	yawDeg: (sec: number) => number,
): { readonly psnr: number; readonly frameRate: number } {
	using encoder = openLibavEncoder("software", { ...HD, frameRate: FRAME_RATE, bitrateBps, color: PATTERN_COLOR });
	using decoder = new H264Decoder();
	const budget = new PictureBudget(FRAME_RATE, bitrateBps);
	const psnrs: number[] = [];
	for (let index = 0; index < END_SEC * FRAME_RATE; index++) {
		const sec = index / FRAME_RATE;
		if (!budget.offer(sec)) continue;
		const drawn = view.draw(HD, yawDeg(sec));
		const { data } = encoder.encode(drawn, { ticks: Math.round(sec * 90_000), keyframe: index === 0 });
		budget.spend(data.length);
		const decoded = decoder.decode(data);
		if (sec >= SETTLED_SEC) psnrs.push(lumaPsnr(decoded.planes[0], drawn.data));
	}
	return { psnr: mean(psnrs), frameRate: psnrs.length / (END_SEC - SETTLED_SEC) };
}

function psnrInSize(view: TurningView, { planes, width, height }: DecodedView, yawDeg: number): number {
	return lumaPsnr(enlarged(planes[0], { width, height }), view.draw(HD, yawDeg).data);
}

/** A luma in the wished size, with bilinear filtering, as a browser shows it. */
function enlarged(luma: Uint8Array, { width, height }: EyeViewSize): Uint8Array {
	const result = new Uint8Array(HD.width * HD.height);
	for (let row = 0; row < HD.height; row++) {
		const y = Math.max(0, Math.min(height - 1, ((row + 0.5) * height) / HD.height - 0.5));
		const [above, below] = [Math.floor(y) * width, Math.min(height - 1, Math.floor(y) + 1) * width];
		const down = y % 1;
		for (let column = 0; column < HD.width; column++) {
			const x = Math.max(0, Math.min(width - 1, ((column + 0.5) * width) / HD.width - 0.5));
			const [left, right] = [Math.floor(x), Math.min(width - 1, Math.floor(x) + 1)];
			const across = x % 1;
			const upper = luma[above + left]! * (1 - across) + luma[above + right]! * across;
			const lower = luma[below + left]! * (1 - across) + luma[below + right]! * across;
			result[row * HD.width + column] = Math.round(upper * (1 - down) + lower * down);
		}
	}
	return result;
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
