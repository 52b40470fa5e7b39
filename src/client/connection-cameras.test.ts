import { afterEach, describe, expect, it, vi } from "vitest";
import { CameraDesk } from "./camera-desk.ts";
import { ConnectionCameras } from "./connection-cameras.ts";
import type { CameraLine } from "./peer.ts";

afterEach(() => vi.useRealTimers());

const trackOf = (id: string) => ({ id }) as MediaStreamTrack;

function setUp() {
	const lines: CameraLine[] = [];
	const log: string[] = [];
	const cameras = new CameraDesk({
		lines: () => lines,
		renew: () => log.push("renew"),
		announce: () => log.push("announce"),
		onChange: () => log.push("change"),
	});
	return { cameras, lines, log };
}

describe("CameraDesk", () => {
	it("ask for nothing until one is enabled, and then for a connection with room for all", () => {
		const { cameras, lines, log } = setUp();
		expect(cameras.wishes(lines)).toBeUndefined();
		cameras.welcomed(["wrist", "other"]);
		expect([...cameras.all.keys()]).toEqual(["wrist", "other"]);
		expect([cameras.linesWanted, cameras.wishes(lines)]).toEqual([0, []]);
		log.length = 0;
		const other = cameras.all.get("other")!;
		other.enabled = true;
		expect(log).toEqual(["change", "renew"]);
		expect(cameras.linesWanted).toBe(2);
		lines.push({ mid: "2", track: trackOf("a") }, { mid: "3", track: trackOf("b") });
		expect(cameras.wishes(lines)).toEqual([{ name: "other", mid: "2" }]);
		log.length = 0;
		cameras.moved();
		expect(log, "it was announced with the connection").toEqual(["change"]);
		cameras.all.get("wrist")!.enabled = true;
		expect(log).toEqual(["change", "change", "announce"]);
	});

	it("try again for a connection with room, until there is one or the session ends", () => {
		vi.useFakeTimers();
		const { cameras, lines, log } = setUp();
		cameras.welcomed(["wrist"]);
		cameras.all.get("wrist")!.enabled = true;
		const renewals = () => log.filter((word) => word === "renew").length;
		vi.advanceTimersByTime(25_000);
		expect(renewals()).toBe(3);
		lines.push({ mid: "2", track: trackOf("a") });
		vi.advanceTimersByTime(25_000);
		expect(renewals()).toBe(3);
		lines.pop();
		cameras.moved();
		expect(renewals()).toBe(4);
		cameras.close();
		vi.advanceTimersByTime(25_000);
		expect(renewals()).toBe(4);
	});

	it("have the track that the server says shows them, and are live as long as it says so", () => {
		const { cameras, lines } = setUp();
		cameras.welcomed(["wrist"]);
		const wrist = cameras.all.get("wrist")!;
		wrist.enabled = true;
		lines.push({ mid: "2", track: trackOf("a") });
		expect([wrist.track, wrist.live, wrist.state]).toEqual([undefined, false, undefined]);
		const live = { name: "wrist", mid: "2", state: "live", width: 640, height: 480, sent: "copied" } as const;
		cameras.told({ type: "cameras", cameras: [live] });
		expect([wrist.track?.id, wrist.live, wrist.size]).toEqual(["a", true, { width: 640, height: 480 }]);
		cameras.told({ type: "cameras", cameras: [{ ...live, limit: "paused" }] });
		expect(wrist.live).toBe(false);
		cameras.told({ type: "cameras", cameras: [{ ...live, state: "stalled" }] });
		expect([wrist.live, wrist.state]).toEqual([false, "stalled"]);
		lines.splice(0, 1, { mid: "2", track: trackOf("of the next connection") });
		expect(wrist.track?.id).toBe("of the next connection");
		cameras.restart();
		expect([wrist.track, wrist.state, wrist.enabled]).toEqual([undefined, undefined, true]);
	});

	it("keep their objects and wishes where a later welcome names them again", () => {
		const { cameras } = setUp();
		cameras.welcomed(["wrist"]);
		const wrist = cameras.all.get("wrist")!;
		wrist.enabled = true;
		cameras.restart();
		cameras.welcomed(["base", "wrist"]);
		expect(cameras.all.get("wrist")).toBe(wrist);
		expect(cameras.linesWanted).toBe(2);
		cameras.welcomed([]);
		expect([cameras.all.size, cameras.linesWanted]).toEqual([0, 0]);
	});

	it("come and go with their viewers, and keep their sections meanwhile", () => {
		const { cameras, lines, log } = setUp();
		const told = (...viewers: number[]) =>
			cameras.told({
				type: "cameras",
				cameras: viewers.map((viewer) => ({ name: `viewer:${viewer}`, viewer, state: "idle" })),
			});
		cameras.welcomed([], true);
		expect([log, cameras.wishes(lines), cameras.linesWanted]).toEqual([["announce"], [], 0]);
		told(1, 2);
		const second = cameras.all.get("viewer:2")!;
		expect([second.viewer, second.state]).toEqual([2, "idle"]);
		for (const camera of cameras.all.values()) camera.enabled = true;
		expect(cameras.linesWanted, "with room for others").toBe(4);
		for (const mid of ["2", "3", "4", "5"]) lines.push({ mid, track: trackOf(mid) });
		expect(cameras.wishes(lines)?.map(({ mid }) => mid)).toEqual(["2", "3"]);
		log.length = 0;
		told(2, 3);
		cameras.all.get("viewer:3")!.enabled = true;
		expect(log.filter((word) => word === "renew")).toEqual([]);
		expect(cameras.wishes(lines)).toEqual([
			{ name: "viewer:2", mid: "3" },
			{ name: "viewer:3", mid: "2" },
		]);
		cameras.restart();
		cameras.welcomed([], true);
		expect(cameras.all.get("viewer:2"), "until the next statement").toBe(second);
		cameras.welcomed([]);
		expect([cameras.all.size, cameras.wishes(lines)]).toEqual([0, undefined]);
	});

	it("move to other sections where another connection has fewer", () => {
		const { cameras, lines } = setUp();
		const told = (...viewers: number[]) =>
			cameras.told({
				type: "cameras",
				cameras: viewers.map((viewer) => ({ name: `viewer:${viewer}`, viewer, state: "idle" })),
			});
		cameras.welcomed([], true);
		told(1, 2, 3, 4, 5, 6);
		for (const camera of cameras.all.values()) camera.enabled = true;
		for (let mid = 2; mid < 10; mid++) lines.push({ mid: String(mid), track: trackOf(String(mid)) });
		expect(cameras.wishes(lines)).toHaveLength(6);
		told(6);
		expect(cameras.wishes(lines)).toEqual([{ name: "viewer:6", mid: "7" }]);
		expect(cameras.wishes(lines.slice(0, cameras.linesWanted))).toEqual([{ name: "viewer:6", mid: "2" }]);
	});

	it("have eight sections at most: further ones wait for one", () => {
		const { cameras, lines, log } = setUp();
		cameras.welcomed(["a", "b", "c", "d", "e", "f", "g", "h"], true);
		cameras.told({ type: "cameras", cameras: [{ name: "viewer:1", viewer: 1, state: "idle" }] });
		for (const camera of cameras.all.values()) camera.enabled = true;
		expect(cameras.linesWanted).toBe(8);
		for (let mid = 2; mid < 10; mid++) lines.push({ mid: String(mid), track: trackOf(String(mid)) });
		log.length = 0;
		cameras.moved();
		expect(log).toEqual(["change", "announce"]);
		expect(cameras.wishes(lines)?.map(({ name }) => name)).not.toContain("viewer:1");
		cameras.all.get("c")!.enabled = false;
		expect(cameras.wishes(lines)).toContainEqual({ name: "viewer:1", mid: "4" });
	});
});

describe("ConnectionCameras", () => {
	it("load their code when a server has some, and report each change", async () => {
		const options = { lines: () => [], renew: () => {}, announce: () => {} };
		const cameras = new ConnectionCameras(options);
		const changed = new Promise<void>((resolve) => cameras.on("change", resolve));
		cameras.welcomed();
		cameras.restart();
		expect([cameras.all.size, cameras.linesWanted, cameras.wishes([])]).toEqual([0, 0, undefined]);
		cameras.welcomed(["wrist"]);
		await changed;
		expect([...cameras.all.keys()]).toEqual(["wrist"]);
		cameras.all.get("wrist")!.enabled = true;
		expect([cameras.linesWanted, cameras.wishes([])]).toEqual([1, []]);
		cameras.told({ type: "cameras", cameras: [{ name: "wrist", state: "stalled" }] });
		expect(cameras.all.get("wrist")!.state).toBe("stalled");
	});
});
