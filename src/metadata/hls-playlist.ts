import { statedTimeUs } from "./gps-time.ts";

/** A segment of a media playlist of HLS (RFC 8216, 3) whose time is stated. */
export interface DatedSegment {
	/** Time of its first sample, microseconds since 1970. */
	readonly timeUs: number;
	/** A playlist of this segment alone, with whole addresses. */
	readonly playlist: string;
}

/** The parts of a playlist that lead to the times of its pictures. */
export interface HlsPlaylist {
	/** Addresses of the playlists that this one lists, in its order. */
	readonly variants: readonly string[];
	/**
	 * The newest segment of each run without a discontinuity that has a date, of its own or by the
	 * segments before; in their order.
	 */
	readonly segments: readonly DatedSegment[];
	/** True for a live playlist: it will have further segments. */
	readonly isLive: boolean;
}

/** Lines of a playlist that are read: a day of segments of 2 s, with their tags. */
const MOST_LINES = 200_000;

/**
 * Reads a playlist of HLS.
 * @param address of the playlist, to which addresses in it are relative.
 * @returns `undefined` if it is none.
 */
export function readHlsPlaylist(text: string, address: string): HlsPlaylist | undefined {
	const lines = text.split(/\r?\n/, MOST_LINES);
	if (lines[0]?.trim() !== "#EXTM3U") return undefined;
	const reader = new PlaylistReader(address);
	for (const line of lines) reader.take(line.trim());
	return reader;
}

class PlaylistReader implements HlsPlaylist {
	readonly variants: string[] = [];
	/** The newest dated segments, by the number of the run. */
	readonly #newest = new Map<number, { readonly timeUs: number; readonly write: () => string }>();
	isLive = true;
	readonly #address: string;
	#run = 0;
	/** The tags that hold for all segments from here on. */
	#map = "";
	#key = "";
	/** The next segment's. */
	#durationSec = Number.NaN;
	#timeUs = Number.NaN;
	#range: { readonly length: number; readonly from: number } | undefined;
	#isVariant = false;
	#sequence = 0;
	/** The byte behind the last segment, where that was a part of a file. */
	#rangeEnd = 0;

	constructor(address: string) {
		this.#address = address;
	}

	get segments(): readonly DatedSegment[] {
		return [...this.#newest.values()].map(({ timeUs, write }) => ({ timeUs, playlist: write() }));
	}

	take(line: string): void {
		const [tag = "", value = ""] = line.startsWith("#") ? line.split(/:(.*)/s) : ["", line];
		if (tag === "") this.#takeAddress(value);
		else if (tag === "#EXT-X-STREAM-INF") this.#isVariant = true;
		else if (tag === "#EXTINF") this.#durationSec = Number.parseFloat(value);
		else if (tag === "#EXT-X-PROGRAM-DATE-TIME") this.#timeUs = timeOf(value);
		else if (tag === "#EXT-X-MAP") this.#map = this.#absolute(line);
		else if (tag === "#EXT-X-KEY") this.#key = this.#absolute(line);
		else if (tag === "#EXT-X-BYTERANGE") this.#takeRange(value);
		else if (tag === "#EXT-X-MEDIA-SEQUENCE") this.#sequence = Number.parseInt(value, 10);
		else if (tag === "#EXT-X-ENDLIST") this.isLive = false;
		else if (tag === "#EXT-X-DISCONTINUITY") {
			this.#run++;
			this.#timeUs = Number.NaN;
		}
	}

	#takeRange(value: string): void {
		const [length = Number.NaN, from = this.#rangeEnd] = value.split("@").map(Number);
		this.#range = length >= 0 && from >= 0 ? { length, from } : undefined;
	}

	#takeAddress(value: string): void {
		const address = value === "" ? undefined : this.#resolve(value);
		if (address === undefined) return;
		if (this.#isVariant) this.variants.push(address);
		else if (this.#durationSec >= 0) this.#takeSegment(address);
		this.#isVariant = false;
	}

	#takeSegment(address: string): void {
		const [durationSec, range, sequence] = [this.#durationSec, this.#range, this.#sequence++];
		const [map, key] = [this.#map, this.#key];
		const write = () =>
			[
				...["#EXTM3U", "#EXT-X-VERSION:7", `#EXT-X-TARGETDURATION:${Math.ceil(durationSec)}`],
				// A segment may be encrypted by its number.
				...[`#EXT-X-MEDIA-SEQUENCE:${sequence}`, map, key].filter((tag) => tag !== ""),
				...(range === undefined ? [] : [`#EXT-X-BYTERANGE:${range.length}@${range.from}`]),
				...[`#EXTINF:${durationSec},`, address, "#EXT-X-ENDLIST", ""],
			].join("\n");
		this.#rangeEnd = range === undefined ? 0 : range.from + range.length;
		this.#range = undefined;
		if (!Number.isNaN(this.#timeUs)) this.#newest.set(this.#run, { timeUs: this.#timeUs, write });
		this.#timeUs += Math.round(durationSec * 1e6);
		this.#durationSec = Number.NaN;
	}

	/** A tag whose address is whole. */
	#absolute(line: string): string {
		return line.replace(/URI="([^"]*)"/, (_, uri: string) => `URI="${this.#resolve(uri) ?? uri}"`);
	}

	#resolve(address: string): string | undefined {
		return URL.canParse(address, this.#address) ? new URL(address, this.#address).href : undefined;
	}
}

function timeOf(value: string): number {
	// ISO 8601 may leave out the colon of the time zone.
	const text = value.replace(/([+-]\d\d)(\d\d)$/, "$1:$2");
	return statedTimeUs(Date.parse(text) * 1000) ?? Number.NaN;
}
