import { word } from "./scratch";
import {
  BLACK_0, BLACK_1, CELL_SIZE, GAIN, GAIN_BITS, HEIGHT, PLANES, SAMPLE_BYTES, TARGET_0, TARGET_1, TARGET_STRIDE, WIDTH,
} from "../layout";

/**
 * Multiplies output rows `y` to `y + CELL_SIZE - 1` by GAIN: what they are above black, for chroma
 * around its middle.
 */
export function scaleStrip(scratch: usize, y: i32): void {
  scalePlane(scratch, y, word(scratch, TARGET_0), word(scratch, BLACK_0));
  if (word(scratch, PLANES) == 2) scalePlane(scratch, y, word(scratch, TARGET_1), word(scratch, BLACK_1));
}

function scalePlane(scratch: usize, y: i32, target: i32, black: i32): void {
  const rows = min(CELL_SIZE, word(scratch, HEIGHT) - y);
  const stride = word(scratch, TARGET_STRIDE);
  const width = word(scratch, WIDTH);
  const gain = word(scratch, GAIN);
  for (let row = 0; row < rows; row++) {
    const start = <usize>(target + (y + row) * stride);
    if (word(scratch, SAMPLE_BYTES) == 1) scaleBytes(start, width, black, gain);
    else scaleWords(start, width, black, gain);
  }
}

/** Fraction bits of samples of 8 bits while they are multiplied; those of 10 bits have two less. */
@inline const BYTE_BITS: i32 = 6;
@inline const WORD_BITS: i32 = 4;
/** Bits that a rounding multiplication of 16-bit numbers drops. */
@inline const DROPPED: i32 = 15;

/** The same arithmetic for one sample. */
@inline function scaled(value: i32, black: i32, gain: i32, bits: i32): i32 {
  const product = (((value - black) << bits) * gain + (1 << (DROPPED - 1))) >> DROPPED;
  const rest = bits + GAIN_BITS - DROPPED;
  return ((product + (1 << (rest - 1))) >> rest) + black;
}

function scaleBytes(start: usize, width: i32, black: i32, gain: i32): void {
  const blacks = i16x8.splat(<i16>black);
  const gains = i16x8.splat(<i16>gain);
  const rest: i32 = BYTE_BITS + GAIN_BITS - DROPPED;
  const half: i32 = 1 << (rest - 1);
  const halves = i16x8.splat(<i16>half);
  let i = 0;
  for (; i + 8 <= width; i += 8) {
    const at = start + <usize>i;
    const above = i16x8.shl(i16x8.sub(v128.load8x8_u(at), blacks), BYTE_BITS);
    const product = i16x8.q15mulr_sat_s(above, gains);
    const codes = i16x8.add(i16x8.shr_s(i16x8.add(product, halves), rest), blacks);
    v128.store64_lane(at, i8x16.narrow_i16x8_u(codes, codes), 0);
  }
  for (; i < width; i++) {
    const at = start + <usize>i;
    store<u8>(at, max(0, min(255, scaled(load<u8>(at), black, gain, BYTE_BITS))));
  }
}

function scaleWords(start: usize, width: i32, black: i32, gain: i32): void {
  for (let i = 0; i < width; i++) {
    const at = start + (<usize>i << 1);
    store<u16>(at, max(0, min(1023, scaled(load<u16>(at), black, gain, WORD_BITS))));
  }
}
