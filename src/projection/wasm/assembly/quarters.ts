import { drawPlanned } from "./planned";
import { narrowExtent, PLAN_KIND, planFour } from "./plan";
import { TO_Y, X00, X01, X10, X11, X_ACROSS, X_DOWN } from "./records";
import { PLAN, QUARTERS, word } from "./scratch";
import { CELL_SIZE, KERNEL, SAMPLE_BYTES } from "../layout";

// Means of 2 x 2 samples, or of 4 x 4 or 8 x 8. A cell is drawn at half steps, as four cells, its
// quarters; samples of the output lie in the middle
// of four of theirs. Half steps of the quarters' own make 4 x 4, and so on.

// The memory of one halving, from QUARTERS on.
/** The records of the four quarters. */
@inline const RECORDS: i32 = 0;
/** Their plan, as far from PLAN. */
@inline const PLANS: i32 = 192;
/** 16 x 16 samples of two bytes, for each plane. */
@inline const SAMPLES: i32 = 512;
@inline const SAMPLES_BYTES: i32 = 512;
@inline export const QUARTER_BYTES: i32 = 1536;

/** One axis of the corners of the quarters: where `s` and `t` are 32nds of the cell, across and down. */
@inline function corner(axis: usize, s: v128, t: v128): v128 {
  const start = v128.load32_splat(axis + X00);
  const right = i32x4.sub(v128.load32_splat(axis + X10), start);
  const down = i32x4.sub(v128.load32_splat(axis + X01), start);
  const twist = i32x4.sub(i32x4.sub(v128.load32_splat(axis + X11), v128.load32_splat(axis + X01)), right);
  // Extents may fill 31 bits: first shift, then multiply.
  const straight = i32x4.add(i32x4.mul(i32x4.shr_s(right, 5), s), i32x4.mul(i32x4.shr_s(down, 5), t));
  const twisted = i32x4.mul(i32x4.shr_s(i32x4.mul(i32x4.shr_s(twist, 5), s), 5), t);
  return i32x4.add(
    i32x4.add(i32x4.add(start, straight), twisted),
    i32x4.add(parabola(v128.load32_splat(axis + X_ACROSS), s), parabola(v128.load32_splat(axis + X_DOWN), t)),
  );
}

/** A bulge at the place `s`, 32nds of the cell: 4 s (1 - s) of it. */
@inline function parabola(bulge: v128, s: v128): v128 {
  return i32x4.shr_s(i32x4.mul(bulge, i32x4.mul(s, i32x4.sub(i32x4.splat(32), s))), 8);
}

@inline function quarterAxis(axis: usize, into: usize): void {
  // A quarter's first sample lies a quarter of a step before the cell's, and its ninth is the next
  // one's first: sample k at k / 2 - 1 / 4 steps.
  const left = i32x4(-1, 15, -1, 15);
  const right = i32x4(15, 31, 15, 31);
  const top = i32x4(-1, -1, 15, 15);
  const bottom = i32x4(15, 15, 31, 31);
  v128.store(into + X00, corner(axis, left, top));
  v128.store(into + X10, corner(axis, right, top));
  v128.store(into + X01, corner(axis, left, bottom));
  v128.store(into + X11, corner(axis, right, bottom));
  v128.store(into + X_ACROSS, i32x4.shr_s(v128.load32_splat(axis + X_ACROSS), 2));
  v128.store(into + X_DOWN, i32x4.shr_s(v128.load32_splat(axis + X_DOWN), 2));
}

/** Draws a cell, each sample as the mean of 4 (`depth` 1), 16 (2) or 64 (3). */
export function drawMean<Planes>(
  scratch: usize, record: usize, depth: i32, into0: usize, into1: usize, intoStride: i32, rows: i32
): void {
  const area = scratch + QUARTERS + <usize>(depth - 1) * QUARTER_BYTES;
  const records = area + RECORDS;
  const plans = area + PLANS - PLAN;
  quarterAxis(record, records);
  quarterAxis(record + TO_Y, records + TO_Y);
  const kinds = planFour(
    scratch, plans, narrowExtent(word(scratch, KERNEL)),
    v128.load(records + X00), v128.load(records + X10), v128.load(records + X01), v128.load(records + X11),
    records + X_ACROSS, records + X_DOWN,
    records + TO_Y + X00, records + TO_Y + X01, X10 - X00, records + TO_Y + X_ACROSS, records + TO_Y + X_DOWN,
  );
  v128.store(plans + PLAN_KIND, kinds);
  const bytes = word(scratch, SAMPLE_BYTES);
  const stride = 2 * CELL_SIZE * bytes;
  const samples = area + SAMPLES;
  for (let k = 0; k < 4; k++) {
    const down = k >> 1;
    if (down * (CELL_SIZE / 2) >= rows) break;
    const quarter0 = samples + <usize>(down * CELL_SIZE * stride + (k & 1) * CELL_SIZE * bytes);
    const quarter1 = quarter0 + SAMPLES_BYTES;
    const lane = <usize>k << 2;
    if (depth > 1) drawMean<Planes>(scratch, records + lane, depth - 1, quarter0, quarter1, stride, CELL_SIZE);
    else drawPlanned<Planes>(scratch, plans + lane, records + lane, quarter0, quarter1, stride, CELL_SIZE);
  }
  storeMeans(samples, bytes, into0, intoStride, rows);
  if (sizeof<Planes>() == 2) storeMeans(samples + SAMPLES_BYTES, bytes, into1, intoStride, rows);
}

/** Stores the means of 2 x 2 of 16 x 16 samples. */
function storeMeans(samples: usize, bytes: i32, into: usize, intoStride: i32, rows: i32): void {
  // Halves are rounded up and down in turn, like the squares of a chessboard: always up would make
  // the picture an eighth of a code value brighter.
  let rounding = i16x8(2, 1, 2, 1, 2, 1, 2, 1);
  for (let j = 0; j < rows; j++) {
    if (bytes == 1) {
      const pairs = i16x8.add(
        i16x8.extadd_pairwise_i8x16_u(v128.load(samples)), i16x8.extadd_pairwise_i8x16_u(v128.load(samples, 16))
      );
      const codes = i16x8.shr_u(i16x8.add(pairs, rounding), 2);
      v128.store64_lane(into, i8x16.narrow_i16x8_u(codes, codes), 0);
      samples += 32;
    } else {
      v128.store(into, i16x8.narrow_i32x4_u(meansOfFour(samples, rounding), meansOfFour(samples + 16, rounding)));
      samples += 64;
    }
    rounding = v128.shuffle<i16>(rounding, rounding, 1, 0, 3, 2, 5, 4, 7, 6);
    into += <usize>intoStride;
  }
}

/** Four means of 16-bit samples as i32. */
@inline function meansOfFour(samples: usize, rounding: v128): v128 {
  const pairs = i32x4.add(
    i32x4.extadd_pairwise_i16x8_u(v128.load(samples)), i32x4.extadd_pairwise_i16x8_u(v128.load(samples, 32))
  );
  return i32x4.shr_u(i32x4.add(pairs, i32x4.extend_low_i16x8_u(rounding)), 2);
}
