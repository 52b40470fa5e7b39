// A turning, textured view with each codec at the same rate on one thread: PSNR and processor time
// beside x264, and whether the rate is kept when it falls to a quarter.
import { openLibavEncoder } from "../src/encoder/libav-encoder.ts";
import { CODEC_WORDS, VIEW_CODECS, type ViewCodec } from "../src/media/video-format.ts";
import { PATTERN_COLOR } from "../src/source/pattern-picture.ts";
import { lumaPsnr, TurningView } from "../test/support/turning-view.ts";
import { ViewDecoder } from "../test/support/view-decoder.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";

const SIZE = { width: 1280, height: 720 };
const FRAME_RATE = 30;
const RATE_BPS = 2_000_000;
/** Pictures at the rate, and at a quarter of it; the first ones of each are not counted. */
const PICTURES = 60;
const SETTLING = 20;
const DEGREES = 1.2;
/** A camera's amount of detail, steps of 255. */
const TEXTURE = 40;
/** Largest share by which a mean may miss its rate. */
const TOLERANCE = 0.15;

/** Means over the counted pictures. */
interface Course {
	readonly psnr: number;
	readonly cpuMs: number;
	/** Share of the rate that was used. */
	readonly use: number;
	readonly quantizer: number;
}

export async function run(): Promise<BenchRow[]> {
	const view = await TurningView.open({ texture: TEXTURE });
	const x264 = encode(view, "h264");
	return VIEW_CODECS.flatMap((codec) => rowsOf(codec, codec === "h264" ? x264 : encode(view, codec), x264));
}

function rowsOf(codec: ViewCodec, courses: readonly Course[], x264: readonly Course[]): BenchRow[] {
	return courses.flatMap(({ psnr, cpuMs, use, quantizer }, index) => {
		const name = `${CODEC_WORDS[codec]}, ${RATE_BPS / 4 ** index / 1e6} Mbit/s`;
		const peer = (value: number) => (codec === "h264" ? undefined : { name: "x264", value });
		const note = `uses ${(100 * use).toFixed(0)} %, quantizer ${quantizer.toFixed(1)}`;
		return [
			benchRow({
				name: `${name}: luma`,
				value: psnr,
				unit: "dB",
				better: "more",
				peer: peer(x264[index]!.psnr),
				target: { words: "use 85 to 115 %", met: Math.abs(use - 1) <= TOLERANCE },
				note,
			}),
			benchRow({ name: `${name}: processor time`, value: cpuMs, unit: "ms", peer: peer(x264[index]!.cpuMs) }),
		];
	});
}

/** Encodes pictures at the rate, and then at a quarter of it. */
function encode(view: TurningView, codec: ViewCodec): Course[] {
	const format = codec === "h264" ? ({ codec, profile: "baseline" } as const) : { codec };
	const options = { ...SIZE, frameRate: FRAME_RATE, bitrateBps: RATE_BPS, color: PATTERN_COLOR, format };
	using encoder = openLibavEncoder("software", options);
	using decoder = new ViewDecoder(codec);
	return [0, 1].map((step) => {
		const bitrateBps = RATE_BPS / 4 ** step;
		encoder.setBitrate(bitrateBps);
		const sums = { psnr: 0, cpuMs: 0, bits: 0, quantizer: 0 };
		for (let index = 0; index < PICTURES; index++) {
			const at = step * PICTURES + index;
			const drawn = view.draw(SIZE, at * DEGREES);
			const before = process.cpuUsage();
			const encoded = encoder.encode(drawn, { ticks: at * 3000, keyframe: at === 0 });
			const { user, system } = process.cpuUsage(before);
			const { planes } = decoder.decode(encoded.data);
			if (index < SETTLING) continue;
			sums.psnr += lumaPsnr(planes[0], drawn.data);
			sums.cpuMs += (user + system) / 1000;
			sums.bits += encoded.data.length * 8;
			sums.quantizer += encoded.quantizer;
		}
		const count = PICTURES - SETTLING;
		return {
			psnr: sums.psnr / count,
			cpuMs: sums.cpuMs / count,
			use: (sums.bits * FRAME_RATE) / count / bitrateBps,
			quantizer: sums.quantizer / count,
		};
	});
}
