import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import {
	AV_CODEC_FLAG_GLOBAL_HEADER,
	AV_LOG_FATAL,
	AV_OPT_SEARCH_CHILDREN,
	AV_OPT_TYPE_STRING,
	AV_PICTURE_TYPE_NONE,
	AV_PIX_FMT_YUV420P,
	AV_PKT_DATA_DISPLAYMATRIX,
	AV_PKT_DATA_SPHERICAL,
	AV_PKT_DATA_STEREO3D,
	AVCHROMA_LOC_LEFT,
	AVCOL_RANGE_JPEG,
	AVCOL_RANGE_MPEG,
	AVCOL_SPC_BT709,
	type AVColorRange,
	type AVColorSpace,
	AVFMT_GLOBALHEADER,
	type FFEncoderCodec,
} from "node-av/constants";
import {
	avGetPixFmtFromName,
	Codec,
	CodecContext,
	Dictionary,
	FFmpegError,
	Filter,
	type FilterContext,
	FilterGraph,
	FormatContext,
	Frame,
	Log,
	Packet,
	Rational,
	type Stream,
} from "node-av/lib";
import { PatternPainter } from "../../src/source/pattern-picture.ts";
import { matrixOfOrientation, type Orientation } from "../../src/source/picture-orientation.ts";
import { eyeParts, panoramasIn, type StereoLayout } from "../../src/source/stereo.ts";
import { atUsualPriority } from "../../src/threads/usual-priority.ts";

/** The planes of an I420 picture to draw on; rows are `strides[i]` bytes apart. */
export interface ClipPicture {
	readonly width: number;
	readonly height: number;
	readonly planes: readonly [y: Uint8Array, u: Uint8Array, v: Uint8Array];
	readonly strides: readonly [y: number, u: number, v: number];
}

export interface ClipOptions {
	readonly width: number;
	readonly height: number;
	readonly frames: number;
	/** Pictures a second. */
	readonly rate: number;
	/** FFmpeg's name of the format that the drawn picture is converted to. @default "yuv420p" */
	readonly pixelFormat?: string;
	/** Encoder's name. @default "libx264" */
	readonly codec?: string;
	/** Private options of the encoder. @default x264's `preset=superfast` */
	readonly codecOptions?: Readonly<Record<string, string>>;
	/** Average bits a second; without it the encoder's constant quality. */
	readonly bitrateBps?: number;
	/** Pictures from one key frame to the next. @default 30 */
	readonly keyframeInterval?: number;
	/** @default 0: pictures are stored in the order in which they are shown. */
	readonly bFrames?: number;
	/** File name's ending, which chooses the container. @default "mp4" */
	readonly container?: string;
	/** Options of the container, such as `movflags`. */
	readonly containerOptions?: Readonly<Record<string, string>>;
	/**
	 * Time of each picture, seconds; rounded to the container's time base.
	 * @default frame / rate
	 */
	readonly timeOf?: (frame: number) => number;
	/** @default "limited" */
	readonly range?: "limited" | "full";
	/** @default BT.709 */
	readonly matrix?: AVColorSpace;
	/**
	 * `number`: a grey of `clipLuma(frame)`, for small pictures. `pattern`: the built-in scene with
	 * its time code, readable from 960 pixels of width on. `detail`: the scene under a moving,
	 * noise-like texture, which costs a decoder about what a camera's picture does. Or a function
	 * that draws each picture, whose text is part of the cache's key.
	 * @default "number"
	 */
	readonly draw?: "number" | "pattern" | "detail" | ((picture: ClipPicture, frame: number) => void);
	/**
	 * Values that a drawing function depends on besides its text; part of the cache's key.
	 * @default nothing
	 */
	readonly drawnFrom?: Readonly<Record<string, number>>;
	/**
	 * With `draw: "pattern"`, the scene for two eyes, each in its part of the picture.
	 * @default "mono"
	 */
	readonly stereo?: StereoLayout;
	/** The file says that it is equirectangular, and what `stereo` is. */
	readonly stated?: boolean;
	/** Stated part of the sphere that is missing at each side, 0 to 1. @default nothing */
	readonly missing?: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
	/** Width of a pixel by its height. @default 1 */
	readonly pixelAspect?: number;
	/** Stated orientation of the pictures. @default upright */
	readonly orientation?: Orientation;
}

/** The grey of picture `frame` of a clip with `draw: "number"`, which repeats after 24 pictures. */
export function clipLuma(frame: number): number {
	return 30 + 8 * (frame % 24);
}

