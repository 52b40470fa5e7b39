import { ARCTAN, COORDINATE_ONE, HALF_PI, PI, SIGN, TINY } from "./constants";
import { NODE_X_ACROSS, NODE_X_DOWN, NODE_Y_ACROSS, NODE_Y_DOWN } from "./scratch";
import { truncate } from "./simd";
import {
  CELL_SAMPLES, CELL_SIZE, CENTER_X, CENTER_Y, ERROR_SQUARED, EXACT, EXACT_BYTES, EXACT_RAY, EXACT_RAY_PER_COLUMN,
  EXACT_RAY_PER_ROW, INTERPOLATED,
  NODE_Y, RAY, RAY_PER_COLUMN, RAY_PER_ROW, ROW_X_ACROSS, ROW_X_DOWN, ROW_Y_ACROSS, ROW_Y_DOWN, SCALE_X, SCALE_Y, STRIP,
  STRIP_ROWS, WIDTH,
} from "../layout";

@inline function parameter(scratch: usize, word: i32): v128 {
  return v128.load32_splat(scratch + (<usize>word << 2));
}

@inline function constant(scratch: usize, at: i32): v128 {
  return v128.load32_splat(scratch + at);
}

/** The polynomial of two neighbouring coefficients. */
@inline function pair(scratch: usize, at: i32, s: v128): v128 {
  return f32x4.add(f32x4.mul(constant(scratch, at), s), constant(scratch, at + 4));
}

/**
 * In pairs of pairs (Estrin's scheme): one after the other, the terms would wait for each other
 * longer than they take.
 */
@inline function arctanUnit(scratch: usize, t: v128): v128 {
  const s = f32x4.mul(t, t);
  const s2 = f32x4.mul(s, s);
  const high = f32x4.add(f32x4.mul(pair(scratch, ARCTAN, s), s2), pair(scratch, ARCTAN + 8, s));
  const low = f32x4.add(f32x4.mul(pair(scratch, ARCTAN + 16, s), s2), pair(scratch, ARCTAN + 24, s));
  const sum = f32x4.add(f32x4.mul(high, f32x4.mul(s2, s2)), low);
  return f32x4.add(f32x4.mul(f32x4.mul(sum, s), t), t);
}

@inline export function arctan2(scratch: usize, y: v128, x: v128): v128 {
  const ax = f32x4.abs(x);
  const ay = f32x4.abs(y);
  const large = f32x4.pmax(f32x4.pmax(ax, ay), constant(scratch, TINY));
  let angle = arctanUnit(scratch, f32x4.div(f32x4.pmin(ax, ay), large));
  angle = v128.bitselect(f32x4.sub(constant(scratch, HALF_PI), angle), angle, f32x4.gt(ay, ax));
  angle = v128.bitselect(f32x4.sub(constant(scratch, PI), angle), angle, f32x4.lt(x, f32x4.splat(0)));
  return v128.xor(angle, v128.and(y, constant(scratch, SIGN)));
}

/** arctan2 for an `x` that is not negative. */
@inline export function arctan2Right(scratch: usize, y: v128, x: v128): v128 {
  const ay = f32x4.abs(y);
  const large = f32x4.pmax(f32x4.pmax(x, ay), constant(scratch, TINY));
  let angle = arctanUnit(scratch, f32x4.div(f32x4.pmin(x, ay), large));
  angle = v128.bitselect(f32x4.sub(constant(scratch, HALF_PI), angle), angle, f32x4.gt(ay, x));
  return v128.xor(angle, v128.and(y, constant(scratch, SIGN)));
}

/** Source coordinate of an angle; what f32 holds of it is finer than a coordinate unit only below 256. */
@inline function coordinate(scratch: usize, angle: v128, scale: v128, center: v128): v128 {
  return truncate(f32x4.mul(f32x4.add(f32x4.mul(angle, scale), center), constant(scratch, COORDINATE_ONE)));
}

/**
 * Minus the second derivative of the latitude along a step of the output in which the ray moves
 * straight. With rho the ray's distance from the polar axis:
 * lat = atan2(y, rho), rho' = p / rho and rho'' = r^2 / rho^3, where p and r are the step's parts
 * along and across (x, z).
 */
