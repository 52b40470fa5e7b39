import {
  EIGHTHS, FLIP, LEFT_RIGHT, LOW_7, ONE_Q14, ONE_WINDOW, PARABOLA, SIXTEEN, TO_CODE, WEIGHT_BASE, WEIGHT_SPREAD,
  WHOLE_PARTS,
} from "./constants";
import {
  KIND_FOUR_ROWS, KIND_NARROW, KIND_THREE_ROWS, PLAN_DIP, PLAN_KIND, PLAN_LAST, PLAN_SOURCE, PLAN_TAPS, PLAN_X, PLAN_Y,
  TURN, WINDOW_BITS,
} from "./plan";
import { word } from "./scratch";
import { dotPairs, multiplyQ15, pick } from "./simd";
import { firstCoordinates, firstRow, firstStep, storeSamples, tapColumns } from "./windows";
import { CELL_SAMPLES, CELL_SIZE, COORDINATE_BITS, SOURCE_0, SOURCE_1, SOURCE_PERIOD, SOURCE_STRIDE } from "../layout";

// Bilinear sampling of 8-bit planes, in two ways. Where a cell's 64 samples fall within 15 columns
// of the source, a source
// row is one 16-byte load, from which one byte shuffle picks the left and right taps of 8 samples at once; within 31
// columns it takes two of each (drawWindow). Elsewhere taps are loaded two by two (drawListedBilinear).
//
// Reach: u8 for a window of one 16-byte load, u16 for a window of two. Rows: u8 for three, u16 for four.

/** Draws a cell that has a window. */
@inline export function drawBilinear<Planes>(
  scratch: usize, plan: usize, into0: usize, into1: usize, intoStride: i32, rows: i32
): void {
  const kind = load<i32>(plan + PLAN_KIND);
  if (kind == KIND_THREE_ROWS) drawFewRows<Planes, u8>(scratch, plan, into0, into1, intoStride, rows);
  else if (kind == KIND_FOUR_ROWS) drawFewRows<Planes, u16>(scratch, plan, into0, into1, intoStride, rows);
  else if (kind == KIND_NARROW) drawWindow<Planes, u8>(scratch, plan, into0, into1, intoStride, rows);
  else drawWindow<Planes, u16>(scratch, plan, into0, into1, intoStride, rows);
}

/** 8 samples of one source row, interpolated across, as i16: (sample - 128) * 127. */
@inline function across<Reach>(row: usize, taps: v128, farTaps: v128, weights: v128, flip: v128): v128 {
  const near = pick(v128.xor(v128.load(row), flip), taps);
  if (sizeof<Reach>() == 1) return dotPairs(near, weights);
  return dotPairs(v128.or(near, pick(v128.xor(v128.load(row, 16), flip), farTaps)), weights);
}

/**
 * Seven bits f of the fraction as weights 127 - f and f of left and right: f / 127 is nearest to
 * the middle of what the cut-off bits could be.
 */
@inline function tapWeights(xs: v128, spread: v128, base: v128): v128 {
  return i16x8.add(i16x8.mul(i16x8.shr_u(i16x8.shl(xs, 16 - WINDOW_BITS), 9), spread), base);
}

/** One plane's run of 8 samples from three or four source rows, as (sample - 128) * 63.5. */
@inline function blendRows<Rows>(
  row: usize, stride: usize, taps: v128, weights: v128, flip: v128, w0: v128, w1: v128, w2: v128, w3: v128
): v128 {
  let sum = multiplyQ15(across<u8>(row, taps, taps, weights, flip), w0);
  sum = i16x8.add(sum, multiplyQ15(across<u8>(row + stride, taps, taps, weights, flip), w1));
  sum = i16x8.add(sum, multiplyQ15(across<u8>(row + (stride << 1), taps, taps, weights, flip), w2));
  if (sizeof<Rows>() == 1) return sum;
  return i16x8.add(sum, multiplyQ15(across<u8>(row + stride * 3, taps, taps, weights, flip), w3));
}

/**
 * Draws a cell of which no run of samples needs more than three source rows, or four: nearly all of
 * them while the horizon is about level.
 */
