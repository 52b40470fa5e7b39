import { arctan2, arctan2Right } from "./equirectangular-from-perspective";
import { COORDINATE_ONE } from "./constants";
import { truncate } from "./simd";
import { NODE_X_ACROSS, NODE_X_DOWN, NODE_Y_ACROSS, NODE_Y_DOWN } from "./scratch";
import {
  BLANK, BLEND_GAIN, BLEND_OFFSET, BLEND_SHAPE, CELL_RADIUS, CELL_SAMPLES, CELL_SIZE, CENTER_X, CENTER_Y, ERROR_SQUARED,
  EXACT, EXACT_BYTES, EXACT_RAY, EXACT_RAY_PER_COLUMN, EXACT_RAY_PER_ROW,
  GREATEST_X, GREATEST_Y, HALF_LONGITUDE, HEIGHT, HIGHEST_LATITUDE, INTERPOLATED, IS_OVERLAY, LEAST_X, LEAST_Y,
  LOWEST_LATITUDE, MASK_BYTES, MASKED,
  NODE_CAPACITY, NODE_FACE, NODE_BLEND, NODE_VISIBILITY, NODE_Y, OPAQUE, RAY, RAY_CLASS_PITCH, RAY_CLASSES, RAY_FIELDS,
  RAY_MARGIN, RAY_NODE_BYTES,
  RAY_NODES, RAY_PER_COLUMN, RAY_PER_ROW, RAY_PITCH, RAY_ROWS, RAY_TURN, RAY_WORK, RAYS_BROKEN, RAYS_NONE, ROW_CLASS,
  ROW_X_ACROSS, ROW_X_DOWN, ROW_Y_ACROSS,
  ROW_Y_DOWN, SCALE_X, SCALE_Y, SKIPPED, SOURCE_PERIOD, STRIP, STRIP_ROWS, TABLE, TABLE_BROKEN, TABLE_CELLS,
  TABLE_FACES, TABLE_HIDDEN, TABLE_MARGIN, TABLE_NODE_BYTES,
  TABLE_UNKNOWN, UNKNOWN, WIDTH,
} from "../layout";

// Evaluates the warp grid for any output and any input. The output's rays are linear in its columns
// and rows (a flat camera), or they are tabulated at
// the nodes and interpolated between them. The input's places are tabulated on the faces of a cube
// of directions, or the formulas of the
// equirectangular sphere. Both tables are interpolated by the cubic polynomial through four nodes
// each way (Lagrange), whose error falls with the
// fourth power of the distance of nodes. A cell that neither table can place is left to the host.

@inline function word(scratch: usize, index: i32): i32 {
  return load<i32>(scratch + (<usize>index << 2));
}

@inline function parameter(scratch: usize, index: i32): v128 {
  return v128.load32_splat(scratch + (<usize>index << 2));
}

// The results of `place` for four rays: 16 bytes each.
@inline const PLACE_X: i32 = RAY_WORK;
@inline const PLACE_Y: i32 = RAY_WORK + 16;
@inline const PLACE_VISIBILITY: i32 = RAY_WORK + 32;
@inline const PLACE_BLEND: i32 = RAY_WORK + 48;
@inline const PLACE_FACE: i32 = RAY_WORK + 64;
// Its intermediate numbers: weights of four nodes across and of four down, 16 bytes for each, and addresses.
@inline const WORK_ACROSS: i32 = RAY_WORK + 80;
@inline const WORK_DOWN: i32 = RAY_WORK + 144;
@inline const WORK_NODES: i32 = RAY_WORK + 208;
@inline const WORK_FLAGS: i32 = RAY_WORK + 224;
// The rays of a cell: of eight columns in each of four rows of nodes, four floats each.
@inline const WORK_RAYS: i32 = RAY_WORK + 256;

/** Weights of the four nodes at -1, 0, 1 and 2 for a place at t, 0 to 1, of four lanes. */
@inline function storeWeights(into: usize, t: v128): void {
  const before = f32x4.add(t, f32x4.splat(1));
  const one = f32x4.sub(t, f32x4.splat(1));
  const two = f32x4.sub(t, f32x4.splat(2));
  const inner = f32x4.mul(before, two);
  const outer = f32x4.mul(t, one);
  v128.store(into, f32x4.mul(f32x4.mul(outer, two), f32x4.splat(-1.0 / 6.0)));
  v128.store(into, f32x4.mul(f32x4.mul(inner, one), f32x4.splat(0.5)), 16);
  v128.store(into, f32x4.mul(f32x4.mul(inner, t), f32x4.splat(-0.5)), 32);
  v128.store(into, f32x4.mul(f32x4.mul(outer, before), f32x4.splat(1.0 / 6.0)), 48);
}

