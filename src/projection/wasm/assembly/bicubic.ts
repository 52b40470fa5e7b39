import {
  BICUBIC_A, BICUBIC_ONE, BICUBIC_TO_CODE, EIGHTHS, FLIP, INNER_TAPS, LOW_3, ONE_Q14, ONE_WINDOW, OUTER_TAPS, PARABOLA,
  WHOLE_PARTS,
} from "./constants";
import {
  KIND_FOUR_ROWS, KIND_THREE_ROWS, PLAN_DIP, PLAN_KIND, PLAN_LAST, PLAN_SOURCE, PLAN_TAPS, PLAN_X, PLAN_Y, TURN,
  WINDOW_BITS,
} from "./plan";
import { word } from "./scratch";
import { dotPairs, multiplyQ15, pick } from "./simd";
import { firstCoordinates, firstRow, firstStep, storeSamples, tapColumns } from "./windows";
import { SOURCE_0, SOURCE_1, SOURCE_STRIDE } from "../layout";

// Catmull and Rom's spline on 8-bit planes, from a window of 16 columns. Between samples p0 and p1,
// at the fraction s, with t = 1 - s, it is
//
//   t p0 + s p1 + a (2 p0 - p[-1] - p1) + b (2 p1 - p0 - p2)    with a = s t^2 / 2 and b = s^2 t / 2:
//
// bilinear sampling, and a share of the second difference at either sample. Across, the inner taps
// thus weigh t + 2a - b and s + 2b - a and the
// outer ones -a and -b, in units of 1/896. Bytes hold only 1/112 of the inner weights; a second
// product adds the rest. Down the rows, a row with the
// tent weight T (what bilinear sampling would give it) has G = T^2 (1 - T) / 2 of its second
// difference, for s and t alike. So it weighs
// T + 2G less the G of the rows above and below.

/** Draws a cell whose samples have all their taps in one window. */
@inline export function drawBicubic<Planes>(
  scratch: usize, plan: usize, into0: usize, into1: usize, intoStride: i32, rows: i32
): void {
  const kind = load<i32>(plan + PLAN_KIND);
  if (kind == KIND_THREE_ROWS) drawRows<Planes, u8>(scratch, plan, into0, into1, intoStride, rows);
  else if (kind == KIND_FOUR_ROWS) drawRows<Planes, u16>(scratch, plan, into0, into1, intoStride, rows);
  else drawRows<Planes, u32>(scratch, plan, into0, into1, intoStride, rows);
}

/** T^2 (1 - T) / 2 of a tent weight T, Q14. */
@inline function ofSecondDifference(tent: v128, one: v128): v128 {
  // Twice a weight of 1 is -1 in 16 bits; the other factor is 0 there.
  return multiplyQ15(multiplyQ15(i16x8.shl(tent, 1), tent), i16x8.sub(one, tent));
}

/** 8 samples of one source row, interpolated across, as (sample - 128) * 112. */
@inline function across(row: usize, inner: v128, outer: v128, coarse: v128, fine: v128, minus: v128, flip: v128): v128 {
  const samples = v128.xor(v128.load(row), flip);
  const near = pick(samples, inner);
  const rest = i16x8.sub(dotPairs(near, fine), dotPairs(pick(samples, outer), minus));
  return i16x8.add(dotPairs(near, coarse), i16x8.shr_s(rest, 3));
}

/** Two numbers of 8 bits side by side. */
@inline function pairUp(left: v128, right: v128): v128 {
  return v128.or(left, i16x8.shl(right, 8));
}

