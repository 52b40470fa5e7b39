import { isUrl } from "./source-name.ts";

/** How a source is reached, which decides how it is read. */
export interface SourceAccess {
	/** What FFmpeg opens. */
	readonly url: string;
	/** Name of FFmpeg's demuxer or device; "" where it finds out itself. */
	readonly format: string;
	/** Pictures come when they come: a camera, or a sender in real time. */
	readonly live: boolean;
	/** A lost connection can be made anew. */
	readonly network: boolean;
	/** Reads may take long and must be interruptible. */
	readonly blocking: boolean;
}

const LIVE_SCHEMES = /^(rtsps?|rtmp[a-z]*|srt|udp|rtp|tcp|rist|mms[a-z]*|whep|ws|wss):/i;
const DEVICE_PREFIX = /^(v4l2|avfoundation|dshow|x11grab|gdigrab|kmsgrab|fbdev|lavfi|decklink|android_camera):(.*)$/s;

/** @param inputFormat overrides what the text of `spec` says; "" to find it out. */
export function accessTo(spec: string, inputFormat: string): SourceAccess {
	const device = DEVICE_PREFIX.exec(spec);
	if (device !== null) {
		const [, format, url] = device;
		// FFmpeg's generated pictures are read like a file.
		const real = format !== "lavfi";
		return { url: url!, format: inputFormat || format!, blocking: real, live: real, network: false };
	}
	if (/^\/dev\/video\d+$/.test(spec)) return { url: spec, format: inputFormat || "v4l2", blocking: true, live: true, network: false };
	const network = isUrl(spec) && !/^(file|concat|subfile|crypto|data):/i.test(spec);
	return { url: spec, format: inputFormat, blocking: network, live: LIVE_SCHEMES.test(spec), network };
}

/** Options that FFmpeg's protocol of `url` gets. */
export function protocolOptions(
	{ url }: SourceAccess,
	rtspTransport: "tcp" | "udp" | "auto",
	inputOptions: Readonly<Record<string, string>>,
): Record<string, string> {
	const options: Record<string, string> = {};
	if (/^rtsps?:/i.test(url) && rtspTransport !== "auto") options["rtsp_transport"] = rtspTransport;
	// A burst between two reads must not be lost.
	if (/^(udp|rtp):/i.test(url)) options["buffer_size"] = "4194304";
	return { ...options, ...inputOptions };
}

/** Whether the file behind FFmpeg's format name `container` is a picture, not a video. */
export function isStillContainer(container: string): boolean {
	return /_pipe$|^image2/.test(container);
}