/** Number of the picture with this grey, 0 to 23: the inverse of `clipLuma`, also compressed. */
export function clipFrameFromLuma(luma: number): number {
	return Math.round((luma - 30) / 8);
}

/**
 * Path of a clip as described, made now or by an earlier call: clips are kept in the system's
 * folder for temporary files, by a hash of all that decides their content.
 */
export async function makeClip(options: ClipOptions): Promise<string> {
	const folder = join(tmpdir(), `panogaze-clips-${userInfo().username}`);
	mkdirSync(folder, { recursive: true });
	const container = options.container ?? "mp4";
	const path = join(folder, `${clipKey(options)}.${container}`);
	if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
	// Another test process may be making the same clip: the last one to finish wins, and both are
	// whole.
	const unfinished = join(folder, `${process.pid}-${Math.random().toString(36).slice(2)}.${container}`);
	await writeClip(unfinished, options);
	renameSync(unfinished, path);
	return path;
}

/**
 * Writes a file at `path` with the video tracks of several clips, in their order, as they are. The
 * first is the file's default.
 */
export function joinTracks(clips: readonly string[], path: string): void {
	const output = new FormatContext();
	check(output.allocOutputContext2(null, null, path), "choose a container");
	const inputs = clips.map((clip) => {
		const input = new FormatContext();
		input.allocContext();
		check(input.openInputSync(clip, null, null), "open a clip");
		check(input.findStreamInfoSync(null), "look into a clip");
		return input;
	});
	const streams = inputs.map((input) => {
		const from = input.streams[0]!;
		const stream = output.newStream();
		check(from.codecpar.copy(stream.codecpar), "copy a track's description");
		stream.codecpar.codecTag = 0;
		stream.timeBase = from.timeBase;
		stream.avgFrameRate = from.avgFrameRate;
		return stream;
	});
	check(output.openOutputSync(), "open the file for writing");
	check(output.writeHeaderSync(null), "write the header");
	using packet = new Packet();
	packet.alloc();
	for (const [index, input] of inputs.entries()) {
		while (input.readFrameSync(packet) >= 0) {
			packet.streamIndex = index;
			packet.rescaleTs(input.streams[0]!.timeBase, streams[index]!.timeBase);
			check(output.interleavedWriteFrameSync(packet), "write a packet");
		}
		input.closeInputSync();
		input.freeContext();
	}
	check(output.writeTrailerSync(), "finish the file");
	output.closeOutputSync();
	output.freeContext();
}

/** A JPEG with the EXIF orientation 1 to 8 (EXIF 2.32, tag 0x0112), in a segment of its own. */
export function jpegWithOrientation(jpeg: Buffer, orientation: number): Buffer {
	const tiff = Buffer.from("49492a0008000000010012010300010000000000000000000000", "hex");
	tiff.writeUInt16LE(orientation, 18);
	return jpegWithSegment(jpeg, Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]));
}

