import { truncate } from "./simd";
import {
  CELL_SIZE, CENTER_X, CENTER_Y, ERROR_SQUARED, EXACT, EXACT_BYTES, INTERPOLATED, RAY, RAY_PER_COLUMN, RAY_PER_ROW, ROW_TOP_ERROR, ROW_TOP_Y, SCALE_X,
  SCALE_Y, STRIP, STRIP_ROWS, WIDTH,
} from "../layout";

@inline const HALF_PI: f32 = 1.57079637;
@inline const PI: f32 = 3.14159274;
@inline const COORDINATE_ONE: f32 = 65536;

@inline function parameter(scratch: usize, word: i32): v128 {
  return v128.load32_splat(scratch + (<usize>word << 2));
}

/** Abramowitz and Stegun 4.4.49 for 0 <= t <= 1: off by less than 2e-8, which f32 rounds to about 1e-7. */
@inline function arctanUnit(t: v128): v128 {
  const s = f32x4.mul(t, t);
  let sum = f32x4.splat(0.0028662257);
  sum = f32x4.add(f32x4.mul(sum, s), f32x4.splat(-0.0161657367));
  sum = f32x4.add(f32x4.mul(sum, s), f32x4.splat(0.0429096138));
  sum = f32x4.add(f32x4.mul(sum, s), f32x4.splat(-0.0752896400));
  sum = f32x4.add(f32x4.mul(sum, s), f32x4.splat(0.1065626393));
  sum = f32x4.add(f32x4.mul(sum, s), f32x4.splat(-0.1420889944));
  sum = f32x4.add(f32x4.mul(sum, s), f32x4.splat(0.1999355085));
  sum = f32x4.add(f32x4.mul(sum, s), f32x4.splat(-0.3333314528));
  return f32x4.add(f32x4.mul(f32x4.mul(sum, s), t), t);
}

@inline function arctan2(y: v128, x: v128): v128 {
  const ax = f32x4.abs(x);
  const ay = f32x4.abs(y);
  const large = f32x4.pmax(f32x4.pmax(ax, ay), f32x4.splat(1e-20));
  let angle = arctanUnit(f32x4.div(f32x4.pmin(ax, ay), large));
  angle = v128.bitselect(f32x4.sub(f32x4.splat(HALF_PI), angle), angle, f32x4.gt(ay, ax));
  angle = v128.bitselect(f32x4.sub(f32x4.splat(PI), angle), angle, f32x4.lt(x, f32x4.splat(0)));
  return v128.xor(angle, v128.and(y, i32x4.splat(0x80000000)));
}

/** Source coordinate of an angle. The half rounds to nearest for all but the half pixel left of 0, where it is one unit of 1/65536 too much. */
@inline function coordinate(angle: v128, scale: v128, center: v128): v128 {
  const at = f32x4.add(f32x4.mul(angle, scale), center);
  return truncate(f32x4.add(f32x4.mul(at, f32x4.splat(COORDINATE_ONE)), f32x4.splat(0.5)));
}

/** |a|, |b| or |a + b|, whichever is largest: how far a surface with half second differences `a` and `b` bulges out of a bilinear patch. */
@inline function bulge(a: v128, b: v128): v128 {
  return f32x4.pmax(f32x4.pmax(f32x4.abs(a), f32x4.abs(b)), f32x4.abs(f32x4.add(a, b)));
}

/**
 * Second derivative of the latitude along a step of the output in which the ray moves straight. With rho the ray's distance from the polar axis:
 * lat = atan2(y, rho), rho' = p / rho and rho'' = r^2 / rho^3, where p and r are the step's parts along and across (x, z).
 */
