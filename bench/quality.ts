// How sharp are pictures at a rate? Turning and still views of three scenes are encoded as the
// product does and by x264's plain `ultrafast`, at the same rate by the same rate control, picture
// by picture in turn, so that a busy machine slows both alike.
import { AV_OPT_SEARCH_CHILDREN, AV_OPT_TYPE_STRING, AV_PIX_FMT_YUV420P } from "node-av/constants";
import { Codec, CodecContext, Frame, Packet, Rational } from "node-av/lib";
import { BitrateLoop } from "../src/encoder/bitrate-loop.ts";
import { openLibavEncoder } from "../src/encoder/libav-encoder.ts";
import { EFFORT_COST, EFFORTS, type Effort } from "../src/encoder/video-encoder.ts";
import type { H264Format } from "../src/media/video-format.ts";
import type { ComparedPlane } from "../src/render/compared-planes.ts";
import { ssim } from "../src/render/picture-error.ts";
import { PATTERN_COLOR } from "../src/source/pattern-picture.ts";
import { H264Decoder } from "../test/support/h264-decoder.ts";
import { lumaPsnr } from "../test/support/turning-view.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { FRAME_RATE, type Motion, openQualityScenes, type QualityScene, SIZE } from "./quality-scenes.ts";

const RATES_BPS = [1_000_000, 2_000_000, 5_000_000];
const PICTURES = 48;
/** The rate control has settled by then. */
const FIRST_COUNTED = 20;
/** Rounds over the same pictures. A picture's least time counts, without that of other programs. */
const ROUNDS = 2;
const TICKS_PER_PICTURE = 90_000 / FRAME_RATE;
/** Buffer of the rate control, frame intervals: the product's. */
const VBV_FRAMES = 2.5;
const LEAST_GAIN_DB = 2.5;
const PERFECT_DB = 50;
const MOST_TIMES = 1.3;
const BASELINE: H264Format = { codec: "h264", profile: "baseline" };
const MAIN: H264Format = { codec: "h264", profile: "main" };

/** Encodes one picture after the other. */
interface Competitor extends Disposable {
	encode(picture: Uint8Array, index: number): Uint8Array;
}

/** Opens a competitor for a rate. */
type OpenCompetitor = (bitrateBps: number) => Competitor;

/** Means of the pictures that count. */
interface Score {
	psnr: number;
	ssim: number;
	/** CPU time of a picture. */
	ms: number;
	bitrateBps: number;
}

export async function run(): Promise<BenchRow[]> {
	const rows: BenchRow[] = [];
	for (const scene of await openQualityScenes()) {
		const turning = picturesOf(scene, "turning");
		rows.push(...sceneRows(scene.name, "turning", turning, RATES_BPS));
		rows.push(...sceneRows(scene.name, "still", picturesOf(scene, "still"), [2_000_000]));
		if (scene.name === "photo") rows.push(...effortRows(turning));
	}
	return rows;
}

function picturesOf(scene: QualityScene, motion: Motion): Uint8Array[] {
	return Array.from({ length: PICTURES }, (_, index) => scene.draw(index, motion));
}

