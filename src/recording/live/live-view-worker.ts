import { ThisThread } from "../../threads/this-thread.ts";
import { LiveHistory } from "./live-history.ts";
import type { LiveViewThreadOptions, ToLiveViewThread } from "./live-view-protocol.ts";

const { port, data: options } = new ThisThread<LiveViewThreadOptions>();
const history = new LiveHistory(options, (message, transfer = []) => port.postMessage(message, transfer));
port.on("message", (message: ToLiveViewThread) => {
	history.receive(message);
	if (message.type === "close") port.close();
});
