import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { anglesFromQuaternion } from "../../src/media/rotation.ts";
import { type PanogazeServer, serve } from "../../src/server/server.ts";
import { landmarks } from "../../src/source/pattern-scene.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { positionAt, trackedBones } from "../../src/tracking.ts";
import { launchChromium } from "../support/chromium.ts";

let browser: Browser;
let server: PanogazeServer | undefined;
beforeAll(async () => {
	browser = await launchChromium();
});
afterEach(async () => {
	await server?.close();
	server = undefined;
});
afterAll(() => browser.close());

/**
 * XRT-Client's behaviour in Chromium, which has the WebRTC engine of its com.unity.webrtc. It posts
 * the offer right after `setLocalDescription`, with no candidate in it and none sent later, and
 * opens three channels with its options and its bytes; the server opens `haptics`.
 */
function unityClient() {
	return async ({ url, video }: { url: string; video: boolean }) => {
		const peer = new RTCPeerConnection({ iceServers: [{ urls: "stun:127.0.0.1:9" }] });
		const element = document.createElement("video");
		element.muted = true;
		peer.ontrack = ({ track }) => {
			element.srcObject = new MediaStream([track]);
			void element.play();
		};
		const haptics: string[] = [];
		peer.ondatachannel = ({ channel }) => {
			channel.onmessage = ({ data }) => haptics.push(`${channel.label}: ${data}`);
		};
		if (video) peer.addTransceiver("video", { direction: "recvonly" });
		const camera = peer.createDataChannel("camera");
		const bodyPose = peer.createDataChannel("body_pose", { ordered: false, maxRetransmits: 0 });
		const aprilTag = peer.createDataChannel("apriltag_pose", { ordered: false, maxRetransmits: 0 });
		await peer.setLocalDescription(await peer.createOffer());
		const { type, sdp } = peer.localDescription!;
		const candidates = sdp.match(/a=candidate/g)?.length ?? 0;
		const response = await fetch(`${url}offer`, {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify({ type, sdp }),
		});
		await peer.setRemoteDescription((await response.json()) as RTCSessionDescriptionInit);
		const opened = (channel: RTCDataChannel) =>
			new Promise<void>((resolve) =>
				channel.readyState === "open" ? resolve() : channel.addEventListener("open", () => resolve()),
			);
		await Promise.all([camera, bodyPose, aprilTag].map(opened));

		// 90 Hz, as long as a headset would: FullBody's 84 bones, little endian, Unity's axes;
		// Unity's Euler angles.
		const body = new DataView(new ArrayBuffer(4 + 84 * 32));
		body.setInt32(0, 84, true);
		for (let bone = 0; bone < 84; bone++) {
			const numbers = [bone / 100, 1.5, 2, 0, 0, 0, 1];
			body.setInt32(4 + bone * 32, bone, true);
			for (const [index, value] of numbers.entries()) body.setFloat32(8 + bone * 32 + index * 4, value, true);
		}
		const lost = new Uint8Array(4);
		for (let tick = 0; tick < 180; tick++) {
			camera.send(JSON.stringify({ yaw: 90, pitch: -360, roll: 0, fov_x: 60 }));
			bodyPose.send(body);
			if (tick % 30 === 0) bodyPose.send(new Uint8Array(body.buffer, 0, 1000));
			aprilTag.send(lost);
			await new Promise((resolve) => setTimeout(resolve, 11));
		}
		let middle: number[] = [];
		const shown = () => element.getVideoPlaybackQuality().totalVideoFrames;
		// A busy machine draws fewer of them in these two seconds.
		while (video && shown() <= 40) await new Promise((resolve) => setTimeout(resolve, 11));
		if (video) {
			const canvas = new OffscreenCanvas(9, 9);
			const context = canvas.getContext("2d")!;
			context.drawImage(element, element.videoWidth / 2 - 4, element.videoHeight / 2 - 4, 9, 9, 0, 0, 9, 9);
			middle = [...context.getImageData(4, 4, 1, 1).data].slice(0, 3);
		}
		const frames = shown();
		camera.send(JSON.stringify({ yaw: 350, pitch: -20, roll: 30 }));
		await new Promise((resolve) => setTimeout(resolve, 300));
		return { candidates, answerType: peer.remoteDescription!.type, haptics, frames, middle };
	};
}

describe("the Unity client's protocol", () => {
	it.each([true, false])("connects unmodified, with video: %s", async (video) => {
		const bodies: { bones: number; truncated: boolean }[] = [];
		let tags = 0;
		server = await serve({
			port: 0,
			source: createPatternSource({ width: 1920, height: 960, frameRate: 30 }),
			view: { width: 640, height: 360, frameRate: 30 },
			logLevel: "warn",
			channels: {
				body_pose: ({ message, viewer }) => {
					bodies.push({ bones: trackedBones(message).length, truncated: message.truncated });
					if (bodies.length === 1) {
						const fingers = { thumb: 0, index: 0.5, middle: 0, ring: 0, little: 0, palm: 1 };
						viewer.send("haptics", { type: "haptics", timestamp: 1.5, left: fingers, right: fingers });
						expect(positionAt(message, 50)).toEqual([0.5, 1.5, -2]);
					}
				},
				apriltag_pose: ({ message }) => {
					if (message.bones.length === 0) tags++;
				},
			},
		});
		const url = `http://127.0.0.1:${server.port}/`;
		const page = await browser.newPage();
		await page.goto(`${url}status`);
		const result = await page.evaluate(unityClient(), { url, video });
		expect(result).toMatchObject({ candidates: 0, answerType: "answer" });
		expect(result.haptics).toHaveLength(1);
		expect(result.haptics[0]).toContain('haptics: {"type":"haptics","timestamp":1.5');
		expect(bodies.filter(({ bones, truncated }) => bones === 84 && !truncated).length).toBeGreaterThan(150);
		expect(bodies.filter(({ bones, truncated }) => bones === 31 && truncated).length).toBeGreaterThan(3);
		expect(tags).toBeGreaterThan(150);
		const { yawDeg, pitchDeg, rollDeg } = anglesFromQuaternion(server.viewers[0]!.pose!.orientation);
		expect([yawDeg, pitchDeg, rollDeg].map(Math.round)).toEqual([-10, -20, -30]);
		if (video) {
			expect(result.frames).toBeGreaterThan(40);
			const right = landmarks.find(({ name }) => name === "right")!;
			for (const [channel, value] of right.color.entries())
				expect(Math.abs(result.middle[channel]! - value)).toBeLessThanOrEqual(24);
		}
		await page.close();
	});
});
