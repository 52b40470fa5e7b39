import { drawAntialiased, drawAntialiasedList } from "./minified";
import { copyPart, drawPlainCell, exactCoordinates } from "./plain-cells";
import { KIND_EXACT, PLAN_KIND, planCells } from "./plan";
import { drawPlanned } from "./planned";
import { recordCell } from "./records";
import { BLOCK, RECORD, word } from "./scratch";
import { drawListed } from "./taps";
import {
  ANTIALIAS, BILINEAR, BLACK_0, BLACK_1, BLANK, CELL_SAMPLES, CELL_SIZE, EXACT, HEIGHT, IS_OVERLAY, KERNEL, MASK_BYTES,
  MASKED, PLANES,
  ROW_CLASS, SAMPLE_BYTES, SKIPPED, STRIP, TARGET_0, TARGET_1, TARGET_STRIDE, WIDTH,
} from "../layout";

// Draws the cells of the warp grid. docs/projection.md, "The kernel", explains PARABOLA, BULGE,
// TURN, TWIST and DIP with
// drawings, and gives the error bound.
//
// Functions take choices as types, so that the compiler makes one form for each. Planes: u8 for one, u16 for two that
// share their coordinates.

/** Bytes of the block of one plane: samples of up to two bytes. */
@inline const PLANE_BYTES: i32 = 2 * CELL_SAMPLES;

/** True for bilinear sampling of 8 bits without anti-aliasing, which live views are drawn with nearly always. */
@inline export function isPlainSampling(scratch: usize): bool {
  return word(scratch, KERNEL) == BILINEAR && word(scratch, SAMPLE_BYTES) == 1 && word(scratch, ANTIALIAS) == 0;
}

/** Draws the cells of one strip: output rows `y` and on, through node rows `top` and `bottom`. */
export function drawCells(scratch: usize, y: i32, top: usize, bottom: usize, rowBytes: usize): void {
  const isPlain = isPlainSampling(scratch);
  if (word(scratch, PLANES) == 2) {
    if (isPlain) drawCellsOf<u16, u8>(scratch, y, top, bottom, rowBytes);
    else drawCellsOf<u16, u16>(scratch, y, top, bottom, rowBytes);
  } else {
    if (isPlain) drawCellsOf<u8, u8>(scratch, y, top, bottom, rowBytes);
    else drawCellsOf<u8, u16>(scratch, y, top, bottom, rowBytes);
  }
}

/** Way: u8 for plain sampling, u16 for all others. */
function drawCellsOf<Planes, Way>(scratch: usize, y: i32, top: usize, bottom: usize, rowBytes: usize): void {
  const width = word(scratch, WIDTH);
  const rows = min(CELL_SIZE, word(scratch, HEIGHT) - y);
  const stride = word(scratch, TARGET_STRIDE);
  const kernel = sizeof<Way>() == 1 ? BILINEAR : word(scratch, KERNEL);
  const bytes = sizeof<Way>() == 1 ? 1 : word(scratch, SAMPLE_BYTES);
  const cellBytes = <usize>(CELL_SIZE * bytes);
  const classes = scratch + STRIP + <usize>ROW_CLASS * rowBytes;
  let target0 = <usize>word(scratch, TARGET_0) + <usize>y * <usize>stride;
  let target1 = <usize>word(scratch, TARGET_1) + <usize>y * <usize>stride;
  for (let x = 0, at: usize = 0; x < width; x += CELL_SIZE, at += 4, target0 += cellBytes, target1 += cellBytes) {
    // BLANK and SKIPPED are the classes with this bit.
    if (
      (at & 15) == 0 && !i32x4.all_true(v128.and(v128.load(classes + at), i32x4.splat(BLANK)))
    ) planCells(scratch, at, top, bottom, rowBytes, kernel);
    const kind = load<i32>(classes + at);
    if (kind <= EXACT && x + CELL_SIZE <= width) {
      drawCell<Planes, Way>(scratch, at, top, bottom, rowBytes, target0, target1, stride, rows);
    } else if (kind == BLANK) {
      fillPart<Planes>(scratch, target0, target1, stride, min(CELL_SIZE, width - x), rows);
    } else if (kind != SKIPPED) {
      const block = scratch + BLOCK;
      drawCell<Planes, Way>(scratch, at, top, bottom, rowBytes, block, block + PLANE_BYTES, CELL_SIZE * bytes, rows);
      placeBlock<Planes>(scratch, at, rowBytes, target0, target1, stride, min(CELL_SIZE, width - x), rows);
    }
  }
}

@inline function drawCell<Planes, Way>(
  scratch: usize, at: usize, top: usize, bottom: usize, rowBytes: usize, into0: usize, into1: usize, intoStride: i32,
  rows: i32,
): void {
  if (sizeof<Way>() == 1) drawPlainCell<Planes>(scratch, at, top, bottom, rowBytes, into0, into1, intoStride, rows);
  else drawAnyCell<Planes>(scratch, at, top, bottom, rowBytes, into0, into1, intoStride, rows);
}

