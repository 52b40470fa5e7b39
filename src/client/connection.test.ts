import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { connect, type PanogazeConnection } from "./connection.ts";
import type { ConnectionState } from "./connection-keeper.ts";
import type { ConnectionStats } from "./connection-numbers.ts";

/** The part of an RTCDataChannel that a connection uses, driven by the test. */
class FakeChannel extends EventTarget {
	readyState: RTCDataChannelState = "connecting";
	bufferedAmount = 0;
	binaryType = "blob";
	readonly sent: { readonly type: string; readonly [field: string]: unknown }[] = [];
	readonly label: string;
	readonly init: RTCDataChannelInit;
	constructor(label: string, init: RTCDataChannelInit = {}) {
		super();
		this.label = label;
		this.init = init;
	}
	send(text: string): void {
		this.sent.push(JSON.parse(text));
	}
	open(): void {
		this.readyState = "open";
		this.dispatchEvent(new Event("open"));
	}
	receive(message: object): void {
		this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(message) }));
	}
	close(): void {
		this.readyState = "closed";
		this.dispatchEvent(new Event("close"));
	}
}

class FakeMediaStream {
	tracks: unknown[];
	constructor(tracks: unknown[]) {
		this.tracks = tracks;
	}
	getTracks = () => [...this.tracks];
	addTrack = (track: unknown) => void this.tracks.push(track);
	removeTrack = (track: unknown) => {
		this.tracks = this.tracks.filter((each) => each !== track);
	};
}

class FakePeerConnection extends EventTarget {
	static all: FakePeerConnection[] = [];
	connectionState: RTCPeerConnectionState = "new";
	/** Frames decoded so far. */
	pictures = 0;
	packets = 0;
	configuration: RTCConfiguration;
	readonly channels = new Map<string, FakeChannel>();
	readonly transceivers: unknown[] = [];
	readonly receiver: { transform?: object; getParameters(): object } = {
		getParameters: () => ({ codecs: [{ mimeType: "video/H264" }] }),
	};
	readonly descriptions: RTCSessionDescriptionInit[] = [];
	constructor(configuration: RTCConfiguration) {
		super();
		this.configuration = configuration;
		FakePeerConnection.all.push(this);
	}
	getConfiguration(): RTCConfiguration {
		return this.configuration;
	}
	setConfiguration(configuration: RTCConfiguration): void {
		this.configuration = configuration;
	}
	addTransceiver(...what: unknown[]): { readonly receiver: object } {
		this.transceivers.push(what);
		return { receiver: this.receiver };
	}
	createDataChannel(label: string, init?: RTCDataChannelInit): FakeChannel {
		const channel = new FakeChannel(label, init);
		this.channels.set(label, channel);
		return channel;
	}
	async createOffer(): Promise<RTCSessionDescriptionInit> {
		const opus = "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n";
		return { type: "offer", sdp: `m=video 9 x 96\r\na=mid:0\r\nm=audio 9 x 111\r\na=mid:1\r\n${opus}` };
	}
	async setLocalDescription(description: RTCSessionDescriptionInit): Promise<void> {
		this.descriptions.push(description);
	}
	async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
		this.descriptions.push(description);
	}
	async getStats(): Promise<Map<string, object>> {
		const inbound = {
			id: "v",
			type: "inbound-rtp",
			kind: "video",
			timestamp: performance.now(),
			framesDecoded: this.pictures || performance.now() * 0.06,
		};
		return new Map([["v", inbound]]);
	}
	becomes(state: RTCPeerConnectionState): void {
		this.connectionState = state;
		this.dispatchEvent(new Event("connectionstatechange"));
	}
	close(): void {
		this.connectionState = "closed";
	}
	/** Its video begins. */
	track(name: string): void {
		this.dispatchEvent(Object.assign(new Event("track"), { track: name, receiver: this.receiver, streams: [] }));
	}
	/** A healthy server: the connection and all its channels are open. */
	connect(): void {
		this.becomes("connected");
		for (const channel of this.channels.values()) channel.open();
	}
}

const requests: { readonly method: string; readonly url: string }[] = [];
/** The secrets that offers were posted with. */
let resumes: (string | undefined)[] = [];
/** The `Authorization` header of each posted offer. */
let authorizations: (string | undefined)[] = [];
let answers: (() => Response)[] = [];
/** Answers a DELETE. */
let goodbye: () => Promise<Response>;
let connection: PanogazeConnection | undefined;
let states: ConnectionState[] = [];
const page = new EventTarget();

const created = () =>
	new Response("v=0", {
		status: 201,
		headers: { Location: `/whep/${requests.length}`, Link: '<stun:s.example>; rel="ice-server"' },
	});

beforeEach(() => {
	vi.useFakeTimers();
	FakePeerConnection.all = [];
	requests.length = 0;
	resumes = [];
	authorizations = [];
	answers = [];
	goodbye = async () => new Response();
	states = [];
	vi.stubGlobal("RTCPeerConnection", FakePeerConnection);
	vi.stubGlobal("MediaStream", FakeMediaStream);
	vi.stubGlobal("requestAnimationFrame", (callback: () => void) => setTimeout(callback, 16));
	vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
	vi.stubGlobal("fetch", async (url: URL, { method = "GET", headers }: RequestInit) => {
		requests.push({ method, url: String(url) });
		if (method === "POST") resumes.push((headers as Record<string, string>)["Panogaze-Resume"]);
		if (method === "POST") authorizations.push((headers as Record<string, string>)["Authorization"]);
		if (method === "DELETE") return goodbye();
		return method === "POST" ? (answers.shift() ?? created)() : new Response(null, { status: 204 });
	});
});

afterEach(() => {
	connection?.close();
	vi.restoreAllMocks();
	vi.unstubAllGlobals();
	vi.useRealTimers();
});

const posts = () => requests.filter(({ method }) => method === "POST").length;
const newestPeer = () => FakePeerConnection.all.at(-1)!;
const channel = (label: string) => newestPeer().channels.get(label)!;

async function begin(options: object = {}): Promise<PanogazeConnection> {
	connection = connect({ url: "https://robot.example/whep", ...options });
	connection.on("state", (state) => states.push(state));
	await vi.dynamicImportSettled();
	await vi.advanceTimersByTimeAsync(0);
	return connection;
}

