import { drawListed } from "./taps";
import { drawPlanned } from "./planned";
import { drawMean } from "./quarters";
import { listRecord, nearest, TO_Y, X00, X01, X10, X11, X_ACROSS } from "./records";
import { LIST, PLAIN_LIST, STEPS, SUMS, word } from "./scratch";
import {
  BILINEAR, CELL_SAMPLES, CELL_SIZE, COORDINATE_BITS, KERNEL, MAX_DEPTH, MIP, MIP_LEVELS, MIP_WORDS, SAMPLE_BYTES,
  SHARP_MINIFIED, SHARP_TOO_WIDE,
  SOFT_MINIFIED, SOFT_TOO_WIDE, SOURCE_0, SOURCE_1, SOURCE_FIRST_ROW, SOURCE_LAST_ROW, SOURCE_PERIOD, SOURCE_STRIDE,
} from "../layout";

// Anti-aliasing: how many samples the mean is taken of, and of which level.
//
// The footprint of an output sample is the number of source samples from it to the next one, in the
// direction in which there are fewest. Near the
// pole of an equirectangular picture, whose columns are close together there, that is along the meridians.

/** Square of the footprint from which on the mean of several samples is nearer to the truth than one. */
@inline function minifiedFrom(scratch: usize): f32 {
  const footprint = <f32>(word(scratch, KERNEL) == BILINEAR ? SOFT_MINIFIED : SHARP_MINIFIED);
  return footprint * footprint;
}

/** Square of the footprint beyond which 2 x 2 samples would leave gaps. */
@inline function tooWideFrom(scratch: usize): f32 {
  const footprint = <f32>(word(scratch, KERNEL) == BILINEAR ? SOFT_TOO_WIDE : SHARP_TOO_WIDE);
  return footprint * footprint;
}

/**
 * Squared footprint, from the steps across (ax, ay) and down (dx, dy): the smaller singular value
 * of the four, in samples.
 */
function footprintSquared(ax: i32, ay: i32, dx: i32, dy: i32): f32 {
  const unit: f32 = 1 / <f32>(1 << COORDINATE_BITS);
  const a = <f32>ax * unit;
  const b = <f32>ay * unit;
  const c = <f32>dx * unit;
  const d = <f32>dy * unit;
  const squares = a * a + b * b + c * c + d * d;
  const area = a * d - b * c;
  return (squares - sqrt<f32>(max<f32>(0, squares * squares - 4 * area * area))) / 2;
}

/** The mip level to draw from: 0 is the source itself. */
@inline function levelFor(scratch: usize, footprint: f32): i32 {
  const levels = word(scratch, MIP_LEVELS);
  const tooWide = tooWideFrom(scratch);
  let level = 0;
  while (level < levels && footprint > tooWide) {
    footprint *= 0.25;
    level++;
  }
  return level;
}

/** The number of times that the steps between samples are halved. */
@inline function depthFor(scratch: usize, footprint: f32, level: i32): i32 {
  footprint /= <f32>(1 << (level << 1));
  if (level == 0 && footprint < minifiedFrom(scratch)) return 0;
  const tooWide = tooWideFrom(scratch);
  let depth = 1;
  while (depth < MAX_DEPTH && footprint > tooWide) {
    footprint *= 0.25;
    depth++;
  }
  return depth;
}

/** A coordinate of the source on one of its levels, whose first sample lies between the source's first ones. */
@inline function onLevel(coordinate: i32, level: i32): i32 {
  const half = 1 << (COORDINATE_BITS - 1);
  return ((coordinate + half) >> level) - half;
}

/** The words of the parameter block that a level of the source replaces. */
@inline function setSource(
  scratch: usize, source0: i32, source1: i32, stride: i32, period: i32, firstRow: i32, lastRow: i32
): void {
  store<i32>(scratch + (SOURCE_0 << 2), source0);
  store<i32>(scratch + (SOURCE_1 << 2), source1);
  store<i32>(scratch + (SOURCE_STRIDE << 2), stride);
  store<i32>(scratch + (SOURCE_PERIOD << 2), period);
  store<i32>(scratch + (SOURCE_FIRST_ROW << 2), firstRow);
  store<i32>(scratch + (SOURCE_LAST_ROW << 2), lastRow);
}

