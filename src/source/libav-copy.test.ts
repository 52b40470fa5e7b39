import { AV_PIX_FMT_YUV420P } from "node-av/constants";
import { expect, it } from "vitest";
import { panoramaLayout, writePanoramaPlane } from "../media/panorama.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import { writeFrame } from "./libav-copy.ts";
import { newFrame } from "./libav-decoder.ts";

it.each([
	[256, 128],
	[264, 132],
	[1920, 960],
])("writeFrame() writes the same bytes as writePanoramaPlane() at %i x %i", (width, height) => {
	const frame = newFrame();
	frame.format = AV_PIX_FMT_YUV420P;
	frame.width = width;
	frame.height = height;
	expect(frame.getBuffer(0)).toBe(0);
	for (const [k, plane] of frame.data!.entries()) for (let i = 0; i < plane.length; i++) plane[i] = (i * 31 + (i >> 7) + k * 77) & 255;
	const layout = panoramaLayout(width, height);
	const heap = new SharedHeap();
	const [one, two] = [heap.allocate(layout.byteLength), heap.allocate(layout.byteLength)];
	writeFrame(heap.memory.buffer, one.address, layout, frame);
	const memory = new Uint8Array(heap.memory.buffer);
	for (const [k, plane] of [layout.y, layout.u, layout.v].entries())
		writePanoramaPlane(memory, two.address, plane, frame.data![k]!, frame.linesize[k]!);
	const written = (address: number) => Buffer.from(heap.memory.buffer).subarray(address, address + layout.byteLength);
	expect(Buffer.compare(written(one.address), written(two.address))).toBe(0);
	frame.free();
});
