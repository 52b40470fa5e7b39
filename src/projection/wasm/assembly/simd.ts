// The few instructions that relaxed SIMD makes cheaper. All are used only on operands for which the
// relaxed form is fully defined (no index
// of 16..127, a second factor of seven bits, no product of two -32768, numbers that fit), so that
// both builds of the kernel draw the same picture, everywhere.

/** Bytes of `bytes` at `indices`; 0 for an index of 128 and more. None is 16..127. */
@inline export function pick(bytes: v128, indices: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(bytes, indices);
  return i8x16.swizzle(bytes, indices);
}

/**
 * Sums of two neighbouring products as 8 i16: signed bytes of `a` times bytes of `b`, which are
 * 0..127 and whose pairs sum up to at most 127.
 */
@inline export function dotPairs(a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i16x8.relaxed_dot_i8x16_i7x16_s(a, b);
  const low = i32x4.extadd_pairwise_i16x8_s(i16x8.extmul_low_i8x16_s(a, b));
  const high = i32x4.extadd_pairwise_i16x8_s(i16x8.extmul_high_i8x16_s(a, b));
  return i16x8.narrow_i32x4_s(low, high);
}

/** a * b / 32768, rounded to nearest, for 8 i16 that are not both -32768. */
@inline export function multiplyQ15(a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i16x8.relaxed_q15mulr_s(a, b);
  return i16x8.q15mulr_sat_s(a, b);
}

/** Whole part, toward zero, of 4 floats that fit in i32. */
@inline export function truncate(a: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_trunc_f32x4_s(a);
  return i32x4.trunc_sat_f32x4_s(a);
}