@inline function useLevel(scratch: usize, level: i32, period: i32): void {
  const mip = MIP + (level - 1) * MIP_WORDS;
  setSource(
    scratch, word(scratch, mip), word(scratch, mip + 1), word(scratch, mip + 2), period >> level,
    word(scratch, mip + 3), word(scratch, mip + 4)
  );
}

/** Draws a planned cell that is not exact, whose record may be changed. */
export function drawAntialiased<Planes>(
  scratch: usize, plan: usize, record: usize, into0: usize, into1: usize, intoStride: i32, rows: i32
): void {
  const footprint = recordFootprint(record);
  const level = levelFor(scratch, footprint);
  const depth = depthFor(scratch, footprint, level);
  if (depth == 0) {
    drawPlanned<Planes>(scratch, plan, record, into0, into1, intoStride, rows);
    return;
  }
  if (!isWithinRows(scratch, record, level)) {
    listRecord(scratch, record, scratch + PLAIN_LIST);
    drawAntialiasedList<Planes>(scratch, scratch + PLAIN_LIST, into0, into1, intoStride, rows);
    return;
  }
  if (level == 0) {
    drawMean<Planes>(scratch, record, depth, into0, into1, intoStride, rows);
    return;
  }
  const source0 = word(scratch, SOURCE_0);
  const source1 = word(scratch, SOURCE_1);
  const stride = word(scratch, SOURCE_STRIDE);
  const period = word(scratch, SOURCE_PERIOD);
  const firstRow = word(scratch, SOURCE_FIRST_ROW);
  const lastRow = word(scratch, SOURCE_LAST_ROW);
  moveToLevel(record, level);
  useLevel(scratch, level, period);
  drawMean<Planes>(scratch, record, depth, into0, into1, intoStride, rows);
  setSource(scratch, source0, source1, stride, period, firstRow, lastRow);
}

/** Rows that a kernel's taps, and rounding, reach beyond a coordinate. */
@inline const REACH_ROWS: i32 = 4 << COORDINATE_BITS;

/** True if samples between those of a record, and their taps, lie in the rows of the source, or of a level of it. */
function isWithinRows(scratch: usize, record: usize, level: i32): bool {
  const mip = MIP + (level - 1) * MIP_WORDS;
  const firstRow = word(scratch, level == 0 ? SOURCE_FIRST_ROW : mip + 3);
  const lastRow = word(scratch, level == 0 ? SOURCE_LAST_ROW : mip + 4);
  const y00 = load<i32>(record + TO_Y + X00);
  const y10 = load<i32>(record + TO_Y + X10);
  const y01 = load<i32>(record + TO_Y + X01);
  const y11 = load<i32>(record + TO_Y + X11);
  const least = min(min(y00, y10), min(y01, y11));
  const greatest = max(max(y00, y10), max(y01, y11));
  const margin = (greatest - least) >> 4;
  return onLevel(least - margin, level) - REACH_ROWS >= firstRow << COORDINATE_BITS
    && onLevel(greatest + margin, level) + REACH_ROWS <= lastRow << COORDINATE_BITS;
}

function moveToLevel(record: usize, level: i32): void {
  for (let k: usize = 0; k < 4; k++) {
    store<i32>(record + (k << 4), onLevel(load<i32>(record + (k << 4)), level));
    store<i32>(record + (k << 4), onLevel(load<i32>(record + (k << 4), TO_Y), level), TO_Y);
  }
  for (let k: usize = 4; k < 6; k++) {
    store<i32>(record + (k << 4), load<i32>(record + (k << 4)) >> level);
    store<i32>(record + (k << 4), load<i32>(record + (k << 4), TO_Y) >> level, TO_Y);
  }
}

/** Mean of a difference of a record's corners and the opposite one, for each step. */
@inline function meanStep(from: i32, to: i32, otherFrom: i32, otherTo: i32): i32 {
  return ((to - from) >> 4) + ((otherTo - otherFrom) >> 4);
}

