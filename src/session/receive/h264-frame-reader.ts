import { joinAnnexB, NalUnitType, nalUnitType } from "../../media/h264.ts";
import { AccessUnitMaker, boundedParameterSets, readH264Configuration } from "../../media/h264-access-unit.ts";
import type { FrameBytes, FrameReader } from "./frame-builder.ts";

/** Header bits of a fragment, and of a NAL unit: RFC 6184, 5.8 and 1.3. */
const FU_START = 0x80;
const FU_END = 0x40;
const TYPE_MASK = 0x1f;
const LAST_SINGLE_TYPE = 23;

/** Reads H.264 of packetization mode 0 and 1 (RFC 6184: single units, STAP-A, FU-A). */
export class H264FrameReader implements FrameReader {
	readonly isVideo = true;
	readonly #maker: AccessUnitMaker;
	#units: Uint8Array[] = [];
	/** Pieces of the fragmented unit that has begun. */
	#fragments: Uint8Array[] | undefined;

	/** @param formatParameters as offered: they may state parameter sets (RFC 6184, 8.1). */
	constructor(formatParameters: string) {
		const sets = /(?:^|;)\s*sprop-parameter-sets=([^;\s]+)/i.exec(formatParameters)?.[1]?.split(",") ?? [];
		const units = sets.map((set) => Buffer.from(set, "base64")).filter((unit) => unit.length > 0);
		const { parameterSets = [] } = readH264Configuration(joinAnnexB(units)) ?? {};
		this.#maker = new AccessUnitMaker({
			parameterSets: boundedParameterSets(parameterSets),
			lengthBytes: undefined,
		});
	}

	begins(payload: Uint8Array): boolean {
		return nalUnitType(payload[0]!) !== NalUnitType.fuA || ((payload[1] ?? 0) & FU_START) !== 0;
	}

	add(payload: Uint8Array): boolean {
		const type = nalUnitType(payload[0]!);
		if (type === NalUnitType.fuA) return this.#addFragment(payload);
		// A unit that lacks its end.
		if (this.#fragments !== undefined) return false;
		if (type === NalUnitType.stapA) return this.#addSeveral(payload);
		if (type < 1 || type > LAST_SINGLE_TYPE) return false;
		this.#units.push(payload);
		return true;
	}

	finish(): FrameBytes | undefined {
		const units = this.#units;
		const isWhole = this.#fragments === undefined;
		this.clear();
		if (!isWhole) return undefined;
		const made = this.#maker.makeOf(units);
		return made && { data: made.accessUnit, keyframe: made.keyframe };
	}

	clear(): void {
		this.#units = [];
		this.#fragments = undefined;
	}

	#addSeveral(payload: Uint8Array): boolean {
		for (let at = 1; at < payload.length; ) {
			const length = at + 2 > payload.length ? 0 : (payload[at]! << 8) | payload[at + 1]!;
			if (length === 0 || at + 2 + length > payload.length) return false;
			this.#units.push(payload.subarray(at + 2, at + 2 + length));
			at += 2 + length;
		}
		return payload.length > 1;
	}

	#addFragment(payload: Uint8Array): boolean {
		if (payload.length < 3) return false;
		const header = payload[1]!;
		const begins = (header & FU_START) !== 0;
		if (begins !== (this.#fragments === undefined)) return false;
		this.#fragments ??= [Uint8Array.of((payload[0]! & ~TYPE_MASK) | (header & TYPE_MASK))];
		this.#fragments.push(payload.subarray(2));
		if ((header & FU_END) === 0) return true;
		this.#units.push(Buffer.concat(this.#fragments));
		this.#fragments = undefined;
		return true;
	}
}
