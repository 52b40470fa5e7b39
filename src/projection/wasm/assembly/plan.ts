import { PLAN } from "./scratch";
import {
  BICUBIC, CLASS_BITS, COORDINATE_BITS, EXACT, NODE_Y, ROW_CLASS, ROW_X_ACROSS, ROW_X_DOWN, ROW_Y_ACROSS, ROW_Y_DOWN,
  SOURCE_LAST_ROW, SOURCE_PERIOD,
  SOURCE_STRIDE, STRIP,
} from "../layout";

// What the drawing of a cell needs to know, worked out for four cells at once: done one by one, it
// took as long as drawing them.

/** Fraction bits of coordinates in a window: unsigned 16-bit numbers with signed differences. */
@inline export const WINDOW_BITS: i32 = 10;
@inline const LESS: i32 = COORDINATE_BITS - WINDOW_BITS;

/** Rounding on the way to a sample's coordinate, at most, coordinate units. */
@inline const SLACK: i32 = 1024;
/**
 * Widest extent of a cell's coordinates, slack included, for which whole parts and the taps beside
 * them stay below 16.
 */
@inline const NARROW: i32 = 14 << COORDINATE_BITS;
/** The same for 32, less what makes the slope to the ninth sample, 8/7 of the extent, fit in a signed number. */
@inline const WIDE: i32 = 28 << COORDINATE_BITS;

/** How to draw the cell: one of the next six. */
@inline export const PLAN_KIND: i32 = PLAN;
@inline export const KIND_GATHER: i32 = 0;
@inline export const KIND_WIDE: i32 = 1;
@inline export const KIND_NARROW: i32 = 2;
/** Narrow, and no run of samples needs more than three source rows, or four. */
@inline export const KIND_THREE_ROWS: i32 = 3;
@inline export const KIND_FOUR_ROWS: i32 = 4;
@inline export const KIND_EXACT: i32 = 5;
/** Source rows that a run of samples needs, at most. */
@inline export const PLAN_TAPS: i32 = PLAN + 16;
/** Bytes from the source's sample (0, 0) to that of the window. */
@inline export const PLAN_SOURCE: i32 = PLAN + 32;
/** Last row of the window that can be the first of a run. */
@inline export const PLAN_LAST: i32 = PLAN + 48;
/** How far a run dips below both of its ends, window units. */
@inline export const PLAN_DIP: i32 = PLAN + 64;
// Coordinates of the cell's samples, relative to the window and in its units: that of its first
// one, then how they go on. Six numbers, for x and for y.
@inline export const PLAN_X: i32 = PLAN + 80;
@inline export const PLAN_Y: i32 = PLAN + 176;
@inline export const START: i32 = 0;
/** From the first sample of the first row to where the ninth would be. */
@inline export const SLOPE: i32 = 16;
/** Twice what is added in the middle of a row. */
@inline export const BULGE: i32 = 32;
/** From the first row to the second. */
@inline export const STEP: i32 = 48;
/** How much more, from the first sample to where the ninth would be, the step is. */
@inline export const TWIST: i32 = 64;
/** By how much each step is less than the one before. */
@inline export const TURN: i32 = 80;

@inline function masked(mask: v128, value: v128): v128 {
  return v128.and(mask, value);
}

/** `x` moved by whole periods to where it is nearest to `near`. */
@inline function unwrap(x: v128, near: v128, period: v128, half: v128): v128 {
  const way = i32x4.sub(x, near);
  return i32x4.sub(
    i32x4.add(x, masked(i32x4.gt_s(i32x4.neg(half), way), period)), masked(i32x4.gt_s(way, half), period)
  );
}

/** `to` moved back to the last of the 8 samples that lead from `from` to it. */
@inline function lastSample(from: v128, to: v128): v128 {
  return i32x4.sub(to, i32x4.shr_s(i32x4.sub(to, from), 3));
}

/** Least coordinate of a cell, from those of its outermost samples. */
@inline function least(a: v128, b: v128, c: v128, d: v128, across: v128, down: v128): v128 {
  const zero = i32x4.splat(0);
  const corner = i32x4.min_s(i32x4.min_s(a, b), i32x4.min_s(c, d));
  return i32x4.sub(
    i32x4.add(i32x4.add(corner, i32x4.min_s(across, zero)), i32x4.min_s(down, zero)), i32x4.splat(SLACK)
  );
}

