// Where host and kernel meet in memory. Imported by TypeScript and, without its extension, by
// AssemblyScript, which reads these as i32 constants.

/** Output samples of one plane along each side of a warp cell. */
export const CELL_SIZE = 8;
export const CELL_SAMPLES = 64;

/**
 * Fraction bits of the source coordinates in a strip: sample units, sample centres at whole
 * numbers.
 */
export const COORDINATE_BITS = 16;

// The parameter block: 32-bit words, relative to the scratch address.
/** Addresses of sample (0, 0) of the planes to write; the second only if `PLANES` is 2. */
export const TARGET_0 = 0;
export const TARGET_1 = 1;
export const TARGET_STRIDE = 2;
/** Size of each target plane in samples; the height may end earlier, with the rows to be drawn. */
export const WIDTH = 3;
export const HEIGHT = 4;
/**
 * Addresses of sample (0, 0) of the planes to read; the padding of the panorama may be read, too.
 */
export const SOURCE_0 = 5;
export const SOURCE_1 = 6;
export const SOURCE_STRIDE = 7;
/**
 * Coordinate distance after which the source repeats to the right (its width, with
 * `COORDINATE_BITS` fraction bits); 0 if it does not.
 */
export const SOURCE_PERIOD = 8;
/** Last row that may be read, padding included. */
export const SOURCE_LAST_ROW = 9;
/** 1, or 2 for planes that share all coordinates (U and V). */
export const PLANES = 10;
/** Nodes that fit in a row of a strip. A multiple of 4. */
export const NODE_CAPACITY = 11;
/** First row that is drawn; `HEIGHT` is the row after the last one. A multiple of CELL_SIZE. */
export const FIRST_ROW = 12;
/** Codes of black in the two planes. */
export const BLACK_0 = 13;
export const BLACK_1 = 14;
/** 1 for a layer that is drawn over another one; 0 for the first, which is drawn over black. */
export const IS_OVERLAY = 15;

// Float words: the ray of output sample (i, j) is RAY + i * RAY_PER_COLUMN + j * RAY_PER_ROW, axes
// x, y, z each.
export const RAY = 16;
export const RAY_PER_COLUMN = 19;
export const RAY_PER_ROW = 22;
/**
 * Source coordinate = angle in radians * SCALE + CENTER; for x the longitude, for y the latitude
 * (its scale is negative).
 */
export const SCALE_X = 25;
export const CENTER_X = 26;
export const SCALE_Y = 27;
export const CENTER_Y = 28;
/** Square of the largest allowed interpolation error, in samples of the source plane. */
export const ERROR_SQUARED = 29;

// RAY, RAY_PER_COLUMN and RAY_PER_ROW again, three 64-bit floats each.
export const EXACT_RAY = 32;
export const EXACT_RAY_PER_COLUMN = 38;
export const EXACT_RAY_PER_ROW = 44;

/** How samples are made: NEAREST, BILINEAR, BICUBIC or LANCZOS. */
export const KERNEL = 50;
export const NEAREST = 0;
export const BILINEAR = 1;
export const BICUBIC = 2;
export const LANCZOS = 3;
/** 1 to take the mean of several samples where the source is minified, else 0. */
export const ANTIALIAS = 51;
/**
 * Footprints, source samples from one output sample to the next, from which on the mean of 2 x 2
 * samples is taken, and beyond which they would leave gaps: for bilinear sampling, which is soft
 * itself, and for the other kernels. At the first two, single samples and means of plane waves of
 * up to half of the source's resolution miss their 8 x 8 box average by the same.
 */
export const SOFT_MINIFIED = 1.6;
export const SOFT_TOO_WIDE = 3;
export const SHARP_MINIFIED = 1.15;
export const SHARP_TOO_WIDE = 2.4;
/** Halvings of the steps between samples, at most: 8 x 8 samples. */
export const MAX_DEPTH = 3;
/** Bytes of a sample of source and target: 1, or 2, little-endian. Strides are in bytes. */
export const SAMPLE_BYTES = 52;
/**
 * Halved planes that are at hand, 0 to 4, and for each of them MIP_WORDS words from
 * MIP on: both addresses of sample (0, 0), the stride, and the first and last row that may be
 * read. Sample (i, j) is the mean of samples (2 i, 2 j) to (2 i + 1, 2 j + 1) of the next larger
 * plane.
 */
export const MIP_LEVELS = 53;
export const MIP = 54;
export const MIP_WORDS = 5;
/** First row that may be read, padding included: a negative number. */
export const SOURCE_FIRST_ROW = 74;
/** Factor of `scaleStrip`, with GAIN_BITS fraction bits. */
export const GAIN = 75;
export const GAIN_BITS = 14;

// Words of `evaluateRayStrip`: rays of any output, places in any input.
/** Address of the output's rays at its nodes, RAY_NODE_BYTES each; 0 for RAY and its steps. */
export const RAY_NODES = 80;
/** Nodes in a row of them, RAY_MARGIN more than the view's on the left. The first row is at -8. */
export const RAY_PITCH = 81;
/** Address of one byte for each cell, RAY_CLASS_PITCH a row: RAYS_SMOOTH and so on. */
export const RAY_CLASSES = 82;
export const RAY_CLASS_PITCH = 83;
/** Matrix that turns the rays of nodes, row by row, nine floats. */
export const RAY_TURN = 84;
/** Greatest angle from a place of a cell to its nearest corner, radians. */
export const CELL_RADIUS = 93;
/** Least and greatest coordinates that may be read, samples. */
export const LEAST_X = 94;
export const GREATEST_X = 95;
export const LEAST_Y = 96;
export const GREATEST_Y = 97;
/** Address of the input's ray table; 0 for a part of an equirectangular sphere. */
export const TABLE = 98;
/** Cells along each side of a face of the table. */
export const TABLE_CELLS = 99;
/** Half of the shown longitudes, and the highest and lowest latitude, radians. */
export const HALF_LONGITUDE = 100;
export const HIGHEST_LATITUDE = 101;
export const LOWEST_LATITUDE = 102;
/**
 * The place in the blend, times the gain and plus the offset, makes the opacity: 0 up to -1, 1 from
 * 1 on. In between it is linear if the shape is 0, and a smooth step if it is 1.
 */
