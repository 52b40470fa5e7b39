import {
	AV_LOG_FATAL,
	AVCOL_PRI_BT470BG,
	AVCOL_PRI_BT709,
	AVCOL_PRI_BT2020,
	AVCOL_PRI_SMPTE170M,
	AVCOL_PRI_SMPTE432,
	AVCOL_RANGE_JPEG,
	AVCOL_RANGE_MPEG,
	AVCOL_TRC_ARIB_STD_B67,
	AVCOL_TRC_BT709,
	AVCOL_TRC_BT2020_10,
	AVCOL_TRC_BT2020_12,
	AVCOL_TRC_IEC61966_2_1,
	AVCOL_TRC_LINEAR,
	AVCOL_TRC_SMPTE170M,
	AVCOL_TRC_SMPTE2084,
	type AVPixelFormat,
} from "node-av/constants";
import { avGetCodecName, avGetPixFmtName, Codec, type CodecParameters, Log } from "node-av/lib";
import { completeOptions, type OptionTable } from "../media/option-table.ts";
import type { ViewAngles } from "../media/rotation.ts";
import type { SoundLayout } from "../media/sound-ring.ts";
import { CaptureTimes } from "./capture-times.ts";
import { CAPTURE_ORIGIN_WORDS } from "./capture-words.ts";
import { firstPicture } from "./first-picture.ts";
import { openInput } from "./input-pair.ts";
import type { Finding } from "./layout-clues.ts";
import { statementsOfInput } from "./layout-of-input.ts";
import { projectionSummary } from "./layout-words.ts";
import { locationName, spaceName } from "./libav-converter.ts";
import type { LibavInput } from "./libav-input.ts";
import { newPacket } from "./new-packet.ts";
import type { PairArrangement } from "./picture-composer.ts";
import { type Orientation, orientationText, type UprightPicture } from "./picture-orientation.ts";
import { soundFormOf } from "./sound-feed.ts";
import { decideLayout, type SourceLayout } from "./source-layout.ts";
import { sourceName } from "./source-name.ts";
import { completeLibavOptions, LIBAV_OPTIONS, type LibavSourceOptions } from "./source-options.ts";
import type { StereoLayout } from "./stereo.ts";
import type { CaptureOrigin, CaptureStatement } from "./video-source.ts";

/** Longest wait for a sender report, milliseconds: they come every 5 s or so. */
const REPORT_PATIENCE_MS = 6000;

/** The track to look at, and the options to reach the input. */
export type ProbeOptions = Pick<LibavSourceOptions, "track" | "rtspTransport" | "inputFormat" | "inputOptions">;

const PROBE_OPTIONS = {
	track: LIBAV_OPTIONS.track,
	rtspTransport: LIBAV_OPTIONS.rtspTransport,
	inputFormat: LIBAV_OPTIONS.inputFormat,
	inputOptions: LIBAV_OPTIONS.inputOptions,
} satisfies OptionTable<ProbeOptions>;

/** A track of sound. */
export interface ProbedSound {
	readonly codec: string;
	readonly channels: number;
	/** The form in which it is heard, without the option `sound`. */
	readonly layout: SoundLayout;
	/** It is taken unless the option `soundTrack` names another. */
	readonly chosen: boolean;
}

/** The origin of a source's capture times, and one of them. */
export interface ProbedCapture {
	readonly origin: CaptureOrigin;
	/** Capture of the first picture, live of the newest: ISO 8601, by the camera's clock. */
	readonly time: string;
	/** The clock of a live camera is set; `null` for files. */
	readonly clockIsSet: boolean | null;
	/** Age of that picture when it arrived, seconds; `null` for files. */
	readonly ageSec: number | null;
}

/**
 * A description of a source; `null` where the source states nothing. `panogaze probe --json`
 * prints it.
 */
