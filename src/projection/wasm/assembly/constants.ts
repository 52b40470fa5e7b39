import { FLOATS, VECTORS } from "./scratch";

// V8 builds a vector constant anew wherever it is used, three or four instructions inside the loop.
// One that was loaded from memory stays in a register.
@inline export const EIGHTHS: i32 = VECTORS;
@inline export const WHOLE_PARTS: i32 = VECTORS + 16;
@inline export const LEFT_RIGHT: i32 = VECTORS + 32;
@inline export const FLIP: i32 = VECTORS + 48;
@inline export const COLUMNS_LOW: i32 = VECTORS + 64;
@inline export const COLUMNS_HIGH: i32 = VECTORS + 80;
@inline export const WEIGHT_SPREAD: i32 = VECTORS + 96;
@inline export const WEIGHT_BASE: i32 = VECTORS + 112;
@inline export const ONE_Q14: i32 = VECTORS + 128;
@inline export const TO_CODE: i32 = VECTORS + 144;
@inline export const PARABOLA: i32 = VECTORS + 160;
@inline export const LOW_7: i32 = VECTORS + 176;
@inline export const PARABOLA_LOW: i32 = VECTORS + 192;
@inline export const PARABOLA_HIGH: i32 = VECTORS + 208;
@inline export const ONE_WINDOW: i32 = VECTORS + 224;
@inline export const SIXTEEN: i32 = VECTORS + 240;
/** Numbers of bicubic.ts: taps of a window that begins one column further to the left, and units of weights. */
@inline export const INNER_TAPS: i32 = VECTORS + 256;
@inline export const OUTER_TAPS: i32 = VECTORS + 272;
@inline export const BICUBIC_A: i32 = VECTORS + 288;
@inline export const BICUBIC_ONE: i32 = VECTORS + 304;
@inline export const BICUBIC_TO_CODE: i32 = VECTORS + 320;
@inline export const LOW_3: i32 = VECTORS + 336;
/** Single floats, from here on: eight coefficients, then those named. */
@inline export const ARCTAN: i32 = FLOATS;
@inline export const HALF_PI: i32 = ARCTAN + 32;
@inline export const PI: i32 = ARCTAN + 36;
@inline export const TINY: i32 = ARCTAN + 40;
@inline export const SIGN: i32 = ARCTAN + 44;
@inline export const COORDINATE_ONE: i32 = ARCTAN + 48;

export function storeConstants(scratch: usize): void {
  // x / 8 as Q15 for x = 0..7.
  v128.store(scratch + EIGHTHS, i16x8(0, 4096, 8192, 12288, 16384, 20480, 24576, 28672));
  // The upper byte of each i16, twice.
  v128.store(scratch + WHOLE_PARTS, i8x16(1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15));
  v128.store(scratch + LEFT_RIGHT, i8x16(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1));
  v128.store(scratch + FLIP, i8x16.splat(-128));
  v128.store(scratch + COLUMNS_LOW, i32x4(0, 1, 2, 3));
  v128.store(scratch + COLUMNS_HIGH, i32x4(4, 5, 6, 7));
  v128.store(scratch + WEIGHT_SPREAD, i16x8.splat(255));
  v128.store(scratch + WEIGHT_BASE, i16x8.splat(127));
  v128.store(scratch + ONE_Q14, i16x8.splat(16384));
  // Weights sum up to 127 across and 16384/32768 down: 32768 / 63.5.
  v128.store(scratch + TO_CODE, i16x8.splat(516));
  // 4 (x / 8) (1 - x / 8) as Q14, and in 16ths.
  v128.store(scratch + PARABOLA, i16x8(0, 7168, 12288, 15360, 16384, 15360, 12288, 7168));
  v128.store(scratch + ONE_WINDOW, i16x8.splat(1024));
  v128.store(scratch + SIXTEEN, i8x16.splat(16));
  v128.store(scratch + PARABOLA_LOW, i32x4(0, 7, 12, 15));
  v128.store(scratch + PARABOLA_HIGH, i32x4(16, 15, 12, 7));
  // Abramowitz and Stegun 4.4.49, highest power first: arctan t = t + t s (... ) with s = t^2, for
  // 0 <= t <= 1; off by less than 2e-8.
  store<f32>(scratch + ARCTAN, 0.0028662257);
  store<f32>(scratch + ARCTAN + 4, -0.0161657367);
  store<f32>(scratch + ARCTAN + 8, 0.0429096138);
  store<f32>(scratch + ARCTAN + 12, -0.0752896400);
  store<f32>(scratch + ARCTAN + 16, 0.1065626393);
  store<f32>(scratch + ARCTAN + 20, -0.1420889944);
  store<f32>(scratch + ARCTAN + 24, 0.1999355085);
  store<f32>(scratch + ARCTAN + 28, -0.3333314528);
  store<f32>(scratch + HALF_PI, 1.57079637);
  store<f32>(scratch + PI, 3.14159274);
  store<f32>(scratch + TINY, 1e-20);
  store<u32>(scratch + SIGN, 0x80000000);
  store<f32>(scratch + COORDINATE_ONE, 65536);
  v128.store(scratch + LOW_7, i32x4.splat(127));
  v128.store(scratch + INNER_TAPS, i8x16(1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2));
  v128.store(scratch + OUTER_TAPS, i8x16(0, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3));
  // Half of 896 units, over the Q12 of the product that it makes a weight of.
  v128.store(scratch + BICUBIC_A, i16x8.splat(3584));
  v128.store(scratch + BICUBIC_ONE, i16x8.splat(896));
  // Weights sum up to 112 across and 16384/32768 down: 32768 / 56.
  v128.store(scratch + BICUBIC_TO_CODE, i16x8.splat(585));
  v128.store(scratch + LOW_3, i16x8.splat(7));
}
