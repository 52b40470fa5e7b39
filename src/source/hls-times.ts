import { AV_NOPTS_VALUE, AVMEDIA_TYPE_VIDEO } from "node-av/constants";
import { Dictionary, FormatContext, InputFormat } from "node-av/lib";
import { type HlsPlaylist, readHlsPlaylist } from "../metadata/hls-playlist.ts";
import { guarded, readPacket } from "./guarded-call.ts";
import { addressOf, fetchAddress } from "./http-request.ts";
import { newPacket } from "./new-packet.ts";
import { delay } from "./source-worker.ts";
import type { TimeAnchor } from "./time-anchors.ts";
import type { TimesBeside } from "./times-beside.ts";

/** A playlist is read again after so long. */
const REFRESH_MS = 20_000;
/** A place in the stream is known so far around a segment whose time is. */
const NEAR_SEC = 300;
const MOST_ANCHORS = 8;
const PATIENCE_MS = 10_000;
const MOST_PLAYLIST_BYTES = 4 << 20;
/** Packets of a segment that are read until its first picture: sound may come before. */
const MOST_PACKETS = 1000;
/** Seconds after which the 33 bits of a transport stream's time stamps begin again. */
const WRAP_SEC = 2 ** 33 / 90_000;
/** Addresses that a playlist may lead to: none of this machine's files. */
const PROTOCOLS = "data,http,https,httpproxy,tls,tcp,crypto";
const LABEL = "A segment of HLS";

/** An input of HLS over HTTP, as FFmpeg has opened it. */
export interface HlsInput {
	readonly url: string;
	/** Options of FFmpeg's demuxer and protocol. */
	readonly options: Readonly<Record<string, string>>;
}

/**
 * The capture times that the playlist of a live HLS stream states, by EXT-X-PROGRAM-DATE-TIME
 * (RFC 8216, 4.3.2.6). FFmpeg does not pass them on: the playlist is read beside it, and the
 * beginning of one segment for the time stamp that its date belongs to.
 */
export class HlsTimes implements TimesBeside {
	readonly origin = "hls";
	/** The newest last. */
	readonly #anchors: TimeAnchor[] = [];
	readonly #input: HlsInput;
	readonly #end = new AbortController();
	#isOver = false;

	/** Begins to read. */
	constructor(input: HlsInput) {
		this.#input = input;
		void this.#run();
	}

	timeUs(stampSec: number): number {
		const times = this.#anchors.flatMap((anchor) => {
			const sinceSec = nearestSec(stampSec - anchor.stampSec);
			return Math.abs(sinceSec) <= NEAR_SEC ? [Math.round(anchor.timeUs + sinceSec * 1e6)] : [];
		});
		// Time stamps may begin again: the newest one counts, but for pictures of before, which it
		// would put into the future.
		const nowUs = Date.now() * 1000;
		return times.findLast((timeUs) => timeUs <= nowUs) ?? times.at(-1) ?? Number.NaN;
	}

	get isLooking(): boolean {
		return this.#anchors.length === 0 && !this.#isOver;
	}

	close(): void {
		this.#end.abort();
	}

	async #run(): Promise<void> {
		const { signal } = this.#end;
		while (!signal.aborted && !this.#isOver) {
			// A server that fails now may answer later.
			this.#isOver = !(await this.#look().catch(() => true));
			if (!this.#isOver) await delay(REFRESH_MS, signal);
		}
	}

	/** @returns false if the stream states no times. */
	async #look(): Promise<boolean> {
		const playlist = await this.#mediaPlaylist();
		// Of recordings the beginning is not in the playlist's last part.
		if (playlist?.isLive !== true) return false;
		for (const { playlist: text, timeUs } of playlist.segments.slice(-MOST_ANCHORS)) {
			this.#end.signal.throwIfAborted();
			const stampSec = await firstStampSec(text, this.#input.options, this.#end.signal);
			if (stampSec === undefined) continue;
			this.#anchors.push({ stampSec, timeUs });
			if (this.#anchors.length > MOST_ANCHORS) this.#anchors.shift();
		}
		return playlist.segments.length > 0;
	}

	async #mediaPlaylist(): Promise<HlsPlaylist | undefined> {
		const playlist = await this.#read(this.#input.url);
		const [variant] = playlist?.variants ?? [];
		// The time stamps of all variants are the same (RFC 8216, 6.2.4).
		return variant === undefined ? playlist : this.#read(variant);
	}

	async #read(address: string): Promise<HlsPlaylist | undefined> {
		const signal = AbortSignal.any([this.#end.signal, AbortSignal.timeout(PATIENCE_MS)]);
		const response = await fetchAddress(address, this.#input.options, signal);
		if (!response.ok || response.body === null) throw new Error(`${response.status}`);
		const parts: Buffer[] = [];
		let byteLength = 0;
		for await (const part of response.body) {
			parts.push(Buffer.from(part));
			byteLength += part.byteLength;
			if (byteLength > MOST_PLAYLIST_BYTES) return undefined;
		}
		return readHlsPlaylist(Buffer.concat(parts).toString(), addressOf(address, response.url));
	}
}

/** A difference of time stamps, over the end of their range. */
function nearestSec(sec: number): number {
	return sec - WRAP_SEC * Math.round(sec / WRAP_SEC);
}

/** The time stamp of the first picture of a playlist; `undefined` if it can't be found out. */
async function firstStampSec(
	playlist: string,
	options: Readonly<Record<string, string>>,
	signal: AbortSignal,
): Promise<number | undefined> {
	const url = `data:application/vnd.apple.mpegurl;base64,${Buffer.from(playlist).toString("base64")}`;
	const format = new FormatContext();
	format.allocContext();
	const packet = newPacket();
	try {
		using dictionary = Dictionary.fromObject({ ...options, protocol_whitelist: PROTOCOLS });
		const hls = InputFormat.findInputFormat("hls");
		await guarded(format, signal, LABEL, PATIENCE_MS / 1000, () => format.openInput(url, hls, dictionary));
		for (let count = 0; count < MOST_PACKETS; count++) {
			if (!(await readPacket(format, packet, true, signal, LABEL, PATIENCE_MS / 1000))) break;
			const stream = format.streams[packet.streamIndex];
			const { pts } = packet;
			packet.unref();
			if (stream?.codecpar.codecType !== AVMEDIA_TYPE_VIDEO || pts === AV_NOPTS_VALUE) continue;
			return (Number(pts) * stream.timeBase.num) / stream.timeBase.den;
		}
		return undefined;
	} catch {
		return undefined;
	} finally {
		packet.free();
		await format.closeInput();
		format.freeContext();
	}
}