export interface ProbeReport {
	readonly source: string;
	/** FFmpeg's name of the container or protocol. */
	readonly container: string;
	readonly live: boolean;
	readonly durationSec: number | null;
	/** Rate of everything in the container, bits a second. */
	readonly bitrateBps: number | null;
	readonly videoTracks: number;
	readonly audioTracks: number;
	/** The tracks of sound in their order; `--sound-track` takes an index among them. */
	readonly sound: readonly ProbedSound[];
	/** Index of the described track among the video tracks. */
	readonly track: number;
	readonly codec: string;
	readonly profile: string | null;
	/** Size as stored, before any turning. */
	readonly width: number;
	readonly height: number;
	/** Pictures a second, on average. */
	readonly frameRate: number | null;
	readonly pixelFormat: string | null;
	readonly videoBitrateBps: number | null;
	/** The statement of the times at which its pictures were captured; `null`: it makes none. */
	readonly capture: ProbedCapture | null;
	/** Colour as tagged, in FFmpeg's words. */
	readonly color: {
		readonly range: "limited" | "full" | null;
		readonly matrix: string | null;
		readonly primaries: string | null;
		readonly transfer: string | null;
		readonly chromaSiting: string | null;
	};
	/** Clockwise turn that sets the picture upright, degrees: 0, 90, 180 or 270. */
	readonly rotationDeg: number;
	/** The picture is mirrored left to right before it is turned. */
	readonly mirrored: boolean;
	/** Width of a stored pixel by its height. */
	readonly pixelAspect: number;
	/**
	 * The second file or track of two that are read as one source, and its place in the picture.
	 */
	readonly pair: { readonly second: string; readonly arrangement: PairArrangement } | null;
	/**
	 * The layout of the eyes (`custom`: their meshes say it), and the size of one eye's picture.
	 */
	readonly eyes: {
		readonly layout: StereoLayout | "custom";
		readonly width: number;
		readonly height: number;
	};
	/** The sphere in the pictures as a source of them is read, and where that is known from. */
	readonly sphere: {
		/** The projection of one eye's picture; of long lists of numbers only their lengths. */
		readonly projection: Readonly<Record<string, unknown>>;
		/** The right eye's, where it differs. */
		readonly rightProjection: Readonly<Record<string, unknown>> | null;
		/** The camera's orientation in the world. */
		readonly orientation: ViewAngles | null;
		/** The direction in which the file asks players to begin. */
		readonly initialView: ViewAngles | null;
		/** Each thing that was found out, where, how surely, and the option that changes it. */
		readonly findings: readonly Finding[];
		/** Assumptions, and statements that look wrong. They are logged too. */
		readonly advice: readonly string[];
	};
}

/**
 * Says what a source is; decodes one picture at most. It waits off the event loop, up to 6 s for
 * the first sender report of RTSP and RTP.
 *
 * @throws {SourceError} if it can't be opened or holds no video.
 * @throws {RangeError}
 * @throws {TypeError} for impossible options.
 */
export async function probeSource(spec: string, options: ProbeOptions = {}): Promise<ProbeReport> {
	const complete = completeLibavOptions(spec, completeOptions(PROBE_OPTIONS, options, "probeSource()"));
	Log.setLevel(AV_LOG_FATAL);
	const advice: string[] = [];
	const { input, pair } = await openInput(complete, new AbortController().signal, (line) => void advice.push(line));
	try {
		const capture = await watchCaptures(input);
		const { orientation, picture: first } = await firstPicture(input);
		const name = sourceName(spec);
		const picture = pair?.whole(first) ?? first;
		const clues = { ...(await statementsOfInput(input)), name, picture, pair: pair?.guess };
		const layout = decideLayout(clues, complete);
		return {
			...report(input, name, orientation, picture, { ...layout, advice: [...advice, ...layout.advice] }),
			sound: await soundOf(input),
			capture: await capture(),
			pair: pair === undefined ? null : { second: sourceName(pair.secondLabel), arrangement: pair.arrangement },
		};
	} finally {
		await pair?.close();
		await input.close();
	}
}

