import { describe, expect, it } from "vitest";
import type { ClientMediaKind, ClientMediaPacket } from "../media/client-media.ts";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import { EventListeners } from "../media/events.ts";
import { PLAIN_H264 } from "../media/video-format.ts";
import { ResumableSession } from "./resumable-session.ts";
import type { CameraStream, DataChannelOptions, SessionEvents, SessionStats, ViewerSession } from "./viewer-session.ts";

/** A connection that the test drives. */
class FakeSession implements ViewerSession {
	readonly hasSound = false;
	readonly receives = new Set<ClientMediaKind>();
	keyframesAsked = 0;
	readonly id: string;
	readonly events = new EventListeners<SessionEvents>();
	readonly hasVideo = true;
	readonly videoFormat = PLAIN_H264;
	cameras: CameraStream[] = [];
	readonly camerasSent: string[] = [];
	readonly log: string[] = [];
	framesSent = 0;
	soundsSent = 0;
	connect!: () => void;
	readonly connected = new Promise<void>((resolve) => {
		this.connect = resolve;
	});
	#close!: (reason: string) => void;
	readonly closed = new Promise<string>((resolve) => {
		this.#close = resolve;
	});

	constructor(id: string) {
		this.id = id;
	}
	sendVideo(): void {
		this.framesSent++;
	}
	sendCamera(mid: string): void {
		this.camerasSent.push(mid);
	}
	sendSound(): boolean {
		return this.soundsSent++ >= 0;
	}
	requestMediaKeyframe(): void {
		this.keyframesAsked++;
	}
	openChannel(label: string, options?: DataChannelOptions): void {
		this.log.push(`open ${label} ${JSON.stringify(options ?? {})}`);
	}
	hasChannels = true;
	isChannelOpen = () => this.hasChannels;
	send(label: string, message: string | Uint8Array): boolean {
		this.log.push(`${label}: ${message}`);
		return true;
	}
	stats(): SessionStats {
		return { framesSent: this.framesSent, targetBitrateBps: 5e6 } as SessionStats;
	}
	close(reason: string): void {
		this.log.push(`closed: ${reason}`);
		this.#close(reason);
	}
	on<Name extends keyof SessionEvents>(name: Name, listener: (...args: SessionEvents[Name]) => void) {
		return this.events.on(name, listener);
	}
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const packet = {} as EncodedPacket;

async function beginTwo() {
	const [first, second] = [new FakeSession("first"), new FakeSession("second")];
	const session = new ResumableSession({ session: first, resumeSecret: "secret-1", remoteAddress: "192.0.2.1" });
	const events: unknown[] = [];
	for (const name of ["bitrate", "backPressure", "pause", "resume", "moved", "keyframeRequest", "message"] as const)
		session.on(name, (...args: unknown[]) => events.push([name, ...args]));
	let over: string | undefined;
	void session.closed.then((reason) => {
		over = reason;
	});
	first.connect();
	await session.connected;
	session.openChannel("haptics");
	session.takeOver({ session: second, resumeSecret: "secret-2", remoteAddress: "192.0.2.2" });
	return { first, second, session, events, over: () => over };
}

describe("ResumableSession", () => {
	it("goes on by the first connection alone until the second is up", async () => {
		const { first, second, session, events } = await beginTwo();
		session.sendVideo(packet);
		session.send("control", "a");
		second.events.emit("bitrate", 1e6);
		second.events.emit("pause");
		expect([first.log.at(-1), second.log, events, session.resumeSecret]).toEqual([
			"control: a",
			[],
			[],
			"secret-1",
		]);
		expect(session.remoteAddress).toBe("192.0.2.1");
		expect(session.id).toBe("first");
	});

	it("states the cameras' rate and queues of the connection that leads now", async () => {
		const { first, second, session } = await beginTwo();
		const events: unknown[] = [];
		for (const name of ["camerasBitrate", "cameraBackPressure", "camerasChanged"] as const)
			session.on(name, (...args: unknown[]) => events.push([name, ...args]));
		second.cameras = [{ mid: "2", mostProfile: "main", format: PLAIN_H264 }];
		first.events.emit("camerasBitrate", 1e6);
		first.events.emit("cameraBackPressure", "2", true);
		second.events.emit("camerasBitrate", 3e6);
		second.events.emit("cameraBackPressure", "2", true);
		second.events.emit("cameraBackPressure", "2", false);
		expect(events.splice(0)).toEqual([
			["camerasBitrate", 1e6],
			["cameraBackPressure", "2", true],
		]);
		second.connect();
		await settled();
		expect(events).toEqual([["camerasChanged"], ["camerasBitrate", 3e6], ["cameraBackPressure", "2", false]]);
		session.sendCamera("2", packet);
		expect([first.camerasSent, second.camerasSent]).toEqual([["2"], ["2"]]);
	});

	it("sends pictures both ways, messages the new way once the second is up, and reads messages of both", async () => {
		const { first, second, session, events } = await beginTwo();
		first.events.emit("bitrate", 5e5);
		first.events.emit("backPressure", true);
		second.events.emit("bitrate", 3e6);
		events.length = 0;
		second.connect();
		await settled();
		expect(second.log).toEqual(["open haptics {}"]);
		expect(events.splice(0)).toEqual([["bitrate", 3e6], ["backPressure", false], ["resume"]]);
		session.sendVideo(packet);
		session.send("control", "b");
		expect([first.framesSent, second.framesSent, second.log.at(-1)]).toEqual([1, 1, "control: b"]);
		first.events.emit("pause");
		first.events.emit("bitrate", 1);
		first.events.emit("message", "chat", "old way", 1);
		second.events.emit("message", "chat", "new way", 2);
		second.events.emit("keyframeRequest", "connected");
		expect(events).toEqual([
			["message", "chat", "old way", 1],
			["message", "chat", "new way", 2],
			["keyframeRequest", "connected"],
		]);
		expect([session.resumeSecret, session.remoteAddress]).toEqual(["secret-2", "192.0.2.2"]);
	});

	it("is the same session when the first connection is over, with all its totals", async () => {
		const { first, second, session, events, over } = await beginTwo();
		second.connect();
		await settled();
		for (let n = 0; n < 3; n++) session.sendVideo(packet);
		first.close("The viewer left.");
		await settled();
		session.sendVideo(packet);
		expect([session.id, over(), events.at(-1)]).toEqual(["first", undefined, ["moved"]]);
		expect(session.stats().framesSent).toBe(7);
		second.close("silent");
		await settled();
		expect(over()).toBe("silent");
	});

	it("sends messages the old way until the second connection's channel is open", async () => {
		const { first, second, session } = await beginTwo();
		second.hasChannels = false;
		second.connect();
		await settled();
		session.send("control", "e");
		expect([first.log.at(-1), session.isChannelOpen("control")]).toEqual(["control: e", true]);
		second.hasChannels = true;
		session.send("control", "f");
		expect([first.log.at(-1), second.log.at(-1)]).toEqual(["control: e", "control: f"]);
	});

	it("is as before when the second connection is over first, whether it was up or not", async () => {
		for (const up of [false, true]) {
			const { first, second, session, events, over } = await beginTwo();
			first.events.emit("bitrate", 2e6);
			if (up) second.connect();
			await settled();
			events.length = 0;
			second.close("The viewer left.");
			await settled();
			session.send("control", "c");
			expect([first.log.at(-1), over()]).toEqual(["control: c", undefined]);
			expect(events).toEqual(up ? [["bitrate", 2e6], ["backPressure", false], ["resume"]] : []);
		}
	});

	it("waits for the second connection when the first is over before that is up", async () => {
		const { first, second, session, over } = await beginTwo();
		first.close("The viewer left.");
		await settled();
		expect(over()).toBeUndefined();
		second.connect();
		await settled();
		session.send("control", "d");
		expect(second.log).toEqual(["open haptics {}", "control: d"]);
	});

	it("lasts without a connection as long as another one is expected", async () => {
		const { first, second, session, events, over } = await beginTwo();
		const [arrived, failed] = [session.expectConnection(), session.expectConnection()];
		for (const each of [second, first]) each.close("The connection failed.");
		await settled();
		expect([over(), session.isClosed]).toEqual([undefined, false]);
		const third = new FakeSession("third");
		session.takeOver({ session: third, resumeSecret: "secret-3", remoteAddress: "192.0.2.3" }, "secret-1");
		arrived();
		third.connect();
		await settled();
		session.send("control", "g");
		expect([third.log, events.at(-1)]).toEqual([["open haptics {}", "control: g"], ["moved"]]);
		third.close("silent");
		await settled();
		expect(over()).toBeUndefined();
		failed();
		await settled();
		expect(over()).toBe("silent");
	});

	it("is over at once when it is closed while another connection is expected", async () => {
		const { first, second, session, over } = await beginTwo();
		session.expectConnection();
		for (const each of [second, first]) each.close("The connection failed.");
		await settled();
		session.close("bye");
		await settled();
		expect(over()).toBe("The connection failed.");
	});

	it("keeps the connection whose secret a third one shows, and leaves the other", async () => {
		const { first, second, session, events, over } = await beginTwo();
		second.connect();
		await settled();
		const third = new FakeSession("third");
		session.takeOver({ session: third, resumeSecret: "secret-3", remoteAddress: "192.0.2.3" }, "secret-2");
		await settled();
		expect([first.log.at(-1), events.at(-1)]).toEqual(["closed: The viewer has left this connection.", ["moved"]]);
		session.sendVideo(packet);
		session.send("control", "h");
		expect([second.framesSent, third.framesSent, second.log.at(-1)]).toEqual([1, 1, "control: h"]);
		third.close("failed");
		second.close("gone");
		await settled();
		expect(over()).toBe("gone");
	});

	it("has two connections at most, and none after it was closed", async () => {
		const { first, second, session, over } = await beginTwo();
		const third = new FakeSession("third");
		session.takeOver({ session: third, resumeSecret: "secret-3", remoteAddress: "192.0.2.3" });
		expect(second.log).toEqual(["closed: The viewer has made another connection."]);
		await settled();
		expect(over()).toBeUndefined();
		session.close("bye");
		await settled();
		expect([first.log.at(-1), third.log.at(-1), over()]).toEqual(["closed: bye", "closed: bye", "bye"]);
	});

	it("takes each kind of the client's media from the former connection until the leading one brings it", async () => {
		const { session, first, second } = await beginTwo();
		const media: string[] = [];
		session.on("media", ({ rtpTicks, kind }) => media.push(`${kind} ${rtpTicks}`));
		const picture = (rtpTicks: number, keyframe = false) =>
			({ kind: "video", rtpTicks, keyframe }) as ClientMediaPacket;
		const sound = (rtpTicks: number) => ({ kind: "audio", rtpTicks, keyframe: true }) as ClientMediaPacket;
		first.events.emit("media", picture(1, true));
		first.events.emit("media", sound(0));
		second.events.emit("media", picture(2, true));
		second.connect();
		await settled();
		second.events.emit("media", picture(3));
		first.events.emit("media", picture(4));
		first.events.emit("media", sound(5));
		second.events.emit("media", sound(6));
		first.events.emit("media", sound(7));
		second.events.emit("media", picture(8, true));
		first.events.emit("media", picture(9, true));
		expect(media).toEqual(["video 1", "audio 0", "video 4", "audio 5", "audio 6", "video 8"]);
		expect(second.keyframesAsked).toBe(1);
		second.close("failed");
		await settled();
		first.events.emit("media", picture(10));
		first.events.emit("media", picture(11, true));
		first.events.emit("media", sound(12));
		expect([media.slice(6), first.keyframesAsked]).toEqual([["video 11", "audio 12"], 1]);
	});
});
