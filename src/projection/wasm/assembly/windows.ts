import { BULGE, SLOPE, START, STEP, TWIST, WINDOW_BITS } from "./plan";
import { multiplyQ15, pick } from "./simd";

// What the kernels share that draw a cell's samples from a window of the source, 16 bytes wide.

/** Coordinates of the first row of a cell from one axis of its plan. */
@inline export function firstCoordinates(axis: usize, eighths: v128, parabola: v128): v128 {
  const straight = i16x8.add(v128.load16_splat(axis + START), multiplyQ15(v128.load16_splat(axis + SLOPE), eighths));
  return i16x8.add(straight, multiplyQ15(v128.load16_splat(axis + BULGE), parabola));
}

/** The step from the first row of coordinates to the second. */
@inline export function firstStep(axis: usize, eighths: v128): v128 {
  return i16x8.add(v128.load16_splat(axis + STEP), multiplyQ15(v128.load16_splat(axis + TWIST), eighths));
}

/** For each of 8 coordinates in the window, the columns of its left and right taps as bytes. */
@inline export function tapColumns(xs: v128, wholeParts: v128, leftRight: v128): v128 {
  return i8x16.add(pick(i16x8.shr_u(xs, WINDOW_BITS - 8), wholeParts), leftRight);
}

/** The whole row at or above all samples of a run that dips at most `dip` below its ends. */
@inline export function firstRow(ys: v128, dip: i32, last: i32): i32 {
  const ends = min(<i32>i16x8.extract_lane_u(ys, 0), <i32>i16x8.extract_lane_u(ys, 7));
  return min((ends - dip) >> WINDOW_BITS, last);
}

/** Stores 8 samples that are given as multiples of (sample - 128); `toCode` takes them back. */
@inline export function storeSamples(into: usize, sum: v128, toCode: v128, flip: v128): void {
  const code = multiplyQ15(sum, toCode);
  v128.store64_lane(into, v128.xor(i8x16.narrow_i16x8_s(code, code), flip), 0);
}
