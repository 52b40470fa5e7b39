import { drawListedBilinear } from "./bilinear";
import { word } from "./scratch";
import { multiplyQ15 } from "./simd";
import {
  BICUBIC, BILINEAR, CELL_SAMPLES, CELL_SIZE, COORDINATE_BITS, KERNEL, NEAREST, SAMPLE_BYTES, SOURCE_0, SOURCE_1,
  SOURCE_PERIOD, SOURCE_STRIDE,
  WEIGHT_PHASES, WEIGHT_TAPS, WEIGHTS,
} from "../layout";

// Draws cells whose coordinates are a list: any kernel, of 8-bit or 16-bit samples, one by one,
// with weights from a table.
//
// Sample: u8 or u16.

/** Bits of a coordinate below a phase of the table. */
@inline const PHASE_SHIFT: i32 = COORDINATE_BITS - 8;
/** Greatest code of 16-bit samples. */
@inline const MAX_CODE_16: i32 = 1023;

/** Draws a cell from a list of coordinates, with the kernel and samples that the parameter block states. */
export function drawListed<Planes>(
  scratch: usize, list: usize, into0: usize, into1: usize, intoStride: i32, rows: i32
): void {
  const kernel = word(scratch, KERNEL);
  if (word(scratch, SAMPLE_BYTES) == 2) drawTaps<Planes, u16>(scratch, list, into0, into1, intoStride, rows);
  else if (kernel == BILINEAR) drawListedBilinear<Planes>(scratch, into0, into1, intoStride, rows, list);
  else if (kernel == NEAREST) drawNearest<Planes>(scratch, list, into0, into1, intoStride, rows);
  else drawTaps<Planes, u8>(scratch, list, into0, into1, intoStride, rows);
}

/** A column of a picture that repeats, in the picture itself. */
@inline function wrapped(x: i32, period: i32): i32 {
  if (x < 0) return x + period;
  return x >= period ? x - period : x;
}

function drawNearest<Planes>(
  scratch: usize, list: usize, into0: usize, into1: usize, intoStride: i32, rows: i32
): void {
  const source0 = <usize>word(scratch, SOURCE_0);
  const source1 = <usize>word(scratch, SOURCE_1);
  const stride = word(scratch, SOURCE_STRIDE);
  const period = word(scratch, SOURCE_PERIOD);
  const half = 1 << (COORDINATE_BITS - 1);
  for (let j = 0; j < rows; j++) {
    for (let i: usize = 0; i < <usize>CELL_SIZE; i++, list += 4) {
      const x = wrapped(load<i32>(list), period) + half;
      const y = load<i32>(list, CELL_SAMPLES * 4) + half;
      const at = <usize>((y >> COORDINATE_BITS) * stride + (x >> COORDINATE_BITS));
      store<u8>(into0 + i, load<u8>(source0 + at));
      if (sizeof<Planes>() == 2) store<u8>(into1 + i, load<u8>(source1 + at));
    }
    into0 += <usize>intoStride;
    into1 += <usize>intoStride;
  }
}

function drawTaps<Planes, Sample>(
  scratch: usize, list: usize, into0: usize, into1: usize, intoStride: i32, rows: i32
): void {
  const kernel = word(scratch, KERNEL);
  const table = scratch + WEIGHTS + <usize>(kernel * WEIGHT_PHASES * WEIGHT_TAPS * 2);
  const firstTap = kernel <= BILINEAR ? 2 : kernel == BICUBIC ? 1 : 0;
  const endTap = 6 - firstTap;
  const stride = word(scratch, SOURCE_STRIDE);
  // From the sample at whole coordinates to its first tap.
  const start = <usize>((firstTap - 2) * stride - 2 * sizeof<Sample>());
  const source0 = <usize>word(scratch, SOURCE_0) + start;
  const source1 = <usize>word(scratch, SOURCE_1) + start;
  const period = word(scratch, SOURCE_PERIOD);
  const rounding = 1 << (PHASE_SHIFT - 1);
  for (let j = 0; j < rows; j++) {
    for (let i: usize = 0; i < <usize>CELL_SIZE; i++, list += 4) {
      const x = (wrapped(load<i32>(list), period) + rounding) >> PHASE_SHIFT;
      const y = (load<i32>(list, CELL_SAMPLES * 4) + rounding) >> PHASE_SHIFT;
      const at = <usize>((y >> 8) * stride + (x >> 8) * sizeof<Sample>());
      const weights = v128.load(table + <usize>((x & 255) * WEIGHT_TAPS * 2));
      const down = table + <usize>((y & 255) * WEIGHT_TAPS * 2);
      const to = i * sizeof<Sample>();
      store<Sample>(into0 + to, <Sample>filtered<Sample>(source0 + at, stride, weights, down, firstTap, endTap));
      if (sizeof<Planes>() == 2) store<Sample>(
        into1 + to, <Sample>filtered<Sample>(source1 + at, stride, weights, down, firstTap, endTap)
      );
    }
    into0 += <usize>intoStride;
    into1 += <usize>intoStride;
  }
}

/** 8 samples from `row` on as i16: (sample - 128) * 256 of 8 bits, sample * 32 of 16, which have 10 that count. */
@inline function widened<Sample>(row: usize): v128 {
  if (sizeof<Sample>() == 2) return i16x8.shl(v128.load(row), 5);
  return v128.xor(i16x8.shl(v128.load8x8_u(row), 8), i16x8.splat(-32768));
}

/** One sample: taps from `row` on, with the weights at `down` down the rows and `weights` across. */
@inline function filtered<Sample>(
  row: usize, stride: i32, weights: v128, down: usize, firstTap: i32, endTap: i32
): i32 {
  let column = i16x8.splat(0);
  for (let k = firstTap; k < endTap; k++) {
    column = i16x8.add(column, multiplyQ15(widened<Sample>(row), v128.load16_splat(down + (<usize>k << 1))));
    row += <usize>stride;
  }
  // A weight of 1 is 2^14, so that columns are (sample - 128) * 2^7, or sample * 2^4.
  let sums = i32x4.dot_i16x8_s(column, weights);
  sums = i32x4.add(sums, v128.shuffle<i32>(sums, sums, 2, 3, 0, 1));
  const sum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1);
  if (sizeof<Sample>() == 2) return max(0, min(MAX_CODE_16, (sum + (1 << 17)) >> 18));
  return max(0, min(255, ((sum + (1 << 20)) >> 21) + 128));
}
