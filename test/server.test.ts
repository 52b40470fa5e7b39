import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PanogazeServer, SourceError, serve } from "../src/index.ts";
import {
	bonePosition,
	encodeLegacyBodyPose,
	isSkeletonSample,
	PoseSample,
	positionAt,
	type SkeletonType,
	TrackingEncoder,
} from "../src/tracking.ts";
import { Camera } from "./support/camera.ts";
import { keptLog, serveCamera, serversOfEachTest } from "./support/test-server.ts";
import { until, WeriftViewer } from "./support/werift-viewer.ts";

const start = serversOfEachTest(serveCamera);

async function freePort(): Promise<number> {
	const socket = createServer().listen(0, "127.0.0.1");
	await once(socket, "listening");
	const { port } = socket.address() as { port: number };
	socket.close();
	await once(socket, "close");
	return port;
}

const urlOf = (server: PanogazeServer) => `http://127.0.0.1:${server.port}/`;

describe("serve(): HTTP", () => {
	let server: PanogazeServer;
	beforeAll(async () => {
		server = await serveCamera();
	});
	afterAll(() => server.close());

	it("serves the page under a strict content security policy, and its status", async () => {
		const page = await fetch(urlOf(server));
		expect(page.status).toBe(200);
		expect(page.headers.get("content-type")).toContain("text/html");
		expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
		expect(await page.text()).toContain("<video");
		const status = await (await fetch(`${urlOf(server)}status`)).json();
		expect(status).toMatchObject({ status: "ok", viewers: 0 });
		expect((await fetch(`${urlOf(server)}nowhere`)).status).toBe(404);
	});

	it("answers garbage at its front doors with a clear status, and lives", async () => {
		const post = (path: string, type: string, body: string) =>
			fetch(urlOf(server) + path, { method: "POST", headers: { "content-type": type }, body });
		expect((await post("whep", "application/sdp", "garbage")).status).toBe(400);
		expect((await post("whep", "text/plain", "v=0")).status).toBe(415);
		expect((await post("offer", "application/json", "{")).status).toBe(400);
		expect((await post("offer", "application/json", '{"type":"offer","sdp":"x"}')).status).toBe(400);
		expect((await post("whep", "application/sdp", "v".repeat(2_000_000))).status).toBe(413);
		expect((await fetch(`${urlOf(server)}whep/nobody`, { method: "DELETE" })).status).toBe(404);
		expect(server.viewers).toHaveLength(0);
		expect((await fetch(`${urlOf(server)}status`)).status).toBe(200);
	});

	it("survives uploads that are broken off, and holds nothing of them", async () => {
		for (let n = 0; n < 20; n++) {
			const socket = connect(server.port, "127.0.0.1");
			await once(socket, "connect");
			socket.write(
				"POST /whep HTTP/1.1\r\nhost: x\r\n" +
					"content-type: application/sdp\r\ncontent-length: 5000\r\n\r\nv=0\r\n",
			);
			await new Promise((resolve) => setTimeout(resolve, 5));
			socket.destroy();
		}
		expect((await fetch(`${urlOf(server)}status`)).status).toBe(200);
		expect(server.viewers).toHaveLength(0);
	});

	it("turns a viewer away with 503 and Retry-After when it is full", async () => {
		const strict = await start({ maxViewers: 1 });
		const first = await WeriftViewer.connect({ url: urlOf(strict) });
		const sdp = first.peer.localDescription!.sdp;
		const response = await fetch(`${urlOf(strict)}whep`, {
			method: "POST",
			headers: { "content-type": "application/sdp" },
			body: sdp,
		});
		expect(response.status).toBe(503);
		expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
		await first.close();
		await until(() => strict.viewers.length === 0, "the viewer to leave");
		const second = await WeriftViewer.connect({ url: urlOf(strict) });
		await second.close();
	});

	it("asks for the bearer token when it has one", async () => {
		const strict = await start({ bearerToken: "secret" });
		await expect(WeriftViewer.connect({ url: urlOf(strict) })).rejects.toThrow(/^401/);
	});

	it("limits how often one address may ask", async () => {
		const strict = await start({ requestsPerMinute: 5 });
		const statuses: number[] = [];
		for (let n = 0; n < 8; n++)
			statuses.push(
				(
					await fetch(`${urlOf(strict)}offer`, {
						method: "POST",
						headers: { "content-type": "application/json" },
						body: "{",
					})
				).status,
			);
		expect(statuses).toEqual([400, 400, 400, 400, 400, 429, 429, 429]);
	});
});