/** The polynomial through four nodes of a row. */
@inline function rowValue(node: usize, w0: v128, w1: v128, w2: v128, w3: v128): v128 {
  const left = f32x4.add(f32x4.mul(v128.load(node), w0), f32x4.mul(v128.load(node, 16), w1));
  return f32x4.add(left, f32x4.add(f32x4.mul(v128.load(node, 32), w2), f32x4.mul(v128.load(node, 48), w3)));
}

/** The values of the table for one of four lanes. */
@inline function tableValue(work: usize, lane: usize, rowBytes: usize): v128 {
  const node = load<usize>(work + WORK_NODES + lane);
  const at = work + lane;
  const w0 = v128.load32_splat(at + WORK_ACROSS);
  const w1 = v128.load32_splat(at + WORK_ACROSS + 16);
  const w2 = v128.load32_splat(at + WORK_ACROSS + 32);
  const w3 = v128.load32_splat(at + WORK_ACROSS + 48);
  const a = f32x4.mul(rowValue(node, w0, w1, w2, w3), v128.load32_splat(at + WORK_DOWN));
  const b = f32x4.mul(rowValue(node + rowBytes, w0, w1, w2, w3), v128.load32_splat(at + WORK_DOWN + 16));
  const c = f32x4.mul(rowValue(node + 2 * rowBytes, w0, w1, w2, w3), v128.load32_splat(at + WORK_DOWN + 32));
  const d = f32x4.mul(rowValue(node + 3 * rowBytes, w0, w1, w2, w3), v128.load32_splat(at + WORK_DOWN + 48));
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/** Stores source coordinates, with what is far outside moved to where may be read. */
@inline function storePlace(scratch: usize, x: v128, y: v128, visibility: v128, blend: v128, face: v128): void {
  const one = v128.load32_splat(scratch + COORDINATE_ONE);
  const across = f32x4.pmin(f32x4.pmax(x, parameter(scratch, LEAST_X)), parameter(scratch, GREATEST_X));
  const down = f32x4.pmin(f32x4.pmax(y, parameter(scratch, LEAST_Y)), parameter(scratch, GREATEST_Y));
  v128.store(scratch + PLACE_X, truncate(f32x4.mul(across, one)));
  v128.store(scratch + PLACE_Y, truncate(f32x4.mul(down, one)));
  v128.store(scratch + PLACE_VISIBILITY, visibility);
  v128.store(scratch + PLACE_BLEND, blend);
  v128.store(scratch + PLACE_FACE, face);
}

/** The places in the blend of those in the table. */
@inline function blendPlace(scratch: usize, blend: v128): v128 {
  return f32x4.add(f32x4.mul(blend, parameter(scratch, BLEND_GAIN)), parameter(scratch, BLEND_OFFSET));
}

/** The opacity of places in the blend. */
@inline function opacityOf(scratch: usize, place: v128): v128 {
  const t = f32x4.add(
    f32x4.mul(f32x4.pmax(f32x4.pmin(place, f32x4.splat(1)), f32x4.splat(-1)), f32x4.splat(0.5)), f32x4.splat(0.5)
  );
  const smooth = f32x4.mul(f32x4.mul(t, t), f32x4.sub(f32x4.splat(3), f32x4.add(t, t)));
  return f32x4.add(t, f32x4.mul(f32x4.sub(smooth, t), parameter(scratch, BLEND_SHAPE)));
}

/** Places four rays by the table. */
@inline function placeInTable(scratch: usize, x: v128, y: v128, z: v128): void {
  const ax = f32x4.abs(x);
  const ay = f32x4.abs(y);
  const az = f32x4.abs(z);
  const largest = f32x4.pmax(f32x4.pmax(ax, ay), f32x4.pmax(az, f32x4.splat(1e-20)));
  const isX = f32x4.eq(ax, largest);
  const isY = v128.andnot(f32x4.eq(ay, largest), isX);
  const scale = f32x4.div(f32x4.splat(1), largest);
  const u = f32x4.mul(v128.bitselect(z, x, isX), scale);
  const v = f32x4.mul(v128.bitselect(z, y, isY), scale);
  const major = v128.bitselect(x, v128.bitselect(y, z, isY), isX);
  const pair = i32x4.sub(i32x4.splat(4), v128.or(v128.and(isX, i32x4.splat(4)), v128.and(isY, i32x4.splat(2))));
  const face = i32x4.sub(pair, f32x4.lt(major, f32x4.splat(0)));

  const cells = word(scratch, TABLE_CELLS);
  const half = f32x4.splat(<f32>cells * 0.5);
  const last = i32x4.splat(cells - 1);
  const across = f32x4.add(f32x4.mul(u, half), half);
  const down = f32x4.add(f32x4.mul(v, half), half);
  const column = i32x4.max_s(i32x4.min_s(truncate(across), last), i32x4.splat(0));
  const row = i32x4.max_s(i32x4.min_s(truncate(down), last), i32x4.splat(0));
  const work = scratch;
  const nodes = cells + TABLE_MARGIN;
  const table = word(scratch, TABLE);
  const flags = table + TABLE_FACES * nodes * nodes * TABLE_NODE_BYTES;
  const cell = i32x4.add(i32x4.mul(i32x4.add(i32x4.mul(face, i32x4.splat(cells)), row), i32x4.splat(cells)), column);
  v128.store(work + WORK_FLAGS, i32x4.add(i32x4.splat(flags), cell));
  let states = i32x4.splat(load<u8>(load<usize>(work + WORK_FLAGS)));
  states = i32x4.replace_lane(states, 1, load<u8>(load<usize>(work + WORK_FLAGS, 4)));
  states = i32x4.replace_lane(states, 2, load<u8>(load<usize>(work + WORK_FLAGS, 8)));
  states = i32x4.replace_lane(states, 3, load<u8>(load<usize>(work + WORK_FLAGS, 12)));
  if (i32x4.all_true(i32x4.eq(states, i32x4.splat(TABLE_HIDDEN)))) {
    storePlace(scratch, f32x4.splat(0), f32x4.splat(0), f32x4.splat(-4), f32x4.splat(-1), face);
    return;
  }
  storeWeights(work + WORK_ACROSS, f32x4.sub(across, f32x4.convert_i32x4_s(column)));
  storeWeights(work + WORK_DOWN, f32x4.sub(down, f32x4.convert_i32x4_s(row)));
  const node = i32x4.add(i32x4.mul(i32x4.add(i32x4.mul(face, i32x4.splat(nodes)), row), i32x4.splat(nodes)), column);
  v128.store(work + WORK_NODES, i32x4.add(i32x4.splat(table), i32x4.mul(node, i32x4.splat(TABLE_NODE_BYTES))));
  const rowBytes = <usize>nodes * TABLE_NODE_BYTES;
  const a = tableValue(work, 0, rowBytes);
  const b = tableValue(work, 4, rowBytes);
  const c = tableValue(work, 8, rowBytes);
  const d = tableValue(work, 12, rowBytes);
  const xy01 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const xy23 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const rest01 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const rest23 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  const places = v128.shuffle<i64>(xy01, xy23, 0, 2);
  const downs = v128.shuffle<i64>(xy01, xy23, 1, 3);
  storePlace(
    scratch,
    f32x4.add(f32x4.mul(places, parameter(scratch, SCALE_X)), parameter(scratch, CENTER_X)),
    f32x4.add(f32x4.mul(downs, parameter(scratch, SCALE_Y)), parameter(scratch, CENTER_Y)),
    v128.shuffle<i64>(rest01, rest23, 0, 2), blendPlace(scratch, v128.shuffle<i64>(rest01, rest23, 1, 3)),
    v128.or(face, v128.and(i32x4.eq(states, i32x4.splat(TABLE_UNKNOWN)), i32x4.splat(TABLE_BROKEN))),
  );
}

/** Places four rays on the equirectangular sphere, whose shown part is straight ahead of the rays' axes. */
@inline function placeOnSphere(scratch: usize, x: v128, y: v128, z: v128): void {
  const rho = f32x4.sqrt(f32x4.add(f32x4.mul(x, x), f32x4.mul(z, z)));
  const longitude = arctan2(scratch, x, f32x4.neg(z));
  const latitude = arctan2Right(scratch, y, rho);
  const length = f32x4.sqrt(f32x4.add(f32x4.mul(rho, rho), f32x4.mul(y, y)));
  const away = f32x4.div(rho, f32x4.pmax(length, f32x4.splat(1e-20)));
  const across = f32x4.mul(f32x4.sub(parameter(scratch, HALF_LONGITUDE), f32x4.abs(longitude)), away);
  const up = f32x4.sub(parameter(scratch, HIGHEST_LATITUDE), latitude);
  const down = f32x4.sub(latitude, parameter(scratch, LOWEST_LATITUDE));
  // All the way around there is no border, neither at the poles nor behind.
  const wide = f32x4.gt(parameter(scratch, HALF_LONGITUDE), f32x4.splat(4));
  storePlace(
    scratch,
    f32x4.add(f32x4.mul(longitude, parameter(scratch, SCALE_X)), parameter(scratch, CENTER_X)),
    f32x4.add(f32x4.mul(latitude, parameter(scratch, SCALE_Y)), parameter(scratch, CENTER_Y)),
    f32x4.pmin(f32x4.pmin(up, down), v128.bitselect(f32x4.splat(4), across, wide)), f32x4.splat(1), i32x4.splat(0),
  );
}

@inline function place(scratch: usize, x: v128, y: v128, z: v128): void {
  if (word(scratch, TABLE)) placeInTable(scratch, x, y, z);
  else placeOnSphere(scratch, x, y, z);
}

/** The row of nodes at output row `y`. */
@inline function nodeRow(scratch: usize, y: i32, rowBytes: usize): usize {
  const rows = scratch + STRIP + <usize>STRIP_ROWS * rowBytes + (rowBytes >> 2) * (EXACT_BYTES + MASK_BYTES);
  return rows + <usize>((y / CELL_SIZE + 1) % RAY_ROWS) * (RAY_FIELDS * rowBytes) + RAY_MARGIN * 4;
}

/** Four rays at nodes from `node` on, turned and placed. */
@inline function placeTurned(scratch: usize, a: v128, b: v128, c: v128, d: v128): void {
  const xy01 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const xy23 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const x = v128.shuffle<i64>(xy01, xy23, 0, 2);
  const y = v128.shuffle<i64>(xy01, xy23, 1, 3);
  const z = v128.shuffle<i64>(v128.shuffle<i32>(a, b, 2, 6, 3, 7), v128.shuffle<i32>(c, d, 2, 6, 3, 7), 0, 2);
  place(scratch, turned(scratch, 0, x, y, z), turned(scratch, 3, x, y, z), turned(scratch, 6, x, y, z));
}

@inline function turned(scratch: usize, row: i32, x: v128, y: v128, z: v128): v128 {
  const right = f32x4.mul(parameter(scratch, RAY_TURN + row), x);
  const up = f32x4.mul(parameter(scratch, RAY_TURN + row + 1), y);
  return f32x4.add(f32x4.add(right, up), f32x4.mul(parameter(scratch, RAY_TURN + row + 2), z));
}

@inline function rayNode(scratch: usize, k: i32, y: i32): usize {
  const row = y / CELL_SIZE + 1;
  return <usize>word(scratch, RAY_NODES) + <usize>((row * word(scratch, RAY_PITCH) + k + RAY_MARGIN) * RAY_NODE_BYTES);
}

function evaluateNodes(scratch: usize, y: i32, rowBytes: usize): void {
  const nodes = nodeRow(scratch, y, rowBytes);
  const count = (word(scratch, WIDTH) + CELL_SIZE - 1) / CELL_SIZE + 2;
  const tabulated = word(scratch, RAY_NODES) != 0;
  const j = f32x4.splat(<f32>y);
  const startX = f32x4.add(parameter(scratch, RAY), f32x4.mul(j, parameter(scratch, RAY_PER_ROW)));
  const startY = f32x4.add(parameter(scratch, RAY + 1), f32x4.mul(j, parameter(scratch, RAY_PER_ROW + 1)));
  const startZ = f32x4.add(parameter(scratch, RAY + 2), f32x4.mul(j, parameter(scratch, RAY_PER_ROW + 2)));
  for (let k = -RAY_MARGIN; k < count; k += 4) {
    if (tabulated) {
      const node = rayNode(scratch, k, y);
      placeTurned(scratch, v128.load(node), v128.load(node, 16), v128.load(node, 32), v128.load(node, 48));
    } else {
      const i = f32x4.mul(f32x4.add(f32x4.splat(<f32>k), f32x4(0, 1, 2, 3)), f32x4.splat(<f32>CELL_SIZE));
      place(
        scratch, f32x4.add(startX, f32x4.mul(i, parameter(scratch, RAY_PER_COLUMN))), f32x4.add(
          startY, f32x4.mul(i, parameter(scratch, RAY_PER_COLUMN + 1))
        ),
        f32x4.add(startZ, f32x4.mul(i, parameter(scratch, RAY_PER_COLUMN + 2))),
      );
    }
    const at = nodes + (<usize>k << 2);
    v128.store(at, v128.load(scratch + PLACE_X));
    v128.store(at + <usize>NODE_Y * rowBytes, v128.load(scratch + PLACE_Y));
    v128.store(at + <usize>NODE_FACE * rowBytes, v128.load(scratch + PLACE_FACE));
    v128.store(at + <usize>NODE_VISIBILITY * rowBytes, v128.load(scratch + PLACE_VISIBILITY));
    v128.store(at + <usize>NODE_BLEND * rowBytes, v128.load(scratch + PLACE_BLEND));
  }
  for (let k = 0; k < count - 1; k += 4) {
    const at = nodes + (<usize>k << 2);
    storeBend(scratch, at, at - 4, at + 4, rowBytes, NODE_X_ACROSS, NODE_Y_ACROSS);
  }
}

/** `b - a` moved by whole periods to its least size. */
@inline function way(scratch: usize, a: v128, b: v128): v128 {
  const period = parameter(scratch, SOURCE_PERIOD);
  const half = i32x4.shr_s(period, 1);
  const d = i32x4.sub(b, a);
  return i32x4.sub(
    i32x4.add(d, v128.and(i32x4.gt_s(i32x4.neg(half), d), period)), v128.and(i32x4.gt_s(d, half), period)
  );
}

/**
 * Stores the bulges, in samples, of cells at nodes `at` along the way from `before` to `after`; NaN
 * where these lie on different faces.
 */
@inline function storeBend(
  scratch: usize, at: usize, before: usize, after: usize, rowBytes: usize, intoX: i32, intoY: i32
): void {
  const toFace = <usize>NODE_FACE * rowBytes;
  const face = v128.load(at + toFace);
  const same = v128.and(i32x4.eq(v128.load(before + toFace), face), i32x4.eq(v128.load(after + toFace), face));
  const none = f32x4.splat(NaN);
  // A parabola's middle lies an eighth of the second difference below its chord.
  const eighth = f32x4.splat(-1.0 / 8.0 / 65536.0);
  const x = v128.load(at);
  const bendX = i32x4.sub(way(scratch, x, v128.load(after)), way(scratch, v128.load(before), x));
  v128.store(at + <usize>intoX * rowBytes, v128.bitselect(f32x4.mul(f32x4.convert_i32x4_s(bendX), eighth), none, same));
  const toY = <usize>NODE_Y * rowBytes;
  const y = v128.load(at + toY);
  const bendY = i32x4.sub(i32x4.sub(v128.load(after + toY), y), i32x4.sub(y, v128.load(before + toY)));
  v128.store(at + <usize>intoY * rowBytes, v128.bitselect(f32x4.mul(f32x4.convert_i32x4_s(bendY), eighth), none, same));
}

/** The bulges down of the row of nodes at `y`, from the rows above and below. */
function bendDown(scratch: usize, y: i32, rowBytes: usize): void {
  const above = nodeRow(scratch, y - CELL_SIZE, rowBytes);
  const nodes = nodeRow(scratch, y, rowBytes);
  const below = nodeRow(scratch, y + CELL_SIZE, rowBytes);
  const bytes = <usize>((word(scratch, WIDTH) + CELL_SIZE - 1) / CELL_SIZE + 1) << 2;
  for (let at: usize = 0; at < bytes; at += 16) storeBend(
    scratch, nodes + at, above + at, below + at, rowBytes, NODE_X_DOWN, NODE_Y_DOWN
  );
}

/**
 * Relative change of a bulge from one cell to the next, at most, for cells of a radius of 1: what
 * lenses and cubes have.
 */
@inline const SPREAD_UNSEEN: f32 = 4;

@inline function known(a: v128, other: v128): v128 {
  return v128.bitselect(a, other, f32x4.eq(a, a));
}

/**
 * Stores the bulges of four cells, the mean of their corners'. Where one of two neighbours' is not
 * known, the other one's is taken.
 * @returns an estimate of the error of taking the bulge for the same all over the cell, NaN where none is known.
 */
@inline function bulges(top: usize, bottom: usize, into: usize, one: v128, radius: v128): v128 {
  const a = v128.load(top);
  const b = v128.load(top, 4);
  const c = v128.load(bottom);
  const d = v128.load(bottom, 4);
  const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  if (i32x4.all_true(f32x4.eq(sum, sum))) {
    // All are known: nearly everywhere.
    const middle = f32x4.mul(sum, f32x4.splat(0.25));
    const cut = f32x4.pmax(f32x4.pmin(middle, f32x4.splat(4)), f32x4.splat(-4));
    v128.store(into, truncate(f32x4.mul(cut, one)));
    const spread = f32x4.sub(
      f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d)), f32x4.pmin(f32x4.pmin(a, b), f32x4.pmin(c, d))
    );
    return f32x4.add(f32x4.mul(spread, f32x4.splat(0.25)), f32x4.abs(f32x4.sub(middle, cut)));
  }
  return bulgesOfKnown(a, b, c, d, into, one, radius);
}