@inline function greatest(a: v128, b: v128, c: v128, d: v128, across: v128, down: v128): v128 {
  const zero = i32x4.splat(0);
  const corner = i32x4.max_s(i32x4.max_s(a, b), i32x4.max_s(c, d));
  return i32x4.add(
    i32x4.add(i32x4.add(corner, i32x4.max_s(across, zero)), i32x4.max_s(down, zero)), i32x4.splat(SLACK)
  );
}

/** Coordinate units as window units over 2^`bits`, to nearest. */
@inline function scaled(value: v128, bits: i32): v128 {
  return i32x4.shr_s(i32x4.add(value, i32x4.splat(1 << (LESS + bits - 1))), LESS + bits);
}

@inline function storeAxis(into: usize, a: v128, b: v128, c: v128, d: v128, across: v128, down: v128): void {
  const slope = i32x4.sub(b, a);
  v128.store(into + START, scaled(a, 0));
  v128.store(into + SLOPE, scaled(slope, 0));
  v128.store(into + BULGE, scaled(across, -1));
  // The bulge's parabola down the rows is 0, 7, 12, 15, 16 ... times a 16th: first differences
  // start at 7 of those and fall by 2.
  const fall = scaled(down, 4);
  v128.store(into + STEP, i32x4.add(scaled(i32x4.sub(c, a), 3), i32x4.sub(i32x4.shl(fall, 3), fall)));
  v128.store(into + TWIST, scaled(i32x4.sub(i32x4.sub(d, c), slope), 3));
  v128.store(into + TURN, i32x4.shl(fall, 1));
}

/**
 * The bound of extents within which `kernel` can draw a cell from one 16-byte window: all taps of
 * all samples lie in it.
 */
@inline export function narrowExtent(kernel: i32): i32 {
  return kernel == BICUBIC ? NARROW - (2 << COORDINATE_BITS) : NARROW;
}

/** Plans the four cells whose words are `at` bytes into the rows of the strip, for `kernel`. */
export function planCells(scratch: usize, at: usize, top: usize, bottom: usize, rowBytes: usize, kernel: i32): void {
  const period = v128.load32_splat(scratch + (SOURCE_PERIOD << 2));
  const half = i32x4.shr_s(period, 1);
  const strip = scratch + STRIP + at;
  const x00 = v128.load(top + at);
  const x10 = unwrap(v128.load(top + at, 4), x00, period, half);
  const x01 = unwrap(v128.load(bottom + at), x00, period, half);
  const x11 = unwrap(v128.load(bottom + at, 4), x01, period, half);
  const kind = planFour(
    scratch, scratch, narrowExtent(kernel),
    x00, x10, x01, x11, strip + <usize>ROW_X_ACROSS * rowBytes, strip + <usize>ROW_X_DOWN * rowBytes,
    top + <usize>NODE_Y * rowBytes + at, bottom + <usize>NODE_Y * rowBytes + at, 4,
    strip + <usize>ROW_Y_ACROSS * rowBytes, strip + <usize>ROW_Y_DOWN * rowBytes,
  );
  const exact = i32x4.eq(
    v128.and(v128.load(strip + <usize>ROW_CLASS * rowBytes), i32x4.splat(CLASS_BITS)), i32x4.splat(EXACT)
  );
  v128.store(scratch + PLAN_KIND, v128.bitselect(i32x4.splat(KIND_EXACT), kind, exact));
}

/**
 * Plans four cells from the coordinates of their corners and their bulges. What is not needed at
 * once has an address, so that it takes no register.
 *
 * @param base to where the plan is written: `base + PLAN_TAPS` is the first number of the first cell.
 * @param narrow as `narrowExtent` gives it.
 * @param topY to y of the upper left corners, after which, at `next`, those of the right ones
 * follow; `bottomY` to the lower ones.
 * @returns the kinds of the cells, none of which is exact.
 */
