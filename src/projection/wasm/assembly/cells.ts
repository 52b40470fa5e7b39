import {
  COLUMNS_HIGH, COLUMNS_LOW, EIGHTHS, FLIP, LEFT_RIGHT, LOW_7, MIDDLE, ONE_Q11, ONE_Q14, TO_CODE, WEIGHT_BASE, WEIGHT_SPREAD, WHOLE_PARTS,
} from "./constants";
import { dotPairs, multiplyQ15, pick } from "./simd";
import {
  BLOCK, CELL_SAMPLES, CELL_SIZE, COORDINATE_BITS, EXACT, EXACT_BYTES, HEIGHT, PLANES, ROW_TOP_Y, SOURCE_0, SOURCE_1, SOURCE_LAST_ROW, SOURCE_PERIOD,
  SOURCE_STRIDE, STRIP, STRIP_ROWS, TARGET_0, TARGET_1, TARGET_STRIDE, WIDTH,
} from "../layout";

// Two ways to sample, both bilinear. Where a cell's 64 samples fall within 15 columns of the source, a source row is one 16-byte load, from which one
// byte shuffle picks the left and right taps of 8 samples at once (drawWindow). Elsewhere taps are loaded two by two (drawGather).
// Functions take the number of planes as a type, u8 for one and u16 for two, so that the compiler makes one form of each.

/** Widest extent of a cell's coordinates for the window: a whole and a tap more are 16 columns, and 0.05 is for rounding on the way. */
@inline const WINDOW: i32 = <i32>(13.9 * 65536);
/** Fraction bits of coordinates inside the window: 5 bits are left for the whole part. */
@inline const WINDOW_BITS: i32 = 11;

@inline function word(scratch: usize, index: i32): i32 {
  return load<i32>(scratch + (<usize>index << 2));
}

/** Draws the cells of one strip: output rows `y` and on, through node rows `top` and `bottom`. */
export function drawCells(scratch: usize, y: i32, top: usize, bottom: usize, classes: usize, rowBytes: usize): void {
  if (word(scratch, PLANES) == 2) drawCellsOf<u16>(scratch, y, top, bottom, classes, rowBytes);
  else drawCellsOf<u8>(scratch, y, top, bottom, classes, rowBytes);
}

function drawCellsOf<T>(scratch: usize, y: i32, top: usize, bottom: usize, classes: usize, rowBytes: usize): void {
  const width = word(scratch, WIDTH);
  const rows = min(CELL_SIZE, word(scratch, HEIGHT) - y);
  const stride = word(scratch, TARGET_STRIDE);
  const source0 = <usize>word(scratch, SOURCE_0);
  const source1 = <usize>word(scratch, SOURCE_1);
  const sourceStride = word(scratch, SOURCE_STRIDE);
  const period = word(scratch, SOURCE_PERIOD);
  const half = period ? period >> 1 : i32.MAX_VALUE;
  const exact = scratch + STRIP + <usize>STRIP_ROWS * rowBytes;
  const topY = top + <usize>ROW_TOP_Y * rowBytes;
  const bottomY = bottom + <usize>ROW_TOP_Y * rowBytes;
  let target0 = <usize>word(scratch, TARGET_0) + <usize>y * <usize>stride;
  let target1 = <usize>word(scratch, TARGET_1) + <usize>y * <usize>stride;

  for (let x = 0, at: usize = 0; x < width; x += CELL_SIZE, at += 4, target0 += CELL_SIZE, target1 += CELL_SIZE) {
    const whole = x + CELL_SIZE <= width;
    const into0 = whole ? target0 : scratch + BLOCK;
    const into1 = whole ? target1 : scratch + BLOCK + CELL_SAMPLES;
    const intoStride = whole ? stride : CELL_SIZE;

    if (load<i32>(classes + at) == EXACT) {
      drawExact<T>(scratch, into0, into1, intoStride, rows, exact + (at >> 2) * EXACT_BYTES);
    } else {
      let x00 = load<i32>(top + at);
      let x10 = unwrap(load<i32>(top + at + 4), x00, period, half);
      let x01 = unwrap(load<i32>(bottom + at), x00, period, half);
      let x11 = unwrap(load<i32>(bottom + at + 4), x01, period, half);
      const y00 = load<i32>(topY + at);
      const y10 = load<i32>(topY + at + 4);
      const y01 = load<i32>(bottomY + at);
      const y11 = load<i32>(bottomY + at + 4);
      let least = min(min(x00, x10), min(x01, x11));
      const shift = least < 0 ? period : least >= period ? -period : 0;
      x00 += shift;
      x10 += shift;
      x01 += shift;
      x11 += shift;
      least += shift;
      const leastY = min(min(y00, y10), min(y01, y11));
      const extent = max(max(x00, x10), max(x01, x11)) - least;
      const extentY = max(max(y00, y10), max(y01, y11)) - leastY;
      if (max(extent, extentY) < WINDOW) {
        const column = least >> COORDINATE_BITS;
        const row = leastY >> COORDINATE_BITS;
        const offset = row * sourceStride + column;
        const baseX = column << COORDINATE_BITS;
        const baseY = row << COORDINATE_BITS;
        const slope = max(abs(y10 - y00), abs(y11 - y01));
        // 7/8 of the slope is the way from the first sample of a run to the last; a whole and two taps, and 1/256 for rounding on the way.
        const taps = ((slope - (slope >> 3) + 256) >> COORDINATE_BITS) + 3;
        drawWindow<T>(
          scratch, into0, into1, intoStride, rows, source0 + offset, source1 + offset, sourceStride, taps, word(scratch, SOURCE_LAST_ROW) - row - taps + 1,
          x00 - baseX, x10 - baseX, x01 - baseX, x11 - baseX, y00 - baseY, y10 - baseY, y01 - baseY, y11 - baseY,
        );
      } else {
        drawGather<T>(scratch, into0, into1, intoStride, rows, x00, x10, x01, x11, y00, y10, y01, y11);
      }
    }
    if (!whole) {
      copyPart(target0, stride, into0, width - x, rows);
      if (sizeof<T>() == 2) copyPart(target1, stride, into1, width - x, rows);
    }
  }
}