/** The same where some of the four bulges `a` to `d` are not known. */
function bulgesOfKnown(a: v128, b: v128, c: v128, d: v128, into: usize, one: v128, radius: v128): v128 {
  const ab = known(a, known(b, known(c, d)));
  const ba = known(b, known(a, known(d, c)));
  const cd = known(c, known(d, known(a, b)));
  const dc = known(d, known(c, known(b, a)));
  const mean = f32x4.mul(f32x4.add(f32x4.add(ab, ba), f32x4.add(cd, dc)), f32x4.splat(0.25));
  const bounded = f32x4.pmax(f32x4.pmin(mean, f32x4.splat(4)), f32x4.splat(-4));
  v128.store(into, i32x4.trunc_sat_f32x4_s(f32x4.mul(bounded, one)));
  const greatest = f32x4.pmax(f32x4.pmax(ab, ba), f32x4.pmax(cd, dc));
  const least = f32x4.pmin(f32x4.pmin(ab, ba), f32x4.pmin(cd, dc));
  const error = f32x4.mul(f32x4.sub(greatest, least), f32x4.splat(0.25));
  // One that had to be cut is wrong, however even. Where a neighbour's is not known, it may differ
  // as much as cells of this size make bulges differ.
  const all = v128.and(v128.and(f32x4.eq(a, a), f32x4.eq(b, b)), v128.and(f32x4.eq(c, c), f32x4.eq(d, d)));
  const unseen = v128.andnot(f32x4.mul(f32x4.abs(mean), f32x4.mul(radius, f32x4.splat(SPREAD_UNSEEN))), all);
  return f32x4.add(f32x4.add(error, unseen), f32x4.abs(f32x4.sub(mean, bounded)));
}