@inline export function planFour(
  scratch: usize, base: usize, narrow: i32,
  x00: v128, x10: v128, x01: v128, x11: v128, xAcrossAt: usize, xDownAt: usize,
  topY: usize, bottomY: usize, next: usize, yAcrossAt: usize, yDownAt: usize,
): v128 {
  const xAcross = v128.load(xAcrossAt);
  const xDown = v128.load(xDownAt);
  const period = v128.load32_splat(scratch + (SOURCE_PERIOD << 2));
  const rightX = lastSample(x00, x10);
  const lowX = lastSample(x00, x01);
  const farX = lastSample(rightX, lastSample(x01, x11));
  const leastX = least(x00, rightX, lowX, farX, xAcross, xDown);
  const extentX = i32x4.sub(greatest(x00, rightX, lowX, farX, xAcross, xDown), leastX);
  // The window starts in the picture itself, and may go on into the padding on its right; taps
  // further to the left may lie in the padding there.
  const shift = i32x4.sub(
    masked(i32x4.gt_s(i32x4.splat(0), leastX), period), masked(i32x4.ge_s(leastX, period), period)
  );
  const column = i32x4.shr_s(i32x4.add(leastX, shift), COORDINATE_BITS);
  const baseX = i32x4.sub(i32x4.shl(column, COORDINATE_BITS), shift);
  storeAxis(
    base + PLAN_X, i32x4.sub(
      x00, baseX
    ), i32x4.sub(x10, baseX), i32x4.sub(x01, baseX), i32x4.sub(x11, baseX), xAcross, xDown,
  );

  const yAcross = v128.load(yAcrossAt);
  const yDown = v128.load(yDownAt);
  const y00 = v128.load(topY);
  const y10 = v128.load(topY + next);
  const y01 = v128.load(bottomY);
  const y11 = v128.load(bottomY + next);
  const rightY = lastSample(y00, y10);
  const lowY = lastSample(y00, y01);
  const farY = lastSample(rightY, lastSample(y01, y11));
  // A run is looked for from as far below its ends as it may dip, which must not be above the window.
  const dip = i32x4.sub(i32x4.splat(SLACK >> 1), i32x4.min_s(yAcross, i32x4.splat(0)));
  const leastY = i32x4.sub(least(y00, rightY, lowY, farY, yAcross, yDown), dip);
  const extentY = i32x4.sub(greatest(y00, rightY, lowY, farY, yAcross, yDown), leastY);
  const row = i32x4.shr_s(leastY, COORDINATE_BITS);
  const baseY = i32x4.shl(row, COORDINATE_BITS);
  storeAxis(
    base + PLAN_Y, i32x4.sub(
      y00, baseY
    ), i32x4.sub(y10, baseY), i32x4.sub(y01, baseY), i32x4.sub(y11, baseY), yAcross, yDown,
  );

  // A run of samples needs as many rows as it spans, counted from below its dip; a whole and two
  // taps come on top. Where the bulge moves an end, too,
  // it is by less than half of it: 7/16.
  const slope = i32x4.max_s(i32x4.abs(i32x4.sub(rightY, y00)), i32x4.abs(i32x4.sub(farY, lowY)));
  const bulge = i32x4.abs(yAcross);
  const span = i32x4.add(i32x4.add(slope, i32x4.add(bulge, i32x4.shr_s(bulge, 1))), i32x4.splat(SLACK));
  const rowsLeft = i32x4.sub(v128.load32_splat(scratch + (SOURCE_LAST_ROW << 2)), row);
  const taps = i32x4.min_s(
    i32x4.add(i32x4.shr_s(span, COORDINATE_BITS), i32x4.splat(3)), i32x4.add(rowsLeft, i32x4.splat(1))
  );
  v128.store(base + PLAN_TAPS, taps);
  v128.store(base + PLAN_SOURCE, i32x4.add(i32x4.mul(row, v128.load32_splat(scratch + (SOURCE_STRIDE << 2))), column));
  v128.store(base + PLAN_LAST, i32x4.sub(i32x4.add(rowsLeft, i32x4.splat(1)), taps));
  v128.store(base + PLAN_DIP, i32x4.shr_s(dip, LESS));

  const extent = i32x4.max_s(extentX, extentY);
  let kind = masked(i32x4.lt_s(extent, i32x4.splat(WIDE)), i32x4.splat(KIND_WIDE));
  kind = v128.bitselect(i32x4.splat(KIND_NARROW), kind, i32x4.lt_s(extent, i32x4.splat(narrow)));
  const isNarrow = i32x4.eq(kind, i32x4.splat(KIND_NARROW));
  kind = v128.bitselect(i32x4.splat(KIND_THREE_ROWS), kind, v128.and(isNarrow, i32x4.eq(taps, i32x4.splat(3))));
  return v128.bitselect(i32x4.splat(KIND_FOUR_ROWS), kind, v128.and(isNarrow, i32x4.eq(taps, i32x4.splat(4))));
}
