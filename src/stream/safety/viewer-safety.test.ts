import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { monotonicSec } from "../../media/clock.ts";
import type { EncodedPacket } from "../../media/encoded-packet.ts";
import { headText } from "../../protocol/head-text.cases.ts";
import type { HoldMessage } from "../../protocol/hold-messages.ts";
import { setUp, sourceWith } from "../test-session.cases.ts";
import type { ViewerOptions } from "../viewer-options.ts";

const SAFETY = { maxPictureAgeMs: 500, maxPoseAgeMs: 400, maxSilenceMs: 300, engage: "none" } as const;

beforeEach(() => {
	vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
	vi.useRealTimers();
});

function packet(rtpTicks: number, panoramaReadySec: number, capturedSec = Number.NaN): EncodedPacket {
	return {
		kind: "video",
		codec: "h264",
		accessUnit: new Uint8Array(1),
		keyframe: false,
		rtpTicks,
		poseSequence: 0,
		pose: { worldFromView: [0, 0, 0, 1], fovRad: 1 },
		width: 640,
		height: 360,
		eyes: 1,
		lens: "flat",
		mediaTimeSec: 0,
		stages: { capturedSec, panoramaReadySec, poseReceivedSec: 0, drawStartSec: 0, drawEndSec: 0, encodeEndSec: 0 },
	};
}

/** A viewer under safety, and its client, whose clock is the server's. */
async function operator(options: Partial<ViewerOptions> = {}) {
	const { session, viewer } = await setUp({ safety: SAFETY, ...options });
	session.openChannels.add("control");
	const events: [string, string, number][] = [];
	viewer.on("hold", (hold) => events.push(["hold", hold.reason, Math.round((hold.sinceSec - hold.dueSec) * 1000)]));
	viewer.on("release", ({ reason }) => events.push(["release", reason, 0]));
	session.receive("control", JSON.stringify({ type: "hello", v: 1 }), monotonicSec());
	const nowMs = monotonicSec() * 1000;
	session.receive("control", JSON.stringify({ type: "pong", t0: nowMs, t1: nowMs, t2: nowMs }), monotonicSec());
	let sequence = 0;
	return {
		session,
		viewer,
		events,
		holds: () => session.control().filter((message): message is HoldMessage => message.type === "hold"),
		/** Pictures and poses for a while, 50 a second. */
		steer(ms: number, seen: "in poses" | "by control" | "not said" = "in poses") {
			for (
				const endSec = monotonicSec() + ms / 1000;
				monotonicSec() < endSec - 1e-6;
				vi.advanceTimersByTime(20)
			) {
				const nowSec = monotonicSec();
				sequence++;
				session.listeners.emit("frameSent", packet(sequence, nowSec - 0.03), nowSec, nowSec);
				const pose = { sequence, clientTimeMs: nowSec * 1000 - 10, orientation: [0, 0, 0, 1] } as const;
				const head = headText({ ...pose, seenRtpTicks: seen === "in poses" ? sequence : undefined });
				if (seen === "by control")
					session.receive("control", JSON.stringify({ type: "seen", rtp: sequence }), nowSec);
				session.receive("tracking", head, nowSec);
			}
		},
		async leave() {
			session.close("bye");
			await session.closed;
		},
	};
}

