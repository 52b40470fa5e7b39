/// <reference types="webxr" />
import { mkdtempSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Quaternion, quaternionFromAngles } from "../src/media/rotation.ts";
import { Points } from "../src/overlay/overlay-items.ts";
import { encodeHaptics } from "../src/protocol/legacy/haptics.ts";
import type { RecordOptions } from "../src/recording/record-options.ts";
import type { SafetyOptions } from "../src/server/safety-options.ts";
import { type PanogazeServer, serve } from "../src/server/server.ts";
import { PoseSample } from "../src/skeleton/pose-sample.ts";
import { SKELETONS } from "../src/skeleton/tables/skeleton.ts";
import { LANDMARK_PARALLAX_DEG, landmarks, type Rgb } from "../src/source/pattern-scene.ts";
import { createPatternSource } from "../src/source/pattern-source.ts";
import { launchChromium } from "./support/chromium.ts";
import { colorTowards, readEye, turnHead, wearHeadset, yawOfColor } from "./support/headset.ts";

/** Few pictures a second: each costs a processor that draws as much as the headset's own frames. */
const SOURCE = { width: 512, height: 256, frameRate: 10 };
const VIEW = { width: 320, height: 320, fovDeg: 90, frameRate: 10 };
const [front, right] = [landmarks[0]!, landmarks[1]!];
/** Small, and without blurred glass: the processor draws all of it. */
const CHEAP_PAGE = { viewport: { width: 320, height: 160 }, contrast: "more" } as const;
const PHONE_ON_ITS_SIDE = { width: 844, height: 390 };
/** Direction of the plate about the recording. */
const PLATE_PITCH_DEG = -42;
const PATIENCE = { timeout: 60_000, interval: 50 };

declare global {
	interface Window {
		/** Methods of the recording that were called, with their arguments. */
		wishes: string[];
		/** Poses that were sent with a pulled trigger. */
		triggers: number;
	}
}

let browser: Browser;
/** Serves a scene for one eye to all tests without a server of their own. */
let server: PanogazeServer;
const complaints: string[] = [];
/** The newest pose of each stream that came to the server's handlers. */
const received = new Map<number, PoseSample>();

beforeAll(async () => {
	[browser, server] = await Promise.all([launchChromium({ webgl: true }), startServer()]);
});
afterEach(() => {
	received.clear();
	expect(complaints.splice(0)).toEqual([]);
});
afterAll(async () => {
	await browser.close();
	await server.close();
});

/** After a test with pages of its own. */
async function closePages(): Promise<void> {
	for (const context of browser.contexts()) await context.close();
	// An offer whose page went before it was answered holds its place for 20 s.
	await expect.poll(() => server.viewers.length, { timeout: 45_000, interval: 50 }).toBe(0);
}

async function startServer({
	stereo = false,
	port = 0,
	safety = undefined as SafetyOptions<unknown> | undefined,
	record = undefined as RecordOptions | undefined,
} = {}): Promise<PanogazeServer> {
	const keep = ({ message }: { readonly message: PoseSample }) => {
		const copy = received.get(message.stream) ?? new PoseSample();
		copy.copyFrom(message);
		received.set(message.stream, copy);
	};
	return serve({
		port,
		host: "0.0.0.0",
		source: createPatternSource({ ...SOURCE, stereo }),
		view: VIEW,
		safety,
		record,
		logLevel: "warn",
		renderWorkers: 1,
		tracking: { skeleton: keep, controller: keep },
	});
}

async function openPage({
	at = server,
	headset = true,
	host = "127.0.0.1",
	userAgent = undefined as string | undefined,
	before = () => {},
	viewport = CHEAP_PAGE.viewport as { readonly width: number; readonly height: number },
} = {}): Promise<Page> {
	const page = await browser.newPage({ ...CHEAP_PAGE, viewport, ...(userAgent && { userAgent }) });
	page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
	page.on("pageerror", (error) => complaints.push(error.message));
	if (headset) await wearHeadset(page);
	await page.addInitScript(before);
	await page.goto(`http://${host}:${at.port}/`);
	return page;
}

/**
 * Closes a page that has said goodbye: not every headless Chromium lets a page do that which is
 * just closed.
 */
async function leave(page: Page): Promise<void> {
	await page.goto("about:blank");
	await page.close();
}

