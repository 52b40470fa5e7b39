import { openProjector } from "../projection/projector-choice.ts";
import { ThisThread } from "../threads/this-thread.ts";
import { RenderLoop } from "./render-loop.ts";
import type { RenderCommand, RenderWorkerData } from "./render-protocol.ts";

const thread = new ThisThread<RenderWorkerData>();
const { port, data } = thread;
const projector = openProjector(data.projector, data);
const loop = new RenderLoop(thread, projector);
port.on("message", (command: RenderCommand) => loop.obey(command));
