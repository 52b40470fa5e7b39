import { NalUnitType, nalUnitRanges, nalUnitType, withoutEmulationPrevention } from "./h264.ts";

/** user_data_unregistered (ITU-T H.264, table D-1 and D.1.7). */
const USER_DATA_UNREGISTERED = 5;
const UUID_BYTES = 16;
const START_CODE = [0, 0, 0, 1] as const;
/** rbsp_trailing_bits of whole bytes (7.3.2.11). */
const TRAILING_BITS = 0x80;
/** Longest SEI NAL unit that is read, bytes: stamps have a few hundred. */
const MAX_SEI_BYTES = 4096;

/**
 * A supplemental enhancement information NAL unit with one message of user data (D.1.7), without
 * start code.
 *
 * @param uuid 16 bytes that name the kind of data.
 */
export function userDataUnit(uuid: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
	const length = UUID_BYTES + data.length;
	// Sizes of 255 and more have a byte 255 for each 255 (7.3.2.3.1).
	const sizeBytes = Array.from({ length: Math.floor(length / 255) }, () => 255);
	const payload = [USER_DATA_UNREGISTERED, ...sizeBytes, length % 255, ...uuid, ...data, TRAILING_BITS];
	const unit = new Uint8Array(1 + 2 * payload.length);
	unit[0] = NalUnitType.sei;
	let at = 1;
	let zeros = 0;
	for (const byte of payload) {
		// 00 00 0x would look like a start code (7.4.1).
		if (zeros >= 2 && byte <= 3) {
			unit[at++] = 3;
			zeros = 0;
		}
		unit[at++] = byte;
		zeros = byte === 0 ? zeros + 1 : 0;
	}
	return unit.slice(0, at);
}

/**
 * Puts a NAL unit in front of the first slice of an access unit, behind delimiter and parameter
 * sets, where SEI belongs (7.4.1.2.3).
 *
 * @param accessUnit Annex B. Borrowed. @param unit without start code
 * @returns a new access unit; the same one if it has no slice.
 */
export function insertBeforeSlices(accessUnit: Uint8Array<ArrayBuffer>, unit: Uint8Array): Uint8Array<ArrayBuffer> {
	const slice = firstSlice(accessUnit);
	if (slice < 0) return accessUnit;
	const joined = new Uint8Array(accessUnit.length + START_CODE.length + unit.length);
	joined.set(accessUnit.subarray(0, slice));
	joined.set(START_CODE, slice);
	joined.set(unit, slice + START_CODE.length);
	joined.set(accessUnit.subarray(slice), slice + START_CODE.length + unit.length);
	return joined;
}

/** First byte of the start code of an access unit's first slice; -1 if it has none. */
function firstSlice(accessUnit: Uint8Array): number {
	let zeros = 0;
	for (let i = 0; i + 1 < accessUnit.length; i++) {
		const byte = accessUnit[i]!;
		if (byte === 1 && zeros >= 2) {
			const type = nalUnitType(accessUnit[i + 1]!);
			if (type >= NalUnitType.slice && type <= NalUnitType.idrSlice) return i - Math.min(zeros, 3);
		}
		zeros = byte === 0 ? zeros + 1 : 0;
	}
	return -1;
}

/**
 * Finds user data of one kind in an access unit, message by message.
 *
 * @param accessUnit Annex B. Borrowed; only NAL units before the first slice are read, and none
 * that is much longer than a stamp.
 * @param uuid 16 bytes that name the kind of data.
 * @returns the data of each such message, in new memory.
 */
export function* findUserData(accessUnit: Uint8Array, uuid: Uint8Array): Generator<Uint8Array> {
	const slice = firstSlice(accessUnit);
	const head = slice < 0 ? accessUnit : accessUnit.subarray(0, slice);
	const ranges = nalUnitRanges(head);
	for (let i = 0; i < ranges.length; i += 2) {
		const unit = head.subarray(ranges[i], ranges[i + 1]);
		if (nalUnitType(unit[0]!) !== NalUnitType.sei || unit.length > MAX_SEI_BYTES) continue;
		yield* userDataIn(withoutEmulationPrevention(unit.subarray(1)), uuid);
	}
}

/** Reads the messages of an SEI unit in turn (7.3.2.3.1). */
function* userDataIn(payload: Uint8Array, uuid: Uint8Array): Generator<Uint8Array> {
	let at = 0;
	/** A number as bytes of 255 and a last one below it; NaN when the payload ends in it. */
	const number = () => {
		let sum = 0;
		while (payload[at] === 255) {
			sum += 255;
			at++;
		}
		return sum + (payload[at++] ?? Number.NaN);
	};
	while (at < payload.length) {
		const type = number();
		const length = number();
		if (!(at + length <= payload.length)) return;
		const isOurs =
			type === USER_DATA_UNREGISTERED &&
			length >= UUID_BYTES &&
			uuid.every((byte, index) => payload[at + index] === byte);
		if (isOurs) yield payload.slice(at + UUID_BYTES, at + length);
		at += length;
	}
}
