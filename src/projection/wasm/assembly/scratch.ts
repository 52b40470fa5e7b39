import { CONSTANTS, NODE_Y } from "../layout";

// What the kernel alone uses of the scratch memory: bytes from its address.

/** Vector constants, 16 bytes each, and after them single floats; `storeConstants` writes them. */
@inline export const VECTORS: i32 = CONSTANTS;
@inline export const FLOATS: i32 = CONSTANTS + 256;
/** Where cells that stick out of the view, or are blended, are drawn first: CELL_SAMPLES bytes for each plane. */
@inline export const BLOCK: i32 = CONSTANTS + 384;
/** The plan of the four cells that are being drawn: 16 bytes for each of at most 20 numbers. The strip follows. */
@inline export const PLAN: i32 = CONSTANTS + 512;

// Rows of floats after the coordinates in a row of nodes: the bulges that a cell at the node would have, in samples.
@inline export const NODE_X_ACROSS: i32 = NODE_Y + 1;
@inline export const NODE_X_DOWN: i32 = NODE_Y + 2;
@inline export const NODE_Y_ACROSS: i32 = NODE_Y + 3;
@inline export const NODE_Y_DOWN: i32 = NODE_Y + 4;