function drawFewRows<Planes, Rows>(
  scratch: usize, plan: usize, into0: usize, into1: usize, intoStride: i32, rows: i32
): void {
  const wholeParts = v128.load(scratch + WHOLE_PARTS);
  const leftRight = v128.load(scratch + LEFT_RIGHT);
  const flip = v128.load(scratch + FLIP);
  const spread = v128.load(scratch + WEIGHT_SPREAD);
  const base = v128.load(scratch + WEIGHT_BASE);
  const toCode = v128.load(scratch + TO_CODE);
  const one = v128.load(scratch + ONE_Q14);
  const eighths = v128.load(scratch + EIGHTHS);
  const parabola = v128.load(scratch + PARABOLA);
  const source0 = <usize>(word(scratch, SOURCE_0) + load<i32>(plan + PLAN_SOURCE));
  const source1 = <usize>(word(scratch, SOURCE_1) + load<i32>(plan + PLAN_SOURCE));
  const sourceStride = <usize>word(scratch, SOURCE_STRIDE);
  const last = load<i32>(plan + PLAN_LAST);
  const dip = load<i32>(plan + PLAN_DIP);
  let xs = firstCoordinates(plan + PLAN_X, eighths, parabola);
  let ys = firstCoordinates(plan + PLAN_Y, eighths, parabola);
  let xStep = firstStep(plan + PLAN_X, eighths);
  let yStep = firstStep(plan + PLAN_Y, eighths);
  const xTurn = v128.load16_splat(plan + PLAN_X + TURN);
  const yTurn = v128.load16_splat(plan + PLAN_Y + TURN);
  for (let j = 0; j < rows; j++) {
    const taps = tapColumns(xs, wholeParts, leftRight);
    const weights = tapWeights(xs, spread, base);
    const first = firstRow(ys, dip, last);
    const down = i16x8.shl(i16x8.sub_sat_u(ys, i16x8.splat(<i16>(first << WINDOW_BITS))), 14 - WINDOW_BITS);
    // A tent over each row, 1 high and 2 wide. Together they are 1, so that one of them is the rest of the others.
    const w0 = i16x8.sub_sat_u(one, down);
    const beyond = i16x8.sub_sat_u(down, one);
    let w1 = i16x8.sub(i16x8.sub(one, w0), beyond);
    let w2 = beyond;
    let w3 = beyond;
    if (sizeof<Rows>() == 2) {
      // w0 or `beyond` is 0, so that their union is the distance from the second row.
      w1 = i16x8.sub_sat_u(one, v128.or(w0, beyond));
      w3 = i16x8.sub_sat_u(beyond, one);
      w2 = i16x8.sub(i16x8.sub(i16x8.sub(one, w0), w1), w3);
    }
    const offset = <usize>first * sourceStride;
    storeSamples(
      into0, blendRows<Rows>(source0 + offset, sourceStride, taps, weights, flip, w0, w1, w2, w3), toCode, flip
    );
    into0 += <usize>intoStride;
    if (sizeof<Planes>() == 2) {
      storeSamples(
        into1, blendRows<Rows>(source1 + offset, sourceStride, taps, weights, flip, w0, w1, w2, w3), toCode, flip
      );
      into1 += <usize>intoStride;
    }
    xs = i16x8.add(xs, xStep);
    ys = i16x8.add(ys, yStep);
    xStep = i16x8.sub(xStep, xTurn);
    yStep = i16x8.sub(yStep, yTurn);
  }
}