@inline function least(a: usize, b: usize): v128 {
  return f32x4.pmin(f32x4.pmin(v128.load(a), v128.load(a, 4)), f32x4.pmin(v128.load(b), v128.load(b, 4)));
}

@inline function greatest(a: usize, b: usize): v128 {
  return f32x4.pmax(f32x4.pmax(v128.load(a), v128.load(a, 4)), f32x4.pmax(v128.load(b), v128.load(b, 4)));
}

/**
 * Evaluates the cells of output rows `y` to `y + CELL_SIZE - 1`. Called with `y` from FIRST_ROW on, strip by strip.
 * @returns how many cells are UNKNOWN.
 */
export function evaluateRayStrip(scratch: usize, y: i32, first: i32, rowBytes: usize): i32 {
  if (y == first) {
    evaluateNodes(scratch, y - CELL_SIZE, rowBytes);
    evaluateNodes(scratch, y, rowBytes);
    evaluateNodes(scratch, y + CELL_SIZE, rowBytes);
    bendDown(scratch, y, rowBytes);
  }
  evaluateNodes(scratch, y + 2 * CELL_SIZE, rowBytes);
  bendDown(scratch, y + CELL_SIZE, rowBytes);
  return classify(scratch, y, rowBytes);
}

/** Row of nodes at `y`, which `evaluateRayStrip` has evaluated. */
export function rayNodes(scratch: usize, y: i32, rowBytes: usize): usize {
  return nodeRow(scratch, y, rowBytes);
}

