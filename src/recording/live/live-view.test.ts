import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FakeViewer, PACKET, ServerStub, SOUND_PACKET } from "../fake-session.cases.ts";
import type { RecordBatch } from "../recording-protocol.ts";
import { CONSENT_WITHDRAWN } from "../tap/consenting-viewers.ts";
import { LiveHistory } from "./live-history.ts";
import { activationsIn, liveInThisThread, storesIn } from "./live-view.cases.ts";
import { LiveView } from "./live-view.ts";
import type { FromLiveViewThread } from "./live-view-protocol.ts";
import type { WatcherFeed } from "./watcher-feed.ts";

const CAMERA = "/world/viewer\\ 01234567/camera";

const open: LiveView[] = [];
afterEach(async () => {
	for (const live of open.splice(0)) await live.close();
});

function serverWithViewer(live: LiveView) {
	open.push(live);
	const server = new ServerStub();
	live.attach(server);
	const viewer = new FakeViewer();
	server.viewers = [viewer.asViewer];
	server.emit("join", viewer.asViewer);
	const events: string[] = [];
	live.on("watch", (watchers) => events.push(`watch ${watchers}`));
	live.on("leave", (watchers, dropped) => events.push(`${dropped ? "dropped" : "leave"} ${watchers}`));
	live.on("failed", (reason) => events.push(`failed: ${reason}`));
	return { server, viewer, events };
}

/** Everything that a feed has so far. */
class Reading {
	bytes = Buffer.alloc(0);
	readonly feed: WatcherFeed;

	constructor(live: LiveView) {
		this.feed = live.feed(() => this.read());
		this.read();
	}

	read() {
		for (let piece = this.feed.next(); piece !== null; piece = this.feed.next())
			this.bytes = Buffer.concat([this.bytes, piece]);
	}

	get recording() {
		return storesIn(this.bytes).find(({ storeId }) => storeId.kind === "recording");
	}