describe("serve(): the source's state", () => {
	it("reaches viewers, also those who join later, programs and probes", async () => {
		const source = new Camera();
		const server = await start({ source });
		const states: string[] = [];
		server.on("sourceState", ({ name }) => states.push(name));
		const probe = async (path: string) => (await fetch(urlOf(server) + path)).status;
		const statesOf = (viewer: WeriftViewer) =>
			viewer
				.textsOf("control")
				.map((text) => JSON.parse(text) as { type: string; state: string })
				.filter(({ type }) => type === "source")
				.map(({ state }) => state);
		const first = await WeriftViewer.connect({ url: urlOf(server), channels: ["control"] });
		first.send("control", '{"type":"hello","v":1}');
		await until(() => statesOf(first).at(-1) === "live", "the source to be live");
		expect(server.source.state).toEqual({ name: "live" });
		expect([await probe("healthz"), await probe("readyz")]).toEqual([200, 200]);
		source.sending = false;
		await until(() => statesOf(first).at(-1) === "stalled", "the stalled state");
		expect([await probe("healthz"), await probe("readyz")]).toEqual([200, 503]);
		expect(await (await fetch(`${urlOf(server)}status`)).json()).toMatchObject({
			status: "degraded",
			source: { state: "stalled" },
		});
		const second = await WeriftViewer.connect({ url: urlOf(server), channels: ["control"] });
		second.send("control", '{"type":"hello","v":1}');
		await until(() => statesOf(second).length > 0, "the state of the second viewer's source");
		expect(statesOf(second)).toEqual(["stalled"]);
		source.listeners.emit("reconnecting", 3, "connection");
		await until(() => statesOf(second).at(-1) === "reconnecting", "the reconnecting state");
		expect(server.source.state).toMatchObject({
			attempt: 3,
			code: "connection",
			reason: "The source can't be reached.",
		});
		source.listeners.emit("reconnected");
		source.sending = true;
		await until(() => statesOf(second).at(-1) === "live", "the source to be live again");
		source.listeners.emit("ended");
		await until(() => statesOf(first).at(-1) === "ended", "the end of the source");
		first.send("control", '{"type":"playAgain"}');
		await until(() => statesOf(second).at(-1) === "live", "the source to play again");
		await Promise.all([first.close(), second.close()]);
		await until(() => server.source.state.name === "idle", "the source to rest without viewers");
		expect(await probe("readyz")).toBe(200);
		expect(states.slice(-8)).toEqual([
			"live",
			"stalled",
			"reconnecting",
			"live",
			"ended",
			"opening",
			"live",
			"idle",
		]);
	});
});