/** The least effort of the product beside plain x264, over all rates. */
function sceneRows(name: string, motion: Motion, pictures: readonly Uint8Array[], rates: readonly number[]) {
	const runs = rates.map((bitrateBps) => {
		const [ours, plain] = compete(pictures, bitrateBps, [opensProduct("low", BASELINE), PlainX264.open]);
		return { bitrateBps, ours: ours!, plain: plain! };
	});
	const meanOf = (pick: (run: (typeof runs)[number]) => number) =>
		runs.reduce((sum, run) => sum + pick(run), 0) / runs.length;
	// Above it nobody sees a difference.
	const visible = runs.filter(({ plain }) => plain.psnr < PERFECT_DB);
	const gain = visible.reduce((sum, { ours, plain }) => sum + ours.psnr - plain.psnr, 0) / visible.length;
	const times = meanOf(({ ours }) => ours.ms) / meanOf(({ plain }) => plain.ms);
	const isTurning = motion === "turning";
	const leastUse = Math.min(...runs.map(({ ours, bitrateBps }) => ours.bitrateBps / bitrateBps));
	return [
		benchRow({
			name: `${name}, ${motion}`,
			value: meanOf(({ ours }) => ours.psnr),
			unit: "dB",
			better: "more",
			peer: { name: "ultrafast", value: meanOf(({ plain }) => plain.psnr) },
			target: isTurning
				? {
						words: `${LEAST_GAIN_DB} dB more below ${PERFECT_DB} dB, use >= 90 %`,
						met: gain >= LEAST_GAIN_DB && leastUse >= 0.9,
					}
				: { words: `not 0.1 dB less below ${PERFECT_DB} dB`, met: visible.length === 0 || gain > -0.1 },
			note: runs.map(rateNote).join("; "),
		}),
		benchRow({
			name: `${name}, ${motion}, CPU time of a picture`,
			value: meanOf(({ ours }) => ours.ms),
			unit: "ms",
			peer: { name: "ultrafast", value: meanOf(({ plain }) => plain.ms) },
			target: { words: `<= ${MOST_TIMES} times`, met: times <= MOST_TIMES },
			note: `${times.toFixed(2)} times`,
		}),
	];
}

function rateNote({ bitrateBps, ours, plain }: { bitrateBps: number; ours: Score; plain: Score }): string {
	const gain = ours.psnr - plain.psnr;
	return [
		`${bitrateBps / 1e6} Mbit/s: ${ours.psnr.toFixed(1)} dB (${gain < 0 ? "" : "+"}${gain.toFixed(1)})`,
		`SSIM ${ours.ssim.toFixed(3)} (${plain.ssim.toFixed(3)})`,
		`use ${percent(ours.bitrateBps / bitrateBps)} (${percent(plain.bitrateBps / bitrateBps)})`,
	].join(", ");
}

function percent(share: number): string {
	return `${(100 * share).toFixed(0)} %`;
}

/** Each effort in each profile, beside the least. */
function effortRows(pictures: readonly Uint8Array[]): BenchRow[] {
	const forms = [BASELINE, MAIN].flatMap((format) => EFFORTS.map((effort) => ({ format, effort })));
	const scores = compete(
		pictures,
		2_000_000,
		forms.map(({ format, effort }) => opensProduct(effort, format)),
	);
	const least = scores[0]!;
	return forms.map(({ format, effort }, index) => {
		const { psnr, ms } = scores[index]!;
		const times = ms / least.ms;
		return benchRow({
			name: `effort ${effort}, ${format.profile}`,
			value: psnr,
			unit: "dB",
			better: "more",
			peer: { name: "low", value: least.psnr },
			target: { words: `<= ${EFFORT_COST[effort]} times`, met: times <= EFFORT_COST[effort] * 1.05 },
			note: `${times.toFixed(2)} times the time of low, ${ms.toFixed(1)} ms`,
		});
	});
}

/** Encodes the same pictures by each competitor, in turn. */
function compete(pictures: readonly Uint8Array[], bitrateBps: number, opens: readonly OpenCompetitor[]): Score[] {
	const times = opens.map(() => new Float64Array(pictures.length).fill(Number.POSITIVE_INFINITY));
	const scores = opens.map((): Score => ({ psnr: 0, ssim: 0, ms: 0, bitrateBps: 0 }));
	const counted = pictures.length - FIRST_COUNTED;
	for (let round = 0; round < ROUNDS; round++) {
		const competitors = opens.map((open) => open(bitrateBps));
		const decoders = opens.map(() => new H264Decoder());
		for (const [index, picture] of pictures.entries()) {
			for (const [which, competitor] of competitors.entries()) {
				const before = process.threadCpuUsage();
				const encoded = competitor.encode(picture, index);
				const { user, system } = process.threadCpuUsage(before);
				times[which]![index] = Math.min(times[which]![index]!, (user + system) / 1000);
				if (round === 0) judge(scores[which]!, decoders[which]!, { encoded, picture, index, counted });
			}
		}
		for (const closed of [...competitors, ...decoders]) closed[Symbol.dispose]();
	}
	for (const [which, score] of scores.entries())
		score.ms = times[which]!.slice(FIRST_COUNTED).reduce((sum, ms) => sum + ms, 0) / counted;
	return scores;
}

