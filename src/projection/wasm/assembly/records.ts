import { COLUMNS_HIGH, COLUMNS_LOW, PARABOLA_HIGH, PARABOLA_LOW } from "./constants";
import { word } from "./scratch";
import {
  CELL_SAMPLES, CELL_SIZE, NODE_Y, ROW_X_ACROSS, ROW_X_DOWN, ROW_Y_ACROSS, ROW_Y_DOWN, SOURCE_PERIOD, STRIP,
} from "../layout";

// A record is a cell by itself, away from its strip: the source coordinates of its four corners,
// which are nodes or lie between nodes, and its
// bulges. Each number has the 16 bytes of a vector, so that four records that are planned together are loaded together.

@inline export const X00: i32 = 0;
@inline export const X10: i32 = 16;
@inline export const X01: i32 = 32;
@inline export const X11: i32 = 48;
@inline export const X_ACROSS: i32 = 64;
@inline export const X_DOWN: i32 = 80;
/** The distance from a number of x to the same number of y. */
@inline export const TO_Y: i32 = 96;

/** `x` moved by whole periods to where it is nearest to `near`. */
@inline export function nearest(x: i32, near: i32, period: i32): i32 {
  const way = x - near;
  return x + (way < -(period >> 1) ? period : 0) - (way > period >> 1 ? period : 0);
}

/** Writes the record of the cell whose words are `at` bytes into the rows of the strip. */
export function recordCell(scratch: usize, at: usize, top: usize, bottom: usize, rowBytes: usize, record: usize): void {
  const period = word(scratch, SOURCE_PERIOD);
  const strip = scratch + STRIP + at;
  top += at;
  bottom += at;
  const x00 = load<i32>(top);
  const x01 = nearest(load<i32>(bottom), x00, period);
  store<i32>(record + X00, x00);
  store<i32>(record + X10, nearest(load<i32>(top, 4), x00, period));
  store<i32>(record + X01, x01);
  store<i32>(record + X11, nearest(load<i32>(bottom, 4), x01, period));
  store<i32>(record + X_ACROSS, load<i32>(strip + <usize>ROW_X_ACROSS * rowBytes));
  store<i32>(record + X_DOWN, load<i32>(strip + <usize>ROW_X_DOWN * rowBytes));
  record += TO_Y;
  top += <usize>NODE_Y * rowBytes;
  bottom += <usize>NODE_Y * rowBytes;
  store<i32>(record + X00, load<i32>(top));
  store<i32>(record + X10, load<i32>(top, 4));
  store<i32>(record + X01, load<i32>(bottom));
  store<i32>(record + X11, load<i32>(bottom, 4));
  store<i32>(record + X_ACROSS, load<i32>(strip + <usize>ROW_Y_ACROSS * rowBytes));
  store<i32>(record + X_DOWN, load<i32>(strip + <usize>ROW_Y_DOWN * rowBytes));
}

/** Writes the coordinates of a record's samples as a list: x row by row, then y. */
export function listRecord(scratch: usize, record: usize, list: usize): void {
  listAxis(scratch, record, list);
  listAxis(scratch, record + TO_Y, list + CELL_SAMPLES * 4);
}

function listAxis(scratch: usize, axis: usize, list: usize): void {
  const low = v128.load(scratch + COLUMNS_LOW);
  const high = v128.load(scratch + COLUMNS_HIGH);
  const bulge = v128.load32_splat(axis + X_ACROSS);
  const bulgeLow = i32x4.shr_s(i32x4.mul(bulge, v128.load(scratch + PARABOLA_LOW)), 4);
  const bulgeHigh = i32x4.shr_s(i32x4.mul(bulge, v128.load(scratch + PARABOLA_HIGH)), 4);
  let start = load<i32>(axis + X00);
  const x10 = load<i32>(axis + X10);
  const x01 = load<i32>(axis + X01);
  const fall = load<i32>(axis + X_DOWN) >> 4;
  const twist = (load<i32>(axis + X11) - x01 - x10 + start) >> 6;
  let step = ((x01 - start) >> 3) + 7 * fall;
  let slope = (x10 - start) >> 3;
  for (let j = 0; j < CELL_SIZE; j++) {
    const starts = i32x4.splat(start);
    const slopes = i32x4.splat(slope);
    v128.store(list, i32x4.add(i32x4.add(starts, i32x4.mul(slopes, low)), bulgeLow));
    v128.store(list, i32x4.add(i32x4.add(starts, i32x4.mul(slopes, high)), bulgeHigh), 16);
    list += CELL_SIZE * 4;
    start += step;
    step -= fall << 1;
    slope += twist;
  }
}
