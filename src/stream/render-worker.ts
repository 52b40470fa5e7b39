import { WasmProjector } from "../projection/wasm-projector.ts";
import { ThisThread } from "../threads/this-thread.ts";
import { RenderLoop } from "./render-loop.ts";
import type { RenderCommand, RenderWorkerData } from "./render-protocol.ts";

const thread = new ThisThread<RenderWorkerData>();
const { port, data } = thread;
const projector = new WasmProjector({
	module: data.kernel,
	memory: data.memory,
	scratchAddress: data.scratchAddress,
	maxWidth: data.maxWidth,
	maxHeight: data.maxHeight,
});
const loop = new RenderLoop(thread, projector);
port.on("message", (command: RenderCommand) => loop.obey(command));
