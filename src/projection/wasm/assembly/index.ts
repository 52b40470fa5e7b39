import { drawCells, isPlainSampling } from "./cells";
import { storeConstants } from "./constants";
import { classifyCells, evaluateNodes } from "./equirectangular-from-perspective";
import { drawPlainCells } from "./plain-cells";
import { evaluateRayStrip, rayNodes } from "./rays";
import { CELL_SIZE, FIRST_ROW, HEIGHT, NODE_CAPACITY, ROW_BOTTOM, ROW_CLASS, ROW_TOP, STRIP } from "../layout";

export { scaleStrip } from "./gain";

/** Writes the kernel's constants into the scratch memory at `scratch`. Once, before anything is drawn with it. */
export function initialize(scratch: usize): void {
  storeConstants(scratch);
}

/** Draws output rows `y` to `y + CELL_SIZE - 1` through the strip that the host has filled. */
export function drawStrip(scratch: usize, y: i32): void {
  const rowBytes = <usize>load<i32>(scratch + (NODE_CAPACITY << 2)) << 2;
  const strip = scratch + STRIP;
  drawCells(scratch, y, strip + <usize>ROW_TOP * rowBytes, strip + <usize>ROW_BOTTOM * rowBytes, rowBytes);
}

/** Fills the strip for output rows `y` to `y + CELL_SIZE - 1` as `drawEquirectangularFromPerspective` does. */
export function evaluateEquirectangularFromPerspective(scratch: usize, y: i32): void {
  const rowBytes = <usize>load<i32>(scratch + (NODE_CAPACITY << 2)) << 2;
  const strip = scratch + STRIP;
  const top = strip + <usize>ROW_TOP * rowBytes;
  const bottom = strip + <usize>ROW_BOTTOM * rowBytes;
  evaluateNodes(scratch, y, top, rowBytes);
  evaluateNodes(scratch, y + CELL_SIZE, bottom, rowBytes);
  classifyCells(scratch, y, top, bottom, strip + <usize>ROW_CLASS * rowBytes, rowBytes);
}

/**
 * Draws planes, or a band of their rows: a perspective view of an equirectangular source, with the
 * grid evaluated here.
 */
export function drawEquirectangularFromPerspective(scratch: usize): void {
  const rowBytes = <usize>load<i32>(scratch + (NODE_CAPACITY << 2)) << 2;
  const strip = scratch + STRIP;
  const classes = strip + <usize>ROW_CLASS * rowBytes;
  const height = load<i32>(scratch + (HEIGHT << 2));
  let top = strip + <usize>ROW_TOP * rowBytes;
  let bottom = strip + <usize>ROW_BOTTOM * rowBytes;
  const first = load<i32>(scratch + (FIRST_ROW << 2));
  const isPlain = isPlainSampling(scratch);
  evaluateNodes(scratch, first, top, rowBytes);
  for (let y = first; y < height; y += CELL_SIZE) {
    evaluateNodes(scratch, y + CELL_SIZE, bottom, rowBytes);
    classifyCells(scratch, y, top, bottom, classes, rowBytes);
    if (isPlain) drawPlainCells(scratch, y, top, bottom, rowBytes);
    else drawCells(scratch, y, top, bottom, rowBytes);
    const next = top;
    top = bottom;
    bottom = next;
  }
}

/**
 * Evaluates output rows `y` to `y + CELL_SIZE - 1` for any output and input, strip by strip from FIRST_ROW on.
 * @returns how many cells are UNKNOWN: the host gives them another class before it draws the strip.
 */
export function evaluateRays(scratch: usize, y: i32): i32 {
  const rowBytes = <usize>load<i32>(scratch + (NODE_CAPACITY << 2)) << 2;
  return evaluateRayStrip(scratch, y, load<i32>(scratch + (FIRST_ROW << 2)), rowBytes);
}

/** Draws the strip that `evaluateRays` has evaluated. */
export function drawRays(scratch: usize, y: i32): void {
  const rowBytes = <usize>load<i32>(scratch + (NODE_CAPACITY << 2)) << 2;
  drawCells(scratch, y, rayNodes(scratch, y, rowBytes), rayNodes(scratch, y + CELL_SIZE, rowBytes), rowBytes);
}
