import { fstat, type Stats } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { inNativeCode } from "../threads/process-end.ts";
import type { Pipe } from "./pipe-bytes.ts";
import { descriptorOf, isStandardInput, isUrl, pathsNamedBy } from "./source-name.ts";
import type { SourceError } from "./video-source.ts";

/** The way to a source, which decides how it is read. */
export interface SourceAccess {
	/** The address or path that FFmpeg opens. */
	readonly url: string;
	/** Name of FFmpeg's demuxer or device; "" where FFmpeg finds it out. */
	readonly format: string;
	/** Path of the file, where the source is one; `undefined` for pipes, devices and addresses. */
	readonly path: string | undefined;
	/** Pictures arrive at the sender's pace: a camera, or a sender in real time. */
	readonly live: boolean;
	/** A lost connection can be made anew. */
	readonly network: boolean;
	/** Reads may take long and must be interruptible. */
	readonly blocking: boolean;
	/** Bytes that can be read once; panogaze reads them in place of FFmpeg. */
	readonly pipe: Pipe | undefined;
	/** The source does not loop: a pipe, or standard input even when it is a file. */
	readonly once: boolean;
	/** A sender connects to us. Until it does there are no pictures, and that is no fault. */
	readonly listener: boolean;
	/** Options of FFmpeg's protocol that the text of the source asks for. */
	readonly options: Readonly<Record<string, string>>;
}

const LIVE_SCHEMES = /^(rtsps?|rtmp[a-z]*|srt|udp|rtp|tcp|rist|mms[a-z]*|whep|ws|wss):/i;
const DEVICE_PREFIX = /^(v4l2|avfoundation|dshow|x11grab|gdigrab|kmsgrab|fbdev|lavfi|decklink|android_camera):(.*)$/s;
const CAMERA = /^\/dev\/video\d+$/;
/** Session descriptions, which send FFmpeg elsewhere for the pictures. */
const SESSION_DESCRIPTION = /\.sdp$/i;
const PLAYLIST = /\.(m3u8?|mpd)$/i;
/**
 * Endings by which FFmpeg takes `%03d` and the like in a name for a series of pictures
 * (libavformat/img2.c).
 */
const PICTURE = /\.(jpe?g|jps|mpo|png|bmp|tiff?|webp|exr|hdr|dpx|jp2|j2[kc]|jxl|tga|p[bgp]m|pnm|pam|pfm|qoi)$/i;

const NOTHING_SPECIAL = {
	path: undefined,
	live: false,
	network: false,
	blocking: false,
	pipe: undefined,
	once: false,
	listener: false,
	options: {},
} satisfies Partial<SourceAccess>;

/**
 * Finds the way to a source. A file that exists is a file, even if its name looks like an
 * address (`http://clip.mp4`). Waits for a slow file system without holding a thread.
 *
 * @param inputFormat overrides the text of `spec`; "" to find it out.
 * @param inputOptions of the demuxer or protocol, as FFmpeg names them
 */
export async function accessTo(
	spec: string,
	inputFormat: string,
	inputOptions: Readonly<Record<string, string>> = {},
): Promise<SourceAccess> {
	const access = { ...NOTHING_SPECIAL, url: spec, format: inputFormat };
	const file = isStandardInput(spec) ? undefined : await existingFile(spec);
	if (file !== undefined) return accessToFile(file, inputFormat);
	const descriptor = descriptorOf(spec);
	if (descriptor !== undefined) return { ...access, ...(await accessToDescriptor(descriptor)), once: true };
	const device = DEVICE_PREFIX.exec(spec);
	if (device !== null) {
		const [, format, url] = device;
		// FFmpeg's generated pictures are read like a file.
		const real = format !== "lavfi";
		return { ...access, url: url!, format: inputFormat || format!, blocking: real, live: real };
	}
	const network = isUrl(spec) && !/^(concat|subfile|crypto|data):/i.test(spec);
	const listening = listeningTo(spec, inputOptions);
	return {
		...access,
		blocking: network,
		live: LIVE_SCHEMES.test(spec) || listening !== undefined,
		network,
		...listening,
	};
}

/**
 * A file that the shell has opened for us (`panogaze - < clip.mp4`) has a second name, by which
 * it can be read from any place.
 */
async function accessToDescriptor(descriptor: number): Promise<Pick<SourceAccess, "url" | "blocking" | "pipe">> {
	const again = `/dev/fd/${descriptor}`;
	try {
		const open = await inNativeCode(() => promisify(fstat)(descriptor));
		const isFile = open.isFile() && (await existingFile(again)) !== undefined;
		if (isFile) return { url: `file:${again}`, blocking: false, pipe: undefined };
	} catch {
		// It is not open: reading it reports that.
	}
	return { url: "pipe:0", blocking: true, pipe: { descriptor } };
}

/** File, folder, pipe or device in the file system. */
interface ExistingFile {
	readonly path: string;
	readonly stats: Stats;
}

/**
 * The file, folder, pipe or device that `spec` names, in any spelling; `undefined` when there
 * is none.
 */
async function existingFile(spec: string): Promise<ExistingFile | undefined> {
	for (const path of pathsNamedBy(spec)) {
		// It fails for a name that no file has or can have (too long, a zero byte), and in a folder
		// without access.
		const stats = await inNativeCode(() => stat(path)).catch(() => undefined);
		if (stats !== undefined) return { path, stats };
	}
	return undefined;
}