async function enter(page: Page, mode: "VR" | "AR" = "VR"): Promise<void> {
	await page.getByRole("button", { name: `Enter ${mode}` }).click();
	await page.waitForFunction(() => window.xrDevice.activeSession !== undefined);
}

const seenBy = async (page: Page, eye: "left" | "right", worldFromHead: Quaternion, yawDeg: number, pitchDeg = 0) =>
	colorTowards(await readEye(page, eye), worldFromHead, yawDeg, pitchDeg);
const distance = (a: Rgb, b: Rgb) => Math.max(...a.map((channel, index) => Math.abs(channel - b[index]!)));
/** Until an eye sees a colour in a direction of the world. */
const expectSeen = (page: Page, eye: "left" | "right", worldFromHead: Quaternion, yawDeg: number, color: Rgb) =>
	expect.poll(async () => distance(await seenBy(page, eye, worldFromHead, yawDeg), color), PATIENCE).toBeLessThan(30);

describe("the page in a headset", { timeout: 180_000 }, () => {
	/**
	 * In a session, for all these tests: loading it and its shaders takes longer than most of them.
	 */
	let page: Page;
	beforeAll(async () => {
		page = await openPage();
		await enter(page);
	}, 90_000);
	afterAll(() => leave(page));

	it("shows the panorama in its place, to both eyes, and sends the head's pose", async () => {
		await page.evaluate(() => window.xrDevice.position.set(0.1, 1.7, -0.2));
		const ahead = await turnHead(page, 0);
		await expectSeen(page, "left", ahead, 0, front.color);
		await expectSeen(page, "right", ahead, 0, front.color);
		// What is asked for covers what the eyes see, and as many pixels as the server gives.
		const [viewer] = server.viewers;
		await expect.poll(() => viewer!.fovDeg, PATIENCE).toBeGreaterThan(90);

		const turned = await turnHead(page, 70, 10);
		await expect
			.poll(
				() =>
					Math.abs(
						(viewer!.pose?.orientation ?? [0, 0, 0, 0]).reduce(
							(sum, part, i) => sum + part * turned[i]!,
							0,
						),
					),
				PATIENCE,
			)
			.toBeGreaterThan(0.99999);
		expect(viewer!.pose!.position!.map((part) => Math.round(part * 100) / 100)).toEqual([0.1, 1.7, -0.2]);
		await expectSeen(page, "left", turned, 90, right.color);
		await expectSeen(page, "right", turned, 90, right.color);
	});

	it("leaves a picture where it was drawn for until the next one comes", async () => {
		await expectSeen(page, "left", await turnHead(page, 0), 0, front.color);
		// The server receives no pose from here on: all its pictures are late.
		await page.evaluate(() => {
			Object.assign(window.panogaze.connection, { sendPose: () => {} });
		});
		const turned = await turnHead(page, 25);
		await expectSeen(page, "left", turned, 0, front.color);
		await expectSeen(page, "right", turned, 0, front.color);
		expect(distance(await seenBy(page, "left", turned, 25), front.color)).toBeGreaterThan(60);
		// Far beyond the picture stands the coarse picture of the whole sphere, and no dark grid.
		const aside = await seenBy(page, "left", await turnHead(page, 90), 90);
		expect(Math.max(...aside)).toBeGreaterThan(40);
		expect(distance(aside, right.color)).toBeLessThan(distance(aside, front.color));
		await turnHead(page, 25);
		// And when there is none any more it stays, dimmed, until there is again.
		const { port } = server!;
		await server.close();
		const dimmed = front.color.map((channel) => channel * 0.4) as unknown as Rgb;
		await expectSeen(page, "left", turned, 0, dimmed);
		server = await startServer({ port });
		await page.evaluate(() => dispatchEvent(new Event("online")));
		// Reading pixels all the time would take the time that the page needs for this.
		await page.waitForFunction(
			() =>
				document.querySelector("video")!.videoWidth > 2 &&
				window.panogaze.connection.state.name === "connected",
			undefined,
			{ ...PATIENCE, polling: 100 },
		);
		await expectSeen(page, "left", turned, 0, front.color);
		await page.evaluate(() => Reflect.deleteProperty(window.panogaze.connection, "sendPose"));
		complaints.length = 0; // the browser itself reports the requests that failed
	});

	it("says which picture the wearer sees, and that a grip is squeezed", async () => {
		await expect.poll(() => server.viewers[0]?.pose?.seenRtpTicks, PATIENCE).toBeTypeOf("number");
		const gestures: boolean[] = [];
		const stop = server.viewers[0]!.on("message", (_label, message) => {
			if (typeof message === "object" && "type" in message && message.type === "engage")
				gestures.push(message.on);
		});
		const squeeze = (value: number) =>
			page.evaluate((to) => window.xrDevice.controllers.left!.updateButtonValue("squeeze", to), value);
		await squeeze(1);
		await expect.poll(() => gestures, PATIENCE).toEqual([true]);
		await squeeze(0);
		await expect.poll(() => gestures, PATIENCE).toEqual([true, false]);
		stop();
	});

	it("sends controllers with buttons and axes, then hands as named bones, and plays haptics", async () => {
		await page.evaluate(() => {
			const right = window.xrDevice.controllers.right!;
			right.position.set(0.3, 1.2, -0.5);
			right.updateButtonValue("trigger", 0.75);
			right.updateAxes("thumbstick", -0.5, 1);
		});
		await expect
			.poll(() => [...(received.get(5)?.controls.axes.slice(0, 4) ?? [])], PATIENCE)
			.toEqual([0, 0, -0.5, 1]);
		await expect.poll(() => received.get(5)!.controls.buttons[0], PATIENCE).toBe(0.75);
		const controller = received.get(5)!;
		expect(controller).toMatchObject({ kind: "controller", hand: "right", controls: { pressed: 1 }, boneCount: 2 });
		// It aims from its own place; the grip lies a little behind and below.
		expect([...controller.positions.slice(3, 6)]).toEqual([0.3, 1.2, -0.5].map(Math.fround));
		expect(
			Math.hypot(...[0, 1, 2].map((i) => controller.positions[i]! - controller.positions[3 + i]!)),
		).toBeLessThan(0.1);
		expect(received.get(4)).toMatchObject({ kind: "controller", hand: "left" });

		await page.evaluate(() => {
			const pulses: number[][] = [];
			Object.assign(window, { pulses });
			for (const [index, side] of (["left", "right"] as const).entries()) {
				const actuator = window.xrDevice.controllers[side]!.inputSource.gamepad!.hapticActuators![0]!;
				Object.assign(actuator, {
					pulse: async (strength: number, ms: number) => pulses.push([index, strength, ms]),
				});
			}
		});
		const touch = encodeHaptics({ timestampSec: 1, left: { index: 0.5 }, right: { palm: 1, thumb: 0.1 } });
		const pulses = () => page.evaluate(() => (window as unknown as { pulses: number[][] }).pulses);
		await expect
			.poll(async () => {
				// A touch ends a second after its last message.
				server.viewers[0]!.send("haptics", touch);
				return new Set((await pulses()).map(([side, strength]) => `${side}: ${strength}`));
			}, PATIENCE)
			.toEqual(new Set(["0: 0.5", "1: 1"]));
		expect((await pulses()).every(([, , ms]) => ms! > 0 && ms! <= 120)).toBe(true);
		// A pulse with a meaning: strong on both sides.
		await expect.poll(() => server.viewers[0]!.pulse("hold"), PATIENCE).toBe(true);
		await expect
			.poll(async () => new Set((await pulses()).map(([side, strength]) => `${side}: ${strength}`)), PATIENCE)
			.toContain("0: 1");

		await page.evaluate(() => {
			window.xrDevice.primaryInputMode = "hand";
		});
		await expect.poll(() => received.get(1)?.skeleton, PATIENCE).toBe("XRHandLeft");
		await expect.poll(() => received.get(2)?.skeleton, PATIENCE).toBe("XRHandRight");
		// The device's own word on three joints, asked for in another way than the page does.
		const expected = await page.evaluate(async () => {
			const session = window.xrDevice.activeSession as unknown as XRSession;
			const space = await session.requestReferenceSpace("local-floor");
			return new Promise<number[][]>((resolve) => {
				session.requestAnimationFrame((_, frame) => {
					const hand = [...session.inputSources].find(({ handedness }) => handedness === "right")!.hand!;
					const joints = ["wrist", "index-finger-tip", "pinky-finger-tip"] as const;
					resolve(
						joints.map((joint) => {
							const { x, y, z } = frame.getJointPose!(hand.get(joint)!, space)!.transform.position;
							return [x, y, z];
						}),
					);
				});
			});
		});
		const { bones } = SKELETONS.XRHandRight;
		const hand = received.get(2)!;
		for (const [index, bone] of [bones.Wrist, bones.IndexTip, bones.LittleTip].entries()) {
			expect(hand.valid[bone]).toBe(1);
			for (let axis = 0; axis < 3; axis++)
				expect(hand.positions[bone * 3 + axis]).toBeCloseTo(expected[index]![axis]!, 3);
		}
		expect(hand.valid[bones.Palm]).toBe(0);
		await page.evaluate(() => {
			window.xrDevice.primaryInputMode = "controller";
		});
	});

	it("is left again: the page goes on as it was, and may enter AR", async () => {
		const turned = await turnHead(page, 40);
		await expect.poll(() => server.viewers[0]!.pose?.orientation[1], PATIENCE).toBeCloseTo(turned[1], 3);
		await page.evaluate(() => window.xrDevice.controllers.right!.updateButtonValue("trigger", 1));
		await expect.poll(() => received.get(5)?.controls.pressed, PATIENCE).toBe(1);
		await page.evaluate(() => window.xrDevice.activeSession!.end());
		await expect
			.poll(() => [received.get(5)!.controls.pressed, received.get(5)!.confidence], PATIENCE)
			.toEqual([0, 0]);
		await page.getByRole("button", { name: "Enter VR" }).waitFor();
		const shape = () =>
			page.evaluate(
				() => document.querySelector("video")!.videoWidth / document.querySelector("video")!.videoHeight,
			);
		await expect.poll(shape, PATIENCE).toBeCloseTo(2, 1);
		const yaw = () => server.viewers[0]!.pose!.orientation[1];
		await expect.poll(yaw, PATIENCE).toBeCloseTo(0, 3);
		await page.keyboard.press("ArrowRight");
		await expect.poll(yaw, PATIENCE).toBeLessThan(-0.01);
		await page.keyboard.press("Home");

		await enter(page, "AR");
		const ahead = await turnHead(page, 0);
		await expectSeen(page, "left", ahead, 0, front.color);
		// Outside of the window there is nothing: the room is seen.
		const { width, height, pixels } = await readEye(page, "left");
		expect([...pixels.subarray((height - 1) * width * 4, (height - 1) * width * 4 + 4)]).toEqual([0, 0, 0, 0]);
		await page.getByRole("button", { name: "Leave AR" }).evaluate((button: HTMLButtonElement) => button.click());
		await page.getByRole("button", { name: "Enter AR" }).waitFor();
	});
});

