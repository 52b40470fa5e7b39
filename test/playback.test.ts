import { describe, expect, it } from "vitest";
import type { PanogazeServer } from "../src/index.ts";
import { headText } from "../src/protocol/head-text.cases.ts";
import type { PlaybackMessage } from "../src/protocol/playback-message.ts";
import { makeClip } from "./support/clips.ts";
import { serveCamera, serversOfEachTest } from "./support/test-server.ts";
import { until, WeriftViewer } from "./support/werift-viewer.ts";

const start = serversOfEachTest(serveCamera);
const CLIP = { width: 256, height: 128, frames: 96, rate: 24 } as const;

const urlOf = (server: PanogazeServer) => `http://127.0.0.1:${server.port}/`;

function messagesOf<Type extends string>(viewer: WeriftViewer, type: Type) {
	return viewer
		.textsOf("control")
		.map((text) => JSON.parse(text) as { readonly type: string })
		.filter((message) => message.type === type);
}
const plays = (viewer: WeriftViewer) => messagesOf(viewer, "playback") as unknown as PlaybackMessage[];
const complaints = (viewer: WeriftViewer) =>
	(messagesOf(viewer, "error") as unknown as { code: string; message: string }[]).map(({ code, message }) => [
		code,
		message,
	]);

async function join(server: PanogazeServer, token?: string): Promise<WeriftViewer> {
	const viewer = await WeriftViewer.connect({
		url: urlOf(server),
		channels: ["control", "tracking"],
		...(token && { token }),
	});
	viewer.send("control", '{"type":"hello","v":1}');
	await until(() => plays(viewer).length > 0, "the statement of the play");
	return viewer;
}

describe("serve(): playback", () => {
	it("obeys a viewer who may steer, tells the others who changed it, and refuses those who may not", async () => {
		const server = await start({ source: await makeClip(CLIP), bearerToken: "steers", viewToken: "watches" });
		// A program can command it at once.
		server.playback.seek(1);
		const events: unknown[] = [];
		server.on("playback", ({ paused }, by) => events.push([paused, by?.access.has("steer")]));
		const first = await join(server, "steers");
		const second = await join(server, "watches");
		await until(() => plays(second).at(-1)?.can.length === 4, "a source that can be controlled");
		expect(plays(second).at(-1)).toMatchObject({ durationSec: 4, rate: 1, paused: false, mayControl: false });
		first.send("control", '{"type":"playback","paused":true,"positionSec":2}');
		await until(
			() => plays(second).at(-1)?.positionSec === 2 && plays(first).at(-1)?.positionSec === 2,
			"the place",
		);
		expect(plays(first).at(-1)).toMatchObject({ paused: true, by: "you", mayControl: true });
		expect(plays(second).at(-1)).toMatchObject({ paused: true, by: "viewer" });
		expect(events.at(-1)).toEqual([true, true]);
		await until(() => server.source.state.name === "live", "a paused source to be live");
		const drawn = new Set<number>();
		server.viewers[0]!.on("frameSent", (packet) => packet.kind === "video" && drawn.add(packet.poseSequence));
		for (const sequence of [1, 2, 3]) {
			const orientation = [0, Math.sin(sequence), 0, Math.cos(sequence)] as const;
			first.send("tracking", headText({ sequence, clientTimeMs: sequence, orientation }));
			await until(() => drawn.has(sequence), "a view of the paused picture for a turned head");
		}
		second.send("control", '{"type":"playback","paused":false}');
		await until(() => complaints(second).length > 0, "the refusal");
		expect(complaints(second)).toEqual([["not-allowed", "You may watch here, and not change what is played."]]);
		expect(server.playback.state.paused).toBe(true);
		server.playback.change({ rate: 4, loop: false, paused: false });
		await until(() => plays(second).at(-1)?.by === "server", "the program's change");
		await until(() => server.source.state.name === "ended", "the end");
		await until(() => plays(second).at(-1)?.positionSec === 4, "the place at the end");
		first.send("control", '{"type":"playback","paused":true}');
		first.send("control", '{"type":"playback","positionSec":3,"paused":true}');
		await until(() => server.source.state.name === "live", "the source to be there again");
		await until(() => plays(second).at(-1)?.positionSec === 3, "the place");
		expect(server.playback.state).toMatchObject({ positionSec: 3, paused: true, rate: 4, loop: false });
		await Promise.all([first.close(), second.close()]);
	});

	it("says what a live source can't do", async () => {
		const server = await start({});
		const viewer = await join(server);
		viewer.send("control", '{"type":"playback","paused":true}');
		await until(() => complaints(viewer).length > 0, "the refusal");
		const reason = "A live source can't be paused.";
		expect(complaints(viewer)).toEqual([["playback", reason]]);
		expect(() => server.playback.pause()).toThrow(reason);
		expect(() => server.playback.setRate(9)).toThrow("rate is a number from 0.25 to 4; got 9.");
		await viewer.close();
	});
});