async function accessToFile({ path, stats }: ExistingFile, inputFormat: string): Promise<SourceAccess> {
	const access = { ...NOTHING_SPECIAL, url: `file:${path}`, format: inputFormat };
	if (stats.isCharacterDevice() && CAMERA.test(await realpath(path))) {
		return { ...access, url: path, format: inputFormat || "v4l2", blocking: true, live: true };
	}
	if (stats.isFIFO()) return { ...access, url: "pipe:0", blocking: true, pipe: { path }, once: true };
	if (!stats.isFile()) return access;
	const live = SESSION_DESCRIPTION.test(path);
	const format = inputFormat || (looksLikeSeries(path) ? "image2" : "");
	return { ...access, format, path, live, network: live, blocking: live || PLAYLIST.test(path) };
}

/** Loss if the source is stopped: the bytes of a pipe, or the sender that has connected to us. */
export function lostByStopping({ pipe, listener }: SourceAccess): "bytes" | "sender" | undefined {
	return pipe !== undefined ? "bytes" : listener ? "sender" : undefined;
}

/**
 * Sentence about a source that may send nothing for a long time although all is well; `undefined`
 * for other sources.
 */
export function waitingWords({ pipe, listener }: SourceAccess, label: string): string | undefined {
	if (listener) return `${label} waits for a sender.`;
	return pipe !== undefined && "path" in pipe
		? `${label} is a named pipe: it is read when somebody writes to it.`
		: undefined;
}

const LISTENING_FAULTS =
	/address (already )?in use|permission denied|cannot assign|not available|(protocol|option) not found/i;

/** Checks whether a listener failed for a reason that no other sender can cure. */
export function cannotListen({ cause }: SourceError): boolean {
	return LISTENING_FAULTS.test(String(cause));
}

/**
 * The option that makes each of FFmpeg's protocols listen. SRT and TCP also read it from the
 * address.
 */
const LISTEN_OPTIONS: Readonly<Record<string, readonly [name: string, value: RegExp, set: string]>> = {
	srt: ["mode", /^(listener|1)$/i, "listener"],
	rtsp: ["rtsp_flags", /\blisten\b/i, "listen"],
	rtmp: ["listen", /^[1-9]/, "1"],
	tcp: ["listen", /^[1-9]/, "1"],
	http: ["listen", /^[1-9]/, "1"],
};
/**
 * Options that bound a connected sender's silence, for protocols with a separate limit for it;
 * microseconds.
 */
const SENDER_TIMEOUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	srt: { timeout: "10000000" },
	tcp: { timeout: "10000000" },
	http: { timeout: "10000000" },
	// Seconds until the sender comes: the most, since FFmpeg 8.1 refuses its own "for ever".
	rtsp: { listen_timeout: "2147483" },
};

/** Checks whether `spec` or the options ask to listen for a sender. */
export function isListener(spec: string, inputOptions: Readonly<Record<string, string>>): boolean {
	return listeningTo(spec, inputOptions) !== undefined;
}

/**
 * The way to listen for a sender, where `spec` (`?mode=listener`, `?listen`, `?listen=1`) or
 * the options ask for it.
 */
function listeningTo(
	spec: string,
	inputOptions: Readonly<Record<string, string>>,
): Pick<SourceAccess, "url" | "listener" | "options"> | undefined {
	const scheme = /^[a-z]+/i.exec(spec)?.[0].toLowerCase() ?? "";
	const option = LISTEN_OPTIONS[scheme];
	if (option === undefined || !isUrl(spec)) return undefined;
	const [name, value, set] = option;
	const [address, query = ""] = spec.split(/\?(.*)/s) as [string, string?];
	const fields = query.split("&").filter((field) => field !== "");
	const stated = fields.map((field) => /^([^=]*)=?(.*)$/s.exec(field)!.slice(1) as [string, string]);
	const asks = ([key, text]: [string, string]) =>
		scheme === "srt"
			? key === "mode" && value.test(text)
			: key === "listen" && (text === "" || /^[1-9]/.test(text));
	if (!stated.some(asks) && !value.test(inputOptions[name] ?? "")) return undefined;
	const others = fields.filter((_, index) => !asks(stated[index]!));
	return {
		url: others.length > 0 ? `${address}?${others.join("&")}` : address,
		listener: true,
		options: { ...SENDER_TIMEOUT[scheme], [name]: set },
	};
}

function looksLikeSeries(path: string): boolean {
	return PICTURE.test(path) && path.includes("%");
}

/** The options for FFmpeg's protocol or demuxer of `access`. */
export function protocolOptions(
	{ url, path, format, options: asked }: SourceAccess,
	rtspTransport: "tcp" | "udp" | "auto",
	inputOptions: Readonly<Record<string, string>>,
): Record<string, string> {
	const options: Record<string, string> = {};
	if (/^rtsps?:/i.test(url) && rtspTransport !== "auto") options["rtsp_transport"] = rtspTransport;
	// A burst between two reads must not be lost.
	if (/^(udp|rtp):/i.test(url)) options["buffer_size"] = "4194304";
	if (format === "image2" && path !== undefined) options["pattern_type"] = "none";
	return { ...options, ...asked, ...inputOptions };
}

/**
 * An identity that differs when another file takes the name later; `undefined` when there is no
 * file.
 */
export async function fileIdentity(path: string | undefined): Promise<string | undefined> {
	if (path === undefined) return undefined;
	try {
		const { dev, ino, size, mtimeNs } = await inNativeCode(() => stat(path, { bigint: true }));
		return [dev, ino, size, mtimeNs].join(" ");
	} catch (error) {
		if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code!)) return undefined;
		throw error;
	}
}

/** Checks whether FFmpeg's format name `container` stands for pictures, not videos. */
export function isStillContainer(container: string): boolean {
	return /_pipe$|^image2/.test(container);
}