function classify(scratch: usize, y: i32, rowBytes: usize): i32 {
  const top = nodeRow(scratch, y, rowBytes);
  const bottom = nodeRow(scratch, y + CELL_SIZE, rowBytes);
  const cells = (word(scratch, WIDTH) + CELL_SIZE - 1) / CELL_SIZE;
  const strip = scratch + STRIP;
  const classes = strip + <usize>ROW_CLASS * rowBytes;
  const one = v128.load32_splat(scratch + COORDINATE_ONE);
  const radius = parameter(scratch, CELL_RADIUS);
  const bound = parameter(scratch, ERROR_SQUARED);
  const nothing = i32x4.splat(word(scratch, IS_OVERLAY) ? SKIPPED : BLANK);
  const toFace = <usize>NODE_FACE * rowBytes;
  const toVisibility = <usize>NODE_VISIBILITY * rowBytes;
  const toBlend = <usize>NODE_BLEND * rowBytes;
  let unknown = 0;
  for (let c = 0; c < cells; c += 4) {
    const at = <usize>c << 2;
    const t = top + at;
    const b = bottom + at;
    const into = strip + at;
    const leastBlend = least(t + toBlend, b + toBlend);
    const greatestBlend = greatest(t + toBlend, b + toBlend);
    const isInside = f32x4.gt(least(t + toVisibility, b + toVisibility), radius);
    const isOutside = f32x4.gt(f32x4.neg(radius), greatest(t + toVisibility, b + toVisibility));
    const isNothing = v128.or(isOutside, v128.and(isInside, f32x4.le(greatestBlend, f32x4.splat(-0.999))));
    if (i32x4.all_true(isNothing) && !word(scratch, RAY_CLASSES)) {
      v128.store(classes + at, nothing);
      continue;
    }
    const errorX = f32x4.add(
      bulges(
        t + <usize>NODE_X_ACROSS * rowBytes, b + <usize>NODE_X_ACROSS * rowBytes, into + <usize>ROW_X_ACROSS * rowBytes,
        one, radius
      ),
      bulges(
        t + <usize>NODE_X_DOWN * rowBytes, b + <usize>NODE_X_DOWN * rowBytes, into + <usize>ROW_X_DOWN * rowBytes, one,
        radius
      ),
    );
    const errorY = f32x4.add(
      bulges(
        t + <usize>NODE_Y_ACROSS * rowBytes, b + <usize>NODE_Y_ACROSS * rowBytes, into + <usize>ROW_Y_ACROSS * rowBytes,
        one, radius
      ),
      bulges(
        t + <usize>NODE_Y_DOWN * rowBytes, b + <usize>NODE_Y_DOWN * rowBytes, into + <usize>ROW_Y_DOWN * rowBytes, one,
        radius
      ),
    );
    const face = v128.load(t + toFace);
    const sameFace = v128.and(
      i32x4.eq(face, v128.load(t + toFace, 4)), v128.and(
        i32x4.eq(face, v128.load(b + toFace)), i32x4.eq(face, v128.load(b + toFace, 4))
      ),
    );
    const smooth = v128.and(
      v128.and(
        f32x4.lt(f32x4.add(f32x4.mul(errorX, errorX), f32x4.mul(errorY, errorY)), bound), sameFace
      ), i32x4.lt_s(face, i32x4.splat(TABLE_BROKEN)),
    );
    const isOpaque = v128.and(isInside, f32x4.ge(leastBlend, f32x4.splat(0.999)));
    // Over much of a blend its places are no straight line.
    const isGradual = f32x4.lt(f32x4.sub(greatestBlend, leastBlend), f32x4.splat(0.75));
    let kind = v128.bitselect(
      i32x4.splat(INTERPOLATED), i32x4.splat(EXACT), v128.and(v128.and(smooth, isInside), v128.or(isOpaque, isGradual))
    );
    kind = v128.or(kind, v128.andnot(i32x4.splat(MASKED), isOpaque));
    kind = v128.bitselect(nothing, kind, isNothing);
    v128.store(classes + at, kind);
    if (!v128.any_true(v128.andnot(kind, isNothing)) && !word(scratch, RAY_CLASSES)) continue;
    const end = min(c + 4, cells);
    for (let k = c; k < end; k++) unknown += finishCell(scratch, k, y, top, bottom, classes, rowBytes);
  }
  return unknown;
}