/** Rows: u8 where no run of samples needs more than three rows with a tent, u16 for four, u32 for any number. */
function drawRows<Planes, Rows>(
  scratch: usize, plan: usize, into0: usize, into1: usize, intoStride: i32, rows: i32
): void {
  const wholeParts = v128.load(scratch + WHOLE_PARTS);
  const innerTaps = v128.load(scratch + INNER_TAPS);
  const outerTaps = v128.load(scratch + OUTER_TAPS);
  const flip = v128.load(scratch + FLIP);
  const toCode = v128.load(scratch + BICUBIC_TO_CODE);
  const one = v128.load(scratch + ONE_Q14);
  const eighths = v128.load(scratch + EIGHTHS);
  const parabola = v128.load(scratch + PARABOLA);
  const sourceStride = <usize>word(scratch, SOURCE_STRIDE);
  // From the row above and the column to the left of the first taps that bilinear sampling has.
  const start = <usize>load<i32>(plan + PLAN_SOURCE) - sourceStride - 1;
  const source0 = <usize>word(scratch, SOURCE_0) + start;
  const source1 = <usize>word(scratch, SOURCE_1) + start;
  const last = load<i32>(plan + PLAN_LAST);
  const dip = load<i32>(plan + PLAN_DIP);
  let xs = firstCoordinates(plan + PLAN_X, eighths, parabola);
  let ys = firstCoordinates(plan + PLAN_Y, eighths, parabola);
  let xStep = firstStep(plan + PLAN_X, eighths);
  let yStep = firstStep(plan + PLAN_Y, eighths);
  const xTurn = v128.load16_splat(plan + PLAN_X + TURN);
  const yTurn = v128.load16_splat(plan + PLAN_Y + TURN);
  for (let j = 0; j < rows; j++) {
    const inner = tapColumns(xs, wholeParts, innerTaps);
    const outer = tapColumns(xs, wholeParts, outerTaps);
    // The fraction as Q14.
    const s = i16x8.shr_u(i16x8.shl(xs, 16 - WINDOW_BITS), 2);
    const t = i16x8.sub(one, s);
    const st = multiplyQ15(s, t);
    const toWeight = v128.load(scratch + BICUBIC_A);
    const a = multiplyQ15(multiplyQ15(st, t), toWeight);
    const b = multiplyQ15(multiplyQ15(st, s), toWeight);
    const whole = v128.load(scratch + BICUBIC_ONE);
    const right = i16x8.sub(i16x8.add(multiplyQ15(s, i16x8.shl(whole, 1)), i16x8.shl(b, 1)), a);
    const left = i16x8.sub(i16x8.add(whole, i16x8.add(a, b)), right);
    const low3 = v128.load(scratch + LOW_3);
    const coarse = pairUp(i16x8.shr_u(left, 3), i16x8.shr_u(right, 3));
    const fine = pairUp(v128.and(left, low3), v128.and(right, low3));
    const minus = pairUp(a, b);

    const first = firstRow(ys, dip, last);
    const offset = <usize>first * sourceStride;
    const row0 = source0 + offset;
    const row1 = source1 + offset;
    let sum: v128;
    let other = i16x8.splat(0);
    if (sizeof<Rows>() == 4) {
      sum = i16x8.splat(0);
      const count = load<i32>(plan + PLAN_TAPS);
      const oneWindow = v128.load(scratch + ONE_WINDOW);
      let down = i16x8.sub_sat_u(ys, i16x8.splat(<i16>(first << WINDOW_BITS)));
      let above = i16x8.splat(0);
      let tent = i16x8.splat(0);
      let here = i16x8.splat(0);
      let row = row0;
      let otherRow = row1;
      for (let k = -1; k <= count; k++) {
        const nextTent = i16x8.shl(i16x8.sub_sat_u(oneWindow, i16x8.abs(down)), 14 - WINDOW_BITS);
        const below = ofSecondDifference(nextTent, one);
        const weight = i16x8.sub(i16x8.add(tent, i16x8.shl(here, 1)), i16x8.add(above, below));
        sum = i16x8.add(sum, multiplyQ15(across(row, inner, outer, coarse, fine, minus, flip), weight));
        row += sourceStride;
        if (sizeof<Planes>() == 2) {
          other = i16x8.add(other, multiplyQ15(across(otherRow, inner, outer, coarse, fine, minus, flip), weight));
          otherRow += sourceStride;
        }
        tent = nextTent;
        above = here;
        here = below;
        down = i16x8.sub(down, oneWindow);
      }
    } else {
      const down = i16x8.shl(i16x8.sub_sat_u(ys, i16x8.splat(<i16>(first << WINDOW_BITS))), 14 - WINDOW_BITS);
      // The tents of drawFewRows (bilinear.ts).
      const t0 = i16x8.sub_sat_u(one, down);
      const beyond = i16x8.sub_sat_u(down, one);
      let t1 = i16x8.sub(i16x8.sub(one, t0), beyond);
      let t2 = beyond;
      let t3 = beyond;
      if (sizeof<Rows>() == 2) {
        t1 = i16x8.sub_sat_u(one, v128.or(t0, beyond));
        t3 = i16x8.sub_sat_u(beyond, one);
        t2 = i16x8.sub(i16x8.sub(i16x8.sub(one, t0), t1), t3);
      }
      const g0 = ofSecondDifference(t0, one);
      const g1 = ofSecondDifference(t1, one);
      const g2 = ofSecondDifference(t2, one);
      const w0 = i16x8.neg(g0);
      const w1 = i16x8.sub(i16x8.add(t0, i16x8.shl(g0, 1)), g1);
      const w2 = i16x8.sub(i16x8.sub(i16x8.add(t1, i16x8.shl(g1, 1)), g0), g2);
      let w3 = i16x8.sub(i16x8.add(t2, i16x8.shl(g2, 1)), g1);
      let w4 = i16x8.neg(g2);
      let w5 = w4;
      if (sizeof<Rows>() == 2) {
        const g3 = ofSecondDifference(t3, one);
        w3 = i16x8.sub(w3, g3);
        w4 = i16x8.sub(i16x8.add(t3, i16x8.shl(g3, 1)), g2);
        w5 = i16x8.neg(g3);
      }
      sum = blendRows<Rows>(row0, sourceStride, inner, outer, coarse, fine, minus, flip, w0, w1, w2, w3, w4, w5);
      if (sizeof<Planes>() == 2) other = blendRows<Rows>(
        row1, sourceStride, inner, outer, coarse, fine, minus, flip, w0, w1, w2, w3, w4, w5
      );
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

/** One plane's run of 8 samples from five or six source rows, as (sample - 128) * 56. */
@inline function blendRows<Rows>(
  row: usize, stride: usize, inner: v128, outer: v128, coarse: v128, fine: v128, minus: v128, flip: v128,
  w0: v128, w1: v128, w2: v128, w3: v128, w4: v128, w5: v128,
): v128 {
  let sum = multiplyQ15(across(row, inner, outer, coarse, fine, minus, flip), w0);
  row += stride;
  sum = i16x8.add(sum, multiplyQ15(across(row, inner, outer, coarse, fine, minus, flip), w1));
  row += stride;
  sum = i16x8.add(sum, multiplyQ15(across(row, inner, outer, coarse, fine, minus, flip), w2));
  row += stride;
  sum = i16x8.add(sum, multiplyQ15(across(row, inner, outer, coarse, fine, minus, flip), w3));
  row += stride;
  sum = i16x8.add(sum, multiplyQ15(across(row, inner, outer, coarse, fine, minus, flip), w4));
  if (sizeof<Rows>() == 1) return sum;
  return i16x8.add(sum, multiplyQ15(across(row + stride, inner, outer, coarse, fine, minus, flip), w5));
}