describe("the page in a headset, loaded for one test", { timeout: 180_000 }, () => {
	afterEach(closePages, 60_000);

	it("shows each picture once, also in a browser without requestVideoFrameCallback()", async () => {
		const before = () => {
			Reflect.deleteProperty(HTMLVideoElement.prototype, "requestVideoFrameCallback");
			const uploads: number[] = [];
			Object.assign(window, { uploads });
			const { texImage2D } = WebGL2RenderingContext.prototype;
			WebGL2RenderingContext.prototype.texImage2D = function (this: WebGL2RenderingContext, ...of: unknown[]) {
				const source = of.at(-1);
				if (source instanceof HTMLVideoElement || source instanceof VideoFrame)
					uploads.push(document.querySelector("video")!.getVideoPlaybackQuality().totalVideoFrames);
				return Reflect.apply(texImage2D, this, of);
			} as typeof texImage2D;
		};
		const page = await openPage({ before });
		await enter(page);
		const turned = await turnHead(page, 70);
		await expectSeen(page, "left", turned, 90, right.color);
		const uploads = () => page.evaluate(() => (window as unknown as { uploads: number[] }).uploads);
		await expect.poll(async () => (await uploads()).length, PATIENCE).toBeGreaterThan(3);
		// No picture comes for ten frames of the headset.
		await page.evaluate(async () => {
			HTMLVideoElement.prototype.getVideoPlaybackQuality = () =>
				({ totalVideoFrames: 1e6 }) as VideoPlaybackQuality;
			for (let frame = 0; frame < 10; frame++)
				await new Promise((resolve) => window.xrDevice.activeSession!.requestAnimationFrame(resolve));
		});
		expect((await uploads()).filter((picture) => picture === 1e6)).toHaveLength(1);
		await leave(page);
	});

	it("gives each eye its own half of a stereo picture, foveated, through the eye's own camera", async () => {
		await using at = await startServer({ stereo: true });
		// As in most headsets, each eye sees further outward than inward.
		const before = () => {
			const { getViewerPose } = XRFrame.prototype;
			XRFrame.prototype.getViewerPose = function (space) {
				const pose = getViewerPose.call(this, space);
				for (const view of pose?.views ?? []) view.projectionMatrix[8] = view.eye === "left" ? -0.25 : 0.25;
				return pose;
			};
		};
		const page = await openPage({ at, before });
		await enter(page);
		await turnHead(page, 0);
		const yawsDeg = async () => [
			yawOfColor(await readEye(page, "left"), front.color, -0.25),
			yawOfColor(await readEye(page, "right"), front.color, 0.25),
		];
		// Both frusta are in one picture, with a margin that does not change their shape.
		const { frusta, fov } = await page.evaluate(
			() =>
				new Promise<{ frusta: readonly { left: number; right: number }[]; fov: number }>((resolve) => {
					const remove = window.panogaze.connection.on("frame", ({ eyes, lens, frusta = [], fovDeg }) => {
						if (eyes !== 2 || lens !== "foveated" || frusta.length !== 2) return;
						remove();
						resolve({ frusta, fov: fovDeg });
					});
				}),
		);
		expect(frusta[0]!.left / frusta[0]!.right).toBeCloseTo(1.25 / 0.75, 3);
		expect(frusta[1]!.left / frusta[1]!.right).toBeCloseTo(0.75 / 1.25, 3);
		expect([fov > 88.3, fov < 120]).toEqual([true, true]);
		/** Below 1 where each eye sees the landmark in its own place. NaN: a picture without it. */
		const misplacement = async () => {
			const [left = Number.NaN, right = Number.NaN] = await yawsDeg();
			const parallaxes = (left - right) / LANDMARK_PARALLAX_DEG;
			return Math.max(2 * Math.abs(parallaxes - 2), Math.abs(left + right) / 2);
		};
		await expect.poll(misplacement, PATIENCE).toBeLessThan(1);

		// An object as far away as the landmark is over it for each eye, wherever the head is.
		at.overlay.set("mark", new Points({ positions: [[0, 0, -2]], color: "#ff00ff", sizePx: 40 }));
		await page.evaluate(() => window.xrDevice.position.set(0.4, 1.2, 0.3));
		const fromLandmarkDeg = async (eye: "left" | "right", shift: number) => {
			const seen = await readEye(page, eye);
			return Math.abs(yawOfColor(seen, [255, 0, 255], shift) - yawOfColor(seen, front.color, shift));
		};
		await expect.poll(() => fromLandmarkDeg("left", -0.25), PATIENCE).toBeLessThan(0.6);
		await expect.poll(() => fromLandmarkDeg("right", 0.25), PATIENCE).toBeLessThan(0.6);
		await leave(page);
	});
});