interface JudgedPicture {
	readonly encoded: Uint8Array;
	readonly picture: Uint8Array;
	readonly index: number;
	readonly counted: number;
}

function judge(score: Score, decoder: H264Decoder, { encoded, picture, index, counted }: JudgedPicture): void {
	const { planes } = decoder.decode(encoded);
	if (index < FIRST_COUNTED) return;
	score.psnr += lumaPsnr(planes[0], picture) / counted;
	score.ssim += ssim(lumaOf(planes[0]), lumaOf(picture), 8) / counted;
	score.bitrateBps += (encoded.length * 8 * FRAME_RATE) / counted;
}

function lumaOf(samples: Uint8Array): ComparedPlane {
	return { samples, first: 0, step: 1, stride: SIZE.width, ...SIZE };
}

function opensProduct(effort: Effort, format: H264Format): OpenCompetitor {
	return (bitrateBps) => {
		const options = { ...SIZE, frameRate: FRAME_RATE, bitrateBps, color: PATTERN_COLOR, effort, format };
		const encoder = openLibavEncoder("software", options);
		return {
			encode: (data, index) =>
				encoder.encode({ ...SIZE, data }, { ticks: index * TICKS_PER_PICTURE, keyframe: index === 0 }).data,
			[Symbol.dispose]: () => encoder[Symbol.dispose](),
		};
	};
}

/**
 * x264 as it comes: `ultrafast` in Baseline, one picture in and one out, with the product's rate
 * control.
 */
class PlainX264 implements Competitor {
	readonly #context = new CodecContext();
	readonly #packet = new Packet();
	readonly #loop: BitrateLoop;

	static readonly open: OpenCompetitor = (bitrateBps) => new PlainX264(bitrateBps);

	private constructor(bitrateBps: number) {
		this.#loop = new BitrateLoop(FRAME_RATE, bitrateBps);
		const codec = Codec.findEncoderByName("libx264" as Parameters<typeof Codec.findEncoderByName>[0])!;
		this.#context.allocContext3(codec);
		Object.assign(this.#context, {
			...SIZE,
			pixelFormat: AV_PIX_FMT_YUV420P,
			timeBase: new Rational(1, FRAME_RATE),
			framerate: new Rational(FRAME_RATE, 1),
			maxBFrames: 0,
			gopSize: 2 ** 30,
			threadCount: 1,
		});
		this.#applyRate();
		const options = { preset: "ultrafast", tune: "zerolatency", profile: "baseline", "x264-params": "scenecut=0" };
		for (const [name, value] of Object.entries(options))
			this.#context.setOption(name, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN);
		if (this.#context.open2Sync(codec) < 0) throw new Error("x264 can't be opened.");
		this.#packet.alloc();
	}

	encode(picture: Uint8Array, index: number): Uint8Array {
		const format = { format: AV_PIX_FMT_YUV420P, ...SIZE, timeBase: new Rational(1, FRAME_RATE) } as const;
		// The product's time also has this copy.
		using frame = Frame.fromVideoBuffer(Buffer.from(picture.buffer), format);
		frame.pts = BigInt(index);
		this.#context.sendFrameSync(frame);
		this.#context.receivePacketSync(this.#packet);
		const data = new Uint8Array(this.#packet.data!);
		this.#packet.unref();
		this.#loop.encoded(data.length);
		this.#applyRate();
		return data;
	}

	[Symbol.dispose](): void {
		this.#packet.free();
		this.#context.freeContext();
	}

	#applyRate(): void {
		const bits = Math.round(this.#loop.encoderBps);
		this.#context.bitRate = BigInt(bits);
		this.#context.rcMaxRate = BigInt(bits);
		this.#context.rcBufferSize = Math.round((bits / FRAME_RATE) * VBV_FRAMES);
	}
}
