import { type PanoramaFormat, panoramaByteLength, panoramaLayout, pictureLayout } from "../media/panorama.ts";
import type { PanoramaPicture } from "../projection/projector.ts";
import { openProjector } from "../projection/projector-choice.ts";
import { ThisThread } from "../threads/this-thread.ts";
import type { DrawnEyes, DrawStart, DrawTask, FromDrawer } from "./render-protocol.ts";

// A thread that draws views, one task after the other, from and into shared memory.

const { port, data: start } = new ThisThread<DrawStart>();
const projector = openProjector(start.choice, start);
const { memory, format, layers } = start;
const layout = panoramaLayout(format);

port.on("message", (task: DrawTask | "stop") => {
	if (task === "stop") return port.close();
	try {
		draw(task);
		send({ type: "drawn", id: task.id });
	} catch (error) {
		send({ type: "failed", message: (error as Error).message });
	}
});

function send(message: FromDrawer): void {
	port.postMessage(message);
}

function draw({ panorama, view, into, eyes, options }: DrawTask): void {
	const drawnEyes = eyes === "both" ? 2 : 1;
	const { width } = view;
	const height = view.height * drawnEyes;
	const { byteLength } = pictureLayout(width, height, layout.bytesPerSample);
	for (let layer = 0; layer < layers; layer++) {
		const source = panoramaAt(panorama + layer * panoramaByteLength(format), eyes);
		const data = new Uint8Array(memory.buffer, into + layer * byteLength, byteLength);
		projector.project(source, view, { data, width, height }, { ...options, eyes: drawnEyes });
	}
}

/** The panorama at `address`; of the right eye alone, as if it were the only one. */
function panoramaAt(address: number, eyes: DrawnEyes): PanoramaPicture {
	const isRight = eyes === "right" && format.eyes === 2;
	const seen: PanoramaFormat = isRight
		? { ...format, eyes: 1, projection: format.rightProjection ?? format.projection }
		: format;
	const first = address + (isRight ? layout.byteLength : 0);
	return { format: seen, layout, data: new Uint8Array(memory.buffer, first, panoramaByteLength(seen)) };
}