@inline function latitudeBend(y: v128, rho: v128, invRho: v128, invSquare: v128, stepY: v128, p: v128, r: v128): v128 {
  const turn = f32x4.mul(r, invRho);
  const rhoBend = f32x4.mul(f32x4.mul(turn, turn), invRho);
  const cross = f32x4.sub(f32x4.mul(stepY, rho), f32x4.mul(f32x4.mul(y, p), invRho));
  const along = f32x4.mul(f32x4.add(p, f32x4.mul(y, stepY)), invSquare);
  const sum = f32x4.add(f32x4.mul(y, rhoBend), f32x4.mul(f32x4.add(cross, cross), along));
  return f32x4.mul(sum, invSquare);
}

/** Evaluates the row of nodes at output row `y`: coordinates and bulges. */
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
  // A parabola's middle lies size^2 / 8 times its second derivative below the chord.
  const sag = f32x4.splat(<f32>(CELL_SIZE * CELL_SIZE) / 8);
  const sagX = f32x4.mul(scaleX, sag);
  const sagY = f32x4.mul(scaleY, sag);
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
    v128.store(at, coordinate(scratch, arctan2(scratch, rx, f32x4.neg(rz)), scaleX, centerX));
    v128.store(at + <usize>NODE_Y * rowBytes, coordinate(scratch, arctan2Right(scratch, ry, rho), scaleY, centerY));

    // A thousandth of a pixel: a node right on a pole has bulges of no meaning, but finite ones;
    // those of its neighbours make the cell exact.
    const invRho = f32x4.div(f32x4.splat(1), f32x4.pmax(rho, f32x4.splat(1e-3)));
    const invRhoSquare = f32x4.mul(invRho, invRho);
    const invSquare = f32x4.div(f32x4.splat(1), f32x4.add(rhoSquare, f32x4.mul(ry, ry)));
    // Longitude is the argument of q = -z + ix, linear along a step s: its second derivative is -Im
    // (s/q)^2 = -2 p r / |q|^4 with s conj(q) = p + ir.
    const pColumn = f32x4.add(f32x4.mul(columnZ, rz), f32x4.mul(columnX, rx));
    const rColumn = f32x4.sub(f32x4.mul(columnZ, rx), f32x4.mul(columnX, rz));
    const pRow = f32x4.add(f32x4.mul(rowZ, rz), f32x4.mul(rowX, rx));
    const rRow = f32x4.sub(f32x4.mul(rowZ, rx), f32x4.mul(rowX, rz));
    const bendX = f32x4.mul(f32x4.mul(sagX, f32x4.splat(2)), f32x4.mul(invRhoSquare, invRhoSquare));
    v128.store(at + <usize>NODE_X_ACROSS * rowBytes, f32x4.mul(bendX, f32x4.mul(pColumn, rColumn)));
    v128.store(at + <usize>NODE_X_DOWN * rowBytes, f32x4.mul(bendX, f32x4.mul(pRow, rRow)));
    v128.store(
      at + <usize>NODE_Y_ACROSS * rowBytes,
      f32x4.mul(sagY, latitudeBend(ry, rho, invRho, invSquare, columnY, pColumn, rColumn))
    );
    v128.store(
      at + <usize>NODE_Y_DOWN * rowBytes, f32x4.mul(sagY, latitudeBend(ry, rho, invRho, invSquare, rowY, pRow, rRow))
    );
  }
}

/**
 * Stores the bulges of the four cells at `at` of two rows of nodes, as the mean of their corners',
 * with `one` coordinate units to a sample.
 *
* @returns an estimate of the error of taking the bulge for the same all over the cell: in the
* middle of an edge half of the difference, at most, counts.
 */
@inline function bulges(top: usize, bottom: usize, into: usize, one: v128): v128 {
  const a = v128.load(top);
  const b = v128.load(top, 4);
  const c = v128.load(bottom);
  const d = v128.load(bottom, 4);
  const mean = f32x4.mul(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.splat(0.25));
  // A larger one than 4 is near a pole, where the cell is exact.
  const bounded = f32x4.pmax(f32x4.pmin(mean, f32x4.splat(4)), f32x4.splat(-4));
  v128.store(into, truncate(f32x4.mul(bounded, one)));
  const greatest = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
  const least = f32x4.pmin(f32x4.pmin(a, b), f32x4.pmin(c, d));
  return f32x4.mul(f32x4.sub(greatest, least), f32x4.splat(0.25));
}

/**
 * Finds the bulges of the cells between two rows of nodes, and exact coordinates for those in which
 * that is not good enough.
 */