async function beginConnected(options: object = {}): Promise<PanogazeConnection> {
	const made = await begin(options);
	newestPeer().connect();
	return made;
}

const welcome = (encoding: string) => ({
	type: "welcome",
	v: 1,
	session: "s",
	encoding,
	maxHz: 250,
	maxBytes: 65536,
	serverTime: 1,
	view: { width: 640, height: 360, fps: 30, fovDeg: 90 },
	source: { name: "s" },
});

describe("a connection", () => {
	it("asks for video and the protocol's channels, and gathers with the server's ICE servers", async () => {
		await begin({ channels: { grip: { ordered: false } } });
		const peer = newestPeer();
		expect(peer.transceivers).toEqual([
			["video", { direction: "recvonly" }],
			["audio", { direction: "recvonly" }],
		]);
		expect([...peer.channels].map(([label, { init }]) => [label, init])).toEqual([
			["control", {}],
			["tracking", { ordered: false, maxRetransmits: 0 }],
			["frames", { ordered: false, maxPacketLifeTime: 50 }],
			["grip", { ordered: false }],
		]);
		expect(requests).toEqual([{ method: "POST", url: "https://robot.example/whep" }]);
		expect(peer.configuration.iceServers).toEqual([{ urls: "stun:s.example" }]);
		expect(peer.descriptions.map(({ type }) => type)).toEqual(["offer", "answer"]);
	});

	it("offers to hear both ears, or nothing where it is told so", async () => {
		const made = await begin();
		expect(newestPeer().descriptions[0]!.sdp).toContain("a=fmtp:111 stereo=1;minptime=10;useinbandfec=1\r\n");
		made.close();
		await begin({ sound: false });
		expect(newestPeer().transceivers).toEqual([["video", { direction: "recvonly" }]]);
	});

	it("turns the sound on and off, and tells the server only of that", async () => {
		const made = await begin();
		newestPeer().connect();
		const wishes = () => channel("control").sent.flatMap(({ type, on }) => (type === "sound" ? [on] : []));
		made.sound.enabled = true;
		expect(wishes()).toEqual([true]);
		made.sound.volume = 0.5;
		made.sound.enabled = false;
		expect(wishes()).toEqual([true, false]);
	});

	it("says hello, measures the clock, and sends where it already looks", async () => {
		const made = await begin();
		made.look({ orientation: [0, 0, 0, 1], fovDeg: 80 });
		newestPeer().connect();
		expect(made.state).toEqual({ name: "connected", words: "Connected" });
		expect(channel("control").sent.map(({ type }) => type)).toEqual(["hello", "ping"]);
		expect(channel("tracking").sent).toMatchObject([{ type: "head", n: 1, fov: [80] }]);
		const t0 = channel("control").sent[1]!["t0"] as number;
		await vi.advanceTimersByTimeAsync(20);
		channel("control").receive({ type: "pong", t0, t1: t0 + 7010, t2: t0 + 7010 });
		expect(made.serverClockOffsetMs).toBeCloseTo(7000);
	});

	it("sends a look at once, then at most one in a display frame, the newest", async () => {
		const made = await beginConnected();
		await vi.advanceTimersByTimeAsync(100);
		const { sent } = channel("tracking");
		const before = sent.length;
		for (const fovDeg of [50, 51, 52]) made.look({ orientation: [0, 0, 0, 1], fovDeg });
		expect(sent.slice(before)).toMatchObject([{ fov: [50] }]);
		await vi.advanceTimersByTimeAsync(16);
		expect(sent.slice(before)).toMatchObject([{ fov: [50] }, { fov: [52] }]);
		await vi.advanceTimersByTimeAsync(100);
		expect(sent.length).toBe(before + 2);
	});

	it("sends each head of a headset at once, which has display frames of its own", async () => {
		const made = await beginConnected();
		await vi.advanceTimersByTimeAsync(100);
		const { sent } = channel("tracking");
		const before = sent.length;
		const frame = new PoseSample();
		for (const fovDeg of [50, 51, 52]) {
			frame.setHead({ orientation: [0, 0, 0, 1], linearVelocity: [0, 0, 1], fovDeg });
			made.sendPose(frame);
		}
		expect(sent.slice(before)).toMatchObject([{ fov: [50] }, { fov: [51] }, { fov: [52], v: [0, 0, 1] }]);
	});

	it("takes a lent view back as the page had it, or in the video's size", async () => {
		vi.stubGlobal("devicePixelRatio", 2);
		const made = await beginConnected();
		const views = () => channel("control").sent.flatMap(({ type, ...view }) => (type === "view" ? [view] : []));
		const video = { clientWidth: 320, clientHeight: 180 } as HTMLVideoElement;
		const frusta = [1, 1].map((side) => ({ left: side, right: side, up: side, down: side }));
		const lend = async () => {
			const takeBack = made.lendView(video);
			made.requestView(400, 400, { eyes: 2, frusta, foveated: true });
			await vi.advanceTimersByTimeAsync(600);
			takeBack();
			await vi.advanceTimersByTimeAsync(600);
		};
		await lend();
		expect(views()).toEqual([
			{ width: 400, height: 400, eyes: 2, frusta, foveated: true },
			{ width: 640, height: 360 },
		]);
		made.requestView(1000, 500, { foveated: true });
		made.look({ orientation: [0, 1, 0, 0], fovDeg: 70 });
		await lend();
		expect(views().at(-1)).toEqual({ width: 1000, height: 500, foveated: true });
		expect(channel("tracking").sent.at(-1)).toMatchObject({ q: [0, 1, 0, 0], fov: [70] });
	});

	it("chooses a lens, with every connection, and hears which one it has", async () => {
		const made = await beginConnected();
		const lenses: string[] = [];
		made.on("lens", ({ lens }) => lenses.push(lens));
		made.chooseLens("little-planet");
		channel("control").receive({ type: "lens", lens: "little-planet", choices: ["flat", "little-planet"] });
		expect(made.lens).toMatchObject({ choices: ["flat", "little-planet"] });
		made.reconnect({ force: true });
		await vi.advanceTimersByTimeAsync(0);
		expect(made.lens).toBeUndefined();
		newestPeer().connect();
		const chosen = channel("control").sent.filter(({ type }) => type === "lens");
		expect(chosen).toEqual([{ type: "lens", lens: "little-planet" }]);
		expect(lenses).toEqual(["little-planet"]);
	});

	it("says which picture the video shows, and with bounds of control repeats a resting head in time", async () => {
		const made = await beginConnected();
		const callbacks: VideoFrameRequestCallback[] = [];
		const show = (rtpTimestamp: number) => {
			const metadata = { rtpTimestamp, expectedDisplayTime: 0 } as unknown as VideoFrameCallbackMetadata;
			for (const callback of callbacks.splice(0)) callback(0, metadata);
		};
		vi.stubGlobal("cancelAnimationFrame", () => {});
		const video = Object.assign(new EventTarget(), {
			srcObject: null,
			cancelVideoFrameCallback: () => {},
			requestVideoFrameCallback: (callback: VideoFrameRequestCallback) => callbacks.push(callback),
		});
		made.attach(video as unknown as HTMLVideoElement);
		const { sent } = channel("tracking");
		channel("control").receive({ ...welcome("json"), safety: { engage: "none", maxPoseAgeMs: 200 } });
		await vi.advanceTimersByTimeAsync(100);
		made.look({ orientation: [0, 0, 0, 1], fovDeg: 80 });
		expect(sent.at(-1)).not.toHaveProperty("seen");
		show(4500);
		expect(made.seenRtpTicks).toBe(4500);
		const before = sent.length;
		await vi.advanceTimersByTimeAsync(400);
		expect(sent.length - before).toBeGreaterThanOrEqual(7);
		expect(sent.at(-1)).toMatchObject({ seen: 4500, t: expect.toSatisfy((t: number) => t > 400) });
		made.requestView(640, 360);
		const takeBack = made.lendView(video as unknown as HTMLVideoElement, () => 9000);
		expect(made.seenRtpTicks).toBe(9000);
		takeBack();
		made.reconnect({ force: true });
		await vi.advanceTimersByTimeAsync(0);
		expect(made.seenRtpTicks).toBeUndefined();
	});

	it("tells of holds of its control, and of the gesture once each time that it changes", async () => {
		const made = await beginConnected();
		const holds: unknown[] = [];
		made.on("hold", (hold) => holds.push(hold?.reason ?? made.state.name));
		channel("control").receive({ type: "hold", on: false });
		channel("control").receive({ type: "hold", on: true, reason: "picture-old", ageMs: 612, needs: "picture" });
		expect(made.hold).toMatchObject({ ageMs: 612 });
		for (const on of [true, true, false]) made.engage(on);
		const gestures = channel("control").sent.filter(({ type }) => type === "engage");
		expect(gestures.map(({ on }) => on)).toEqual([true, false]);
		channel("control").receive({ type: "hold", on: false });
		channel("control").receive({ type: "hold", on: true, reason: "starting" });
		made.reconnect({ force: true });
		await vi.advanceTimersByTimeAsync(0);
		expect(made.hold).toBeUndefined();
		// The last one is the end of the session, not of its hold.
		expect(holds).toEqual(["picture-old", "connected", "starting", "connecting"]);
	});

	it("declares its streams, with every connection, and again when there are more of them", async () => {
		const hand = { id: 1, kind: "skeleton", skeleton: "XRHandLeft" } as const;
		const made = await beginConnected({ streams: [hand] });
		const hellos = () => channel("control").sent.filter(({ type }) => type === "hello");
		const head = { id: 0, kind: "head", space: "tracking" };
		expect(hellos()).toMatchObject([{ streams: [head, hand], encodings: ["bin1", "json"] }]);
		const [pad, stick] = [4, 5].map((id) => ({ id, kind: "controller" }) as const);
		made.declareStream(pad!);
		made.declareStream(stick!);
		await vi.advanceTimersByTimeAsync(0);
		expect(hellos()).toMatchObject([{ streams: [head, hand] }, { streams: [head, hand, pad, stick] }]);
		made.reconnect({ force: true });
		await vi.advanceTimersByTimeAsync(0);
		made.declareStream({ id: 6, kind: "controller" });
		newestPeer().connect();
		await vi.advanceTimersByTimeAsync(0);
		expect(hellos().map(({ streams }) => (streams as object[]).length)).toEqual([5]);
	});

	it("sends poses as text until the welcome names an encoding, and again with a new server", async () => {
		const made = await beginConnected({ streams: [{ id: 2, kind: "controller" }] });
		const frame = new PoseSample();
		frame.reset(1);
		Object.assign(frame, { kind: "controller", stream: 2 });
		frame.valid[0] = 1;
		made.sendPose(frame, 5);
		expect(channel("tracking").sent).toMatchObject([{ type: "controller", s: 2, n: 1, t: 5 }]);
		channel("control").receive(welcome("bin1"));
		const messages: unknown[] = [];
		const collect = () =>
			vi.spyOn(channel("tracking"), "send").mockImplementation((message: unknown) => void messages.push(message));
		collect();
		await vi.advanceTimersByTimeAsync(20);
		made.sendPose(frame, 20);
		expect(messages).toEqual([expect.any(Uint8Array)]);
		expect(made.streamCounters(2)).toEqual({ sent: 2, replaced: 0 });
		made.reconnect({ force: true });
		await vi.advanceTimersByTimeAsync(0);
		newestPeer().connect();
		collect();
		await vi.advanceTimersByTimeAsync(20);
		made.sendPose(frame, 40);
		expect(messages[1]).toContain('"n":3');
	});

	it("sends a waiting pose as soon as the channel reports that it is free", async () => {
		const made = await beginConnected();
		const tracking = channel("tracking");
		tracking.bufferedAmount = 10_000;
		made.look({ orientation: [0, 0, 0, 1], fovDeg: 33 });
		expect(tracking.sent).toEqual([]);
		tracking.bufferedAmount = 0;
		tracking.dispatchEvent(new Event("bufferedamountlow"));
		expect(tracking.sent).toMatchObject([{ fov: [33] }]);
	});

	it("answers the server's pings with its clock", async () => {
		await beginConnected();
		const before = performance.now();
		channel("control").receive({ type: "ping", t0: 987_654.25 });
		const pong = channel("control").sent.at(-1)!;
		expect(pong).toMatchObject({ type: "pong", t0: 987_654.25 });
		for (const time of [pong["t1"], pong["t2"]]) expect(time).toBeGreaterThanOrEqual(before);
	});

	it("repeats its look while nothing moves, so that the server knows that it lives", async () => {
		const made = await beginConnected();
		made.look({ orientation: [0, 0, 0, 1] });
		const before = channel("tracking").sent.length;
		await vi.advanceTimersByTimeAsync(5000);
		const sent = channel("tracking").sent.slice(before);
		expect(sent).toHaveLength(10);
	});

	it("repeats no head while heads are being sent, and a hand's last pose twice", async () => {
		const made = await beginConnected();
		const [head, hand] = [new PoseSample(), new PoseSample()];
		head.setHead({ orientation: [0, 0, 0, 1] });
		hand.reset(26);
		Object.assign(hand, { kind: "skeleton", skeleton: "XRHandLeft", stream: 1 });
		const before = channel("tracking").sent.length;
		made.sendPose(hand);
		for (let frame = 0; frame < 300; frame++) {
			made.sendPose(head);
			await vi.advanceTimersByTimeAsync(10);
		}
		const sent = channel("tracking").sent.slice(before);
		expect(sent.filter(({ type }) => type === "head")).toHaveLength(300);
		expect(sent.filter(({ type }) => type === "skeleton").map(({ n }) => n)).toEqual([1, 2, 3]);
	});

	it("repeats a look in the same numbers, so that a server recognises the repetition", async () => {
		const made = await beginConnected();
		made.look({
			orientation: [0.1, -Math.SQRT1_2, 1 / 3, 0.6174],
			position: [0.1234567, 1 / 3, -0],
			fovDeg: 58.715507,
		});
		await vi.advanceTimersByTimeAsync(3000);
		const looks = channel("tracking").sent.map(({ q, p, fov }) => JSON.stringify({ q, p, fov }));
		expect(looks.length).toBeGreaterThan(5);
		expect(new Set(looks).size).toBe(1);
	});

	it("keeps its recentred direction over reconnects", async () => {
		const made = await begin();
		made.recenter(-35);
		newestPeer().connect();
		expect(channel("control").sent.map(({ type }) => type)).toEqual(["hello", "recenter", "ping"]);
		made.recenter(20);
		channel("control").close();
		await vi.advanceTimersByTimeAsync(600);
		newestPeer().connect();
		expect(channel("control").sent.slice(0, 2)).toMatchObject([{ type: "hello" }, { type: "recenter", yaw: 20 }]);
	});

	it("asks for pictures that fit in its hello, and when another shape has lasted half a second", async () => {
		const made = await begin();
		made.requestView(780.3, 1688);
		newestPeer().connect();
		const wishes = () => channel("control").sent.filter(({ type }) => type === "view");
		expect(channel("control").sent[0]).toMatchObject({ type: "hello", view: { width: 780, height: 1688 } });
		await vi.advanceTimersByTimeAsync(1000);
		made.requestView(780, 1600);
		await vi.advanceTimersByTimeAsync(1000);
		expect(wishes()).toEqual([]);
		for (const width of [900, 1200, 1500, 1688]) {
			made.requestView(width, 780);
			await vi.advanceTimersByTimeAsync(400);
		}
		expect(wishes()).toEqual([]);
		await vi.advanceTimersByTimeAsync(100);
		expect(wishes()).toEqual([{ type: "view", width: 1688, height: 780 }]);
		made.requestView(0, 780);
		made.requestView(780, 1688);
		made.requestView(1688, 780);
		await vi.advanceTimersByTimeAsync(1000);
		expect(wishes()).toHaveLength(1);
		channel("control").close();
		await vi.advanceTimersByTimeAsync(600);
		newestPeer().connect();
		expect(channel("control").sent[0]).toMatchObject({ type: "hello", view: { width: 1688, height: 780 } });
	});

	it("asks for a view that it knows only after the hello", async () => {
		const made = await beginConnected();
		expect(channel("control").sent[0]).not.toHaveProperty("view");
		made.requestView(1280, 720);
		await vi.advanceTimersByTimeAsync(500);
		expect(channel("control").sent.at(-1)).toEqual({ type: "view", width: 1280, height: 720 });
	});

	it("asks at once for pictures for two eyes, and for one again", async () => {
		const made = await beginConnected();
		made.requestView(1280, 720);
		await vi.advanceTimersByTimeAsync(500);
		made.requestView(960, 960, { eyes: 2 });
		expect(channel("control").sent.at(-1)).toEqual({ type: "view", width: 960, height: 960, eyes: 2 });
		made.requestView(1280, 720);
		expect(channel("control").sent.at(-1)).toEqual({ type: "view", width: 1280, height: 720 });
	});

	it("asks at once for a size that the viewer has chosen, also if it differs little", async () => {
		const made = await begin();
		made.requestView(1280, 720);
		newestPeer().connect();
		made.requestView(1200, 676, { atOnce: true });
		made.requestView(1200, 676, { atOnce: true });
		const views = channel("control").sent.filter(({ type }) => type === "view");
		expect(views).toEqual([{ type: "view", width: 1200, height: 676 }]);
	});

	it("asks at once for other frusta and another gaze, in the size that it asked for last", async () => {
		const made = await beginConnected();
		const frustum = (right: number) => ({ left: 1, right, up: 1, down: 1 });
		const sent = () => channel("control").sent.filter(({ type }) => type === "view");
		made.requestView(960, 960, { frusta: [frustum(1.25)] });
		await vi.advanceTimersByTimeAsync(500);
		made.requestView(970, 960, { frusta: [frustum(1.5)] });
		made.requestView(970, 960, { frusta: [frustum(1.5)] });
		made.requestView(970, 960, { frusta: [frustum(1.5)], foveated: { gaze: [5, 0] } });
		await vi.advanceTimersByTimeAsync(1000);
		const size = { type: "view", width: 960, height: 960 };
		expect(sent()).toEqual([
			{ ...size, frusta: [frustum(1.25)] },
			{ ...size, frusta: [frustum(1.5)] },
			{ ...size, frusta: [frustum(1.5)], foveated: { gaze: [5, 0] } },
		]);
	});

	it("asks for a surround as long as anybody wants one, by another hello", async () => {
		const made = await beginConnected();
		const hellos = () =>
			channel("control")
				.sent.filter(({ type }) => type === "hello")
				.map((hello) => (hello as { picture?: object }).picture);
		const ends = [made.wantSurround(), made.wantSurround()];
		await vi.advanceTimersByTimeAsync(0);
		expect(hellos()).toEqual([undefined, { surround: true }]);
		ends[0]!();
		ends[0]!();
		await vi.advanceTimersByTimeAsync(0);
		expect(hellos()).toHaveLength(2);
		ends[1]!();
		await vi.advanceTimersByTimeAsync(0);
		expect(hellos().at(-1)).toEqual({ surround: false });
	});

	it("is made anew on demand, without waiting for the end of the old one", async () => {
		const made = await beginConnected();
		goodbye = () => new Promise(() => {});
		made.reconnect();
		expect(posts()).toBe(1);
		const old = newestPeer();
		made.reconnect({ force: true });
		expect(requests.at(-1)?.method).toBe("DELETE");
		await vi.advanceTimersByTimeAsync(0);
		expect(posts()).toBe(2);
		newestPeer().connect();
		expect(made.state.name).toBe("connected");
		expect(old.connectionState).toBe("connected");
		old.channels.get("control")!.close();
		await vi.advanceTimersByTimeAsync(1000);
		expect(old.connectionState).toBe("closed");
		expect(made.state.name).toBe("connected");
	});

	it("reads its numbers once a second and sends them to the server", async () => {
		const made = await beginConnected();
		const read: ConnectionStats[] = [];
		made.on("stats", (stats) => read.push(stats));
		await vi.advanceTimersByTimeAsync(3000);
		expect(read).toHaveLength(3);
		expect(read[2]?.fps).toBeCloseTo(60);
		expect(made.stats).toBe(read[2]);
		expect(channel("control").sent.filter(({ type }) => type === "stats")).toHaveLength(3);
	});

	it("hands on the application's messages and sends them when it can", async () => {
		const made = await begin({ channels: { grip: {} } });
		const received: unknown[] = [];
		made.on("message", (label, data) => received.push([label, data]));
		expect(made.send("grip", "[1]")).toBe(false);
		newestPeer().connect();
		expect(made.send("grip", "[1]")).toBe(true);
		expect(made.send("nonsense", "1")).toBe(false);
		channel("grip").receive({ closed: true });
		expect(received).toEqual([["grip", '{"closed":true}']]);
	});

	it("ignores messages that it does not understand", async () => {
		const made = await beginConnected();
		channel("control").receive({ type: "welcome", v: "one" });
		channel("control").receive({ type: "weather" });
		channel("frames").receive({ type: "frame", rtp: -1 });
		expect(made.state.name).toBe("connected");
		expect(made.welcome).toBeUndefined();
	});
});