/** `x` moved by whole periods to where it is nearest to `near`. */
@inline function unwrap(x: i32, near: i32, period: i32, half: i32): i32 {
  const way = x - near;
  return x + (way < -half ? period : 0) - (way > half ? period : 0);
}

function copyPart(target: usize, stride: i32, block: usize, columns: i32, rows: i32): void {
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) store<u8>(target + <usize>i, load<u8>(block + <usize>i));
    target += <usize>stride;
    block += CELL_SIZE;
  }
}

/** 8 samples of one source row, interpolated across, as i16: (sample - 128) * 127. */
@inline function across(row: usize, taps: v128, weights: v128, flip: v128): v128 {
  return dotPairs(pick(v128.xor(v128.load(row), flip), taps), weights);
}

/** Stores 8 samples that are given as (sample - 128) * 63.5. */
@inline function storeSamples(into: usize, sum: v128, toCode: v128, middle: v128): void {
  const code = i16x8.add(multiplyQ15(sum, toCode), middle);
  v128.store64_lane(into, i8x16.narrow_i16x8_u(code, code), 0);
}

/**
 * Corners are relative to source0 and source1, which are the window's column 0 and row 0. A run of 8 samples needs at most `taps` source rows, the first
 * of which is at most row `lastFirst`.
 */