describe("serve(): viewers and handlers", () => {
	it("makes each viewer's lens and transform, and turns a viewer away if that fails", async () => {
		const { logger, lines } = keptLog();
		const drawn = new Set<string>();
		const server: PanogazeServer = await start({
			logger,
			state: ({ id }) => ({ id }),
			lens: ({ viewer, state }) => {
				expect(state.id).toBe(viewer.id);
				if (server.viewers.length > 1) throw new Error("There is one lens.");
				return { kind: "cubemap" };
			},
			transform:
				({ state }) =>
				({ view }) => {
					drawn.add(`${state.id} ${view.lens === "projection" && view.projection.kind}`);
					return undefined;
				},
		});
		const viewer = await WeriftViewer.connect({ url: urlOf(server) });
		const { id } = server.viewers[0]!;
		await until(() => drawn.has(`${id} cubemap`), "a transformed cubemap");
		const refused = WeriftViewer.connect({ url: urlOf(server), timeoutMs: 500 });
		await refused.then((other) => other.close()).catch(() => {});
		await until(() => lines.includes("The lens factory threw."), "the line of the log");
		await until(() => server.viewers.length === 1, "one viewer");
		await viewer.close();
	});

	it("gives each viewer's handlers a state and decoded messages, and survives handlers that throw", async () => {
		const lines: { err: { message: string }; channel: string; viewer: string }[] = [];
		const log = pino({ level: "error" }, { write: (line: string) => lines.push(JSON.parse(line)) });
		const seen: unknown[] = [];
		const server = await start({
			logger: log,
			state: (viewer) => ({ count: 0, viewer }),
			channels: {
				body_pose: ({ message, state, viewer, receivedAt }) => {
					state.count++;
					expect(state.viewer).toBe(viewer);
					seen.push([positionAt(message, 1), state.count, typeof receivedAt]);
					viewer.send("haptics", { count: state.count });
				},
				camera: async ({ message }) => {
					await Promise.resolve();
					throw new Error(`async ${message.sequence}`);
				},
				"my-own": ({ message }) => {
					throw new Error(`sync ${message}`);
				},
			},
		});
		const [a, b] = await Promise.all(
			[1, 2].map(() => WeriftViewer.connect({ url: urlOf(server), channels: ["body_pose", "camera", "my-own"] })),
		);
		const bytes = Buffer.from(encodeLegacyBodyPose([{ id: 1, position: [1, 2, 3], rotation: [0, 0, 0, 1] }]));
		for (const viewer of [a!, a!, b!]) viewer.send("body_pose", bytes);
		a!.send("camera", JSON.stringify({ yaw: 10 }));
		a!.send("my-own", "boom");
		await until(() => seen.length === 3 && lines.length === 2, "the handlers");
		expect(seen.map((entry) => (entry as unknown[])[1]).sort()).toEqual([1, 1, 2]);
		expect(seen[0]).toEqual([[1, 2, 3], 1, "number"]);
		expect(lines.map((line) => [line.channel, line.err.message]).sort()).toEqual([
			["camera", "async 1"],
			["my-own", "sync boom"],
		]);
		expect(lines[0]!.viewer).toMatch(/^[\w-]{8}$/);
		for (const { address, joinedAt } of server.viewers) {
			expect(address).toBe("127.0.0.1");
			expect(Math.abs(Date.now() - joinedAt.getTime())).toBeLessThan(120_000);
		}
		await until(() => a!.textsOf("haptics").length === 2 && b!.textsOf("haptics").length === 1, "haptics");
		expect(a!.textsOf("haptics")).toEqual(['{"count":1}', '{"count":2}']);
		await Promise.all([a!.close(), b!.close()]);
	});

	it("hands poses of all kinds to typed handlers, in our axes, with the client's time and ours", async () => {
		const lines: { channel: string }[] = [];
		const seen: unknown[] = [];
		const server = await start({
			logger: pino({ level: "error" }, { write: (line: string) => lines.push(JSON.parse(line)) }),
			state: () => ({ fingers: 0 }),
			tracking: {
				head: ({ message, receivedAt, capturedAt }) => {
					seen.push(["head", message.sequence, receivedAt - capturedAt]);
				},
				skeleton: ({ message, state, capturedAt, viewer }) => {
					if (isSkeletonSample(message, "XRHandLeft"))
						seen.push([++state.fingers, bonePosition(message, "IndexTip"), message.clientTimeMs]);
					else if (isSkeletonSample(message, "FullBody"))
						seen.push([bonePosition(message, "Head"), capturedAt, viewer.newestPose(3) === message]);
				},
				controller: ({ message }) => {
					throw new Error(`${message.hand} ${message.controls.buttons[1]}`);
				},
			},
		});
		const viewer = await WeriftViewer.connect({
			url: urlOf(server),
			channels: ["control", "tracking", "body_pose"],
		});
		const ourMs = () => performance.now() + 5e6;
		viewer.onMessage("control", (data) => {
			const message = JSON.parse(data.toString()) as { type: string; t0: number };
			if (message.type === "ping")
				viewer.send("control", JSON.stringify({ type: "pong", t0: message.t0, t1: ourMs(), t2: ourMs() }));
		});
		viewer.send("control", JSON.stringify({ type: "hello", v: 1, frame: "unity", encodings: ["bin1"] }));
		await until(() => Number.isFinite(server.stats().viewers[0]!.clock.offsetMs), "the clock");
		const encoder = new TrackingEncoder();
		const frame = new PoseSample();
		const send = (
			kind: "head" | "skeleton" | "controller",
			skeleton: SkeletonType | undefined,
			stream: number,
			bones: number,
		) => {
			frame.reset(bones);
			Object.assign(frame, { kind, skeleton, stream, sequence: 1, clientTimeMs: ourMs() });
			frame.valid.fill(1, 0, bones);
			for (let bone = 0; bone < bones; bone++) frame.positions.set([bone / 100, 1, 0.5], bone * 3);
			if (kind === "controller") {
				frame.hand = "right";
				frame.controls.buttonCount = 2;
				frame.controls.buttons.set([0, 0.5]);
			}
			viewer.send("tracking", Buffer.from(encoder.encode(frame, "q16")!));
		};
		send("head", undefined, 0, 1);
		send("skeleton", "XRHandLeft", 1, 26);
		const handMs = frame.clientTimeMs;
		send("controller", undefined, 5, 1);
		await until(() => seen.length === 2 && lines.length === 1, "the poses");
		viewer.send(
			"body_pose",
			Buffer.from(encodeLegacyBodyPose([{ id: 7, position: [1, 2, 3], rotation: [0, 0, 0, 1] }])),
		);
		await until(() => seen.length === 3, "the body");
		// Between reading and receiving: not before, and not for long, on one clock.
		expect(seen[0]).toEqual(["head", 1, expect.any(Number)]);
		const [, , latencySec] = seen[0] as [string, number, number];
		expect(latencySec).toBeGreaterThanOrEqual(0);
		expect(latencySec).toBeLessThan(5);
		expect(seen[1]).toEqual([1, [expect.closeTo(0.1, 3), 1, -0.5], handMs]);
		expect(seen[2]).toEqual([[1, 2, 3], Number.NaN, true]);
		expect(lines[0]).toMatchObject({ channel: "controller", err: { message: "right 0.5" } });
		expect(server.stats().viewers[0]!.tracking.streams.map(({ stream, kind }) => [stream, kind])).toEqual([
			[0, "head"],
			[1, "skeleton"],
			[5, "controller"],
			[3, "skeleton"],
		]);
		await viewer.close();
	});

	it("reports joins and leaves, runs the source only for viewers, and describes each video frame", async () => {
		const server = await start();
		const notes: string[] = [];
		server.on("join", () => notes.push("join"));
		server.on("leave", (_viewer, reason) => notes.push(`leave: ${reason.length > 0}`));
		server.on("sourceStopped", () => notes.push("stopped"));
		const viewer = await WeriftViewer.connect({ url: urlOf(server), channels: ["control", "frames"] });
		viewer.send("control", JSON.stringify({ type: "hello", v: 1 }));
		await until(
			() => viewer.packets.filter((packet) => packet.header.marker).length > 15,
			"half a second of video",
		);
		await until(() => viewer.textsOf("control").length > 0, "the welcome");
		expect(JSON.parse(viewer.textsOf("control")[0]!)).toMatchObject({
			type: "welcome",
			view: { width: 320, height: 180 },
		});
		// A message and its picture take different ways.
		const described = () => {
			const ticks = new Set(viewer.packets.map((packet) => packet.header.timestamp));
			const frames = viewer.textsOf("frames").map((text) => (JSON.parse(text) as { rtp: number }).rtp);
			return frames.filter((rtp) => ticks.has(rtp)).length;
		};
		await until(() => described() > 5, "messages about the pictures that came");
		expect(server.stats().source.running).toBe(true);
		await viewer.close();
		await until(() => notes.includes("stopped"), "the source to stop");
		expect(notes).toEqual(["join", "leave: true", "stopped"]);
	});

	it("lets an offer wait while the source is tried out, so that its caller sees every join", async () => {
		const source = new Camera();
		const { start: startSource } = source;
		const tried = Promise.withResolvers<void>();
		source.start = async (createStore) => {
			await tried.promise;
			return startSource.call(source, createStore);
		};
		const port = await freePort();
		const starting = start({ source, port });
		const url = `http://127.0.0.1:${port}/`;
		const isUp = () =>
			fetch(`${url}status`).then(
				({ ok }) => ok,
				() => false,
			);
		while (!(await isUp())) await new Promise((resolve) => setTimeout(resolve, 20));
		const connecting = WeriftViewer.connect({ url });
		await new Promise((resolve) => setTimeout(resolve, 300));
		expect(await (await fetch(`${url}status`)).json()).toMatchObject({ viewers: 0 });
		tried.resolve();
		const server = await starting;
		expect(server.viewers).toEqual([]);
		const joined: string[] = [];
		server.on("join", ({ id }) => joined.push(id));
		const viewer = await connecting;
		expect(joined).toHaveLength(1);
		await viewer.close();
	});

	it("turns a viewer away whose state can't be made, and lives", async () => {
		let fails = true;
		const { logger, lines } = keptLog();
		const server = await start({
			logger,
			state: () => {
				if (fails) throw new Error("no state today");
				return {};
			},
		});
		const refusal = expect(WeriftViewer.connect({ url: urlOf(server), timeoutMs: 1500 })).rejects.toThrow();
		await until(() => lines.includes("The state factory threw."), "the line of the log");
		await until(() => server.viewers.length === 0, "nobody to be there");
		fails = false;
		const viewer = await WeriftViewer.connect({ url: urlOf(server) });
		await refusal;
		await viewer.close();
	});

	it("lets a client and the server open channels of the same name at once, and both send", async () => {
		const received: unknown[] = [];
		const server = await start({
			channels: {
				chat: ({ message, viewer }) => {
					received.push(message);
					viewer.send("chat", `received ${message}`);
				},
			},
		});
		server.on("join", (viewer) => viewer.send("chat", "welcome"));
		const viewer = await WeriftViewer.connect({ url: urlOf(server), channels: ["chat"] });
		viewer.send("chat", "hello");
		// Each comes over a channel of its own, in any order.
		const heard = (text: string) => viewer.textsOf("chat").includes(text);
		await until(() => heard("received hello") && heard("welcome"), "the answer and the welcome");
		expect(received).toEqual(["hello"]);
		await viewer.close();
	});

	it("sends a waiting viewer its picture when the source comes at last", async () => {
		const source = new Camera();
		const { start: startSource } = source;
		let there = false;
		source.start = (createStore) =>
			there
				? startSource.call(source, createStore)
				: Promise.reject(new SourceError("connection", "The camera at 192.0.2.10 does not answer."));
		const server = await start({ source });
		const viewer = await WeriftViewer.connect({ url: urlOf(server), channels: ["control"] });
		viewer.send("control", JSON.stringify({ type: "hello", v: 1 }));
		await until(
			() => viewer.textsOf("control").some((text) => text.includes("The source can't be reached.")),
			"the bad news",
		);
		there = true;
		await until(() => viewer.packets.length > 0, "video");
		await viewer.close();
	});

	it("takes a viewer that wants no video, and draws nothing for it", async () => {
		const server = await start();
		const viewer = await WeriftViewer.connect({
			url: urlOf(server),
			door: "offer",
			video: false,
			channels: ["camera"],
		});
		viewer.send("camera", JSON.stringify({ yaw: 5 }));
		await until(() => server.viewers[0]!.pose !== undefined, "the pose");
		expect(server.stats().viewers[0]!.render.framesDrawn).toBe(0);
		await viewer.close();
	});
});