/** The report as a table for people. */
export function formatProbeReport(report: ProbeReport): string {
	const { color, eyes, sphere } = report;
	const rows: (readonly [string, string])[] = [
		["source", report.source],
		["container", `${report.container}${report.live ? " (live)" : ""}`],
		["duration", report.durationSec === null ? (report.live ? "live" : "none") : durationText(report.durationSec)],
		[
			"tracks",
			`${report.videoTracks} video${report.videoTracks > 1 ? ` (this is ${report.track})` : ""}, ` +
				`${report.audioTracks} audio`,
		],
		...(report.pair === null
			? []
			: [["pair", `${report.pair.arrangement}: ${report.pair.second}`] as [string, string]]),
		...report.sound.map((track, index): readonly [string, string] => [`sound ${index}`, soundText(track)]),
		["codec", report.codec + (report.profile === null ? "" : ` (${report.profile})`)],
		["size", sizeText(report)],
		["rate", report.frameRate === null ? "none stated" : `${Number(report.frameRate.toFixed(3))} fps`],
		["bit rate", bitrateText(report.videoBitrateBps ?? report.bitrateBps)],
		["captured", captureText(report.capture)],
		["pixel format", report.pixelFormat ?? "unknown"],
		[
			"colour",
			[
				`range ${color.range ?? "untagged"}`,
				`matrix ${color.matrix ?? "untagged"}`,
				`primaries ${color.primaries ?? "untagged"}`,
				`transfer ${color.transfer ?? "untagged"}`,
				`chroma ${color.chromaSiting ?? "untagged"}`,
			].join(", "),
		],
		["rotation", orientationText(report as Orientation)],
		...sphere.findings.map(({ subject, found, from, certainty, option }): readonly [string, string] => [
			subject,
			`${found}${subject === "eyes" ? eyeSize(eyes) : ""} (${certainty}: ${from}; ${option} changes it)`,
		]),
		...sphere.advice.map((advice) => ["note", advice] as const),
	];
	const width = Math.max(...rows.map(([name]) => name.length));
	return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

function report(
	input: LibavInput,
	source: string,
	{ rotationDeg, mirrored }: Orientation,
	picture: UprightPicture,
	layout: SourceLayout,
): Omit<ProbeReport, "pair" | "sound" | "capture"> {
	const { stream, format } = input;
	const parameters = stream.codecpar;
	// FFmpeg gives a picture the length of a video frame, and a bit rate with it.
	const still = input.still;
	const codec = avGetCodecName(parameters.codecId) ?? "unknown";
	return {
		source,
		container: input.container,
		live: input.live,
		durationSec: input.live || still ? null : known(input.durationSec),
		bitrateBps: still ? null : positive(format.bitRate),
		videoTracks: input.videoTracks,
		audioTracks: input.soundTracks.length,
		track: input.track,
		codec,
		profile: profileName(parameters),
		width: input.heif?.width ?? parameters.width,
		height: input.heif?.height ?? parameters.height,
		frameRate: still ? null : known(input.frameRate),
		pixelFormat: avGetPixFmtName(parameters.format as AVPixelFormat),
		videoBitrateBps: still ? null : positive(parameters.bitRate),
		color: {
			range:
				parameters.colorRange === AVCOL_RANGE_JPEG
					? "full"
					: parameters.colorRange === AVCOL_RANGE_MPEG
						? "limited"
						: null,
			matrix: spaceName(parameters.colorSpace) ?? null,
			primaries: PRIMARIES.get(parameters.colorPrimaries) ?? null,
			transfer: TRANSFERS.get(parameters.colorTrc) ?? null,
			chromaSiting: locationName(parameters.chromaLocation) ?? null,
		},
		rotationDeg,
		mirrored,
		pixelAspect: rotationDeg % 180 === 90 ? 1 / picture.pixelAspect : picture.pixelAspect,
		eyes: eyesReport(picture, layout),
		sphere: sphereReport(layout),
	};
}

async function soundOf(input: LibavInput): Promise<ProbedSound[]> {
	const chosen = input.chooseSound(1);
	return Promise.all(
		input.soundTracks.map(async (stream) => ({
			codec: avGetCodecName(stream.codecpar.codecId) ?? "unknown",
			channels: stream.codecpar.channelLayout.nbChannels,
			layout: (await soundFormOf(stream, input, "auto", () => {})).layout,
			chosen: stream.index === chosen?.index,
		})),
	);
}

/**
 * Listens to what the packets of an input state from now on.
 * @returns a function that waits for a statement, where one may come.
 */
async function watchCaptures(input: LibavInput): Promise<() => Promise<ProbedCapture | null>> {
	let statement: CaptureStatement | undefined;
	const captures = new CaptureTimes({
		options: { captureClock: "auto" },
		stopping: false,
		capture: (newest) => {
			statement = newest;
		},
	});
	await captures.opened(input);
	return async () => {
		const packet = newPacket();
		const endMs = performance.now() + REPORT_PATIENCE_MS;
		try {
			const isReported = /^(rtsp|rtp|sdp)$/.test(input.container);
			const mayCome = () => isReported || input.findTimesBeside()?.isLooking === true;
			while (statement === undefined && mayCome() && performance.now() < endMs) {
				if (!(await input.read(packet))) break;
				packet.unref();
			}
		} finally {
			packet.free();
		}
		const { cameraUs } = input.live ? captures.ofPacket : captures.at(input.startSec);
		if (statement === undefined || Number.isNaN(cameraUs)) return null;
		const { origin, used, ageSec } = statement;
		const time = new Date(cameraUs / 1000).toISOString();
		return { origin, time, clockIsSet: input.live ? used : null, ageSec: known(ageSec) };
	};
}

function captureText(capture: ProbedCapture | null): string {
	if (capture === null) return "none stated";
	const { origin, time, clockIsSet, ageSec } = capture;
	const by = `${time}, by ${CAPTURE_ORIGIN_WORDS[origin]}`;
	if (ageSec === null) return by;
	return `${by}; ${ageSec.toFixed(3)} s old on arrival${clockIsSet === false ? ": the clock is not set" : ""}`;
}

function soundText({ codec, channels, layout, chosen }: ProbedSound): string {
	const count = channels === 1 ? "1 channel" : `${channels} channels`;
	return `${codec}, ${count}, heard as ${layout}${chosen ? "" : " (by --sound-track)"}`;
}

function eyesReport(picture: UprightPicture, { stereo, packing }: SourceLayout): ProbeReport["eyes"] {
	return { layout: stereo, width: picture.width / packing.across, height: picture.height / packing.down };
}

function sphereReport(layout: SourceLayout): ProbeReport["sphere"] {
	const { projection, rightProjection, orientation, initialView, findings, advice } = layout;
	return {
		projection: projectionSummary(projection),
		rightProjection: rightProjection === undefined ? null : projectionSummary(rightProjection),
		orientation: orientation ?? null,
		initialView: initialView ?? null,
		findings,
		advice,
	};
}

function eyeSize({ layout, width, height }: ProbeReport["eyes"]): string {
	return layout === "mono" ? "" : `, ${width}x${height} each`;
}

function sizeText({ width, height, pixelAspect }: ProbeReport): string {
	const stored = `${width}x${height}`;
	return pixelAspect === 1 ? stored : `${stored}, shown as ${Math.round(width * pixelAspect)}x${height}`;
}

function profileName(parameters: CodecParameters): string | null {
	const profiles = Codec.findDecoder(parameters.codecId)?.profiles ?? [];
	return profiles.find(({ profile }) => profile === parameters.profile)?.name ?? null;
}

const PRIMARIES: ReadonlyMap<number, string> = new Map([
	[AVCOL_PRI_BT709, "bt709"],
	[AVCOL_PRI_BT470BG, "bt470bg"],
	[AVCOL_PRI_SMPTE170M, "smpte170m"],
	[AVCOL_PRI_BT2020, "bt2020"],
	[AVCOL_PRI_SMPTE432, "smpte432 (Display P3)"],
]);
const TRANSFERS: ReadonlyMap<number, string> = new Map([
	[AVCOL_TRC_BT709, "bt709"],
	[AVCOL_TRC_SMPTE170M, "smpte170m"],
	[AVCOL_TRC_LINEAR, "linear"],
	[AVCOL_TRC_IEC61966_2_1, "iec61966-2-1 (sRGB)"],
	[AVCOL_TRC_BT2020_10, "bt2020-10"],
	[AVCOL_TRC_BT2020_12, "bt2020-12"],
	[AVCOL_TRC_SMPTE2084, "smpte2084 (PQ)"],
	[AVCOL_TRC_ARIB_STD_B67, "arib-std-b67 (HLG)"],
]);

function durationText(seconds: number): string {
	const whole = Math.floor(seconds);
	const two = (n: number) => String(n).padStart(2, "0");
	const clock = `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
	return `${clock}.${two(Math.floor((seconds - whole) * 100))}`;
}

function bitrateText(bps: number | null): string {
	if (bps === null) return "none stated";
	return bps >= 1e6 ? `${(bps / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bps / 1e3)} kbit/s`;
}

function known(value: number): number | null {
	return Number.isFinite(value) ? value : null;
}

function positive(value: bigint): number | null {
	return value > 0n ? Number(value) : null;
}