/** Evaluates what a cell's class asks for. @returns 1 if the host has to do it. */
function finishCell(
  scratch: usize, cell: i32, y: i32, top: usize, bottom: usize, classes: usize, rowBytes: usize
): i32 {
  const into = classes + (<usize>cell << 2);
  const kind = load<i32>(into);
  const rays = word(scratch, RAY_CLASSES);
  if (rays) {
    const rayClass = <i32>load<u8>(<usize>(rays + (y / CELL_SIZE) * word(scratch, RAY_CLASS_PITCH) + cell));
    if (rayClass == RAYS_BROKEN) {
      store<i32>(into, UNKNOWN);
      return 1;
    }
    if (rayClass == RAYS_NONE) {
      store<i32>(into, word(scratch, IS_OVERLAY) ? SKIPPED : BLANK);
      return 0;
    }
  }
  if (kind == INTERPOLATED || kind == BLANK || kind == SKIPPED) return 0;
  if (kind == (INTERPOLATED | MASKED)) {
    evaluateMask(scratch, cell, top, bottom, rowBytes);
    return 0;
  }
  const found = evaluateExactly(scratch, cell, y, rowBytes);
  store<i32>(into, found);
  return found == UNKNOWN ? 1 : 0;
}

@inline function masksOf(scratch: usize, cell: i32, rowBytes: usize): usize {
  return scratch + STRIP + <usize>STRIP_ROWS * rowBytes + (rowBytes >> 2) * EXACT_BYTES + <usize>cell * MASK_BYTES;
}

