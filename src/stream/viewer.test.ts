import { describe, expect, it, vi } from "vitest";
import { anglesFromQuaternion, quaternionFromAngles } from "../media/rotation.ts";
import { parseFrameMessage } from "../protocol/frame-message.ts";
import { headText } from "../protocol/head-text.cases.ts";
import { encodeLegacyBodyPose } from "../protocol/legacy/body-pose.ts";
import { TrackingEncoder } from "../protocol/tracking-encoder.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { positionAt } from "../skeleton/skeleton-pose.ts";
import type { SourceState } from "./source-state.ts";
import { head, setUp, sourceWith } from "./test-session.cases.ts";

describe("Viewer", () => {
	describe("the view", () => {
		it("is drawn at the newest pose: late ones change nothing", async () => {
			const { session, mailbox, viewer } = await setUp();
			session.receive("tracking", head(1, 10));
			session.receive("tracking", head(3, 30, 70), 7);
			session.receive("tracking", head(2, 20));
			const pose = mailbox.takePose();
			expect(anglesFromQuaternion(pose.worldFromView).yawDeg).toBeCloseTo(30, 3);
			expect(pose).toMatchObject({ sequence: 3, receivedSec: 7 });
			expect(pose.fovRad).toBeCloseTo((70 * Math.PI) / 180);
			expect(viewer.stats().tracking).toMatchObject({ accepted: 2, late: 1 });
			expect(viewer.pose?.sequence).toBe(3);
		});

		it("follows the headset client's camera, and keeps the horizon level", async () => {
			const { session, mailbox } = await setUp();
			session.receive("camera", JSON.stringify({ yaw: 350, pitch: -330, roll: 15, fov_x: 80 }));
			const { yawDeg, pitchDeg, rollDeg } = anglesFromQuaternion(mailbox.takePose().worldFromView);
			expect(yawDeg).toBeCloseTo(-10, 3);
			expect(pitchDeg).toBeCloseTo(30, 3);
			expect(rollDeg).toBeCloseTo(-15, 3);
		});

		it("stays where the application looks while the client only repeats itself", async () => {
			const { session, mailbox, viewer } = await setUp();
			session.receive("tracking", head(1, 10));
			viewer.look(quaternionFromAngles({ yawDeg: 90, pitchDeg: 0, rollDeg: 0 }), 60);
			session.receive("tracking", head(2, 10));
			expect(anglesFromQuaternion(mailbox.takePose().worldFromView).yawDeg).toBeCloseTo(90, 3);
			// The same in binary, whose numbers differ from JSON's in the seventh digit.
			const repeated = new PoseSample();
			const orientation = quaternionFromAngles({ yawDeg: 10, pitchDeg: 0, rollDeg: 0 });
			repeated.setHead({ sequence: 3, clientTimeMs: 5, orientation });
			session.receive("tracking", new TrackingEncoder().encode(repeated, "q16")!);
			expect(anglesFromQuaternion(mailbox.takePose().worldFromView).yawDeg).toBeCloseTo(90, 3);
			session.receive("tracking", head(4, 11));
			expect(anglesFromQuaternion(mailbox.takePose().worldFromView).yawDeg).toBeCloseTo(11, 3);
			expect(() => viewer.look([0, 0, 0, 1], 200)).toThrow(/fovDeg.*200/);
			expect(() => viewer.look([0, 0, 0, 0])).toThrow(RangeError);
			expect(() => viewer.look([Number.NaN, 0, 0, 1])).toThrow(RangeError);
		});

		it("begins where the source asks viewers to, until the client looks", async () => {
			const initialView = { yawDeg: 120, pitchDeg: -10, rollDeg: 0 };
			const { session, mailbox, viewer } = await setUp({ source: sourceWith({ initialView }) });
			expect(anglesFromQuaternion(mailbox.takePose().worldFromView).yawDeg).toBeCloseTo(120, 3);
			session.receive("tracking", head(1, 10));
			viewer.sendSourceState();
			expect(anglesFromQuaternion(mailbox.takePose().worldFromView).yawDeg).toBeCloseTo(10, 3);
			session.openChannels.add("control");
			session.receive("control", JSON.stringify({ type: "hello", v: 1 }));
			const welcome = session.control().find(({ type }) => type === "welcome");
			expect(welcome).toMatchObject({ view: { initial: { yaw: 120, pitch: -10, roll: 0 } } });
			session.close("bye");
		});

		it("follows the display of a client whose hello asks for it, also of one who only watches", async () => {
			const { session, mailbox, viewer } = await setUp({ access: new Set(["watch"]) });
			const report = { type: "display", hz: 50, rtp: 4_294_967_290, spareMs: 0.1, spreadMs: 2, repeated: 3 };
			session.receive("control", JSON.stringify({ type: "hello", v: 1 }));
			session.receive("control", JSON.stringify(report));
			expect(mailbox.displays).toBe(0);
			expect(viewer.stats().display).toMatchObject({ repeated: 3 });
			session.receive("control", JSON.stringify({ type: "hello", v: 1, display: true }));
			session.receive("control", JSON.stringify(report));
			expect(mailbox.takeDisplay()).toEqual({ count: 1, refreshSec: 0.02, readyTicks: 3, spreadSec: 0.002 });
			session.receive("control", JSON.stringify({ type: "display", hz: 60 }));
			expect(mailbox.takeDisplay()).toMatchObject({ count: 2, readyTicks: Number.NaN });
			session.close("bye");
		});

		it("is drawn through the lens that the client chooses, as wide as that lens can show", async () => {
			const { session, mailbox, viewer, lenses } = await setUp({ access: new Set(["watch"]) });
			session.openChannels.add("control");
			session.receive("control", JSON.stringify({ type: "hello", v: 1 }));
			session.receive("tracking", head(1, 10, 280));
			expect(viewer.fovDeg).toBe(150);
			session.receive("control", JSON.stringify({ type: "lens", lens: "little-planet" }));
			session.receive("control", JSON.stringify({ type: "lens", lens: "monocle" }));
			// The head's channel has overtaken the lens's, and a repeated look changes nothing.
			session.receive("tracking", head(2, 10, 280));
			expect(viewer.fovDeg).toBe(280);
			expect(mailbox.takePose().fovRad).toBeCloseTo((280 * Math.PI) / 180);
			expect(() => viewer.look([0, 0, 0, 1], 341)).toThrow(/20 to 340; got 341/);
			expect(lenses).toEqual(["flat", "little-planet"]);
			expect(session.control().filter(({ type }) => type === "lens")).toEqual([
				{ type: "lens", lens: "flat", choices: ["flat", "pannini", "little-planet"] },
				{ type: "lens", lens: "little-planet", choices: ["flat", "pannini", "little-planet"] },
			]);
			expect(viewer.stats()).toMatchObject({ messagesRefused: 1, messagesNotAllowed: 0 });
			session.close("bye");
		});

		it.each([
			[{ stamps: true, surround: true }, true, { stamps: true, surround: true }],
			[{ stamps: true }, false, { stamps: false, surround: false }],
			[undefined, true, undefined],
		])("with a hello that asks for %o, and stamps %s, has %o", async (picture, stamps, agreed) => {
			const { session, mailbox } = await setUp({ stamps });
			session.openChannels.add("control");
			session.receive("control", JSON.stringify({ type: "hello", v: 1, picture }));
			expect(mailbox.parts).toEqual(agreed ?? { stamps: false, surround: false });
			expect(session.control().find(({ type }) => type === "welcome")).toHaveProperty("v", 1);
			const welcome = session.control().find((message) => message.type === "welcome");
			expect(welcome?.picture).toEqual(agreed);
			session.close("bye");
		});

		it("has no stamps in pictures of other codecs than H.264, and says so", async () => {
			const { session, mailbox } = await setUp();
			session.videoFormat = { codec: "av1" };
			session.openChannels.add("control");
			session.receive(
				"control",
				JSON.stringify({ type: "hello", v: 1, picture: { stamps: true, surround: true } }),
			);
			expect(mailbox.parts).toEqual({ stamps: false, surround: true });
			const welcome = session.control().find((message) => message.type === "welcome");
			expect(welcome?.picture).toEqual({ stamps: false, surround: true });
			session.close("bye");
		});

		it("has the frusta and the squeeze that its client asks for, through the flat lens", async () => {
			const { session, mailbox } = await setUp();
			session.openChannels.add("control");
			const side = { left: 1, right: 0.8, up: 0.7, down: 0.7 };
			const frusta = [side, { ...side, left: 0.8, right: 1, q: [0, 0, 0, 1] }];
			const view = { width: 400, height: 400, eyes: 2, frusta, foveated: true };
			session.receive("control", JSON.stringify({ type: "hello", v: 1, view }));
			const welcome = session.control().find((message) => message.type === "welcome");
			expect(welcome?.view).toMatchObject({ eyes: 2, frusta, foveated: true });
			const { width, height } = mailbox.size;
			expect(welcome?.view).toMatchObject({ width, height });
			expect((width * height) / 400 ** 2).toBeCloseTo(0.5, 1);
			session.receive("control", JSON.stringify({ type: "lens", lens: "pannini" }));
			expect(mailbox.size).toEqual({ width: 400, height: 400, eyes: 2 });
			session.receive("control", JSON.stringify({ type: "lens", lens: "flat" }));
			expect(mailbox.size).toEqual({ width, height, eyes: 2 });
			session.receive("control", JSON.stringify({ type: "view", width: 400, height: 400, eyes: 2 }));
			expect(mailbox.size).toEqual({ width: 400, height: 400, eyes: 2 });
			session.close("bye");
		});

		it("is drawn in the projection that the application sets, until it lets the client choose", async () => {
			const { session, viewer, lenses } = await setUp();
			session.openChannels.add("control");
			session.receive("control", JSON.stringify({ type: "hello", v: 1 }));
			const cubemap = { kind: "cubemap" } as const;
			viewer.lens = cubemap;
			session.receive("control", JSON.stringify({ type: "lens", lens: "pannini" }));
			expect(viewer.lens).toBe(cubemap);
			viewer.lens = undefined;
			expect(lenses).toEqual(["flat", cubemap, cubemap, "pannini"]);
			const told = session.control().flatMap((message) => (message.type === "lens" ? [message] : []));
			expect(told.map(({ lens, choices }) => [lens, choices.length])).toEqual([
				["flat", 3],
				["custom", 0],
				["custom", 0],
				["pannini", 3],
			]);
			session.close("bye");
		});

		it("turns the client's forward when it recenters", async () => {
			const { session, mailbox } = await setUp();
			session.receive("control", JSON.stringify({ type: "recenter", yaw: 40 }));
			session.receive("tracking", head(1, 10));
			expect(anglesFromQuaternion(mailbox.takePose().worldFromView).yawDeg).toBeCloseTo(50, 3);
			session.receive("control", JSON.stringify({ type: "recenter", yaw: 0 }));
			expect(anglesFromQuaternion(mailbox.takePose().worldFromView).yawDeg).toBeCloseTo(10, 3);
		});

		it("is drawn in the shape of the client's window", async () => {
			const { session, mailbox } = await setUp();
			session.openChannels.add("control");
			session.receive("control", JSON.stringify({ type: "hello", v: 1, view: { width: 390, height: 844 } }));
			const { width, height } = mailbox.size;
			expect(width / height).toBeCloseTo(390 / 844, 1);
			expect((width * height) / (640 * 360)).toBeCloseTo(1, 1);
			expect(session.control()[0]).toMatchObject({ type: "welcome", view: { width, height } });
			session.receive("control", JSON.stringify({ type: "view", width: 1280, height: 720 }));
			expect(mailbox.size).toEqual({ width: 640, height: 360, eyes: 1 });
		});

		it("is as a client's newest hello wishes, which replaces the one before", async () => {
			const { session, mailbox } = await setUp();
			const hello = (wishes: object) =>
				session.receive("control", JSON.stringify({ type: "hello", v: 1, ...wishes }));
			const side = { left: 1, right: 1, up: 1, down: 1 };
			hello({
				view: { width: 200, height: 200, eyes: 2, frusta: [side, side], foveated: true },
				picture: { stamps: true, surround: true },
				display: true,
			});
			expect(mailbox.size.eyes).toBe(2);
			hello({});
			expect(mailbox.size).toEqual({ width: 640, height: 360, eyes: 1 });
			expect(mailbox.parts).toEqual({ stamps: false, surround: false });
			const { displays } = mailbox;
			session.receive("control", JSON.stringify({ type: "display", hz: 60 }));
			expect(mailbox.displays).toBe(displays);
			session.close("bye");
		});

		it("is drawn for two eyes on request, and the welcome states them if the source has them", async () => {
			for (const sourceEyes of [2, 1] as const) {
				const { session, mailbox } = await setUp({ source: sourceWith({ eyes: sourceEyes }) });
				session.openChannels.add("control");
				session.receive(
					"control",
					JSON.stringify({ type: "hello", v: 1, view: { width: 300, height: 300, eyes: 2 } }),
				);
				const { width, height, eyes } = mailbox.size;
				expect([width, height, eyes]).toEqual([300, 300, 2]);
				const [welcome] = session.control();
				expect(welcome).toMatchObject({ type: "welcome", view: { width, height } });
				expect((welcome as { view: { eyes?: number } }).view.eyes).toBe(sourceEyes === 2 ? 2 : undefined);
				session.receive("control", JSON.stringify({ type: "view", width: 300, height: 300 }));
				expect(mailbox.size.eyes, "a client that does not ask").toBe(1);
			}
		});

		it("passes the session's wishes on to the renderer, and packets to the session", async () => {
			const { session, mailbox, view } = await setUp();
			session.listeners.emit("keyframeRequest", "pli");
			session.listeners.emit("bitrate", 2_000_000);
			session.listeners.emit("backPressure", true);
			session.listeners.emit("pause");
			expect(mailbox).toMatchObject({ keyframesWanted: 1, bitrateBps: 2_000_000, heldBack: true, paused: true });
			session.listeners.emit("backPressure", false);
			session.listeners.emit("resume");
			expect(mailbox).toMatchObject({ heldBack: false, paused: false });
			const packet = { accessUnit: new Uint8Array(1) };
			view.events.emit("packet", packet as never);
			expect(session.sentVideo).toEqual([packet]);
		});

		it("ends with the session, and ends the session when it fails", async () => {
			const { session, view, removed, viewer } = await setUp();
			view.events.emit("failed", "the encoder failed");
			expect(session.closeReason).toBe("the encoder failed");
			await viewer.closed;
			await Promise.resolve();
			expect(removed).toEqual([1]);
		});
	});

	describe("poses", () => {
		it("are reported by kind, whatever their channel, with the time of their capture on our clock", async () => {
			const { session, viewer } = await setUp();
			session.openChannels.add("control");
			session.receive("control", JSON.stringify({ type: "hello", v: 1, encodings: ["json", "bin1"] }));
			expect(session.control()).toContainEqual(expect.objectContaining({ type: "welcome", encoding: "bin1" }));
			const seen: [string, number, number, number][] = [];
			viewer.on("head", (pose, receivedAt, capturedAt) =>
				seen.push(["head", pose.sequence, receivedAt, capturedAt]),
			);
			for (const kind of ["skeleton", "controller"] as const)
				viewer.on(kind, (frame, receivedAt, capturedAt, _photonAgeMs) => {
					seen.push([`${kind} ${frame.skeleton ?? frame.hand}`, frame.sequence, receivedAt, capturedAt]);
				});
			session.receive("tracking", head(1, 10), 3);
			// The client's clock is 1000 s ahead of ours, 2 ms away.
			session.receive("control", JSON.stringify({ type: "pong", t0: 4000, t1: 1_004_001, t2: 1_004_001 }), 4.002);
			session.receive(
				"tracking",
				'{"type":"hand","hand":"left","s":1,"n":7,"t":1004990,"p":[0,0,0],"q":[0,0,0,1]}',
				5,
			);
			session.receive(
				"tracking",
				'{"type":"controller","hand":"right","s":5,"n":8,"t":1006000,"p":[0,0,0],"q":[0,0,0,1]}',
				5.5,
			);
			session.receive(
				"body_pose",
				encodeLegacyBodyPose([{ id: 7, position: [1, 2, 3], rotation: [0, 0, 0, 1] }]),
				6,
			);
			session.receive("camera", JSON.stringify({ yaw: 10 }), 7);
			expect(seen).toEqual([
				["head", 1, 3, Number.NaN],
				["skeleton XRHandLeft", 7, 5, expect.closeTo(4.99, 6)],
				// Read after it came: the estimate can't be that right.
				["controller right", 8, 5.5, 5.5],
				["skeleton FullBody", 1, 6, Number.NaN],
				["head", 1, 7, Number.NaN],
			]);
			expect(viewer.stats().clock).toEqual({
				offsetMs: 1e6,
				uncertaintyMs: expect.any(Number),
				driftPpm: 0,
				roundTripMs: expect.closeTo(2, 6),
			});
			expect(viewer.newestPose(3)?.positions[7 * 3 + 1]).toBe(2);
			expect(viewer.newestPose(9)).toBeUndefined();
		});

		it("are used without a time of capture where the client's can't be", async () => {
			const { session, viewer } = await setUp();
			const ages: number[] = [];
			viewer.on("head", (_, receivedAt, capturedAt) => ages.push(receivedAt - capturedAt));
			session.receive("control", JSON.stringify({ type: "pong", t0: 4000, t1: 4001, t2: 4001 }), 4.002);
			const times = [4900, -1e300, 1e300, 4800, -100_000];
			for (const [at, t] of times.entries())
				session.receive("tracking", `{"type":"head","n":${at + 1},"t":${t},"q":[0,0,0,1]}`, 5);
			session.receive("control", JSON.stringify({ type: "pong", t0: 0, t1: 1e300, t2: 1e300 }), 6);
			session.receive("tracking", '{"type":"head","n":6,"t":4950,"q":[0,0,0,1]}', 5);
			expect(ages).toEqual([
				expect.closeTo(0.1, 6),
				Number.NaN,
				0,
				expect.closeTo(0.2, 6),
				Number.NaN,
				expect.closeTo(0.05, 6),
			]);
		});

		it("of a stream that can't be used are answered with an error, at the hello and at a change", async () => {
			const { session } = await setUp();
			session.openChannels.add("control");
			const streams = [{ id: 3, kind: "skeleton", skeleton: "FullBody", bones: [1, 1] }];
			session.receive("control", JSON.stringify({ type: "hello", v: 1, streams }));
			session.receive("control", JSON.stringify({ type: "skeletonChanged", id: 3, bones: [1], parents: [1] }));
			session.receive("control", JSON.stringify({ type: "skeletonChanged", id: 3, bones: [1], parents: [-1] }));
			const errors = session.control().filter(({ type }) => type === "error");
			expect(errors).toEqual([
				expect.objectContaining({
					code: "bad-stream",
					message: expect.stringContaining("The bones of stream 3"),
				}),
				expect.objectContaining({
					code: "bad-stream",
					message: expect.stringContaining("The parents of stream 3"),
				}),
			]);
		});

		it("are read in the axes that the hello declares", async () => {
			const { session, mailbox } = await setUp();
			session.openChannels.add("control");
			session.receive("control", JSON.stringify({ type: "hello", v: 1, frame: "unity" }));
			// Unity's rotation about +Y (left-handed) by 30 degrees looks right.
			const half = (15 * Math.PI) / 180;
			session.receive(
				"tracking",
				headText({ sequence: 1, clientTimeMs: 5, orientation: [0, Math.sin(half), 0, Math.cos(half)] }),
			);
			expect(anglesFromQuaternion(mailbox.takePose().worldFromView).yawDeg).toBeCloseTo(30, 3);
			session.receive(
				"control",
				JSON.stringify({ type: "hello", v: 1, frame: { right: "+x", up: "+x", forward: "-z" } }),
			);
			expect(session.control()).toContainEqual(expect.objectContaining({ type: "error", code: "bad-frame" }));
		});
	});

	describe("messages", () => {
		it("are reported decoded, or as they came on other channels; garbage is counted and answered", async () => {
			const { session, viewer } = await setUp();
			session.openChannels.add("control");
			const seen: [string, unknown, number][] = [];
			viewer.on("message", (...message) => seen.push(message));
			session.receive(
				"body_pose",
				encodeLegacyBodyPose([{ id: 7, position: [1, 2, 3], rotation: [0, 0, 0, 1] }]),
				2,
			);
			session.receive("my-own", "as it is", 3);
			const texts = ["", "{", "null", "[1]", "\u0000"];
			for (const garbage of texts) {
				session.receive("camera", garbage);
				session.receive("tracking", garbage);
				session.receive("control", garbage);
				session.receive("body_pose", garbage);
			}
			session.receive("tracking", new Uint8Array(3));
			session.receive("body_pose", new Uint8Array(2));
			expect(seen.map(([label]) => label)).toEqual(["body_pose", "my-own"]);
			expect(seen[0]![1]).toMatchObject({ kind: "skeleton", origin: "body_pose", skeleton: "FullBody" });
			expect(positionAt(seen[0]![1] as PoseSample, 7)).toEqual([1, 2, 3]);
			expect(seen[1]).toEqual(["my-own", "as it is", 3]);
			expect(viewer.stats().tracking.refused).toBe(texts.length + 1);
			expect(viewer.stats().messagesRefused).toBe(3 * texts.length + 1);
			expect(
				session.control().every((message) => message.type === "error" && message.code === "bad-message"),
			).toBe(true);
		});

		it("are read up to so many bytes a second, control messages apart", async () => {
			const { session, viewer } = await setUp();
			const long = (text: string) => text.replace("{", `{${" ".repeat(50_000)}`);
			let sequence = 0;
			const flood = (atSec: number) => {
				const before = viewer.stats().tracking.accepted;
				for (let n = 0; n < 400; n++)
					session.receive("tracking", long(head(++sequence, 10)).replace('"s":0', `"s":${n % 16}`), atSec);
				return viewer.stats().tracking.accepted - before;
			};
			expect(flood(1)).toBe(Math.floor((2 << 20) / long(head(100, 10)).length));
			expect(flood(1)).toBe(0);
			session.receive("control", JSON.stringify({ type: "recenter", yaw: 40 }), 1);
			expect(viewer.stats().messagesRefused).toBeGreaterThanOrEqual(700);
			const refused = viewer.stats().messagesRefused;
			for (let n = 0; n < 40; n++) session.receive("control", long('{"type":"stats"}'), 1);
			expect(viewer.stats().messagesRefused - refused).toBeGreaterThanOrEqual(34);
			expect(flood(2)).toBeGreaterThan(40);
			const seen: unknown[] = [];
			viewer.on("message", (label) => seen.push(label));
			for (let n = 0; n < 400; n++) session.receive("my-own", "x".repeat(50_000), 2);
			expect(seen).toHaveLength(400);
		});

		it("whose listeners throw are a notice, now or later", async () => {
			const { session, viewer } = await setUp();
			const notices: string[] = [];
			viewer.on("notice", (notice) => notices.push(notice));
			viewer.on("head", () => {
				throw undefined;
			});
			const rejects: () => unknown = async () => {
				throw new Error("later");
			};
			viewer.on("message", rejects);
			session.receive("tracking", head(1, 10));
			await Promise.resolve();
			await Promise.resolve();
			expect(notices).toEqual([
				'A listener for "head" threw: undefined',
				'A listener for "message" threw: later',
			]);
		});

		it("to the client open a channel of their own, and wait until it is open", async () => {
			const { session, viewer } = await setUp();
			expect(viewer.send("haptics", { left: 1 })).toBe(true);
			for (let n = 0; n < 20; n++) viewer.send("haptics", `${n}`);
			expect(viewer.send("haptics", "too many")).toBe(false);
			expect(session.opened).toEqual([["haptics", undefined]]);
			session.openChannels.add("haptics");
			session.listeners.emit("channelOpen", "haptics");
			expect(session.sent).toHaveLength(16);
			expect(session.sent[0]).toEqual(["haptics", '{"left":1}']);
			viewer.send("haptics", new Uint8Array([1]));
			expect(session.sent.at(-1)).toEqual(["haptics", new Uint8Array([1])]);
		});

		it("describe each frame to a client that made the channel for it, and to no other", async () => {
			const { session } = await setUp();
			const packet = {
				kind: "video",
				codec: "h264",
				accessUnit: new Uint8Array(1),
				keyframe: false,
				rtpTicks: 900,
				poseSequence: 4,
				pose: { worldFromView: [0, 0, 0, 1], fovRad: Math.PI / 2 },
				width: 640,
				height: 360,
				eyes: 1,
				lens: "flat",
				mediaTimeSec: 0,
				stages: {
					capturedSec: Number.NaN,
					panoramaReadySec: 1,
					poseReceivedSec: 2,
					drawStartSec: 3,
					drawEndSec: 4,
					encodeEndSec: 5,
				},
			} as const;
			session.listeners.emit("frameSent", packet, 6, 7);
			expect(session.sent).toEqual([]);
			session.openChannels.add("frames");
			session.listeners.emit("frameSent", packet, 6, 7);
			expect(parseFrameMessage(session.sent[0]![1] as string)).toMatchObject({
				message: { rtpTicks: 900, poseSequence: 4, fovDeg: 90, times: { poseMs: 2000, sentMs: 6000 } },
			});
		});
	});

	describe("the control conversation", () => {
		it("welcomes a hello, answers pings on the server's clock, and reports once a second", async () => {
			vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
			try {
				const { session, viewer } = await setUp();
				session.openChannels.add("control");
				expect(viewer.client).toBeUndefined();
				session.receive(
					"control",
					JSON.stringify({ type: "hello", v: 9, client: { name: "panogaze page", device: "phone" } }),
				);
				expect(viewer.client).toEqual({ name: "panogaze page", device: "phone" });
				session.receive("control", JSON.stringify({ type: "ping", t0: 123.5 }), 50);
				vi.advanceTimersByTime(2100);
				const received = session.control();
				const pings = received.filter(({ type }) => type === "ping");
				const [welcome, source, lens, playback, pong, ...stats] = received.filter(
					({ type }) => type !== "ping",
				);
				expect(source).toEqual({ type: "source", state: "live", eyes: 2 });
				expect(lens).toMatchObject({ type: "lens", lens: "flat" });
				expect(playback).toMatchObject({ type: "playback", live: true, can: [], mayControl: true });
				expect(pings.length).toBeGreaterThanOrEqual(6);
				expect(welcome).toMatchObject({
					type: "welcome",
					v: 1,
					session: "test",
					view: { width: 640, height: 360, fps: 60, fovDeg: 90 },
					source: { name: "scene" },
				});
				expect(pong).toMatchObject({ type: "pong", t0: 123.5, t1: 50_000 });
				expect(stats.map(({ type }) => type)).toEqual(["stats", "stats"]);
				session.close("bye");
				await session.closed;
				vi.advanceTimersByTime(5000);
				expect(session.control()).toEqual(received);
			} finally {
				vi.useRealTimers();
			}
		});

		it("states the source after each welcome and change; the client may ask to play it again", async () => {
			let state: SourceState = {
				name: "reconnecting",
				attempt: 2,
				code: "connection",
				reason: "The source can't be reached.",
			};
			const { session, viewer } = await setUp({
				source: {
					...sourceWith(),
					get state() {
						return state;
					},
				},
			});
			session.openChannels.add("control");
			session.receive("control", JSON.stringify({ type: "hello", v: 1 }));
			const { name: _, ...details } = state;
			expect(session.control().slice(0, 2)).toMatchObject([
				{ type: "welcome" },
				{ type: "source", state: "reconnecting", ...details },
			]);
			state = { name: "ended" };
			viewer.sendSourceState();
			expect(session.control().at(-1)).toEqual({ type: "source", state: "ended", mayPlayAgain: true, eyes: 2 });
			let requests = 0;
			viewer.on("playAgain", () => requests++);
			session.receive("control", '{"type":"playAgain"}');
			expect(requests).toBe(1);
		});

		it("does not let a viewer who may only watch play a source again, and states that", async () => {
			const { session, viewer } = await setUp({
				access: new Set(["watch"]),
				source: sourceWith({ state: { name: "ended" } }),
			});
			session.openChannels.add("control");
			let requests = 0;
			viewer.on("playAgain", () => requests++);
			viewer.sendSourceState();
			session.receive("control", '{"type":"playAgain"}');
			expect(session.control()[0]).toEqual({ type: "source", state: "ended", mayPlayAgain: false, eyes: 2 });
			expect([requests, viewer.stats().messagesNotAllowed]).toEqual([0, 1]);
		});

		it("ends with a last message, after which nothing more is drawn or read", async () => {
			vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
			try {
				const { session, viewer, removed } = await setUp();
				session.openChannels.add("control");
				const seen: unknown[] = [];
				viewer.on("message", (label) => seen.push(label));
				viewer.close({ reason: "The exhibition is over.", final: true });
				expect(session.control().at(-1)).toEqual({
					type: "error",
					code: "closed",
					message: "The exhibition is over.",
					fatal: true,
					final: true,
				});
				session.receive("my-own", "x");
				expect([seen, removed, viewer.send("chat", "y")]).toEqual([[], [1], false]);
				await vi.advanceTimersByTimeAsync(300);
				expect(await viewer.closed).toBe("The exhibition is over.");
			} finally {
				vi.useRealTimers();
			}
		});
	});
});