export function classifyCells(
  scratch: usize, y: i32, top: usize, bottom: usize, classes: usize, rowBytes: usize
): void {
  const width = load<i32>(scratch + (WIDTH << 2));
  const cells = (width + CELL_SIZE - 1) / CELL_SIZE;
  const bound = parameter(scratch, ERROR_SQUARED);
  const one = constant(scratch, COORDINATE_ONE);
  const xAcross = <usize>NODE_X_ACROSS * rowBytes;
  const xDown = <usize>NODE_X_DOWN * rowBytes;
  const yAcross = <usize>NODE_Y_ACROSS * rowBytes;
  const yDown = <usize>NODE_Y_DOWN * rowBytes;
  const strip = scratch + STRIP;
  const exact = strip + <usize>STRIP_ROWS * rowBytes;
  for (let c = 0; c < cells; c += 4) {
    const at = <usize>c << 2;
    const t = top + at;
    const b = bottom + at;
    const into = strip + at;
    const errorX = f32x4.add(
      bulges(
        t + xAcross, b + xAcross, into + <usize>ROW_X_ACROSS * rowBytes, one
      ), bulges(t + xDown, b + xDown, into + <usize>ROW_X_DOWN * rowBytes, one),
    );
    const errorY = f32x4.add(
      bulges(
        t + yAcross, b + yAcross, into + <usize>ROW_Y_ACROSS * rowBytes, one
      ), bulges(t + yDown, b + yDown, into + <usize>ROW_Y_DOWN * rowBytes, one),
    );
    const good = f32x4.lt(f32x4.add(f32x4.mul(errorX, errorX), f32x4.mul(errorY, errorY)), bound);
    v128.store(classes + at, v128.bitselect(i32x4.splat(INTERPOLATED), i32x4.splat(EXACT), good));
    if (i32x4.all_true(good)) continue;
    const end = min(c + 4, cells);
    for (let k = c; k < end; k++) {
      if (load<i32>(classes + (<usize>k << 2)) == EXACT) evaluateExactly(
        scratch, k * CELL_SIZE, y, exact + <usize>k * EXACT_BYTES
      );
    }
  }
}

/** One axis of the ray at output sample (x, y). In f32, a ray close to a pole would lose what is left of it there. */
@inline function rayAt(scratch: usize, axis: usize, x: i32, y: i32): v128 {
  const at = scratch + (axis << 3);
  const ray = load<f64>(at, EXACT_RAY * 4);
  return f32x4.splat(
    <f32>(ray + <f64>x * load<f64>(at, EXACT_RAY_PER_COLUMN * 4) + <f64>y * load<f64>(at, EXACT_RAY_PER_ROW * 4))
  );
}

function evaluateExactly(scratch: usize, x: i32, y: i32, into: usize): void {
  const columnX = parameter(scratch, RAY_PER_COLUMN);
  const columnY = parameter(scratch, RAY_PER_COLUMN + 1);
  const columnZ = parameter(scratch, RAY_PER_COLUMN + 2);
  const scaleX = parameter(scratch, SCALE_X);
  const scaleY = parameter(scratch, SCALE_Y);
  const centerX = parameter(scratch, CENTER_X);
  const centerY = parameter(scratch, CENTER_Y);
  const lanes = f32x4(0, 1, 2, 3);
  const stepX = f32x4.mul(lanes, columnX);
  const stepY = f32x4.mul(lanes, columnY);
  const stepZ = f32x4.mul(lanes, columnZ);
  for (let j = 0; j < CELL_SIZE; j++) {
    for (let k = 0; k < CELL_SIZE; k += 4) {
      const rx = f32x4.add(rayAt(scratch, 0, x + k, y + j), stepX);
      const ry = f32x4.add(rayAt(scratch, 1, x + k, y + j), stepY);
      const rz = f32x4.add(rayAt(scratch, 2, x + k, y + j), stepZ);
      const rho = f32x4.sqrt(f32x4.add(f32x4.mul(rx, rx), f32x4.mul(rz, rz)));
      v128.store(into, coordinate(scratch, arctan2(scratch, rx, f32x4.neg(rz)), scaleX, centerX));
      v128.store(into, coordinate(scratch, arctan2Right(scratch, ry, rho), scaleY, centerY), CELL_SAMPLES * 4);
      into += 16;
    }
  }
}