/** The opacities of a cell's samples, from the places in the blend of its corners. */
function evaluateMask(scratch: usize, cell: i32, top: usize, bottom: usize, rowBytes: usize): void {
  let into = masksOf(scratch, cell, rowBytes);
  const at = <usize>NODE_BLEND * rowBytes + (<usize>cell << 2);
  const a = load<f32>(top + at);
  const b = load<f32>(top + at, 4);
  const c = load<f32>(bottom + at);
  const d = load<f32>(bottom + at, 4);
  for (let j = 0; j < CELL_SIZE; j++) {
    const t = <f32>j * 0.125;
    const left = a + (c - a) * t;
    const step = f32x4.splat((b + (d - b) * t - left) * 0.125);
    const low = f32x4.add(f32x4.splat(left), f32x4.mul(step, f32x4(0, 1, 2, 3)));
    storeMask(scratch, into, low, f32x4.add(low, f32x4.add(f32x4.add(step, step), f32x4.add(step, step))));
    into += 16;
  }
}

@inline function maskCodes(scratch: usize, blend: v128): v128 {
  return truncate(f32x4.add(f32x4.mul(opacityOf(scratch, blend), f32x4.splat(<f32>OPAQUE)), f32x4.splat(0.5)));
}

@inline function storeMask(scratch: usize, into: usize, low: v128, high: v128): void {
  v128.store(into, i16x8.narrow_i32x4_s(maskCodes(scratch, low), maskCodes(scratch, high)));
}

@inline function exactRay(scratch: usize, axis: usize, x: i32, y: i32): v128 {
  const at = scratch + (axis << 3);
  const ray = load<f64>(at, EXACT_RAY * 4);
  return f32x4.splat(
    <f32>(ray + <f64>x * load<f64>(at, EXACT_RAY_PER_COLUMN * 4) + <f64>y * load<f64>(at, EXACT_RAY_PER_ROW * 4))
  );
}