function recordFootprint(record: usize): f32 {
  const x00 = load<i32>(record + X00);
  const x10 = load<i32>(record + X10);
  const x01 = load<i32>(record + X01);
  const x11 = load<i32>(record + X11);
  const y00 = load<i32>(record + TO_Y + X00);
  const y10 = load<i32>(record + TO_Y + X10);
  const y01 = load<i32>(record + TO_Y + X01);
  const y11 = load<i32>(record + TO_Y + X11);
  return footprintSquared(
    meanStep(
      x00, x10, x01, x11
    ), meanStep(y00, y10, y01, y11), meanStep(x00, x01, x10, x11), meanStep(y00, y01, y10, y11),
  );
}

// The steps around each coordinate of an exact cell: four lists, across in x and y and down in x and y.
@inline const LIST_BYTES: usize = CELL_SAMPLES * 4;

/** Draws an exact cell from its list of coordinates. */
export function drawAntialiasedList<Planes>(
  scratch: usize, list: usize, into0: usize, into1: usize, intoStride: i32, rows: i32
): void {
  listSteps(scratch, list);
  // Where the mapping jumps, one of these may be far too large, hardly all.
  const footprint = min(
    min(listFootprint(scratch, 18), listFootprint(scratch, 21)),
    min(listFootprint(scratch, 42), listFootprint(scratch, 45))
  );
  const level = levelFor(scratch, footprint);
  const depth = depthFor(scratch, footprint, level);
  if (depth == 0) {
    drawListed<Planes>(scratch, list, into0, into1, intoStride, rows);
    return;
  }
  const source0 = word(scratch, SOURCE_0);
  const source1 = word(scratch, SOURCE_1);
  const stride = word(scratch, SOURCE_STRIDE);
  const period = word(scratch, SOURCE_PERIOD);
  const firstRow = word(scratch, SOURCE_FIRST_ROW);
  const lastRow = word(scratch, SOURCE_LAST_ROW);
  if (level > 0) useLevel(scratch, level, period);
  drawListMean<Planes>(scratch, list, level, depth, into0, into1, intoStride, rows);
  setSource(scratch, source0, source1, stride, period, firstRow, lastRow);
}

@inline function listFootprint(scratch: usize, index: i32): f32 {
  const at = scratch + STEPS + (<usize>index << 2);
  return footprintSquared(
    load<i32>(at), load<i32>(at, LIST_BYTES), load<i32>(at, 2 * LIST_BYTES), load<i32>(at, 3 * LIST_BYTES)
  );
}

/**
 * Finds the steps across and down around each coordinate: the shorter one to its neighbours, so
 * that none leads over a jump.
 * A sample at the cell's edge has one neighbour, and the step beyond that one is the other.
 */
function listSteps(scratch: usize, list: usize): void {
  const steps = scratch + STEPS;
  for (let k = 0; k < CELL_SAMPLES; k++) {
    const at = <usize>k << 2;
    const i = k & (CELL_SIZE - 1);
    const j = k / CELL_SIZE;
    storeShorter(scratch, list + at, 4, i, steps + at);
    storeShorter(scratch, list + at, CELL_SIZE * 4, j, steps + 2 * LIST_BYTES + at);
  }
}

function storeShorter(scratch: usize, at: usize, next: usize, index: i32, into: usize): void {
  const period = word(scratch, SOURCE_PERIOD);
  const middle = index == 0 ? at + next : index == CELL_SIZE - 1 ? at - next : at;
  const x = load<i32>(middle);
  const y = load<i32>(middle, LIST_BYTES);
  const xBefore = x - nearest(load<i32>(middle - next), x, period);
  const yBefore = y - load<i32>(middle - next, LIST_BYTES);
  const xAfter = nearest(load<i32>(middle + next), x, period) - x;
  const yAfter = load<i32>(middle + next, LIST_BYTES) - y;
  const takesBefore = abs(xBefore) + abs(yBefore) < abs(xAfter) + abs(yAfter);
  store<i32>(into, takesBefore ? xBefore : xAfter);
  store<i32>(into, takesBefore ? yBefore : yAfter, LIST_BYTES);
}

