import { drawBicubic } from "./bicubic";
import { drawBilinear } from "./bilinear";
import { KIND_FOUR_ROWS, KIND_GATHER, KIND_NARROW, KIND_THREE_ROWS, PLAN_KIND } from "./plan";
import { listRecord } from "./records";
import { LIST, word } from "./scratch";
import { drawListed } from "./taps";
import { BICUBIC, BILINEAR, KERNEL, SAMPLE_BYTES } from "../layout";

/**
 * Draws a planned cell that is not exact: from a window where it has one and the kernel can, else
 * from a list of its coordinates.
 */
export function drawPlanned<Planes>(
  scratch: usize, plan: usize, record: usize, into0: usize, into1: usize, intoStride: i32, rows: i32
): void {
  const kernel = word(scratch, KERNEL);
  const kind = load<i32>(plan + PLAN_KIND);
  if (word(scratch, SAMPLE_BYTES) == 1) {
    if (kernel == BILINEAR && kind != KIND_GATHER) {
      drawBilinear<Planes>(scratch, plan, into0, into1, intoStride, rows);
      return;
    }
    if (kernel == BICUBIC && (kind == KIND_NARROW || kind == KIND_THREE_ROWS || kind == KIND_FOUR_ROWS)) {
      drawBicubic<Planes>(scratch, plan, into0, into1, intoStride, rows);
      return;
    }
  }
  const list = scratch + LIST;
  listRecord(scratch, record, list);
  drawListed<Planes>(scratch, list, into0, into1, intoStride, rows);
}
