import type { ServedCameras } from "./served-cameras.ts";
import type { PanogazeServer } from "./server.ts";
import { captureStatus } from "./source-words.ts";

/** Answer of `GET /status`. It needs no token, so it holds no session id and no address. */
export function publicStatus(server: PanogazeServer, cameras: ServedCameras): object {
	const { name: state, ...details } = server.source.state;
	const { viewers, source, recording, rerun } = server.stats();
	return {
		status: server.source.ready ? "ok" : "degraded",
		viewers: viewers.length,
		source: {
			...{ state, ...details, running: source.running, framesDecoded: source.framesDecoded },
			...captureStatus(server.source.capture),
		},
		...(server.cameras.size > 0 && { cameras: cameras.status() }),
		...(recording && { recording }),
		...(rerun && { rerun }),
	};
}
