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
	isChannelOpen = () => true;
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
		expect(second.log.at(-1)).toBe("control: d");
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

	it("hands the client's media of the leading connection on, and pictures from a key frame", async () => {
		const { session, first, second } = await beginTwo();
		const media: string[] = [];
		session.on("media", ({ rtpTicks, kind }) => media.push(`${kind} ${rtpTicks}`));
		const picture = (rtpTicks: number, keyframe = false) =>
			({ kind: "video", rtpTicks, keyframe }) as ClientMediaPacket;
		first.events.emit("media", picture(1, true));
		second.events.emit("media", picture(2, true));
		second.connect();
		await settled();
		second.events.emit("media", picture(3));
		second.events.emit("media", { ...picture(4), kind: "audio" });
		second.events.emit("media", picture(5, true));
		first.events.emit("media", picture(6));
		expect(media).toEqual(["video 1", "audio 4", "video 5"]);
		expect(second.keyframesAsked).toBe(1);
	});
});