@inline function latitudeBend(y: v128, rho: v128, invRho: v128, invSquare: v128, stepY: v128, p: v128, r: v128): v128 {
  const turn = f32x4.mul(r, invRho);
  const rhoBend = f32x4.mul(f32x4.mul(turn, turn), invRho);
  const cross = f32x4.sub(f32x4.mul(stepY, rho), f32x4.mul(f32x4.mul(y, p), invRho));
  const along = f32x4.mul(f32x4.add(p, f32x4.mul(y, stepY)), invSquare);
  const sum = f32x4.add(f32x4.mul(y, rhoBend), f32x4.mul(f32x4.add(cross, cross), along));
  return f32x4.mul(sum, invSquare);
}

/** Evaluates the row of nodes at output row `y`: coordinates and the interpolation error that a cell at the node would have. */
export function evaluateNodes(scratch: usize, y: i32, nodes: usize, rowBytes: usize): void {
  const columnX = parameter(scratch, RAY_PER_COLUMN);
  const columnY = parameter(scratch, RAY_PER_COLUMN + 1);
  const columnZ = parameter(scratch, RAY_PER_COLUMN + 2);
  const rowX = parameter(scratch, RAY_PER_ROW);
  const rowY = parameter(scratch, RAY_PER_ROW + 1);
  const rowZ = parameter(scratch, RAY_PER_ROW + 2);
  const scaleX = parameter(scratch, SCALE_X);
  const scaleY = parameter(scratch, SCALE_Y);
  const centerX = parameter(scratch, CENTER_X);
  const centerY = parameter(scratch, CENTER_Y);
  const j = f32x4.splat(<f32>y);
  const startX = f32x4.add(parameter(scratch, RAY), f32x4.mul(j, rowX));
  const startY = f32x4.add(parameter(scratch, RAY + 1), f32x4.mul(j, rowY));
  const startZ = f32x4.add(parameter(scratch, RAY + 2), f32x4.mul(j, rowZ));
  // Half a second difference over a cell is step^2 / 8 times the second derivative.
  const half = f32x4.splat(<f32>(CELL_SIZE * CELL_SIZE) / 8);
  const width = load<i32>(scratch + (WIDTH << 2));
  const count = ((width + CELL_SIZE - 1) / CELL_SIZE) + 1;
  for (let k = 0; k < count; k += 4) {
    const i = f32x4.mul(f32x4.add(f32x4.splat(<f32>k), f32x4(0, 1, 2, 3)), f32x4.splat(<f32>CELL_SIZE));
    const rx = f32x4.add(startX, f32x4.mul(i, columnX));
    const ry = f32x4.add(startY, f32x4.mul(i, columnY));
    const rz = f32x4.add(startZ, f32x4.mul(i, columnZ));
    const rhoSquare = f32x4.add(f32x4.mul(rx, rx), f32x4.mul(rz, rz));
    const rho = f32x4.sqrt(rhoSquare);
    const at = nodes + (<usize>k << 2);
    v128.store(at, coordinate(arctan2(rx, f32x4.neg(rz)), scaleX, centerX));
    v128.store(at + <usize>ROW_TOP_Y * rowBytes, coordinate(arctan2(ry, rho), scaleY, centerY));

    const invRho = f32x4.div(f32x4.splat(1), f32x4.pmax(rho, f32x4.splat(1e-12)));
    const invRhoSquare = f32x4.mul(invRho, invRho);
    const invSquare = f32x4.div(f32x4.splat(1), f32x4.add(rhoSquare, f32x4.mul(ry, ry)));
    // Longitude is the argument of q = -z + ix, linear along a step s: its second derivative is -Im (s/q)^2 = -2 p r / |q|^4 with s conj(q) = p + ir.
    const pColumn = f32x4.add(f32x4.mul(columnZ, rz), f32x4.mul(columnX, rx));
    const rColumn = f32x4.sub(f32x4.mul(columnZ, rx), f32x4.mul(columnX, rz));
    const pRow = f32x4.add(f32x4.mul(rowZ, rz), f32x4.mul(rowX, rx));
    const rRow = f32x4.sub(f32x4.mul(rowZ, rx), f32x4.mul(rowX, rz));
    const bendScale = f32x4.mul(f32x4.mul(invRhoSquare, invRhoSquare), f32x4.splat(2));
    const errorX = f32x4.mul(f32x4.mul(scaleX, half), bulge(f32x4.mul(f32x4.mul(pColumn, rColumn), bendScale), f32x4.mul(f32x4.mul(pRow, rRow), bendScale)));
    const errorY = f32x4.mul(
      f32x4.mul(scaleY, half),
      bulge(latitudeBend(ry, rho, invRho, invSquare, columnY, pColumn, rColumn), latitudeBend(ry, rho, invRho, invSquare, rowY, pRow, rRow)),
    );
    v128.store(at + <usize>ROW_TOP_ERROR * rowBytes, f32x4.add(f32x4.mul(errorX, errorX), f32x4.mul(errorY, errorY)));
  }
}

