import { drawBilinear, drawListedBilinear } from "./bilinear";
import { KIND_EXACT, KIND_GATHER, PLAN_KIND, planCells } from "./plan";
import { listRecord, recordCell } from "./records";
import { BLOCK, LIST, RECORD, word } from "./scratch";
import {
  BILINEAR, CELL_SAMPLES, CELL_SIZE, EXACT_BYTES, HEIGHT, PLANES, STRIP, STRIP_ROWS, TARGET_0, TARGET_1, TARGET_STRIDE,
  WIDTH,
} from "../layout";

// Draws cells of one layer that has a place for every ray, by bilinear sampling of 8 bits without anti-aliasing.

/** Draws the cells of one strip, none of which is blank, skipped or masked. */
export function drawPlainCells(scratch: usize, y: i32, top: usize, bottom: usize, rowBytes: usize): void {
  if (word(scratch, PLANES) == 2) drawPlainCellsOf<u16>(scratch, y, top, bottom, rowBytes);
  else drawPlainCellsOf<u8>(scratch, y, top, bottom, rowBytes);
}

function drawPlainCellsOf<Planes>(scratch: usize, y: i32, top: usize, bottom: usize, rowBytes: usize): void {
  const width = word(scratch, WIDTH);
  const rows = min(CELL_SIZE, word(scratch, HEIGHT) - y);
  const stride = word(scratch, TARGET_STRIDE);
  let target0 = <usize>word(scratch, TARGET_0) + <usize>y * <usize>stride;
  let target1 = <usize>word(scratch, TARGET_1) + <usize>y * <usize>stride;
  for (let x = 0, at: usize = 0; x < width; x += CELL_SIZE, at += 4, target0 += CELL_SIZE, target1 += CELL_SIZE) {
    if ((at & 15) == 0) planCells(scratch, at, top, bottom, rowBytes, BILINEAR);
    if (x + CELL_SIZE <= width) {
      drawPlainCell<Planes>(scratch, at, top, bottom, rowBytes, target0, target1, stride, rows);
    } else {
      const block = scratch + BLOCK;
      drawPlainCell<Planes>(scratch, at, top, bottom, rowBytes, block, block + CELL_SAMPLES, CELL_SIZE, rows);
      copyPart(target0, stride, block, width - x, rows, CELL_SIZE);
      if (sizeof<Planes>() == 2) copyPart(target1, stride, block + CELL_SAMPLES, width - x, rows, CELL_SIZE);
    }
  }
}

@inline export function drawPlainCell<Planes>(
  scratch: usize, at: usize, top: usize, bottom: usize, rowBytes: usize, into0: usize, into1: usize, intoStride: i32,
  rows: i32,
): void {
  const plan = scratch + (at & 15);
  const kind = load<i32>(plan + PLAN_KIND);
  if (kind != KIND_GATHER && kind != KIND_EXACT) drawBilinear<Planes>(scratch, plan, into0, into1, intoStride, rows);
  else drawListedCell<Planes>(scratch, at, top, bottom, rowBytes, into0, into1, intoStride, rows, kind == KIND_EXACT);
}

function drawListedCell<Planes>(
  scratch: usize, at: usize, top: usize, bottom: usize, rowBytes: usize, into0: usize, into1: usize, intoStride: i32,
  rows: i32, isExact: bool,
): void {
  let list = exactCoordinates(scratch, at, rowBytes);
  if (!isExact) {
    list = scratch + LIST;
    recordCell(scratch, at, top, bottom, rowBytes, scratch + RECORD);
    listRecord(scratch, scratch + RECORD, list);
  }
  drawListedBilinear<Planes>(scratch, into0, into1, intoStride, rows, list);
}

/** Exact coordinates of the cell whose words are `at` bytes into the rows of the strip. */
@inline export function exactCoordinates(scratch: usize, at: usize, rowBytes: usize): usize {
  return scratch + STRIP + <usize>STRIP_ROWS * rowBytes + (at >> 2) * EXACT_BYTES;
}

/** Copies the part of a block that lies in the view. */
export function copyPart(target: usize, stride: i32, block: usize, bytes: i32, rows: i32, blockStride: i32): void {
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < bytes; i++) store<u8>(target + <usize>i, load<u8>(block + <usize>i));
    target += <usize>stride;
    block += <usize>blockStride;
  }
}
