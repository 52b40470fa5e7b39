import { sourceName } from "./source-name.ts";
import { STEREO_CHOICES, type StereoChoice } from "./stereo.ts";
import type { VideoSource } from "./video-source.ts";
import { WorkerSource } from "./worker-source.ts";

export interface LibavSourceOptions {
	/** Begins again at the end. Live inputs have none. @default true */
	loop?: boolean;
	/** Where a file begins, and begins again, seconds from its first picture. @default 0 */
	startSec?: number;
	/** `auto` takes what the machine has, `none` decodes in software, a name (`cuda`, `vaapi`, `qsv`, `videotoolbox`, ...) that device. Falls back to software. @default "auto" */
	hwaccel?: string;
	/** Decoding threads; 0 chooses. More keep up with larger pictures; for live inputs each one above 1 delays by a picture. @default 0 */
	threads?: number;
	/** Which of the input's video tracks, counted from 0. @default 0 */
	track?: number;
	/** FFmpeg filters for odd inputs, as for `ffmpeg -vf`, applied before the conversion to 8-bit 4:2:0. @default none */
	filter?: string;
	/**
	 * Where the panoramas of two eyes lie in the pictures, the left eye's named first; `mono` is one panorama for both. `auto` goes by what the file says of
	 * itself, its name and its shape, and takes pictures that go through a `filter` for `mono`. @default "auto"
	 */
	stereo?: StereoChoice;
	/** Opens a network input again when it fails or ends, with growing pauses, for as long as it takes. @default true */
	reconnect?: boolean;
	/** How RTSP carries the video: `tcp` loses nothing and passes firewalls, `udp` never waits for a lost packet. @default "tcp" */
	rtspTransport?: "tcp" | "udp" | "auto";
	/** FFmpeg's name of a demuxer or device, where it can't be seen from the input (`mjpeg`, `v4l2`, `rawvideo`). @default found out */
	inputFormat?: string;
	/** Options of FFmpeg's demuxer or protocol, such as `video_size` of a camera. @default none */
	inputOptions?: Readonly<Record<string, string>>;
}

export interface CompleteLibavOptions extends Required<LibavSourceOptions> {
	readonly spec: string;
}

/** Options with every default filled in. @throws {RangeError} for an impossible number. @throws {TypeError} for an empty source. */
export function completeLibavOptions(spec: string, options: LibavSourceOptions): CompleteLibavOptions {
	if (typeof spec !== "string" || spec === "") throw new TypeError("A source is a file's path, an address or a device; got an empty one.");
	const { startSec = 0, threads = 0, track = 0, stereo = "auto" } = options;
	if (!(startSec >= 0 && Number.isFinite(startSec))) throw new RangeError(`startSec is a number of seconds, 0 or more; got ${startSec}.`);
	if (!(Number.isInteger(threads) && threads >= 0 && threads <= 64))
		throw new RangeError(`threads is an integer from 0 to 64; got ${threads}.`);
	if (!(Number.isInteger(track) && track >= 0)) throw new RangeError(`track is an integer, 0 or more; got ${track}.`);
	if (!STEREO_CHOICES.includes(stereo)) throw new RangeError(`stereo is one of ${STEREO_CHOICES.join(", ")}; got ${stereo}.`);
	return {
		spec,
		loop: options.loop ?? true,
		startSec,
		hwaccel: options.hwaccel ?? "auto",
		threads,
		track,
		filter: options.filter ?? "",
		stereo,
		reconnect: options.reconnect ?? true,
		rtspTransport: options.rtspTransport ?? "tcp",
		inputFormat: options.inputFormat ?? "",
		inputOptions: { ...options.inputOptions },
	};
}

/**
 * A source for all that FFmpeg reads: files, HTTP(S), RTSP, RTMP, SRT, UDP, cameras (`/dev/video0`, `v4l2:...`, `avfoundation:...`, `dshow:...`).
 * FFmpeg runs inside the process, in a thread of its own.
 */
export function createLibavSource(spec: string, options: LibavSourceOptions = {}): VideoSource {
	const complete = completeLibavOptions(spec, options);
	const worker = new URL(import.meta.url.endsWith(".ts") ? "./libav-source-worker.ts" : "./libav-source-worker.js", import.meta.url);
	return new WorkerSource({ name: sourceName(spec), worker, options: complete });
}
