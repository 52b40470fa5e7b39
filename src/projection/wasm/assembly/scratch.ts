import { CONSTANTS, NODE_Y } from "../layout";

// What the kernel alone uses of the scratch memory: bytes from its address.

/** Vector constants, 16 bytes each, and after them single floats; `storeConstants` writes them. */
@inline export const VECTORS: i32 = CONSTANTS;
@inline export const FLOATS: i32 = CONSTANTS + 384;
/**
 * The place where cells that stick out of the view, or are blended, are drawn first: CELL_SAMPLES
 * of two bytes for each plane.
 */
@inline export const BLOCK: i32 = CONSTANTS + 512;
/** The plan of the four cells that are being drawn: 16 bytes for each of at most 20 numbers. */
@inline export const PLAN: i32 = CONSTANTS + 768;
/** Coordinates of a cell's samples, EXACT_BYTES, where there is no window to draw it from. */
@inline export const LIST: i32 = CONSTANTS + 1088;
/** The corners of one cell, as records.ts lays them out: 12 numbers, 16 bytes apart. */
@inline export const RECORD: i32 = CONSTANTS + 1600;
/**
 * For each halving of a cell's steps: QUARTER_BYTES with four records, their plan, and what is
 * drawn from it (quarters.ts).
 */
@inline export const QUARTERS: i32 = CONSTANTS + 1792;
/** Steps around the coordinates of an exact cell, and sums and blocks of its samples (minified.ts). */
@inline export const STEPS: i32 = CONSTANTS + 6400;
@inline export const SUMS: i32 = CONSTANTS + 7424;
/** Coordinates that LIST is made from. */
@inline export const PLAIN_LIST: i32 = CONSTANTS + 7936;

/** A word of the parameter block. */
@inline export function word(scratch: usize, index: i32): i32 {
  return load<i32>(scratch + (<usize>index << 2));
}

// Rows of floats after the coordinates in a row of nodes: the bulges that a cell at the node would have, in samples.
@inline export const NODE_X_ACROSS: i32 = NODE_Y + 1;
@inline export const NODE_X_DOWN: i32 = NODE_Y + 2;
@inline export const NODE_Y_ACROSS: i32 = NODE_Y + 3;
@inline export const NODE_Y_DOWN: i32 = NODE_Y + 4;
