import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headText } from "../src/protocol/head-text.cases.ts";
import { makeClip } from "./support/clips.ts";
import { CAMERA_RATE, CameraViewer, HttpCamera } from "./support/http-camera.ts";
import { keptLog, serversOfEachTest, serveScene } from "./support/test-server.ts";
import { until } from "./support/werift-viewer.ts";

const start = serversOfEachTest(serveScene);
const FRONT = [0, 0, 0, 1] as const;

describe("serve(): time shift", () => {
	let camera: HttpCamera;

	beforeAll(async () => {
		camera = await HttpCamera.start();
	});
	afterAll(() => camera.close());

	it("leads one viewer back to the very pictures that it asks for, while another one stays live", async () => {
		const server = await start({
			...{ source: camera.url, bearerToken: "steers", viewToken: "watches", safety: { maxSilenceMs: 60_000 } },
			timeShift: { minutes: 1, maxViewers: 1 },
		});
		const other = await CameraViewer.join(server, "steers");
		const holds: string[] = [];
		// A busy machine may stop the pictures of all for a moment.
		const isBusy = (reason: string) => ["picture-frozen", "source-stalled"].includes(reason);
		other.viewer.on("hold", ({ reason }) => !isBusy(reason) && holds.push(reason));
		let sequence = 0;
		const operator = setInterval(() => {
			const seenRtpTicks = other.picture.rtpTicks;
			const pose = { sequence: ++sequence, clientTimeMs: 0, orientation: FRONT, seenRtpTicks };
			other.client.send("tracking", headText(pose));
		}, 30);
		try {
			// No right to steer is needed.
			const one = await CameraViewer.join(server, "watches");
			await until(() => one.newestSec > 5, "a past of 5 s");
			await until(() => one.pictures.length > 5 && other.pictures.length > 5, "live pictures");
			await until(() => one.play.timeShift !== undefined, "the statement of the past");
			expect(one.play).toMatchObject({ live: true, mayControl: true, can: ["pause", "seek", "rate", "live"] });
			await until(() => other.viewer.hold === undefined, "control");
			const firstLive = other.pictures.length;

			one.wish({ positionSec: 2, paused: true });
			await until(() => one.picture.ageSec > 0, "a picture of the past");
			const firstPast = one.pictures.find(({ ageSec }) => ageSec > 0);
			expect(firstPast).toMatchObject({ keyframe: true, frame: 2 * CAMERA_RATE });
			await until(() => one.play.seeking === undefined, "the end of the search");
			expect(one.play).toMatchObject({ live: false, paused: true, by: "you", loop: false });

			one.wish({ positionSec: 3.5 });
			await until(() => one.picture.frame > 2 * CAMERA_RATE, "a later picture of the past");
			expect(one.picture.frame).toBe(3.5 * CAMERA_RATE);

			// As many as may watch the past do.
			other.wish({ paused: true });
			const refusal = "Another viewer watches the past already";
			await until(() => other.client.textsOf("control").some((text) => text.includes(refusal)), "the refusal");
			expect(other.plays.every(({ live }) => live)).toBe(true);

			one.wish({ paused: false, rate: 2 });
			await until(() => one.picture.frame > 4.5 * CAMERA_RATE, "pictures at twice the pace");
			one.wish({ live: true });
			await until(() => Number.isNaN(one.picture.ageSec), "the present");
			await until(() => one.play.live, "the statement of it");
			expect(one.play).toMatchObject({ paused: false, rate: 1, by: "you" });

			// Time stamps never go back, and the other one has seen nothing of it.
			const ticks = one.pictures.map(({ rtpTicks }) => rtpTicks);
			expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
			const others = other.pictures.slice(firstLive);
			const frames = others.map(({ frame }) => frame);
			expect(frames).toEqual([...frames].sort((a, b) => a - b));
			expect(others.every(({ ageSec }) => Number.isNaN(ageSec))).toBe(true);
			expect(holds).toEqual([]);

			// Nobody steers by the past.
			other.viewer.playback.seek(2);
			expect(holds).toEqual(["picture-old"]);
			await until(() => other.picture.ageSec > 0, "a picture of the past");
			const ageMs = other.viewer.photonAgeMs(other.picture.rtpTicks);
			expect(ageMs).toBeGreaterThanOrEqual(other.picture.ageSec * 1000);
			const shown = other.pictures.length;
			await until(() => other.pictures.length > shown + 5, "more pictures of the past");
			expect(other.viewer.hold?.reason).toBe("picture-old");
			other.viewer.playback.goLive();
			await until(() => other.viewer.hold === undefined, "control of the present");
			expect(other.picture.ageSec).toBeNaN();
		} finally {
			clearInterval(operator);
		}
	});

	it("says that a file has no past to keep, and refuses what has no packets", async () => {
		const { logger, lines } = keptLog();
		const clip = await makeClip({ width: 256, height: 128, frames: 30, rate: CAMERA_RATE });
		const server = await start({ source: clip, timeShift: { minutes: 1 }, logger });
		expect(lines.join()).toContain("timeShift is ignored");
		const { viewer } = await CameraViewer.join(server);
		expect(viewer.playback.state.timeShift).toBeUndefined();
		expect(() => viewer.playback.seek(1)).toThrow("No past is kept for this viewer.");
		const record = join(tmpdir(), `panogaze-${randomUUID()}`);
		await expect(start({ timeShift: { minutes: 1 }, record })).rejects.toThrow('backend "libav"');
		expect(existsSync(record), "a recording that was begun for nothing").toBe(false);
		await expect(start({ source: clip, timeShift: { minutes: 0 } })).rejects.toThrow("timeShift.minutes");
	});
});