describe("a path that goes silent", () => {
	/**
	 * Connected to a panogaze server that sends something every 100 ms, for a second.
	 */
	async function beginPanogaze(
		options: object = {},
	): Promise<{ made: PanogazeConnection; speak: (forMs: number) => Promise<void> }> {
		const made = await beginConnected(options);
		const first = newestPeer();
		first.track("first");
		channel("control").receive({ ...welcome("json"), resume: "secret-1" });
		const speak = async (forMs: number) => {
			for (let ms = 0; ms < forMs; ms += 100) {
				await vi.advanceTimersByTimeAsync(100);
				first.channels.get("frames")!.receive({ type: "frame" });
			}
		};
		await speak(1000);
		return { made, speak };
	}

	it("is interrupted within 1.3 s, pings the server, and is connected again with the first message", async () => {
		const { made, speak } = await beginPanogaze();
		const first = newestPeer();
		// A second connection is tried meanwhile, and has no picture.
		vi.spyOn(FakePeerConnection.prototype, "getStats").mockResolvedValue(new Map());
		await vi.advanceTimersByTimeAsync(1100);
		expect(made.state.name).toBe("connected");
		expect(
			first.channels
				.get("control")!
				.sent.slice(-2)
				.map(({ type }) => type),
		).toContain("ping");
		await vi.advanceTimersByTimeAsync(200);
		expect(made.state).toEqual({ name: "interrupted", words: "The connection is interrupted…" });
		await speak(200);
		expect(made.state.name).toBe("connected");
		expect(first.connectionState).toBe("connected");
	});

	it("is well while packets of video arrive, even without messages", async () => {
		const { made } = await beginPanogaze();
		let packetsReceived = 100;
		vi.spyOn(FakePeerConnection.prototype, "getStats").mockImplementation(
			async () =>
				new Map([["v", { id: "v", type: "inbound-rtp", kind: "video", packetsReceived: packetsReceived++ }]]),
		);
		await vi.advanceTimersByTimeAsync(7000);
		expect([made.state.name, posts()]).toEqual(["connected", 1]);
	});

	it("gives way to a second connection that is up if it has no picture either", async () => {
		const { made } = await beginPanogaze();
		vi.spyOn(FakePeerConnection.prototype, "getStats").mockResolvedValue(new Map());
		await vi.advanceTimersByTimeAsync(1100);
		const second = newestPeer();
		second.track("second");
		second.connect();
		await vi.advanceTimersByTimeAsync(100);
		expect((made.stream as unknown as FakeMediaStream).tracks).toEqual(["first"]);
		channel("control").receive({ ...welcome("json"), resume: "secret-2" });
		await vi.advanceTimersByTimeAsync(100);
		expect((made.stream as unknown as FakeMediaStream).tracks).toEqual(["second"]);
	});

	it("gets a second connection after 1 s, which takes over with its first picture in the same stream", async () => {
		const { made } = await beginPanogaze({ channels: { chat: {} } });
		const first = newestPeer();
		const events: string[] = [];
		for (const name of ["stream", "welcome", "state"] as const) made.on(name, () => events.push(name));
		const { stream } = made;
		vi.spyOn(FakePeerConnection.prototype, "getStats").mockImplementation(async function (
			this: FakePeerConnection,
		) {
			return new Map([
				[
					"v",
					{
						id: "v",
						type: "inbound-rtp",
						kind: "video",
						framesDecoded: this.pictures,
						packetsReceived: this.packets,
					},
				],
			]);
		});
		first.pictures = 1;
		await vi.advanceTimersByTimeAsync(900);
		expect(posts()).toBe(1);
		await vi.advanceTimersByTimeAsync(200);
		expect(resumes).toEqual([undefined, "secret-1"]);
		const second = newestPeer();
		second.track("second");
		second.connect();
		expect(channel("control").sent[0]).toMatchObject({ type: "hello" });
		expect(made.send("chat", '"by the new way"')).toBe(true);
		expect(channel("chat").sent).toHaveLength(1);
		channel("control").receive({ ...welcome("json"), resume: "secret-2" });
		await vi.advanceTimersByTimeAsync(200);
		expect((stream as unknown as FakeMediaStream).tracks).toEqual(["first"]);
		expect(requests.some(({ method }) => method === "DELETE")).toBe(false);
		second.pictures = 1;
		await vi.advanceTimersByTimeAsync(50);
		expect(made.stream).toBe(stream);
		expect((stream as unknown as FakeMediaStream).tracks).toEqual(["second"]);
		expect(requests.filter(({ method }) => method === "DELETE").map(({ url }) => url)).toEqual([
			"https://robot.example/whep/1",
		]);
		expect(events).toEqual(["state", "state"]);
		expect(made.state.name).toBe("connected");
		first.channels.get("control")!.close();
		expect(made.state.name).toBe("connected");
		// The next one shows the newest secret. What the second had received long
		// before it fell silent is no sign of life.
		second.packets = 500;
		await vi.advanceTimersByTimeAsync(1700);
		expect(resumes.at(-1)).toBe("secret-2");
	});

	it("reports nothing when the second connection has a picture before the first is interrupted", async () => {
		const { made } = await beginPanogaze();
		const events: string[] = [];
		for (const name of ["stream", "welcome", "state"] as const) made.on(name, () => events.push(name));
		vi.spyOn(FakePeerConnection.prototype, "getStats").mockImplementation(async function (
			this: FakePeerConnection,
		) {
			return new Map([
				[
					"v",
					{
						id: "v",
						type: "inbound-rtp",
						kind: "video",
						framesDecoded: this.pictures,
						packetsReceived: this.packets,
					},
				],
			]);
		});
		await vi.advanceTimersByTimeAsync(1050);
		const second = newestPeer();
		second.track("second");
		second.connect();
		second.pictures = 1;
		await vi.advanceTimersByTimeAsync(50);
		expect((made.stream as unknown as FakeMediaStream).tracks).toEqual(["second"]);
		expect([made.state.name, events]).toEqual(["connected", []]);
	});

	it("that comes back within 2 s is not disturbed: the second connection is dropped before it is shown", async () => {
		const { made, speak } = await beginPanogaze();
		const events: string[] = [];
		for (const name of ["stream", "welcome"] as const) made.on(name, () => events.push(name));
		vi.spyOn(FakePeerConnection.prototype, "getStats").mockResolvedValue(new Map());
		await vi.advanceTimersByTimeAsync(1700);
		const second = newestPeer();
		second.track("second");
		second.connect();
		await speak(300);
		expect(made.state.name).toBe("connected");
		expect(requests.filter(({ method }) => method === "DELETE")).toHaveLength(1);
		await vi.advanceTimersByTimeAsync(1000);
		expect(second.connectionState).toBe("closed");
		expect((made.stream as unknown as FakeMediaStream).tracks).toEqual(["first"]);
		expect(events).toEqual([]);
	});

	it("is left for the second connection when it is lost for good before that has a picture", async () => {
		const { made } = await beginPanogaze();
		const first = newestPeer();
		vi.spyOn(FakePeerConnection.prototype, "getStats").mockResolvedValue(new Map());
		await vi.advanceTimersByTimeAsync(1700);
		const second = newestPeer();
		first.becomes("failed");
		expect(made.state.name).toBe("connecting");
		second.connect();
		expect(made.state.name).toBe("connected");
		expect(posts()).toBe(2);
	});

	it("is tried again a second later while the server does not answer, and is given up after four", async () => {
		const { made } = await beginPanogaze();
		answers = Array.from({ length: 100 }, () => () => {
			throw new TypeError("Failed to fetch");
		});
		await vi.advanceTimersByTimeAsync(1600);
		expect([posts(), made.state.name]).toEqual([2, "interrupted"]);
		await vi.advanceTimersByTimeAsync(1100);
		expect([posts(), made.state.name]).toEqual([3, "interrupted"]);
		await vi.advanceTimersByTimeAsync(2700);
		expect(made.state.name).toBe("reconnecting");
	});
});