describe("serve(): when things are wrong", () => {
	it("names the option that is wrong", async () => {
		await expect(serve({ view: { width: 641 } })).rejects.toThrow(
			"view.width is an even number of pixels from 64 to 4096; got 641.",
		);
		await expect(serve({ view: { fovDeg: 200 } })).rejects.toThrow(/view.fovDeg.*20 to 150.*200/);
		await expect(serve({ bitrateBps: 10 })).rejects.toThrow(/bitrateBps.*10/);
		await expect(serve({ encoder: "theora" as never })).rejects.toThrow(/encoder is one of.*theora/);
		await expect(serve({ channels: { camera: 5 as never } })).rejects.toThrow(
			"channels.camera is a function; got 5.",
		);
		await expect(serve({ tracking: { head: 5 as never } })).rejects.toThrow("tracking.head is a function; got 5.");
		await expect(serve({ tracking: { tail: () => {} } as never })).rejects.toThrow(
			"tracking.tail is not an option of tracking. Its options are head, skeleton, controller.",
		);
		await expect(serve({ port: 70_000 })).rejects.toThrow(/port.*65535.*70000/);
	});

	it("says that a port is taken, frees all it had, and has begun no recording", async () => {
		const folder = await mkdtemp(join(tmpdir(), "panogaze-"));
		const blocker = createServer().listen(0, "127.0.0.1");
		await once(blocker, "listening");
		const { port } = blocker.address() as { port: number };
		await expect(start({ port, record: folder })).rejects.toMatchObject({
			name: "ListenError",
			code: "EADDRINUSE",
			message: expect.stringContaining(`Port ${port} is taken`),
		});
		expect(readdirSync(folder)).toEqual([]);
		await rm(folder, { recursive: true });
		blocker.close();
	});

	it("refuses a source that is not there or is no video, and leaves the port free", async () => {
		const folder = await mkdtemp(join(tmpdir(), "panogaze-"));
		const text = join(folder, "text.mp4");
		writeFileSync(text, "this is not a video");
		const serveAfterFailures = async () => {
			const port = await freePort();
			await expect(start({ port, source: join(folder, "missing.mp4") })).rejects.toMatchObject({
				name: "SourceError",
				code: "not-found",
			});
			await expect(start({ port, source: text })).rejects.toMatchObject({
				name: "SourceError",
				code: "not-video",
			});
			return (
				(await start({ port }).catch(({ code }: { readonly code: string }) => ({ port: code }))).port === port
			);
		};
		// Another program may take a port that is free for a moment.
		await expect.poll(serveAfterFailures, { timeout: 25_000 }).toBe(true);
		await rm(folder, { recursive: true });
	});

	it("does not start when it is aborted while starting, and says which UDP port is taken", async () => {
		const abort = new AbortController();
		const starting = start({ signal: abort.signal });
		abort.abort();
		await expect(starting).rejects.toMatchObject({ name: "AbortError" });
		const blocker = createSocket("udp4").bind(0, "127.0.0.1");
		await once(blocker, "listening");
		const { port } = blocker.address();
		await expect(start({ udpPort: port })).rejects.toMatchObject({
			name: "ListenError",
			message: expect.stringContaining(String(port)),
		});
		blocker.close();
	});

	it("ends a source that takes long to open when it is aborted, with the reason of the abort", async () => {
		const abort = new AbortController();
		const silent = createServer(() => {}).listen(0, "127.0.0.1");
		await once(silent, "listening");
		const { port } = silent.address() as { port: number };
		const starting = start({ source: `http://127.0.0.1:${port}/clip.mp4`, signal: abort.signal });
		const [connection] = (await once(silent, "connection")) as [Socket];
		const hungUp = once(connection.resume(), "close");
		abort.abort(new Error("changed my mind"));
		await expect(starting).rejects.toThrow("changed my mind");
		// The server never answers: only the abort ends the read that waits for it.
		await hungUp;
		silent.close();
	});

	it("serves what can be read only with the options it was given", async () => {
		const folder = await mkdtemp(join(tmpdir(), "panogaze-"));
		const raw = join(folder, "gray.bin");
		writeFileSync(raw, Buffer.alloc(256 * 128 * 1.5 * 5, 128));
		const sourceOptions = {
			inputFormat: "rawvideo",
			inputOptions: { video_size: "256x128", pixel_format: "yuv420p", framerate: "30" },
		};
		const server = await start({ source: raw, sourceOptions });
		expect(server.sourceInfo).toMatchObject({ codec: "rawvideo", format: { width: 256, height: 128 } });
		await rm(folder, { recursive: true });
	});

	it("closes all else when a source of the application's own fails to stop", async () => {
		const source = new Camera();
		const server = await serveCamera({ source });
		const viewer = await WeriftViewer.connect({ url: urlOf(server) });
		await until(() => viewer.packets.length > 0, "video");
		const { stop } = source;
		source.stop = async () => {
			await stop.call(source);
			throw new Error("The driver hangs.");
		};
		await expect(server.close()).rejects.toThrow("The driver hangs.");
		await expect(fetch(urlOf(server))).rejects.toThrow();
		expect(server.stats().pictureMemoryBytes).toBe(0);
		await viewer.peer.close();
	});

	it("closes at an abort signal, twice without harm, and ends its viewers", async () => {
		const abort = new AbortController();
		const server = await start({ signal: abort.signal });
		const viewer = await WeriftViewer.connect({ url: urlOf(server) });
		const left = new Promise((resolve) => server.on("leave", (_viewer, reason) => resolve(reason)));
		abort.abort();
		await server.close();
		expect(await left).toMatch(/\w/);
		await expect(fetch(urlOf(server))).rejects.toThrow();
		expect(server.stats().pictureMemoryBytes).toBe(0);
		await viewer.peer.close();
	});
});