/** Draws a list once for each of the places around a sample, all samples at a time, and stores the means. */
function drawListMean<Planes>(
  scratch: usize, list: usize, level: i32, depth: i32, into0: usize, into1: usize, intoStride: i32, rows: i32,
): void {
  const bytes = word(scratch, SAMPLE_BYTES);
  const sums = scratch + SUMS;
  const block = sums + 4 * CELL_SAMPLES;
  memory.fill(sums, 0, 4 * CELL_SAMPLES);
  const side = 1 << depth;
  for (let v = 0; v < side; v++) {
    for (let u = 0; u < side; u++) {
      // In parts of a step over 2 * side: odd numbers, whose mean is 0.
      moveList(scratch, list, 2 * u + 1 - side, 2 * v + 1 - side, depth + 1, level);
      drawListed<Planes>(scratch, scratch + LIST, block, block + 2 * CELL_SAMPLES, CELL_SIZE * bytes, rows);
      addBlock(sums, block, bytes);
      if (sizeof<Planes>() == 2) addBlock(sums + 2 * CELL_SAMPLES, block + 2 * CELL_SAMPLES, bytes);
    }
  }
  storeSums(sums, depth << 1, bytes, into0, intoStride, rows);
  if (sizeof<Planes>() == 2) storeSums(sums + 2 * CELL_SAMPLES, depth << 1, bytes, into1, intoStride, rows);
}

/**
 * Writes into LIST what `list` has, moved by `u` steps across and `v` down, over 2^`bits`, on a
 * level of the source, whose words are set.
 */
function moveList(scratch: usize, list: usize, u: i32, v: i32, bits: i32, level: i32): void {
  const period = word(scratch, SOURCE_PERIOD);
  const firstRow = word(scratch, SOURCE_FIRST_ROW);
  const lastRow = word(scratch, SOURCE_LAST_ROW);
  const half = 1 << (COORDINATE_BITS - 1);
  // The poles of a picture that repeats, in the middle between its last rows and their repetitions.
  const top = -half;
  const bottom = ((lastRow + firstRow + 1) << COORDINATE_BITS) - half;
  for (let k: usize = 0; k < <usize>CELL_SAMPLES; k++) {
    const at = k << 2;
    const step = scratch + STEPS + at;
    let x = onLevel(
      load<i32>(list + at) + part(load<i32>(step), u, bits) + part(load<i32>(step, 2 * LIST_BYTES), v, bits), level
    );
    let y = onLevel(
      load<i32>(list + at, LIST_BYTES) + part(load<i32>(step, LIST_BYTES), u, bits) + part(
        load<i32>(step, 3 * LIST_BYTES), v, bits
      ),
      level
    );
    if (period > 0) {
      if (y < top || y > bottom) {
        y = (y < top ? 2 * top : 2 * bottom) - y;
        x += period >> 1;
      }
      while (x < 0) x += period;
      while (x >= period) x -= period;
    }
    store<i32>(scratch + LIST + at, x);
    store<i32>(
      scratch + LIST + at,
      max((firstRow << COORDINATE_BITS) + REACH_ROWS, min((lastRow << COORDINATE_BITS) - REACH_ROWS, y)), LIST_BYTES
    );
  }
}

/** `step` times `factor` over 2^`bits`; steps may fill 31 bits. */
@inline function part(step: i32, factor: i32, bits: i32): i32 {
  return <i32>((<i64>step * factor) >> bits);
}

function addBlock(sums: usize, block: usize, bytes: i32): void {
  for (let k: usize = 0; k < <usize>CELL_SAMPLES; k += 8) {
    const samples = bytes == 1 ? v128.load8x8_u(block + k) : v128.load(block + (k << 1));
    v128.store(sums + (k << 1), i16x8.add(v128.load(sums + (k << 1)), samples));
  }
}

/** Stores sums of 2^`bits` samples as their means, halves up and down in turn as `drawMean` does. */
function storeSums(sums: usize, bits: i32, bytes: i32, into: usize, intoStride: i32, rows: i32): void {
  const half = 1 << (bits - 1);
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < CELL_SIZE; i++) {
      const mean = (<i32>load<u16>(sums) + half - ((i + j) & 1)) >> bits;
      if (bytes == 1) store<u8>(into + <usize>i, <u8>mean);
      else store<u16>(into + (<usize>i << 1), <u16>mean);
      sums += 2;
    }
    into += <usize>intoStride;
  }
}