/** Interpolates the rays of the eight columns of a cell in four rows of nodes around it. */
function storeRays(scratch: usize, cell: i32, y: i32): void {
  for (let row = 0; row < 4; row++) {
    const node = rayNode(scratch, cell - 1, y + (row - 1) * CELL_SIZE);
    for (let i = 0; i < CELL_SIZE; i++) {
      const t = <f32>i * 0.125;
      store128(
        scratch + WORK_RAYS + <usize>((row * CELL_SIZE + i) << 4),
        cubic(v128.load(node), v128.load(node, 16), v128.load(node, 32), v128.load(node, 48), t)
      );
    }
  }
}

@inline function store128(at: usize, value: v128): void {
  v128.store(at, value);
}

/** The polynomial through values at -1, 0, 1 and 2, at t. */
@inline function cubic(a: v128, b: v128, c: v128, d: v128, t: f32): v128 {
  const outer = t * (t - 1);
  const inner = (t + 1) * (t - 2);
  const left = f32x4.add(
    f32x4.mul(a, f32x4.splat(outer * (t - 2) * <f32>(-1.0 / 6.0))), f32x4.mul(b, f32x4.splat(inner * (t - 1) * 0.5))
  );
  const right = f32x4.add(
    f32x4.mul(c, f32x4.splat(inner * t * -0.5)), f32x4.mul(d, f32x4.splat(outer * (t + 1) * <f32>(1.0 / 6.0)))
  );
  return f32x4.add(left, right);
}

@inline function rayAt(scratch: usize, i: i32, t: f32): v128 {
  const at = scratch + WORK_RAYS + <usize>(i << 4);
  return cubic(
    v128.load(at), v128.load(at, CELL_SIZE * 16), v128.load(at, 2 * CELL_SIZE * 16), v128.load(at, 3 * CELL_SIZE * 16),
    t
  );
}

/** Evaluates each sample of a cell. @returns its class. */
function evaluateExactly(scratch: usize, cell: i32, y: i32, rowBytes: usize): i32 {
  let into = scratch + STRIP + <usize>STRIP_ROWS * rowBytes + <usize>cell * EXACT_BYTES;
  let mask = masksOf(scratch, cell, rowBytes);
  const tabulated = word(scratch, RAY_NODES) != 0;
  if (tabulated) storeRays(scratch, cell, y);
  const lanes = f32x4(0, 1, 2, 3);
  let leastMask = i32x4.splat(OPAQUE);
  let greatestMask = i32x4.splat(0);
  let faces = i32x4.splat(0);
  for (let j = 0; j < CELL_SIZE; j++) {
    for (let k = 0; k < CELL_SIZE; k += 4) {
      if (tabulated) {
        const t = <f32>j * 0.125;
        placeTurned(
          scratch, rayAt(scratch, k, t), rayAt(scratch, k + 1, t), rayAt(scratch, k + 2, t), rayAt(scratch, k + 3, t)
        );
      } else {
        const x = cell * CELL_SIZE + k;
        place(
          scratch, f32x4.add(exactRay(scratch, 0, x, y + j), f32x4.mul(lanes, parameter(scratch, RAY_PER_COLUMN))),
          f32x4.add(exactRay(scratch, 1, x, y + j), f32x4.mul(lanes, parameter(scratch, RAY_PER_COLUMN + 1))),
          f32x4.add(exactRay(scratch, 2, x, y + j), f32x4.mul(lanes, parameter(scratch, RAY_PER_COLUMN + 2))),
        );
      }
      v128.store(into, v128.load(scratch + PLACE_X));
      v128.store(into, v128.load(scratch + PLACE_Y), CELL_SAMPLES * 4);
      faces = v128.or(faces, v128.load(scratch + PLACE_FACE));
      // The border itself is inside; what is a rounding outside of it, too.
      const isInside = f32x4.ge(v128.load(scratch + PLACE_VISIBILITY), f32x4.splat(-1e-6));
      const codes = v128.and(maskCodes(scratch, v128.load(scratch + PLACE_BLEND)), isInside);
      leastMask = i32x4.min_s(leastMask, codes);
      greatestMask = i32x4.max_s(greatestMask, codes);
      v128.store64_lane(mask, i16x8.narrow_i32x4_s(codes, codes), 0);
      into += 16;
      mask += 8;
    }
  }
  if (v128.any_true(i32x4.ge_s(faces, i32x4.splat(TABLE_BROKEN)))) return UNKNOWN;
  if (!v128.any_true(greatestMask)) return word(scratch, IS_OVERLAY) ? SKIPPED : BLANK;
  return i32x4.all_true(i32x4.ge_s(leastMask, i32x4.splat(OPAQUE))) ? EXACT : EXACT | MASKED;
}