/** Draws a cell from a window of the source, with any number of rows. */
function drawWindow<Planes, Reach>(
  scratch: usize, plan: usize, into0: usize, into1: usize, intoStride: i32, rows: i32
): void {
  const wholeParts = v128.load(scratch + WHOLE_PARTS);
  const leftRight = v128.load(scratch + LEFT_RIGHT);
  const flip = v128.load(scratch + FLIP);
  const spread = v128.load(scratch + WEIGHT_SPREAD);
  const base = v128.load(scratch + WEIGHT_BASE);
  const toCode = v128.load(scratch + TO_CODE);
  const one = v128.load(scratch + ONE_WINDOW);
  const farAway = v128.load(scratch + SIXTEEN);
  const eighths = v128.load(scratch + EIGHTHS);
  const parabola = v128.load(scratch + PARABOLA);
  const source0 = <usize>(word(scratch, SOURCE_0) + load<i32>(plan + PLAN_SOURCE));
  const source1 = <usize>(word(scratch, SOURCE_1) + load<i32>(plan + PLAN_SOURCE));
  const sourceStride = <usize>word(scratch, SOURCE_STRIDE);
  const count = load<i32>(plan + PLAN_TAPS);
  const last = load<i32>(plan + PLAN_LAST);
  const dip = load<i32>(plan + PLAN_DIP);
  let xs = firstCoordinates(plan + PLAN_X, eighths, parabola);
  let ys = firstCoordinates(plan + PLAN_Y, eighths, parabola);
  let xStep = firstStep(plan + PLAN_X, eighths);
  let yStep = firstStep(plan + PLAN_Y, eighths);
  const xTurn = v128.load16_splat(plan + PLAN_X + TURN);
  const yTurn = v128.load16_splat(plan + PLAN_Y + TURN);
  for (let j = 0; j < rows; j++) {
    let taps = tapColumns(xs, wholeParts, leftRight);
    let farTaps = taps;
    if (sizeof<Reach>() == 2) {
      // A tap in the other half gets an index of 128 or more, for which even the relaxed instruction picks 0.
      farTaps = i8x16.sub(taps, farAway);
      taps = v128.or(taps, i8x16.ge_s(taps, farAway));
    }
    const weights = tapWeights(xs, spread, base);
    const first = firstRow(ys, dip, last);
    let down = i16x8.sub_sat_u(ys, i16x8.splat(<i16>(first << WINDOW_BITS)));
    const offset = <usize>first * sourceStride;
    let row0 = source0 + offset;
    let row1 = source1 + offset;
    let sum = i16x8.splat(0);
    let other = i16x8.splat(0);
    for (let k = 0; k < count; k++) {
      const weight = i16x8.shl(i16x8.sub_sat_u(one, i16x8.abs(down)), 14 - WINDOW_BITS);
      sum = i16x8.add(sum, multiplyQ15(across<Reach>(row0, taps, farTaps, weights, flip), weight));
      row0 += sourceStride;
      if (sizeof<Planes>() == 2) {
        other = i16x8.add(other, multiplyQ15(across<Reach>(row1, taps, farTaps, weights, flip), weight));
        row1 += sourceStride;
      }
      down = i16x8.sub(down, one);
    }
    storeSamples(into0, sum, toCode, flip);
    into0 += <usize>intoStride;
    if (sizeof<Planes>() == 2) {
      storeSamples(into1, other, toCode, flip);
      into1 += <usize>intoStride;
    }
    xs = i16x8.add(xs, xStep);
    ys = i16x8.add(ys, yStep);
    xStep = i16x8.sub(xStep, xTurn);
    yStep = i16x8.sub(yStep, yTurn);
  }
}

/** Draws a cell from a list of coordinates. */
export function drawListedBilinear<Planes>(
  scratch: usize, into0: usize, into1: usize, intoStride: i32, rows: i32, coordinates: usize
): void {
  for (let j = 0; j < rows; j++) {
    gatherEight<Planes>(
      scratch, into0, into1,
      v128.load(coordinates), v128.load(coordinates, 16), v128.load(coordinates, CELL_SAMPLES * 4), v128.load(
        coordinates, CELL_SAMPLES * 4 + 16
      ),
    );
    coordinates += CELL_SIZE * 4;
    into0 += <usize>intoStride;
    into1 += <usize>intoStride;
  }
}

/** One run of 8 samples at any coordinates. */
@inline function gatherEight<Planes>(
  scratch: usize, into0: usize, into1: usize, xLow: v128, xHigh: v128, yLow: v128, yHigh: v128
): void {
  const low = gatherFour<Planes>(scratch, xLow, yLow, into1);
  const high = gatherFour<Planes>(scratch, xHigh, yHigh, into1 + 4);
  const codes = i16x8.narrow_i32x4_s(low, high);
  v128.store64_lane(into0, i8x16.narrow_i16x8_u(codes, codes), 0);
}