describe("control of a robot in a headset", { timeout: 180_000 }, () => {
	afterEach(closePages, 60_000);

	it("is given and put on hold by the grip, which the hands feel, and triggers command the recording", async () => {
		const bounds = { maxPictureAgeMs: 60_000, maxPoseAgeMs: 60_000 };
		const folder = mkdtempSync(join(tmpdir(), "panogaze-xr-"));
		const robot = await startServer({
			safety: { ...bounds, engage: "hold" },
			record: { directory: folder, consent: "ask" },
		});
		const page = await openPage({ at: robot, viewport: PHONE_ON_ITS_SIDE });
		// The question leaves the way into the headset free.
		await page.getByRole("dialog", { name: "May you be recorded?" }).waitFor();
		await enter(page);
		// The emulator draws as many pixels as the window had at the session's begin.
		await page.evaluate((size) => {
			Object.assign(document.querySelector("[data-webxr_runtime] canvas")!, size);
		}, CHEAP_PAGE.viewport);
		const needs = () => page.evaluate(() => window.panogaze.connection.hold?.needs);
		await expect.poll(needs, PATIENCE).toBe("engage");
		await page.evaluate(() => {
			const pulses: number[] = [];
			Object.assign(window, { pulses });
			const { gamepad } = window.xrDevice.controllers.right!.inputSource;
			Object.assign(gamepad!.hapticActuators![0]!, { pulse: async (strength: number) => pulses.push(strength) });
		});
		/** Strengths that the right hand has felt since the last time. */
		const felt = () =>
			page.evaluate(() => [...new Set((window as unknown as { pulses: number[] }).pulses.splice(0))]);
		const squeeze = (value: number) =>
			page.evaluate((to) => window.xrDevice.controllers.left!.updateButtonValue("squeeze", to), value);
		// The strength of each meaning is its own: docs/protocol.md.
		await squeeze(1);
		await expect.poll(felt, PATIENCE).toContain(0.4);
		expect(robot.viewers[0]!.hold).toBeUndefined();
		await squeeze(0);
		await expect.poll(felt, PATIENCE).toContain(1);
		expect(robot.viewers[0]!.hold?.reason).toBe("not-engaged");
		await expect.poll(() => robot.viewers[0]!.pulse("warning"), PATIENCE).toBe(true);
		await expect.poll(felt, PATIENCE).toContain(0.8);
		// The question lies ahead of the wearer and below, its yes on the left.
		const consent = () => page.evaluate(() => window.panogaze.connection.recording.state?.consent);
		await expect.poll(consent, PATIENCE).toBe("needed");
		/** Pulls the right trigger towards a direction of the room. */
		const pull = (yawDeg: number, pitchDeg: number) =>
			page.evaluate(
				async ([x, y, z, w]) => {
					const { right } = window.xrDevice.controllers;
					right!.position.copy(window.xrDevice.position);
					right!.quaternion.set(x, y, z, w);
					const frame = () =>
						new Promise((done) => window.xrDevice.activeSession!.requestAnimationFrame(done));
					for (const value of [0, 0, 1, 1, 0]) {
						right!.updateButtonValue("trigger", value);
						await frame();
					}
				},
				quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 0 }),
			);
		await expect
			.poll(async () => {
				await pull(-10, -30);
				return consent();
			}, PATIENCE)
			.toBe("given");
		// The plate lies further down, and answers to those who look at it.
		await page.evaluate(() => {
			const { connection } = window.panogaze;
			const { recording } = connection;
			const wishes: string[] = [];
			Object.assign(window, { wishes, triggers: 0 });
			Object.assign(connection, {
				sendPose: (...args: Parameters<typeof connection.sendPose>) => {
					const { kind, controls } = args[0] as PoseSample;
					if (kind === "controller" && controls.pressed & 1) window.triggers++;
					return Object.getPrototypeOf(connection).sendPose.apply(connection, args);
				},
			});
			for (const wish of ["startEpisode", "consent"] as const)
				Object.assign(recording, {
					[wish]: (...args: []) => {
						wishes.push([wish, ...args].join(" "));
						return Object.getPrototypeOf(recording)[wish].apply(recording, args);
					},
				});
		});
		const wish = (name: string, yawDeg: number, pitchDeg: number) =>
			expect
				.poll(async () => {
					await pull(0, PLATE_PITCH_DEG);
					await pull(yawDeg, pitchDeg);
					return page.evaluate(() => window.wishes.splice(0));
				}, PATIENCE)
				.toContain(name);
		await turnHead(page, 0, PLATE_PITCH_DEG);
		await wish("startEpisode", -10, -24);
		await expect.poll(() => robot.recorder!.episodes.map(({ state }) => state), PATIENCE).toEqual(["running"]);
		await robot.recorder!.stop();
		await expect
			.poll(() => page.evaluate(() => window.panogaze.connection.recording.state?.state), PATIENCE)
			.toBe("off");
		// Once: the next press would take it back. The client repeats it where a statement differs.
		await wish("consent false", 10, -24);
		await expect.poll(consent, PATIENCE).toBe("refused");
		// A robot grips by triggers: those on the panel are none for it.
		const triggersSent = () => page.evaluate(() => window.triggers);
		const before = await triggersSent();
		await pull(0, PLATE_PITCH_DEG);
		expect(await triggersSent()).toBe(before);
		await pull(60, 0);
		expect(await triggersSent()).toBeGreaterThan(before);
		await leave(page);
		await robot.close();
		rmSync(folder, { recursive: true });
	});
});

