import { realpathSync, statSync } from "node:fs";
import { descriptorOf, existingPath, isUrl } from "./source-name.ts";

/** How a source is reached, which decides how it is read. */
export interface SourceAccess {
	/** What FFmpeg opens. */
	readonly url: string;
	/** Name of FFmpeg's demuxer or device; "" where it finds out itself. */
	readonly format: string;
	/** Path of the file, where the source is one; `undefined` for pipes, devices and addresses. */
	readonly path: string | undefined;
	/** Path of the named pipe, or number of the open file, where the source is one; read so that it holds up no thread. */
	readonly pipe: string | number | undefined;
	/** Pictures come when they come: a camera, or a sender in real time. */
	readonly live: boolean;
	/** A lost connection can be made anew. */
	readonly network: boolean;
	/** Reads may take long and must be interruptible. */
	readonly blocking: boolean;
}

const LIVE_SCHEMES = /^(rtsps?|rtmp[a-z]*|srt|udp|rtp|tcp|rist|mms[a-z]*|whep|ws|wss):/i;
const DEVICE_PREFIX = /^(v4l2|avfoundation|dshow|x11grab|gdigrab|kmsgrab|fbdev|lavfi|decklink|android_camera):(.*)$/s;
const CAMERA = /^\/dev\/video\d+$/;
/** Texts that say where the pictures are, and send FFmpeg elsewhere for them. */
const SESSION_DESCRIPTION = /\.sdp$/i;
const PLAYLIST = /\.(m3u8?|mpd)$/i;
/** Endings by which FFmpeg takes `%03d` and the like in a name for a series of pictures (libavformat/img2.c). */
const PICTURE = /\.(jpe?g|jps|mpo|png|bmp|tiff?|webp|exr|hdr|dpx|jp2|j2[kc]|jxl|tga|p[bgp]m|pnm|pam|pfm|qoi)$/i;

/** A file that exists is a file, whatever its name looks like. @param inputFormat overrides what the text of `spec` says; "" to find it out. */
export function accessTo(spec: string, inputFormat: string): SourceAccess {
	const access = { url: spec, format: inputFormat, path: undefined, pipe: undefined, live: false, network: false, blocking: false };
	const descriptor = descriptorOf(spec);
	if (descriptor !== undefined) return { ...access, url: `pipe:${descriptor}`, pipe: descriptor, blocking: true };
	const path = existingPath(spec);
	if (path !== undefined) return accessToPath(path, inputFormat);
	const device = DEVICE_PREFIX.exec(spec);
	if (device !== null) {
		const [, format, url] = device;
		// FFmpeg's generated pictures are read like a file.
		const real = format !== "lavfi";
		return { ...access, url: url!, format: inputFormat || format!, blocking: real, live: real };
	}
	const network = isUrl(spec) && !/^(concat|subfile|crypto|data):/i.test(spec);
	return { ...access, blocking: network, live: LIVE_SCHEMES.test(spec), network };
}

function accessToPath(path: string, inputFormat: string): SourceAccess {
	const access = {
		url: `file:${path}`,
		format: inputFormat,
		path: undefined,
		pipe: undefined,
		live: false,
		network: false,
		blocking: false,
	};
	const stat = statSync(path);
	if (stat.isCharacterDevice() && CAMERA.test(realpathSync(path))) {
		return { ...access, url: path, format: inputFormat || "v4l2", blocking: true, live: true };
	}
	if (stat.isFIFO()) return { ...access, pipe: path, blocking: true };
	if (!stat.isFile()) return access;
	const live = SESSION_DESCRIPTION.test(path);
	const format = inputFormat || (looksLikeSeries(path) ? "image2" : "");
	return { ...access, format, path, live, network: live, blocking: live || PLAYLIST.test(path) };
}

function looksLikeSeries(path: string): boolean {
	return PICTURE.test(path) && path.includes("%");
}

/** Options that FFmpeg's protocol or demuxer of `access` gets. */
export function protocolOptions(
	{ url, path, format }: SourceAccess,
	rtspTransport: "tcp" | "udp" | "auto",
	inputOptions: Readonly<Record<string, string>>,
): Record<string, string> {
	const options: Record<string, string> = {};
	if (/^rtsps?:/i.test(url) && rtspTransport !== "auto") options["rtsp_transport"] = rtspTransport;
	// A burst between two reads must not be lost.
	if (/^(udp|rtp):/i.test(url)) options["buffer_size"] = "4194304";
	if (format === "image2" && path !== undefined) options["pattern_type"] = "none";
	return { ...options, ...inputOptions };
}

/** Tells a file from the one that takes its name; `undefined` if there is none. */
export function fileIdentity(path: string | undefined): string | undefined {
	const stat = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false, bigint: true });
	return stat && [stat.dev, stat.ino, stat.size, stat.mtimeNs].join(" ");
}

/** Whether the file behind FFmpeg's format name `container` is a picture, not a video. */
export function isStillContainer(container: string): boolean {
	return /_pipe$|^image2/.test(container);
}