describe("when it goes wrong", () => {
	it("says at once, for good, that a browser has no WebRTC", async () => {
		vi.stubGlobal("RTCPeerConnection", undefined);
		const made = await begin();
		expect(made.state).toEqual({ name: "closed", words: "This browser has no WebRTC.", final: true });
		made.reconnect({ force: true });
		await vi.advanceTimersByTimeAsync(60_000);
		expect([made.state.name, posts()]).toEqual(["closed", 0]);
	});

	it("a server that closes for good is not asked again, in its words", async () => {
		const made = await beginConnected();
		channel("control").receive({
			type: "error",
			code: "closed",
			message: "The exhibition is over.",
			fatal: true,
			final: true,
		});
		channel("control").close();
		expect(made.state).toEqual({ name: "closed", words: "The exhibition is over.", final: true });
		made.reconnect({ force: true });
		page.dispatchEvent(new Event("pageshow"));
		await vi.advanceTimersByTimeAsync(60_000);
		expect(posts()).toBe(1);
	});

	it("passes on the state of the source, and asks the server to play it again", async () => {
		const made = await beginConnected();
		const reported: unknown[] = [];
		made.on("source", (source) => reported.push(source));
		expect(made.source).toBeUndefined();
		channel("control").receive({ type: "source", state: "ended" });
		expect(reported).toEqual([{ type: "source", state: "ended" }]);
		expect(made.source).toEqual(reported[0]);
		expect(made.playAgain()).toBe(true);
		expect(channel("control").sent.at(-1)).toEqual({ type: "playAgain" });
	});

	it("states the play on the page's clock, and sends wishes for another", async () => {
		const made = await beginConnected();
		const reported: unknown[] = [];
		made.on("playback", ({ positionSec, by }) => reported.push([positionSec, by]));
		expect([made.playback.state, made.playback.positionSec]).toEqual([undefined, Number.NaN]);
		const statement = {
			type: "playback",
			positionSec: 10,
			atMs: 5000,
			durationSec: 60,
			rate: 2,
			paused: false,
			loop: true,
			live: false,
			can: ["pause", "seek", "fly"],
			mayControl: true,
			by: "viewer",
		};
		channel("control").receive(statement);
		expect(reported).toEqual([[10, "viewer"]]);
		expect(made.playback.state).toMatchObject({ can: ["pause", "seek"], chapters: [], durationSec: 60 });
		await vi.advanceTimersByTimeAsync(1000);
		expect(made.playback.positionSec).toBeCloseTo(12, 1);
		channel("control").receive({ ...statement, paused: true, durationSec: undefined, by: "somebody" });
		await vi.advanceTimersByTimeAsync(1000);
		expect(made.playback.positionSec).toBe(10);
		expect(made.playback.state).toMatchObject({ by: undefined, durationSec: Number.NaN });
		made.playback.pause();
		made.playback.seek(7.5);
		made.playback.setRate(0.5);
		made.playback.setLoop(false);
		expect(made.playback.play()).toBe(true);
		expect(channel("control").sent.slice(-5)).toEqual([
			{ type: "playback", paused: true },
			{ type: "playback", positionSec: 7.5 },
			{ type: "playback", rate: 0.5 },
			{ type: "playback", loop: false },
			{ type: "playback", paused: false },
		]);
		expect(() => made.playback.setRate(9)).toThrow("rate is a number from 0.25 to 4; got 9.");
		expect(() => made.playback.seek(-1)).toThrow(RangeError);
	});

	it("a full server is asked again after the time it named, in its words", async () => {
		answers = [
			() => Response.json({ detail: "All places are taken." }, { status: 503, headers: { "Retry-After": "5" } }),
		];
		const made = await begin();
		expect(made.state).toMatchObject({ name: "reconnecting", words: "All places are taken.", attempt: 1 });
		await vi.advanceTimersByTimeAsync(4900);
		expect(posts()).toBe(1);
		await vi.advanceTimersByTimeAsync(1200);
		expect(posts()).toBe(2);
		newestPeer().connect();
		expect(made.state.name).toBe("connected");
	});

	it("a refusal is final until asked again", async () => {
		answers = [() => new Response(null, { status: 401 })];
		const made = await begin();
		expect(made.state).toMatchObject({ name: "closed", words: "The server does not let you in.", status: 401 });
		await vi.advanceTimersByTimeAsync(60_000);
		expect(posts()).toBe(1);
		made.reconnect();
		await vi.advanceTimersByTimeAsync(0);
		newestPeer().connect();
		expect(made.state.name).toBe("connected");
	});

	it("a token may be a function, asked at each attempt: a page can ask its user and connect again", async () => {
		answers = [
			() =>
				Response.json(
					{ detail: "This server asks for a token." },
					{ status: 401, headers: { "Content-Type": "application/problem+json" } },
				),
		];
		let token: string | undefined;
		const made = await begin({ token: () => token });
		expect(made.state).toEqual({ name: "closed", words: "This server asks for a token.", status: 401 });
		token = "drive";
		made.reconnect();
		await vi.advanceTimersByTimeAsync(0);
		newestPeer().connect();
		expect(made.state.name).toBe("connected");
		expect(authorizations).toEqual([undefined, "Bearer drive"]);
	});

	it("a server that is down is tried again and again, ever more slowly", async () => {
		answers = Array.from({ length: 100 }, () => () => {
			throw new TypeError("Failed to fetch");
		});
		const made = await begin();
		expect(made.state).toMatchObject({ name: "reconnecting", words: "The server does not answer." });
		await vi.advanceTimersByTimeAsync(60_000);
		expect(posts()).toBeGreaterThan(6);
		expect(posts()).toBeLessThan(16);
	});

	it("waits as briefly as at first once a connection has held for five seconds, and not before", async () => {
		vi.spyOn(Math, "random").mockReturnValue(0);
		const made = await beginConnected();
		const attempt = async (heldMs: number) => {
			await vi.advanceTimersByTimeAsync(heldMs);
			newestPeer().becomes("failed");
			const state = made.state as ConnectionState & { name: "reconnecting" };
			const waitMs = state.retryAtMs - performance.now();
			await vi.advanceTimersByTimeAsync(waitMs);
			newestPeer().connect();
			return [state.attempt, waitMs];
		};
		// Delays of 0.5 s, 1 s and so on, halved by the smallest random number.
		expect(await attempt(4_900)).toEqual([1, 250]);
		expect(await attempt(4_900)).toEqual([2, 500]);
		expect(await attempt(5_100)).toEqual([1, 250]);
	});

	it("a short interruption is waited out", async () => {
		const made = await beginConnected();
		newestPeer().becomes("disconnected");
		expect(made.state.name).toBe("interrupted");
		await vi.advanceTimersByTimeAsync(3000);
		newestPeer().becomes("connected");
		await vi.advanceTimersByTimeAsync(10_000);
		expect(made.state.name).toBe("connected");
		expect(posts()).toBe(1);
	});

	it("a longer one leads to a new connection, and the old session is deleted", async () => {
		const made = await beginConnected();
		newestPeer().becomes("disconnected");
		await vi.advanceTimersByTimeAsync(4000);
		expect(made.state.name).toBe("reconnecting");
		expect(requests.at(-1)).toEqual({ method: "DELETE", url: "https://robot.example/whep/1" });
		await vi.advanceTimersByTimeAsync(600);
		expect(posts()).toBe(2);
	});

	it("a session that the server ends is noticed at once, with the server's reason", async () => {
		const made = await beginConnected();
		channel("control").receive({
			type: "error",
			code: "silent",
			message: "Nothing was heard from you.",
			fatal: true,
		});
		channel("control").close();
		expect(made.state).toMatchObject({ name: "reconnecting", words: "Nothing was heard from you." });
	});

	it("a server that stops answering pings is left, one that never answered is not", async () => {
		const made = await beginConnected();
		await vi.advanceTimersByTimeAsync(30_000);
		expect(made.state.name).toBe("connected");
		channel("control").receive({ type: "pong", t0: 1, t1: 1, t2: 1 });
		await vi.advanceTimersByTimeAsync(10_000);
		expect(states.map(({ name }) => name)).toContain("reconnecting");
	});

	it("a path that is never found is given up after ten seconds", async () => {
		const made = await begin();
		await vi.advanceTimersByTimeAsync(9_900);
		expect(made.state.name).toBe("connecting");
		await vi.advanceTimersByTimeAsync(200);
		expect(made.state).toMatchObject({ name: "reconnecting", words: expect.stringContaining("UDP") });
	});

	it("events of an abandoned peer have no effect", async () => {
		const made = await beginConnected();
		const old = newestPeer();
		old.channels.get("control")!.close();
		await vi.advanceTimersByTimeAsync(600);
		newestPeer().connect();
		old.becomes("failed");
		expect(made.state.name).toBe("connected");
	});

	it("does not reconnect if `reconnect` is false", async () => {
		const made = await beginConnected({ reconnect: false });
		newestPeer().becomes("failed");
		await vi.advanceTimersByTimeAsync(60_000);
		expect(made.state.name).toBe("closed");
		expect(posts()).toBe(1);
	});
});