describe("safety of a viewer", () => {
	it("holds at the bound by a timer when nothing comes, once, and releases when all is well", async () => {
		const { viewer, events, holds, steer, leave } = await operator();
		expect(viewer.hold?.reason).toBe("starting");
		steer(400);
		expect(viewer.hold).toBeUndefined();
		vi.advanceTimersByTime(2000);
		expect(viewer.hold).toMatchObject({ reason: "operator-silent" });
		steer(400);
		expect(events).toEqual([
			["release", "starting", 0],
			["hold", "operator-silent", expect.toSatisfy((late: number) => late >= 0 && late < 100)],
			["release", "operator-silent", 0],
		]);
		expect(holds()[0]).toEqual({ type: "hold", on: true, reason: "starting", needs: "picture" });
		const silent = holds().filter(({ reason }) => reason === "operator-silent");
		expect(silent.length).toBeGreaterThan(2);
		expect(silent.map(({ ageMs }) => ageMs)).toEqual(silent.map(({ ageMs }) => ageMs).toSorted((a, b) => a! - b!));
		expect(holds().at(-1)).toEqual({ type: "hold", on: false });
		await leave();
		const sent = holds().length;
		vi.advanceTimersByTime(5000);
		expect(holds()).toHaveLength(sent);
	});

	it("states its bounds in the welcome, and that it is off by their absence", async () => {
		const [on, off] = [await operator(), await operator({ safety: undefined })];
		const welcomes = [on, off].map(({ session }) => session.control().find(({ type }) => type === "welcome"));
		expect(welcomes[0]).toHaveProperty("safety", SAFETY);
		expect(welcomes[1]).not.toHaveProperty("safety");
		off.steer(100);
		vi.advanceTimersByTime(3000);
		expect([off.events, off.holds(), off.viewer.hold]).toEqual([[], [], undefined]);
		await on.leave();
		await off.leave();
	});

	it("gives poses the age of the world that was seen: from its capture where that is known", async () => {
		const { session, viewer, leave } = await operator();
		const ages: number[] = [];
		viewer.on("head", (_pose, _receivedAt, _capturedAt, photonAgeMs) => ages.push(photonAgeMs));
		const nowSec = monotonicSec();
		session.listeners.emit("frameSent", packet(7, nowSec - 0.2), nowSec, nowSec);
		session.listeners.emit("frameSent", packet(8, nowSec - 0.2, nowSec - 0.35), nowSec, nowSec);
		for (const [index, seenRtpTicks] of [7, 8, 9, undefined].entries())
			session.receive(
				"tracking",
				headText({ sequence: index + 1, orientation: [0, 0, 0, 1], seenRtpTicks }),
				nowSec + 0.1,
			);
		expect(ages).toEqual([expect.closeTo(300, 6), expect.closeTo(450, 6), Number.NaN, Number.NaN]);
		expect(viewer.photonAgeMs(8, nowSec)).toBeCloseTo(350, 6);
		await leave();
	});

	it("holds at once when the source stalls, and when a client says no more what it shows", async () => {
		const state = { name: "live" as "live" | "stalled" };
		const { viewer, events, steer, leave } = await operator({ source: { ...sourceWith(), state } });
		steer(400);
		state.name = "stalled";
		viewer.sendSourceState();
		expect(viewer.hold?.reason).toBe("source-stalled");
		state.name = "live";
		viewer.sendSourceState();
		steer(400);
		steer(1000, "not said");
		expect(events.filter(([name]) => name === "hold").map(([, reason]) => reason)).toEqual([
			"source-stalled",
			"picture-frozen",
		]);
		await leave();
	});

	it("listens to a `seen` and an `engage` of the control channel", async () => {
		const { session, viewer, steer, leave } = await operator({ safety: { ...SAFETY, engage: "hold" } });
		const engage = (on: boolean) =>
			session.receive("control", JSON.stringify({ type: "engage", on }), monotonicSec());
		steer(400);
		expect(viewer.hold).toBeDefined();
		engage(true);
		expect(viewer.hold).toBeUndefined();
		steer(1000, "by control");
		expect(viewer.hold).toBeUndefined();
		engage(false);
		expect(viewer.hold?.reason).toBe("not-engaged");
		await leave();
	});

	it("is not for viewers who may only watch: their gestures are not used", async () => {
		const { session, viewer, leave } = await operator({ access: new Set(["watch"]) });
		expect(viewer.hold).toBeUndefined();
		session.receive("control", JSON.stringify({ type: "engage", on: true }), monotonicSec());
		expect(viewer.stats().messagesNotAllowed).toBe(1);
		await leave();
	});
});