describe("the page without a headset", { timeout: 180_000 }, () => {
	afterEach(closePages, 60_000);

	it("shows no way in, and loads nothing of it", async () => {
		const page = await browser.newPage(CHEAP_PAGE);
		const requests: string[] = [];
		page.on("request", (request) => requests.push(request.url()));
		const scripts: Promise<string>[] = [];
		page.on("response", (response) => {
			if (response.url().endsWith(".js")) scripts.push(response.text());
		});
		await page.goto(`http://127.0.0.1:${server.port}/`);
		await expect
			.poll(
				() => page.evaluate(() => document.querySelector("video")!.getVideoPlaybackQuality().totalVideoFrames),
				PATIENCE,
			)
			.toBeGreaterThan(3);
		expect(await page.getByRole("button", { name: /Enter/ }).count()).toBe(0);
		expect(requests.filter((url) => url.includes("immersive"))).toEqual([]);
		const code = (await Promise.all(scripts)).join("\n");
		expect(code).toContain("XRHandLeft");
		// Poses are packed by the skeletons' shapes: the page needs no names of bones.
		expect(code).not.toContain("LeftHandIndexTip");
		await leave(page);
	});

	it("says in words why it is not entered; on a phone all buttons are within reach", async () => {
		const page = await openPage();
		await page.getByRole("button", { name: "Enter AR" }).waitFor();
		await page.setViewportSize({ width: 360, height: 640 });
		const edges = await page.evaluate(() => {
			document.querySelector<HTMLElement>("#more-button")!.click();
			const all = [...document.querySelectorAll<HTMLElement>("#tools button")];
			const buttons = all.filter((button) => button.closest("[role=menu], #record-panel") === null);
			for (const button of buttons) button.hidden = false;
			for (const group of ["#sound", "#record"]) document.querySelector<HTMLElement>(group)!.hidden = false;
			return buttons.map((button) => button.getBoundingClientRect()).map(({ left, right }) => [left, right]);
		});
		expect(edges.length).toBeGreaterThanOrEqual(13);
		expect(Math.min(...edges.flat())).toBeGreaterThanOrEqual(0);
		expect(Math.max(...edges.flat())).toBeLessThanOrEqual(360);
		for (const [left, right] of edges) expect(right! - left!).toBeGreaterThanOrEqual(44);
		await page.evaluate(() => {
			const xr = navigator.xr!;
			const request = xr.requestSession.bind(xr);
			xr.requestSession = () => {
				// The next session begins, and ends before it could show a picture.
				xr.requestSession = async (...wish) => {
					const session = await request(...wish);
					const requestSpace = session.requestReferenceSpace.bind(session);
					const endFirst = async (type: XRReferenceSpaceType) => {
						const space = await requestSpace(type);
						await session.end();
						HTMLCanvasElement.prototype.getContext = () => null;
						xr.requestSession = request;
						return space;
					};
					return Object.assign(session, { requestReferenceSpace: endFirst });
				};
				return Promise.reject(new DOMException("", "NotAllowedError"));
			};
		});
		for (const words of ["did not allow the headset", "was left before", "WebGL 2"]) {
			await page.getByRole("button", { name: "Enter VR" }).click();
			await page.getByText(words).waitFor();
			expect(await page.getByRole("button", { name: "Leave VR" }).count()).toBe(0);
		}
		expect(await page.evaluate(() => window.xrDevice.activeSession === undefined)).toBe(true);
		await leave(page);
	});

	const lan = Object.values(networkInterfaces())
		.flat()
		.find((address) => address?.family === "IPv4" && !address.internal)?.address;
	it.runIf(lan !== undefined)("says that a headset needs HTTPS, and which option gives it", async () => {
		const page = await openPage({ host: lan!, headset: false });
		expect(await page.getByText("--https").filter({ visible: true }).count()).toBe(0);
		await page.getByRole("button", { name: "More" }).click();
		await page.getByRole("button", { name: "Help" }).click();
		await page.getByText("--https").filter({ visible: true }).waitFor();
		expect(await page.getByRole("button", { name: /Enter/ }).count()).toBe(0);
		await leave(page);
		// A headset's browser says so without a click.
		const quest = await openPage({
			host: lan!,
			headset: false,
			userAgent: "Mozilla/5.0 (X11; Linux x86_64; Quest 3) OculusBrowser/40.0",
		});
		await quest.getByRole("status").getByText("--https").waitFor();
		await leave(quest);
	});
});