describe("when the page goes", () => {
	it("the session is deleted, and a page that comes back connects again", async () => {
		const made = await beginConnected();
		page.dispatchEvent(new Event("pagehide"));
		expect(requests.at(-1)?.method).toBe("DELETE");
		expect(newestPeer().connectionState).toBe("closed");
		page.dispatchEvent(new Event("pageshow"));
		await vi.advanceTimersByTimeAsync(0);
		newestPeer().connect();
		expect(made.state.name).toBe("connected");
		expect(posts()).toBe(2);
	});

	it("close() ends everything: session, timers, and later attempts", async () => {
		const made = await beginConnected();
		made.close();
		made.close();
		expect(made.state).toEqual({ name: "closed", words: "Closed." });
		expect(requests.filter(({ method }) => method === "DELETE")).toHaveLength(1);
		made.reconnect();
		await vi.advanceTimersByTimeAsync(60_000);
		expect(posts()).toBe(1);
		expect(vi.getTimerCount()).toBe(0);
	});

	it("close() detaches its videos and closes its view, and no others come after", async () => {
		vi.stubGlobal("cancelAnimationFrame", clearTimeout);
		const made = await beginConnected();
		newestPeer().track("video");
		const elements = () => {
			const video = { srcObject: null, requestVideoFrameCallback: () => 7, cancelVideoFrameCallback: vi.fn() };
			return [video as unknown as HTMLVideoElement, {} as HTMLCanvasElement] as const;
		};
		const [[attached, canvas], [watched]] = [elements(), elements()];
		made.show(attached, canvas, { reproject: "off" });
		const detach = made.attach(watched);
		await vi.dynamicImportSettled();
		expect([attached.srcObject, watched.srcObject]).toEqual([made.stream, made.stream]);
		made.close();
		expect([attached.srcObject, watched.srcObject, canvas.hidden]).toEqual([null, null, true]);
		expect(attached.cancelVideoFrameCallback).toHaveBeenCalledTimes(2);
		made.attach(watched);
		detach();
		expect(watched.srcObject).toBeNull();
		expect(() => made.show(attached, canvas)).toThrow("The connection is closed.");
		await vi.advanceTimersByTimeAsync(1000);
		expect(vi.getTimerCount()).toBe(0);
	});

	it("the connection stays open until the goodbye is answered, for a second at most", async () => {
		const made = await beginConnected();
		const peer = newestPeer();
		goodbye = () => new Promise((resolve) => setTimeout(() => resolve(new Response()), 50));
		made.close();
		expect(requests.at(-1)?.method).toBe("DELETE");
		await vi.advanceTimersByTimeAsync(49);
		expect(peer.connectionState).toBe("connected");
		await vi.advanceTimersByTimeAsync(1);
		expect(peer.connectionState).toBe("closed");
		expect(vi.getTimerCount()).toBe(0);
	});

	it("a server that can't be reached does not keep the connection open", async () => {
		for (const answer of [
			() => Promise.reject(new TypeError("Failed to fetch")),
			() => new Promise<Response>(() => {}),
		]) {
			const made = await beginConnected();
			goodbye = answer;
			made.close();
			await vi.advanceTimersByTimeAsync(1000);
			expect(newestPeer().connectionState).toBe("closed");
			expect(vi.getTimerCount()).toBe(0);
		}
	});

	it("close() while the answer is applied leaves no timer", async () => {
		let apply = () => {};
		vi.spyOn(FakePeerConnection.prototype, "setRemoteDescription").mockImplementation(
			() => new Promise((resolve) => (apply = resolve)),
		);
		const made = await begin();
		goodbye = () => new Promise(() => {});
		made.close();
		apply();
		await vi.advanceTimersByTimeAsync(1000);
		expect(vi.getTimerCount()).toBe(0);
	});

	it("close() before the server has answered the offer leaves nothing behind", async () => {
		const made = connect("https://robot.example/whep");
		made.close();
		await vi.advanceTimersByTimeAsync(60_000);
		expect(made.state.name).toBe("closed");
		expect(newestPeer().connectionState).toBe("closed");
		expect(requests.map(({ method }) => method)).toEqual(["POST", "DELETE"]);
		expect(vi.getTimerCount()).toBe(0);
	});
});
