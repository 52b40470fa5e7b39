// What does a live view cost, and each watcher? 30 pictures a second at 8 Mbit/s and 100 poses a
// second of 84 bones are shown by gRPC-web, as `serve({ rerun })` does. The cost is the processor
// time of the main thread, less that of the same session without a live view: pictures wait for no
// other thread. Watchers read in a thread of their own.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { mountGrpcWeb } from "panogaze-rerun/node";
import { monotonicSec } from "../src/media/clock.ts";
import { LiveView } from "../src/recording/live/live-view.ts";
import { defaultLiveView } from "../src/recording/live/live-view-options.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { BenchSession, inRealTime } from "./bench-session.ts";

const SECONDS = 15;
const WARM_UP_SECONDS = 5;
const WATCHERS = 4;
/** Shares of a core, percent. */
const MOST_WITHOUT_WATCHERS = 1.5;
const MOST_OF_A_WATCHER = 1;

const READERS = `
	const { workerData: { url, readers } } = require("node:worker_threads");
	const { request } = require("node:http");
	for (let reader = 0; reader < readers; reader++) {
		const headers = { "content-type": "application/grpc-web+proto" };
		request(url, { method: "POST", headers }, (response) => response.resume()).end(new Uint8Array(5));
	}
`;

export async function run(): Promise<BenchRow[]> {
	const { mainThread: without } = await session(undefined, 0);
	const { mainThread: unwatched } = await session(new LiveView(defaultLiveView()), 0);
	const watched = await session(new LiveView(defaultLiveView()), WATCHERS);
	return [
		benchRow({
			name: "unwatched",
			value: unwatched - without,
			unit: "% of a core, the part of the main thread without watchers",
			atMost: MOST_WITHOUT_WATCHERS,
		}),
		benchRow({
			name: "watcher",
			value: (watched.mainThread - unwatched) / WATCHERS,
			unit: "% of a core, the part of the main thread for each watcher",
			atMost: MOST_OF_A_WATCHER,
		}),
		benchRow({ name: "lost", value: watched.lost, unit: "records", atMost: 0 }),
		benchRow({ name: "dropped", value: watched.dropped, unit: "watchers", atMost: 0 }),
	];
}

/** Plays a session in real time before so many watchers, and measures it after a warm-up. */
async function session(live: LiveView | undefined, watchers: number) {
	const played = new BenchSession();
	live?.attach(played.server);
	const mount = live && mountGrpcWeb({ feeds: live });
	const server = createServer((request, response) => void mount?.handle(request, response));
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const url = `http://127.0.0.1:${port}/rerun.sdk_comms.v1alpha1.MessageProxyService/ReadMessages`;
	const reading = new Worker(READERS, { eval: true, workerData: { url, readers: watchers } });
	try {
		played.begin();
		const tick = () => played.tick(monotonicSec());
		await inRealTime(WARM_UP_SECONDS, tick);
		if (live !== undefined && live.stats().watchers !== watchers) throw new Error("Not all watchers are there.");
		const main = process.threadCpuUsage();
		await inRealTime(SECONDS, tick);
		const { user, system } = process.threadCpuUsage(main);
		const { lost, droppedWatchers: dropped } = live?.stats() ?? { lost: 0, droppedWatchers: 0 };
		return { mainThread: (user + system) / 1e4 / SECONDS, lost, dropped };
	} finally {
		await reading.terminate();
		server.close();
		server.closeAllConnections();
		await live?.close();
	}
}