/** Marks the cells between two rows of nodes, and fills in exact coordinates where interpolation is not good enough. */
export function classifyCells(scratch: usize, y: i32, top: usize, bottom: usize, classes: usize, rowBytes: usize): void {
  const width = load<i32>(scratch + (WIDTH << 2));
  const cells = (width + CELL_SIZE - 1) / CELL_SIZE;
  const bound = load<f32>(scratch + (ERROR_SQUARED << 2));
  const topError = top + <usize>ROW_TOP_ERROR * rowBytes;
  const bottomError = bottom + <usize>ROW_TOP_ERROR * rowBytes;
  const exact = scratch + STRIP + <usize>STRIP_ROWS * rowBytes;
  for (let c = 0; c < cells; c++) {
    const at = <usize>c << 2;
    // Written so that a NaN, as at a node right on a pole, counts as bad.
    const good = i32(load<f32>(topError + at) < bound) & i32(load<f32>(topError + at + 4) < bound)
      & i32(load<f32>(bottomError + at) < bound) & i32(load<f32>(bottomError + at + 4) < bound);
    store<i32>(classes + at, good ? INTERPOLATED : EXACT);
    if (!good) evaluateExactly(scratch, c * CELL_SIZE, y, exact + <usize>c * EXACT_BYTES);
  }
}

function evaluateExactly(scratch: usize, x: i32, y: i32, into: usize): void {
  const columnX = parameter(scratch, RAY_PER_COLUMN);
  const columnY = parameter(scratch, RAY_PER_COLUMN + 1);
  const columnZ = parameter(scratch, RAY_PER_COLUMN + 2);
  const scaleX = parameter(scratch, SCALE_X);
  const scaleY = parameter(scratch, SCALE_Y);
  const centerX = parameter(scratch, CENTER_X);
  const centerY = parameter(scratch, CENTER_Y);
  for (let j = 0; j < CELL_SIZE; j++) {
    const row = f32x4.splat(<f32>(y + j));
    const startX = f32x4.add(parameter(scratch, RAY), f32x4.mul(row, parameter(scratch, RAY_PER_ROW)));
    const startY = f32x4.add(parameter(scratch, RAY + 1), f32x4.mul(row, parameter(scratch, RAY_PER_ROW + 1)));
    const startZ = f32x4.add(parameter(scratch, RAY + 2), f32x4.mul(row, parameter(scratch, RAY_PER_ROW + 2)));
    for (let k = 0; k < CELL_SIZE; k += 4) {
      const i = f32x4.add(f32x4.splat(<f32>(x + k)), f32x4(0, 1, 2, 3));
      const rx = f32x4.add(startX, f32x4.mul(i, columnX));
      const ry = f32x4.add(startY, f32x4.mul(i, columnY));
      const rz = f32x4.add(startZ, f32x4.mul(i, columnZ));
      const rho = f32x4.sqrt(f32x4.add(f32x4.mul(rx, rx), f32x4.mul(rz, rz)));
      v128.store(into, coordinate(arctan2(rx, f32x4.neg(rz)), scaleX, centerX));
      v128.store(into + 256, coordinate(arctan2(ry, rho), scaleY, centerY));
      into += 16;
    }
  }
}