/** A JPEG with Photo Sphere XMP. @param fields such as `FullPanoWidthPixels` */
export function jpegWithPanoramaXmp(jpeg: Buffer, fields: Readonly<Record<string, string | number>>): Buffer {
	const attributes = Object.entries(fields).map(([name, value]) => `GPano:${name}="${value}"`);
	const xmp =
		'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
		'<rdf:Description rdf:about="" ' +
		`xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" ${attributes.join(" ")}/></rdf:RDF></x:xmpmeta>`;
	return jpegWithSegment(jpeg, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${xmp}`, "latin1"));
}

/**
 * A JPEG for two eyes as Google's cardboard camera makes it: its own picture is the left eye's, and
 * the right eye's lies in pieces of extended XMP.
 */
export function jpegWithRightEye(jpeg: Buffer, right: Buffer): Buffer {
	const guid = "0123456789ABCDEF0123456789ABCDEF";
	const image = 'xmlns:GImage="http://ns.google.com/photos/1.0/image/"';
	const main =
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description ${image} GImage:Mime="image/jpeg" ` +
		`xmpNote:HasExtendedXMP="${guid}"/></x:xmpmeta>`;
	const extended = Buffer.from(`<rdf:Description ${image} GImage:Data="${right.toString("base64")}"/>`);
	const pieces: Buffer[] = [];
	for (let at = 0; at < extended.length; at += 1000) {
		const place = Buffer.alloc(8);
		place.writeUInt32BE(extended.length, 0);
		place.writeUInt32BE(at, 4);
		const header = Buffer.from(`http://ns.adobe.com/xmp/extension/\0${guid}`, "latin1");
		pieces.push(Buffer.concat([header, place, extended.subarray(at, at + 1000)]));
	}
	// Each segment is put in front of the others: readers take the pieces in any order.
	const xmp = Buffer.from(`http://ns.adobe.com/xap/1.0/\0${main}`, "latin1");
	return [...pieces, xmp].reduce((whole, segment) => jpegWithSegment(whole, segment), jpeg);
}

/** Puts an APP1 segment behind the first marker. */
function jpegWithSegment(jpeg: Buffer, content: Buffer): Buffer {
	const header = Buffer.from([0xff, 0xe1, 0, 0]);
	header.writeUInt16BE(content.length + 2, 2);
	return Buffer.concat([jpeg.subarray(0, 2), header, content, jpeg.subarray(2)]);
}

const ENCODER_TEXT_FILES = new URL("../../src/source/", import.meta.url);

function clipKey(options: ClipOptions): string {
	const hash = createHash("sha256");
	hash.update(JSON.stringify(options, (_, value) => (typeof value === "function" ? String(value) : value)));
	hash.update(readFileSync(new URL(import.meta.url)));
	if (options.draw === "pattern" || options.draw === "detail") {
		const files = readdirSync(ENCODER_TEXT_FILES).filter((name) =>
			/^(pattern-(picture|scene)|stroke-font|time-code)\.ts$/.test(name),
		);
		for (const name of files) hash.update(readFileSync(new URL(name, ENCODER_TEXT_FILES)));
	}
	return hash.digest("hex").slice(0, 20);
}

async function writeClip(path: string, options: ClipOptions): Promise<void> {
	const { width, height, frames, rate } = options;
	Log.setLevel(AV_LOG_FATAL);
	const draw = drawing(options);
	const range = options.range === "full" ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
	const matrix = options.matrix ?? AVCOL_SPC_BT709;
	using packet = new Packet();
	packet.alloc();
	using output = new ClipFile(path, options, range, matrix);
	using converter = new PixelConverter(width, height, options.pixelFormat ?? "yuv420p", range, matrix);
	for (let index = 0; index < frames; index++) {
		using frame = newPicture(width, height, range, matrix);
		draw(clipPicture(frame), index);
		using converted = converter.convert(frame);
		converted.pts = BigInt(Math.round((options.timeOf?.(index) ?? index / rate) * TIME_BASE));
		converted.pictType = AV_PICTURE_TYPE_NONE;
		check(await output.encoder.sendFrame(converted), "encode a picture");
		await output.writePackets(packet);
	}
	await output.encoder.sendFrame(null);
	await output.writePackets(packet);
	check(await output.format.writeTrailer(), "finish the clip");
}

/** Ticks a second of the clip's time stamps: all usual frame rates are whole numbers of ticks. */
const TIME_BASE = 90_000;

class ClipFile implements Disposable {
	readonly format = new FormatContext();
	readonly encoder = new CodecContext();
	readonly #stream: Stream;

	constructor(path: string, options: ClipOptions, range: AVColorRange, matrix: AVColorSpace) {
		const name = options.codec ?? "libx264";
		const codec = Codec.findEncoderByName(name as FFEncoderCodec);
		if (codec === null) throw new Error(`This build of FFmpeg has no encoder "${name}".`);
		check(this.format.allocOutputContext2(null, null, path), "choose a container");
		this.#stream = this.format.newStream(codec);
		this.#openEncoder(codec, options, range, matrix);
		check(this.#stream.codecpar.fromContext(this.encoder), "describe the stream");
		if (options.stated) this.#state(options.stereo ?? "mono", options.missing);
		if (options.orientation !== undefined) {
			const matrix = matrixOfOrientation(options.orientation);
			check(this.#stream.codecpar.addCodedSideData(AV_PKT_DATA_DISPLAYMATRIX, matrix), "state the orientation");
		}
		this.#stream.timeBase = new Rational(1, TIME_BASE);
		this.#stream.avgFrameRate = new Rational(Math.round(options.rate * 1000), 1000);
		check(this.format.openOutputSync(), "open the clip for writing");
		// MP4's boxes for spherical video are none of ISO's.
		const containerOptions = { ...(options.stated && { strict: "unofficial" }), ...options.containerOptions };
		check(this.format.writeHeaderSync(Dictionary.fromObject(containerOptions)), "write the header");
	}

	/**
	 * AVSphericalMapping and AVStereo3D as they lie in memory: equirectangular is 0, a part of it
	 * 2; left-right is 1, top-bottom 2, and flag 1 swaps the eyes.
	 */
	#state(stereo: StereoLayout, missing: ClipOptions["missing"]): void {
		const { codecpar } = this.#stream;
		const sphere = Buffer.alloc(36);
		if (missing !== undefined) {
			sphere.writeInt32LE(2, 0);
			[missing.left, missing.top, missing.right, missing.bottom].forEach(
				(part, i) => void sphere.writeUInt32LE(part * 2 ** 32, 16 + 4 * i),
			);
		}
		check(codecpar.addCodedSideData(AV_PKT_DATA_SPHERICAL, sphere), "state the projection");
		const { across, down } = panoramasIn(stereo);
		const swapped = stereo === "bottom-top" || stereo === "right-left";
		const data = Buffer.alloc(36);
		data.writeInt32LE(across === 2 ? 1 : down === 2 ? 2 : 0, 0);
		data.writeInt32LE(swapped ? 1 : 0, 4);
		check(codecpar.addCodedSideData(AV_PKT_DATA_STEREO3D, data), "state the eyes' layout");
	}

	#openEncoder(codec: Codec, options: ClipOptions, range: AVColorRange, matrix: AVColorSpace): void {
		const { encoder } = this;
		encoder.allocContext3(codec);
		encoder.width = options.width;
		encoder.height = options.height;
		encoder.pixelFormat = avGetPixFmtFromName(options.pixelFormat ?? "yuv420p");
		encoder.timeBase = new Rational(1, TIME_BASE);
		encoder.framerate = new Rational(Math.round(options.rate * 1000), 1000);
		encoder.gopSize = options.keyframeInterval ?? 30;
		encoder.maxBFrames = options.bFrames ?? 0;
		encoder.colorRange = range;
		encoder.colorSpace = matrix;
		encoder.chromaLocation = AVCHROMA_LOC_LEFT;
		encoder.sampleAspectRatio = new Rational(Math.round((options.pixelAspect ?? 1) * 1000), 1000);
		encoder.threadCount = 0;
		if (options.bitrateBps !== undefined) encoder.bitRate = BigInt(options.bitrateBps);
		if (((this.format.oformat?.flags ?? 0) & AVFMT_GLOBALHEADER) !== 0)
			encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
		const isX264 = codec.name === "libx264" || codec.name === "libx264rgb";
		const codecOptions = options.codecOptions ?? (isX264 ? { preset: "superfast" } : {});
		// One by one: a Dictionary that is handed to `open2Sync` is freed twice.
		for (const [option, value] of Object.entries(codecOptions)) {
			check(
				encoder.setOption(option, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN),
				`set ${option}=${value}`,
			);
		}
		const opened = atUsualPriority(() => encoder.open2Sync(codec));
		check(opened, "open the encoder");
	}

	async writePackets(packet: Packet): Promise<void> {
		while ((await this.encoder.receivePacket(packet)) >= 0) {
			packet.streamIndex = this.#stream.index;
			packet.rescaleTs(this.encoder.timeBase, this.#stream.timeBase);
			check(await this.format.interleavedWriteFrame(packet), "write a packet");
		}
	}

	[Symbol.dispose](): void {
		this.encoder.freeContext();
		this.format.closeOutputSync();
		this.format.freeContext();
	}
}

/** Turns drawn I420 pictures into the clip's pixel format, through FFmpeg's scaler. */
class PixelConverter implements Disposable {
	readonly #graph = new FilterGraph();
	readonly #source: FilterContext;
	readonly #sink: FilterContext;

	constructor(width: number, height: number, pixelFormat: string, range: AVColorRange, matrix: AVColorSpace) {
		this.#graph.alloc();
		const size = `width=${width}:height=${height}:pix_fmt=${AV_PIX_FMT_YUV420P}`;
		const form = `time_base=1/${TIME_BASE}:range=${range}:colorspace=${matrix}`;
		this.#source = this.#graph.createFilter(Filter.getByName("buffer")!, "in", `${size}:${form}`)!;
		const format = this.#graph.createFilter(Filter.getByName("format")!, "format", `pix_fmts=${pixelFormat}`)!;
		this.#sink = this.#graph.createFilter(Filter.getByName("buffersink")!, "out")!;
		check(this.#source.link(0, format, 0), "link filters");
		check(format.link(0, this.#sink, 0), "link filters");
		check(this.#graph.configSync(), `convert to ${pixelFormat}`);
	}

	/** The converted picture belongs to the caller. */
	convert(frame: Frame): Frame {
		const converted = new Frame();
		converted.alloc();
		check(this.#source.buffersrcAddFrameSync(frame), "convert a picture");
		check(this.#sink.buffersinkGetFrameSync(converted), "convert a picture");
		return converted;
	}

	[Symbol.dispose](): void {
		this.#graph.free();
	}
}

function newPicture(width: number, height: number, range: AVColorRange, matrix: AVColorSpace): Frame {
	const frame = new Frame();
	frame.alloc();
	frame.format = AV_PIX_FMT_YUV420P;
	frame.width = width;
	frame.height = height;
	frame.colorRange = range;
	frame.colorSpace = matrix;
	frame.chromaLocation = AVCHROMA_LOC_LEFT;
	check(frame.getBuffer(0), "allocate a picture");
	return frame;
}

function clipPicture(frame: Frame): ClipPicture {
	const [y, u, v] = frame.data!;
	const [strideY, strideU, strideV] = frame.linesize;
	return { width: frame.width, height: frame.height, planes: [y!, u!, v!], strides: [strideY!, strideU!, strideV!] };
}

function drawing({
	draw = "number",
	width,
	height,
	rate,
	stereo = "mono",
}: ClipOptions): (picture: ClipPicture, frame: number) => void {
	if (typeof draw === "function") return draw;
	if (draw === "number") return drawNumber;
	const drawPattern = patternDrawing(width, height, rate, stereo);
	if (draw === "pattern") return drawPattern;
	const addTexture = textureDrawing(width, height);
	return (picture, frame) => {
		drawPattern(picture, frame);
		addTexture(picture, frame);
	};
}

function drawNumber({ planes }: ClipPicture, frame: number): void {
	planes[0].fill(clipLuma(frame));
	planes[1].fill(128);
	planes[2].fill(128);
}

function patternDrawing(
	width: number,
	height: number,
	rate: number,
	stereo: StereoLayout,
): (picture: ClipPicture, frame: number) => void {
	const { across, down } = panoramasIn(stereo);
	const eyes = stereo === "mono" ? [undefined] : (["left", "right"] as const);
	const painters = eyes.map((eye) => new PatternPainter(width / across, height / down, eye));
	const { layout } = painters[0]!;
	// Each draws over its own last picture.
	const memories = painters.map(() => new Uint8Array(layout.byteLength));
	return ({ planes, strides }, frame) => {
		for (const [index, { row: down, column: across }] of eyeParts(stereo).entries()) {
			const memory = memories[index]!;
			painters[index]!.paint(memory, 0, frame, frame / rate);
			for (const [i, plane] of [layout.y, layout.u, layout.v].entries()) {
				for (let row = 0; row < plane.height; row++) {
					const from = plane.offset + row * plane.stride;
					const to = (down * plane.height + row) * strides[i]! + across * plane.width;
					planes[i]!.set(memory.subarray(from, from + plane.width), to);
				}
			}
		}
	};
}

const TEXTURE_AMPLITUDE = 14;

/**
 * Adds fixed noise of several sizes that drifts sideways, each third of the picture at its own
 * speed; the time code's band stays clean.
 */
function textureDrawing(width: number, height: number): (picture: ClipPicture, frame: number) => void {
	const texture = new Int8Array(width * 2 * 64);
	let seed = 1;
	const random = () => {
		seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
		return seed / 2 ** 32 - 0.5;
	};
	for (const cell of [1, 4, 16]) {
		for (let row = 0; row < 64; row += cell) {
			for (let column = 0; column < width * 2; column += cell) {
				const value = random() * TEXTURE_AMPLITUDE;
				for (let k = 0; k < cell * cell; k++)
					texture[(row + Math.floor(k / cell)) * width * 2 + column + (k % cell)]! += value;
			}
		}
	}
	const cleanFrom = height * 0.54;
	const cleanTo = height * 0.61;
	return ({ planes, strides }, frame) => {
		const luma = planes[0];
		for (let row = 0; row < height; row++) {
			if (row > cleanFrom && row < cleanTo) continue;
			const shift = Math.floor((frame * (1 + Math.floor((row * 3) / height) * 2)) % width);
			const from = (row % 64) * width * 2 + shift;
			const start = row * strides[0];
			for (let column = 0; column < width; column++) {
				const value = luma[start + column]! + texture[from + column]!;
				luma[start + column] = value < 16 ? 16 : Math.min(value, 235);
			}
		}
	};
}

function check(code: number, what: string): void {
	if (code < 0)
		throw new Error(`A test clip could not be made: FFmpeg failed to ${what}: ${FFmpegError.strerror(code)}.`);
}
