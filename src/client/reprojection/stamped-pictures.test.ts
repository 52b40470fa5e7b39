import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { quaternionFromAngles } from "../../media/rotation.ts";
import type { FrameMessage } from "../../protocol/frame-message.ts";
import { StampedPictures } from "./stamped-pictures.ts";

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

type Callback = (nowMs: number, metadata: { readonly rtpTimestamp?: number }) => void;

/** A video of 200 x 100 pixels, driven by the test. */
class FakeVideo {
	readonly HAVE_CURRENT_DATA = 2;
	readyState = 0;
	videoWidth = 200;
	videoHeight = 100;
	pictures = 0;
	callback: Callback | undefined;
	requestVideoFrameCallback = (callback: Callback) => {
		this.callback = callback;
		return 7;
	};
	cancelVideoFrameCallback = () => {
		this.callback = undefined;
	};
	getVideoPlaybackQuality = () => ({ totalVideoFrames: this.pictures });
	/** Shows another picture. */
	show(rtpTimestamp?: number): void {
		this.pictures++;
		this.callback?.(performance.now(), rtpTimestamp === undefined ? {} : { rtpTimestamp });
	}
}

const message = (rtpTicks: number, yawDeg: number): FrameMessage => ({
	rtpTicks,
	poseSequence: 1,
	orientation: quaternionFromAngles({ yawDeg, pitchDeg: 0, rollDeg: 0 }),
	fovDeg: 90,
	eyes: 1,
	lens: "flat",
	times: {},
});
const worldFromView = (yawDeg: number) => message(0, yawDeg).orientation;

function begin({ state = "connected", video = new FakeVideo() } = {}) {
	const connection = { state: { name: state }, readStamps: vi.fn() };
	const scene = { uploads: 0, shown: 0, upload: () => scene.uploads++, showNext: () => scene.shown++ };
	const pictures = new StampedPictures({
		video: video as unknown as HTMLVideoElement,
		connection,
		sink: scene,
		messageTimeoutMs: 60,
		assumeView: (newest) =>
			newest ?? { poseSequence: 0, orientation: worldFromView(5), fovDeg: 60, eyes: 1, lens: "flat" },
	});
	return { connection, pictures, scene, video };
}

describe("StampedPictures", () => {
	it("places a picture at the view of its message, which may come before it or after it", () => {
		const { pictures, scene, video } = begin();
		pictures.addMessage(message(10, 30));
		video.show(10);
		expect(pictures.shown).toMatchObject({ view: message(10, 30), width: 200, height: 100 });
		video.show(20);
		expect(pictures.shown?.view.orientation).toEqual(worldFromView(30));
		pictures.addMessage(message(20, 40));
		expect(pictures.shown?.view.orientation).toEqual(worldFromView(40));
		expect([scene.uploads, scene.shown]).toEqual([2, 2]);
	});

	it("shows a picture whose message is lost after 60 ms, where the newest message says", () => {
		const { pictures, scene, video } = begin();
		pictures.addMessage(message(10, 30));
		video.show(20);
		vi.advanceTimersByTime(60);
		pictures.update(performance.now());
		expect([pictures.shown, scene.shown]).toEqual([undefined, 0]);
		vi.advanceTimersByTime(1);
		pictures.update(performance.now());
		expect(pictures.shown?.view.orientation).toEqual(worldFromView(30));
		expect(pictures.shownAtMs).toBe(performance.now());
	});

	it("waits no longer for lost messages while no frame is drawn that would notice", () => {
		const { pictures, scene, video } = begin();
		pictures.addMessage(message(10, 30));
		video.show(20);
		vi.advanceTimersByTime(40);
		video.show(30);
		expect(scene.shown).toBe(0);
		vi.advanceTimersByTime(40);
		video.show(40);
		expect([pictures.shown?.view.orientation, scene.shown]).toEqual([worldFromView(30), 1]);
	});

	it("assumes the head's view where the server sends no messages", () => {
		const { pictures, video } = begin();
		video.show(20);
		vi.advanceTimersByTime(61);
		pictures.update(performance.now());
		expect(pictures.shown?.view.orientation).toEqual(worldFromView(5));
		expect(pictures.shown?.view.fovDeg).toBe(60);
	});

	it("finds new pictures by the video's counter where callbacks do not come", () => {
		const { pictures, scene, video } = begin();
		video.pictures = 3;
		pictures.update(399);
		expect(scene.uploads).toBe(0);
		pictures.update(400);
		pictures.update(450);
		expect(scene.uploads).toBe(1);
		video.pictures = 4;
		pictures.update(500);
		expect(scene.uploads).toBe(2);
	});

	it("takes no picture from a stream that has ended, which some browsers show as black", () => {
		const { connection, pictures, scene, video } = begin();
		connection.state.name = "reconnecting";
		video.show(10);
		connection.state.name = "interrupted";
		video.videoWidth = 2;
		video.show(20);
		expect(scene.uploads).toBe(0);
		pictures.close();
		expect(video.callback).toBeUndefined();
	});

	it("asks for messages out of the pictures while it misses some", () => {
		const { connection, pictures, video } = begin();
		for (let ticks = 0; ticks < 100; ticks++) {
			pictures.addMessage(message(ticks, 30));
			video.show(ticks);
		}
		expect(connection.readStamps).not.toHaveBeenCalled();
		for (let ticks = 100; ticks < 104; ticks++) video.show(ticks);
		expect(connection.readStamps).toHaveBeenCalledOnce();
	});

	it("takes the picture that is there already", () => {
		const video = new FakeVideo();
		video.readyState = 2;
		video.pictures = 1;
		expect(begin({ video }).pictures.shown?.view.orientation).toEqual(worldFromView(5));
	});
});