	/** Number of pictures. */
	get pictures() {
		const { recording } = this;
		if (recording?.entityPaths.includes(CAMERA) !== true) return 0;
		return [...recording.range(CAMERA, "VideoStream:sample", "server")].length;
	}
}

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("LiveView", () => {
	it("goes on after records that can't be read or written, and counts them", async () => {
		vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
		const posted: FromLiveViewThread[] = [];
		const bounds = { minutes: 1, maxBytes: 1 << 20, maxBacklogBytes: 1 << 20 };
		const history = new LiveHistory({ epochSec: 0, ...bounds }, (message) => posted.push(message));
		const frame = { type: "frame", viewer: "a", firstPacketSec: 1, lastPacketSec: 1 } as const;
		const broken = { ...frame, packet: { ...PACKET, accessUnit: undefined as never } };
		const batch = (...records: RecordBatch["records"]) =>
			history.receive({ type: "records", records, packed: undefined, memory: [], bytes: 1 });
		batch(broken, { ...frame, packet: PACKET });
		batch(2);
		batch(2);
		vi.advanceTimersByTime(500);
		vi.useRealTimers();
		expect(posted).toContainEqual(expect.objectContaining({ type: "progress", lost: 4 }));
		await until(() => posted.filter(({ type }) => type === "worked").length === 3);
		history.receive({ type: "close" });
		const notices = posted.flatMap((message) => (message.type === "notice" ? [message.message] : []));
		expect(notices.filter((notice) => notice.startsWith("A record can't be written:"))).toHaveLength(1);
	});

	it("keeps no sound of a viewer who has taken back its consent", async () => {
		const posted: FromLiveViewThread[] = [];
		const bounds = { minutes: 1, maxBytes: 1 << 20, maxBacklogBytes: 1 << 20 };
		const history = new LiveHistory({ epochSec: 0, ...bounds }, (message) => posted.push(message));
		const sound = { data: SOUND_PACKET.data, durationSec: 0.02, mediaTimeSec: 1, capturedSec: 1, begins: true };
		const heard = { type: "sound", direction: "sent", atSec: 1, sound } as const;
		const records: RecordBatch["records"] = [
			...["a", "b"].map((viewer) => ({ ...heard, viewer })),
			{ type: "leave", viewer: "a", atSec: 2, reason: CONSENT_WITHDRAWN },
		];
		history.receive({ type: "records", records, packed: undefined, memory: [], bytes: 1 });
		history.receive({ type: "watch", watcher: 1 });
		const entities = () => {
			const pieces = posted.flatMap((message) => (message.type === "feed" ? message.pieces : []));
			const stores = pieces.length === 0 ? [] : storesIn(Buffer.concat(pieces));
			return stores.flatMap(({ entityPaths }) => entityPaths.filter((path) => path.startsWith("/sound/")));
		};
		await until(() => entities().length > 0);
		history.receive({ type: "close" });
		expect(entities()).toEqual(["/sound/viewer\\ b/heard"]);
	});

	it("sends each watcher what happened before it, its layout, and what happens", async () => {
		const { live } = liveInThisThread();
		const { viewer, events } = serverWithViewer(live);
		viewer.emit("frameSent", PACKET, 1.01, 1.02);
		const first = new Reading(live);
		await until(() => first.pictures === 1);
		expect(first.recording!.latestAt("/world", "AnnotationContext:context", "server")).not.toBeNull();
		viewer.emit("frameSent", { ...PACKET, rtpTicks: 12_000 }, 1.02, 1.03);
		const late = new Reading(live);
		for (const reading of [first, late]) await until(() => reading.pictures === 2);
		const stores = storesIn(late.bytes).map(({ storeId: { kind, applicationId } }) => [kind, applicationId]);
		expect(stores.toSorted()).toEqual([
			["blueprint", "panogaze live"],
			["recording", "panogaze live"],
		]);
		// There are as many as may be, and nobody is recorded.
		expect(live.feed(() => {}).dropped).toBe(true);
		expect(viewer.recordings).toBe(0);
		expect(live.stats()).toMatchObject({ watchers: 2, droppedWatchers: 0, lost: 0 });
		first.feed.close();
		first.feed.close();
		viewer.emit("log", "gripper", []);
		expect(events).toEqual(["watch 1", "watch 2", "leave 1"]);
		await live.close();
		expect(events.filter((event) => event.startsWith("failed"))).toEqual([]);
		expect(late.feed.dropped).toBe(true);
	});

	it("shows episodes, and has them in the log of its layout", async () => {
		const { live } = liveInThisThread();
		serverWithViewer(live);
		const episode = { number: 1, task: "pick", state: "ended", success: true } as const;
		live.put({ type: "episode", atSec: 2, episode });
		const watcher = new Reading(live);
		await until(() => watcher.recording?.entityPaths.includes("/episodes") === true);
		const text = watcher.recording!.latestAt("/episodes", "TextLog:text", "server");
		expect(text?.values).toEqual([expect.stringContaining("pick")]);
		await until(() => storesIn(watcher.bytes).length === 2);
		const layout = storesIn(watcher.bytes).find(({ storeId }) => storeId.kind === "blueprint")!;
		const rules = layout.entityPaths.flatMap(
			(path) => layout.latestAt(path, "ViewContents:query", "blueprint")?.values ?? [],
		);
		expect(rules.filter((rule) => rule === "/episodes/**")).toHaveLength(1);
	});

	it("works in a thread of its own", async () => {
		const live = new LiveView({ minutes: 1, maxBytes: 1 << 20, maxWatchers: 1, maxBacklogBytes: 1 << 20 });
		const { viewer } = serverWithViewer(live);
		viewer.emit("frameSent", PACKET, 1.01, 1.02);
		const watcher = new Reading(live);
		await until(() => watcher.pictures === 1);
		await live.close();
		expect(watcher.feed.dropped).toBe(true);
	});

	it("asks for a key frame when a watcher comes, unless there is a new one", async () => {
		const { live } = liveInThisThread();
		const { viewer } = serverWithViewer(live);
		const before = viewer.keyframeRequests;
		new Reading(live);
		new Reading(live);
		expect(viewer.keyframeRequests - before).toBe(1);
		const next = liveInThisThread();
		const other = serverWithViewer(next.live);
		other.viewer.emit("frameSent", PACKET, 1.01, 1.02);
		new Reading(next.live);
		expect(other.viewer.keyframeRequests).toBe(before);
	});

	it("shows later watchers nothing of a viewer from before it withdrew the consent", async () => {
		const { live } = liveInThisThread({ maxWatchers: 3 });
		const { server, viewer } = serverWithViewer(live);
		viewer.emit("frameSent", PACKET, 1.01, 1.02);
		const first = new Reading(live);
		await until(() => first.pictures === 1);
		server.emit("leave", viewer.asViewer, CONSENT_WITHDRAWN);
		const late = new Reading(live);
		const isThere = ({ recording }: Reading) => recording?.entityPaths.includes(CAMERA) === true;
		await until(() => late.recording?.entityPaths.includes("/world") === true);
		server.emit("join", viewer.asViewer);
		viewer.emit("frameSent", { ...PACKET, rtpTicks: 12_000 }, 1.02, 1.03);
		await until(() => first.pictures === 2);
		const later = new Reading(live);
		await until(() => isThere(later));
		expect(later.pictures).toBe(1);
		const layout = storesIn(later.bytes).find(({ storeId }) => storeId.kind === "blueprint")!;
		const tabs = layout.entityPaths.filter((path) => /^\/container\/[^/]+$/.test(path));
		// The tabs, the one of the viewer, its right half, and the plots.
		expect(tabs).toHaveLength(4);
	});

	it("clears space of a viewer who leaves, and of its axes, which are static", async () => {
		const { live } = liveInThisThread();
		const { server, viewer } = serverWithViewer(live);
		const watcher = new Reading(live);
		viewer.press("right");
		viewer.emit("frameSent", PACKET, 1.01, 1.02);
		await until(() => watcher.pictures === 1);
		const world = "/world/viewer\\ 01234567";
		const axes = () =>
			watcher.recording!.latestAt(`${world}/right\\ controller`, "TransformAxes3D:axis_length", "server")?.values;
		expect(axes()).toEqual([expect.closeTo(0.1)]);
		server.emit("leave", viewer.asViewer, "The viewer left.");
		const cleared = () => watcher.recording!.latestAt(world, "Clear:is_recursive", "server")?.values;
		await until(() => watcher.recording!.entityPaths.includes(world));
		expect(cleared()).toEqual([true]);
		expect(axes()).toEqual([0]);
		// A video without a camera in space is an error to Rerun's viewer.
		const planes = () => [...watcher.recording!.range(CAMERA, "Pinhole:image_plane_distance", "server")];
		await until(() => planes().length === 2);
		expect(planes().at(-1)!.values).toEqual([expect.closeTo(0, 5)]);
	});

	it("leaves watchers their layout when another viewer joins, and shows later ones the new one", async () => {
		const { live } = liveInThisThread();
		const { server, viewer } = serverWithViewer(live);
		const first = new Reading(live);
		await until(() => activationsIn(first.bytes).length === 1);
		const other = new FakeViewer();
		server.viewers = [viewer.asViewer, other.asViewer];
		server.emit("join", Object.assign(other.asViewer, { id: "ffffffff-other" }));
		await until(() => activationsIn(first.bytes).length === 2);
		expect(activationsIn(first.bytes)).toEqual([true, false]);
		const late = new Reading(live);
		await until(() => activationsIn(late.bytes).length === 1);
		expect(activationsIn(late.bytes)).toEqual([true]);
	});

	it("drops a watcher that reads nothing, and sends the others all", async () => {
		const { live } = liveInThisThread();
		const { viewer, events } = serverWithViewer(live);
		const slow = live.feed(() => {});
		const quick = new Reading(live);
		// Without zeros no start code stands in it.
		const accessUnit = new Uint8Array(randomBytes(100_000).map((byte) => byte | 1));
		accessUnit.set(PACKET.accessUnit);
		let frames = 0;
		while (!slow.dropped) {
			// Less at once than a watcher may leave unread.
			for (let end = frames + 8; frames < end; frames++)
				viewer.emit("frameSent", { ...PACKET, rtpTicks: frames, accessUnit }, 1 + frames, 1 + frames);
			await until(() => quick.bytes.length > frames * accessUnit.length);
		}
		expect(slow.next()).toBeNull();
		expect(quick.feed.dropped).toBe(false);
		expect(events).toContain("dropped 1");
		expect(live.stats()).toMatchObject({ watchers: 1, droppedWatchers: 1 });
	});

	it("is over when its thread ends, and drops every watcher", async () => {
		const { live, failThread } = liveInThisThread();
		const { events } = serverWithViewer(live);
		const watcher = new Reading(live);
		failThread(new Error("No memory."));
		await until(() => live.over);
		expect(watcher.feed.dropped).toBe(true);
		expect(live.feed(() => {}).dropped).toBe(true);
		expect(events).toEqual(["watch 1", "failed: No memory."]);
	});
});