function drawWindow<T>(
  scratch: usize, into0: usize, into1: usize, intoStride: i32, rows: i32, source0: usize, source1: usize, sourceStride: i32, taps: i32, lastFirst: i32,
  x00: i32, x10: i32, x01: i32, x11: i32, y00: i32, y10: i32, y01: i32, y11: i32,
): void {
  const wholeParts = v128.load(scratch + WHOLE_PARTS);
  const leftRight = v128.load(scratch + LEFT_RIGHT);
  const flip = v128.load(scratch + FLIP);
  const spread = v128.load(scratch + WEIGHT_SPREAD);
  const base = v128.load(scratch + WEIGHT_BASE);
  const toCode = v128.load(scratch + TO_CODE);
  const middle = v128.load(scratch + MIDDLE);
  const eighths = v128.load(scratch + EIGHTHS);
  const eighth = i16x8.splat(4096);

  let xs = edge(x00, x10, eighths);
  const xStep = multiplyQ15(i16x8.sub(edge(x01, x11, eighths), xs), eighth);
  let ys = edge(y00, y10, eighths);
  const yStep = multiplyQ15(i16x8.sub(edge(y01, y11, eighths), ys), eighth);

  if (taps == 3) {
    const one = v128.load(scratch + ONE_Q14);
    for (let j = 0; j < rows; j++) {
      const picked = i8x16.add(pick(i16x8.shr_u(xs, 3), wholeParts), leftRight);
      // Seven bits f of the fraction as weights 127 - f and f of left and right: f / 127 is nearest to the middle of what the cut-off bits could be.
      const weights = i16x8.add(i16x8.mul(i16x8.shr_u(i16x8.shl(xs, 5), 9), spread), base);
      const first = min(firstRow(ys), lastFirst);
      const down = i16x8.shl(i16x8.sub_sat_u(ys, i16x8.splat(<i16>(first << WINDOW_BITS))), 14 - WINDOW_BITS);
      // A tent over each row, 1 high and 2 wide.
      const weight0 = i16x8.sub_sat_u(one, down);
      const weight2 = i16x8.sub_sat_u(down, one);
      const weight1 = i16x8.sub(i16x8.sub(one, weight0), weight2);
      const offset = <usize>(first * sourceStride);
      const row0 = source0 + offset;
      let sum = multiplyQ15(across(row0, picked, weights, flip), weight0);
      sum = i16x8.add(sum, multiplyQ15(across(row0 + <usize>sourceStride, picked, weights, flip), weight1));
      sum = i16x8.add(sum, multiplyQ15(across(row0 + <usize>(sourceStride << 1), picked, weights, flip), weight2));
      storeSamples(into0, sum, toCode, middle);
      into0 += <usize>intoStride;
      if (sizeof<T>() == 2) {
        const row1 = source1 + offset;
        let other = multiplyQ15(across(row1, picked, weights, flip), weight0);
        other = i16x8.add(other, multiplyQ15(across(row1 + <usize>sourceStride, picked, weights, flip), weight1));
        other = i16x8.add(other, multiplyQ15(across(row1 + <usize>(sourceStride << 1), picked, weights, flip), weight2));
        storeSamples(into1, other, toCode, middle);
        into1 += <usize>intoStride;
      }
      xs = i16x8.add(xs, xStep);
      ys = i16x8.add(ys, yStep);
    }
    return;
  }

  const one = v128.load(scratch + ONE_Q11);
  for (let j = 0; j < rows; j++) {
    const picked = i8x16.add(pick(i16x8.shr_u(xs, 3), wholeParts), leftRight);
    const weights = i16x8.add(i16x8.mul(i16x8.shr_u(i16x8.shl(xs, 5), 9), spread), base);
    const first = min(firstRow(ys), lastFirst);
    let down = i16x8.sub_sat_u(ys, i16x8.splat(<i16>(first << WINDOW_BITS)));
    const offset = <usize>(first * sourceStride);
    let row0 = source0 + offset;
    let row1 = source1 + offset;
    let sum = i16x8.splat(0);
    let other = i16x8.splat(0);
    for (let k = 0; k < taps; k++) {
      const weight = i16x8.shl(i16x8.sub_sat_u(one, i16x8.abs(down)), 14 - WINDOW_BITS);
      sum = i16x8.add(sum, multiplyQ15(across(row0, picked, weights, flip), weight));
      row0 += <usize>sourceStride;
      if (sizeof<T>() == 2) {
        other = i16x8.add(other, multiplyQ15(across(row1, picked, weights, flip), weight));
        row1 += <usize>sourceStride;
      }
      down = i16x8.sub(down, one);
    }
    storeSamples(into0, sum, toCode, middle);
    into0 += <usize>intoStride;
    if (sizeof<T>() == 2) {
      storeSamples(into1, other, toCode, middle);
      into1 += <usize>intoStride;
    }
    xs = i16x8.add(xs, xStep);
    ys = i16x8.add(ys, yStep);
  }
}

/** The least whole row in a run whose first or last sample is the highest. */
@inline function firstRow(ys: v128): i32 {
  return min(<i32>i16x8.extract_lane_u(ys, 0), <i32>i16x8.extract_lane_u(ys, 7)) >> WINDOW_BITS;
}