describe("viewers who may only watch", () => {
	const body = () => encodeLegacyBodyPose([{ id: 1, position: [1, 2, 3], rotation: [0, 0, 0, 1] }]);
	const pose = (kind: "skeleton" | "controller", stream: number) => {
		const frame = new PoseSample();
		frame.reset(26);
		Object.assign(frame, {
			kind,
			stream,
			sequence: 1,
			clientTimeMs: 5,
			hand: "left",
			...(kind === "skeleton" && { skeleton: "XRHandLeft" }),
		});
		frame.valid.fill(1, 0, 26);
		return new TrackingEncoder().encode(frame, "f32")!.slice();
	};

	/** Sends one message of each kind, and keeps what the application gets to see. */
	async function sendEverything(access: readonly ("watch" | "steer")[]) {
		const all = await setUp({ access: new Set(access) });
		const { session, viewer } = all;
		const seen = new Set<string>();
		for (const kind of ["head", "skeleton", "controller"] as const) viewer.on(kind, () => void seen.add(kind));
		viewer.on("message", (label) => void seen.add(label));
		session.openChannels.add("control");
		session.receive(
			"control",
			JSON.stringify({ type: "hello", v: 1, streams: [{ id: 1, kind: "skeleton", skeleton: "XRHandLeft" }] }),
		);
		session.receive("control", JSON.stringify({ type: "skeletonChanged", id: 1 }));
		session.receive("control", JSON.stringify({ type: "view", width: 320, height: 240 }));
		session.receive("tracking", head(1, 10, 70));
		session.receive("tracking", pose("skeleton", 1));
		session.receive("tracking", pose("controller", 4));
		session.receive("body_pose", body());
		session.receive("apriltag_pose", body());
		session.receive("chat", "drive on");
		session.receive("chat", new Uint8Array(4));
		return { ...all, seen };
	}

	it("turn their own view; none of their messages reaches the application, and the others are counted", async () => {
		const { viewer, mailbox, session, seen } = await sendEverything(["watch"]);
		expect(anglesFromQuaternion(mailbox.takePose().worldFromView).yawDeg).toBeCloseTo(10, 3);
		expect(mailbox.takePose().fovRad).toBeCloseTo((70 * Math.PI) / 180);
		session.receive("camera", JSON.stringify({ yaw: 40 }));
		expect(anglesFromQuaternion(mailbox.takePose().worldFromView).yawDeg).toBeCloseTo(40, 3);
		session.receive("control", JSON.stringify({ type: "recenter", yaw: 20 }));
		expect(anglesFromQuaternion(mailbox.takePose().worldFromView).yawDeg).toBeCloseTo(60, 3);
		expect(mailbox.size.width / mailbox.size.height).toBeCloseTo(4 / 3, 1);
		expect([...seen]).toEqual([]);
		expect(viewer.pose).toBeUndefined();
		for (let stream = 0; stream < 6; stream++) expect(viewer.newestPose(stream)).toBeUndefined();
		// A hand and a controller, two legacy poses, two messages of the application, a skeleton
		// that changed.
		expect(viewer.stats()).toMatchObject({ messagesNotAllowed: 7, messagesRefused: 0, tracking: { accepted: 1 } });
		expect([...viewer.access]).toEqual(["watch"]);
	});

	it("learn it from the welcome, and once from an error when they try", async () => {
		const { session } = await sendEverything(["watch"]);
		expect(session.control().find(({ type }) => type === "welcome")).toMatchObject({ access: ["watch"] });
		const errors = session.control().filter(({ type }) => type === "error");
		expect(errors).toEqual([
			{ type: "error", code: "not-allowed", message: expect.stringMatching(/^You may watch here/), fatal: false },
		]);
	});

	it("differ from viewers who may steer, whose messages all reach the application", async () => {
		const { viewer, session, seen } = await sendEverything(["watch", "steer"]);
		expect([...seen].sort()).toEqual([
			"apriltag_pose",
			"body_pose",
			"chat",
			"control",
			"controller",
			"head",
			"skeleton",
			"tracking",
		]);
		expect(viewer.newestPose(1)?.skeleton).toBe("XRHandLeft");
		expect(viewer.stats().messagesNotAllowed).toBe(0);
		expect(session.control().find(({ type }) => type === "welcome")).toMatchObject({ access: ["watch", "steer"] });
	});
});