/** Four samples of the first plane as i32. The samples of the second, if there is one, are stored at `into1`. */
function gatherFour<Planes>(scratch: usize, x: v128, y: v128, into1: usize): v128 {
  const stride = load<i32>(scratch + (SOURCE_STRIDE << 2));
  const period = v128.load32_splat(scratch + (SOURCE_PERIOD << 2));
  const low7 = v128.load(scratch + LOW_7);
  // Weights have 7 bits: round to them here, so that what is cut off below is nothing.
  const rounding = i32x4.splat(1 << (COORDINATE_BITS - 8));
  x = i32x4.add(x, v128.and(period, i32x4.lt_s(x, i32x4.splat(0))));
  x = i32x4.sub(x, v128.and(period, i32x4.ge_s(x, period)));
  x = i32x4.add(x, rounding);
  y = i32x4.add(y, rounding);
  const right = v128.and(i32x4.shr_s(x, COORDINATE_BITS - 7), low7);
  const below = v128.and(i32x4.shr_s(y, COORDINATE_BITS - 7), low7);
  const full = i32x4.splat(128);
  const above = i32x4.sub(full, below);
  const leftRight = v128.or(i32x4.sub(full, right), i32x4.shl(right, 16));
  const upper = i16x8.mul(leftRight, v128.or(above, i32x4.shl(above, 16)));
  const lower = i16x8.mul(leftRight, v128.or(below, i32x4.shl(below, 16)));
  const weights01 = v128.shuffle<i32>(upper, lower, 0, 4, 1, 5);
  const weights23 = v128.shuffle<i32>(upper, lower, 2, 6, 3, 7);
  // Rows fit in 16 bits and the upper half of the stride is zero, so that this is row * stride in one instruction.
  const at = i32x4.add(
    i32x4.dot_i16x8_s(i32x4.shr_s(y, COORDINATE_BITS), i32x4.splat(stride)), i32x4.shr_s(x, COORDINATE_BITS)
  );
  const at0 = i32x4.extract_lane(at, 0);
  const at1 = i32x4.extract_lane(at, 1);
  const at2 = i32x4.extract_lane(at, 2);
  const at3 = i32x4.extract_lane(at, 3);
  if (sizeof<Planes>() == 2) {
    const codes = blendFour(load<i32>(scratch + (SOURCE_1 << 2)), stride, at0, at1, at2, at3, weights01, weights23);
    const narrow = i16x8.narrow_i32x4_s(codes, codes);
    v128.store32_lane(into1, i8x16.narrow_i16x8_u(narrow, narrow), 0);
  }
  return blendFour(load<i32>(scratch + (SOURCE_0 << 2)), stride, at0, at1, at2, at3, weights01, weights23);
}

@inline function blendFour(
  source: i32, stride: i32, at0: i32, at1: i32, at2: i32, at3: i32, weights01: v128, weights23: v128
): v128 {
  const a0 = <usize>(source + at0);
  const a1 = <usize>(source + at1);
  const a2 = <usize>(source + at2);
  const a3 = <usize>(source + at3);
  const next = <usize>stride;
  let taps = v128.load32_zero(a0);
  taps = v128.load16_lane(a0 + next, taps, 1);
  taps = v128.load16_lane(a1, taps, 2);
  taps = v128.load16_lane(a1 + next, taps, 3);
  taps = v128.load16_lane(a2, taps, 4);
  taps = v128.load16_lane(a2 + next, taps, 5);
  taps = v128.load16_lane(a3, taps, 6);
  taps = v128.load16_lane(a3 + next, taps, 7);
  const sums01 = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(taps), weights01);
  const sums23 = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(taps), weights23);
  const evens = v128.shuffle<i32>(sums01, sums23, 0, 2, 4, 6);
  const odds = v128.shuffle<i32>(sums01, sums23, 1, 3, 5, 7);
  return i32x4.shr_s(i32x4.add(i32x4.add(evens, odds), i32x4.splat(8192)), 14);
}