export const BLEND_GAIN = 103;
export const BLEND_OFFSET = 104;
export const BLEND_SHAPE = 105;

export const RAY_NODE_BYTES = 16;
export const RAY_MARGIN = 4;
/** The cell's rays can be interpolated, cubically. */
export const RAYS_SMOOTH = 0;
/** They can't: the host evaluates the cell. */
export const RAYS_BROKEN = 1;
/** None of its samples has a ray. */
export const RAYS_NONE = 2;

/**
 * A ray table has six faces, +X, -X, +Y, -Y, +Z and -Z, each of (cells + TABLE_MARGIN) squared
 * nodes of TABLE_NODE_BYTES: four floats, place x and y (luma pixels), visibility (radians) and
 * place in the blend. Node (1 + i, 1 + j) is at -1 + 2 i / cells along the first of the two other
 * axes, and so along the second. Then, face by face, a byte for each cell: TABLE_GOOD and so on.
 */
export const TABLE_GOOD = 0;
/** The host evaluates this cell. */
export const TABLE_UNKNOWN = 1;
/** There is nothing to see, not in its neighbours either. */
export const TABLE_HIDDEN = 2;
export const TABLE_NODE_BYTES = 16;
export const TABLE_MARGIN = 3;
export const TABLE_FACES = 6;

/** Bytes from the scratch address to what the kernel alone uses, up to the strip. */
export const CONSTANTS = 512;
/**
 * Bytes from the scratch address to the weights of the four kernels, in the order of their numbers:
 * for each of WEIGHT_PHASES fractions of a sample WEIGHT_TAPS numbers of 16 bits that sum up to
 * WEIGHT_ONE. The first is that of the sample two to the left of (or above) the place's own, for
 * all kernels: those with less than six taps have zeros around them.
 */
export const WEIGHTS = 9216;
export const WEIGHT_PHASES = 256;
export const WEIGHT_TAPS = 8;
export const WEIGHT_ONE = 16384;
/** Bytes from the scratch address to the intermediate numbers of `evaluateRayStrip`. */
export const RAY_WORK = 25_600;
/** Bytes from the scratch address to the strip. */
export const STRIP = 26_368;

/*
 * A strip holds the grid for CELL_SIZE rows of output, as rows of NODE_CAPACITY 32-bit words, and
 * then exact coordinates for cells that need them. Node k of the two node rows is output sample (k
 * * CELL_SIZE, y) and (k * CELL_SIZE, y + CELL_SIZE).
 */
export const ROW_TOP = 0;
export const ROW_BOTTOM = 6;
/**
 * Each is a row of x and a row of y, followed by four rows that only the kernel's own evaluation
 * uses.
 */
export const NODE_X = 0;
export const NODE_Y = 1;
/** Per cell: INTERPOLATED or EXACT, with or without MASKED; or BLANK, or SKIPPED. */
export const ROW_CLASS = 12;
/**
 * Per cell: what is added to the bilinear interpolation of the corners, in the middle of the upper
 * and lower edge (across) and in the middle of the left and right edge (down); towards the corners
 * it falls off as a parabola, and in the cell's middle it is the sum of both. |bulge| < 4 samples.
 */
export const ROW_X_ACROSS = 13;
export const ROW_X_DOWN = 14;
export const ROW_Y_ACROSS = 15;
export const ROW_Y_DOWN = 16;
export const STRIP_ROWS = 17;
export const INTERPOLATED = 0;
export const EXACT = 1;
/** The cell becomes black. */
export const BLANK = 2;
/** The cell is left as it is. */
export const SKIPPED = 3;
/** The bits of a class that are one of the four. */
export const CLASS_BITS = 3;
/** Added to INTERPOLATED or EXACT: the cell is blended with what it is drawn over, by its mask. */
export const MASKED = 4;
/** Bytes per cell after the strip's rows: x of its samples row by row, then y, 32 bits each. */
export const EXACT_BYTES = 512;
/** Bytes per cell after all exact coordinates: opacities of its samples, 16 bits each. */
export const MASK_BYTES = 128;
/** The opacity that hides the layers below. */
export const OPAQUE = 32767;
/** Added to a class: the host has to evaluate the cell before it is drawn. */
export const UNKNOWN = 8;

/**
 * Three rows of nodes of `evaluateRayStrip` follow the masks, used in turn; row y is number (y /
 * CELL_SIZE + 1) % 3. Each has RAY_FIELDS rows of NODE_CAPACITY words, from NODE_X on, of which the
 * first four words are for nodes to the left of the view.
 */
export const RAY_ROWS = 3;
export const RAY_FIELDS = 9;
/** Face of the table, and TABLE_BROKEN where its cell is for the host. */
export const NODE_FACE = 6;
export const TABLE_BROKEN = 256;
export const NODE_VISIBILITY = 7;
/** Place in the blend, with gain and offset. */
export const NODE_BLEND = 8;