/** Eight coordinates from `from` towards `to`, which is the ninth, in window units. */
@inline function edge(from: i32, to: i32, eighths: v128): v128 {
  const start = from >> (COORDINATE_BITS - WINDOW_BITS);
  const end = to >> (COORDINATE_BITS - WINDOW_BITS);
  return i16x8.add(i16x8.splat(<i16>start), multiplyQ15(i16x8.splat(<i16>(end - start)), eighths));
}

/** Draws a cell sample by sample; coordinates between its corners are interpolated. */
function drawGather<T>(
  scratch: usize, into0: usize, into1: usize, intoStride: i32, rows: i32, x00: i32, x10: i32, x01: i32, x11: i32, y00: i32, y10: i32, y01: i32, y11: i32,
): void {
  const low = v128.load(scratch + COLUMNS_LOW);
  const high = v128.load(scratch + COLUMNS_HIGH);
  const xStep = (x01 - x00) >> 3;
  const yStep = (y01 - y00) >> 3;
  let xSlope = (x10 - x00) >> 3;
  let ySlope = (y10 - y00) >> 3;
  const xTurn = (x11 - x01 - x10 + x00) >> 6;
  const yTurn = (y11 - y01 - y10 + y00) >> 6;
  for (let j = 0; j < rows; j++) {
    const xs = i32x4.splat(x00);
    const ys = i32x4.splat(y00);
    const xSlopes = i32x4.splat(xSlope);
    const ySlopes = i32x4.splat(ySlope);
    gatherEight<T>(
      scratch, into0, into1,
      i32x4.add(xs, i32x4.mul(xSlopes, low)), i32x4.add(xs, i32x4.mul(xSlopes, high)),
      i32x4.add(ys, i32x4.mul(ySlopes, low)), i32x4.add(ys, i32x4.mul(ySlopes, high)),
    );
    into0 += <usize>intoStride;
    into1 += <usize>intoStride;
    x00 += xStep;
    y00 += yStep;
    xSlope += xTurn;
    ySlope += yTurn;
  }
}

/** Draws a cell from its own list of coordinates. */
function drawExact<T>(scratch: usize, into0: usize, into1: usize, intoStride: i32, rows: i32, coordinates: usize): void {
  for (let j = 0; j < rows; j++) {
    gatherEight<T>(
      scratch, into0, into1,
      v128.load(coordinates), v128.load(coordinates, 16), v128.load(coordinates, CELL_SAMPLES * 4), v128.load(coordinates, CELL_SAMPLES * 4 + 16),
    );
    coordinates += CELL_SIZE * 4;
    into0 += <usize>intoStride;
    into1 += <usize>intoStride;
  }
}

/** One run of 8 samples at any coordinates. */
@inline function gatherEight<T>(scratch: usize, into0: usize, into1: usize, xLow: v128, xHigh: v128, yLow: v128, yHigh: v128): void {
  const low = gatherFour<T>(scratch, xLow, yLow, into1);
  const high = gatherFour<T>(scratch, xHigh, yHigh, into1 + 4);
  const codes = i16x8.narrow_i32x4_s(low, high);
  v128.store64_lane(into0, i8x16.narrow_i16x8_u(codes, codes), 0);
}

/** Four samples of the first plane as i32; those of the second, if there is one, go to `into1` right away. */
function gatherFour<T>(scratch: usize, x: v128, y: v128, into1: usize): v128 {
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
  const at = i32x4.add(i32x4.dot_i16x8_s(i32x4.shr_s(y, COORDINATE_BITS), i32x4.splat(stride)), i32x4.shr_s(x, COORDINATE_BITS));
  const at0 = i32x4.extract_lane(at, 0);
  const at1 = i32x4.extract_lane(at, 1);
  const at2 = i32x4.extract_lane(at, 2);
  const at3 = i32x4.extract_lane(at, 3);
  if (sizeof<T>() == 2) {
    const codes = blendFour(load<i32>(scratch + (SOURCE_1 << 2)), stride, at0, at1, at2, at3, weights01, weights23);
    const narrow = i16x8.narrow_i32x4_s(codes, codes);
    v128.store32_lane(into1, i8x16.narrow_i16x8_u(narrow, narrow), 0);
  }
  return blendFour(load<i32>(scratch + (SOURCE_0 << 2)), stride, at0, at1, at2, at3, weights01, weights23);
}

@inline function blendFour(source: i32, stride: i32, at0: i32, at1: i32, at2: i32, at3: i32, weights01: v128, weights23: v128): v128 {
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