/** Brings a cell that has been drawn into the block to its place: a part of it, or blended with what lies there. */
function placeBlock<Planes>(
  scratch: usize, at: usize, rowBytes: usize, target0: usize, target1: usize, stride: i32, columns: i32, rows: i32
): void {
  const bytes = word(scratch, SAMPLE_BYTES);
  const block = scratch + BLOCK;
  if (load<i32>(scratch + STRIP + <usize>ROW_CLASS * rowBytes + at) < MASKED) {
    copyPart(target0, stride, block, columns * bytes, rows, CELL_SIZE * bytes);
    if (sizeof<Planes>() == 2) copyPart(target1, stride, block + PLANE_BYTES, columns * bytes, rows, CELL_SIZE * bytes);
    return;
  }
  if (!word(scratch, IS_OVERLAY)) fillPart<Planes>(scratch, target0, target1, stride, columns, rows);
  // `rowBytes` is four bytes for each cell: masks begin after the exact coordinates of all of them.
  const mask = exactCoordinates(scratch, rowBytes, rowBytes) + (at >> 2) * MASK_BYTES;
  if (bytes == 1) {
    blendPart(target0, stride, block, mask, columns, rows);
    if (sizeof<Planes>() == 2) blendPart(target1, stride, block + PLANE_BYTES, mask, columns, rows);
  } else {
    blendSamples<u16>(target0, stride, block, mask, columns, rows);
    if (sizeof<Planes>() == 2) blendSamples<u16>(target1, stride, block + PLANE_BYTES, mask, columns, rows);
  }
}

/** Draws a cell with any kernel. */
function drawAnyCell<Planes>(
  scratch: usize, at: usize, top: usize, bottom: usize, rowBytes: usize, into0: usize, into1: usize, intoStride: i32,
  rows: i32,
): void {
  const plan = scratch + (at & 15);
  const record = scratch + RECORD;
  const antialias = word(scratch, ANTIALIAS) != 0;
  if (load<i32>(plan + PLAN_KIND) == KIND_EXACT) {
    const list = exactCoordinates(scratch, at, rowBytes);
    if (antialias) drawAntialiasedList<Planes>(scratch, list, into0, into1, intoStride, rows);
    else drawListed<Planes>(scratch, list, into0, into1, intoStride, rows);
    return;
  }
  recordCell(scratch, at, top, bottom, rowBytes, record);
  if (antialias) drawAntialiased<Planes>(scratch, plan, record, into0, into1, intoStride, rows);
  else drawPlanned<Planes>(scratch, plan, record, into0, into1, intoStride, rows);
}

/** Makes a part of a cell black. */
function fillPart<Planes>(scratch: usize, target0: usize, target1: usize, stride: i32, columns: i32, rows: i32): void {
  for (let j = 0; j < rows; j++) {
    fillRow(scratch, target0, word(scratch, BLACK_0), columns);
    target0 += <usize>stride;
    if (sizeof<Planes>() == 2) {
      fillRow(scratch, target1, word(scratch, BLACK_1), columns);
      target1 += <usize>stride;
    }
  }
}

/** Fills a part of a row of a cell, without a call where it is all of it. */
@inline function fillRow(scratch: usize, target: usize, code: i32, columns: i32): void {
  const bytes = word(scratch, SAMPLE_BYTES);
  if (columns == CELL_SIZE) {
    if (bytes == 1) v128.store64_lane(target, i8x16.splat(<i8>code), 0);
    else v128.store(target, i16x8.splat(<i16>code));
    return;
  }
  for (let i = 0; i < columns; i++) {
    if (bytes == 1) store<u8>(target + <usize>i, <u8>code);
    else store<u16>(target + (<usize>i << 1), <u16>code);
  }
}

/**
 * Blends a block with the samples that it is drawn over, rounded to nearest: nothing changes where
 * the two are the same.
 */
function blendPart(target: usize, stride: i32, block: usize, mask: usize, columns: i32, rows: i32): void {
  if (columns < CELL_SIZE) {
    blendSamples<u8>(target, stride, block, mask, columns, rows);
    return;
  }
  for (let j = 0; j < rows; j++) {
    const below = v128.load8x8_u(target);
    const change = i16x8.q15mulr_sat_s(i16x8.sub(v128.load8x8_u(block), below), v128.load(mask));
    const codes = i16x8.add(below, change);
    v128.store64_lane(target, i8x16.narrow_i16x8_u(codes, codes), 0);
    target += <usize>stride;
    block += CELL_SIZE;
    mask += CELL_SIZE * 2;
  }
}

/** The same, sample by sample. */
function blendSamples<Sample>(target: usize, stride: i32, block: usize, mask: usize, columns: i32, rows: i32): void {
  for (let j = 0; j < rows; j++) {
    for (let i: usize = 0; i < <usize>columns; i++) {
      const to = target + i * sizeof<Sample>();
      const below = <i32>load<Sample>(to);
      const change = (<i32>load<Sample>(block + i * sizeof<Sample>()) - below) * <i32>load<i16>(mask + (i << 1));
      store<Sample>(to, <Sample>(below + ((change + 16384) >> 15)));
    }
    target += <usize>stride;
    block += CELL_SIZE * sizeof<Sample>();
    mask += CELL_SIZE * 2;
  }
}
