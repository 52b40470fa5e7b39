import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SentKind } from "./connection-media.ts";
import { MediaDesk } from "./media-desk.ts";

const track = (kind: SentKind) => ({ kind }) as MediaStreamTrack;
const stream = (...tracks: MediaStreamTrack[]) => ({ getTracks: () => tracks }) as unknown as MediaStream;

/** A section that sends, answered with `direction`. */
class Section {
	readonly receiver: { readonly track: MediaStreamTrack };
	readonly sender: { track: MediaStreamTrack | null; readonly replaceTrack: (track: MediaStreamTrack) => unknown };
	currentDirection: string | null = null;

	constructor(sent: MediaStreamTrack) {
		this.receiver = { track: track(sent.kind as SentKind) };
		const replaceTrack = async (replaced: MediaStreamTrack | null) => {
			this.sender.track = replaced;
		};
		this.sender = { track: sent, replaceTrack };
	}
}

function setUp() {
	let sections: Section[] = [];
	const counts = { renewals: 0, changes: 0 };
	const desk: MediaDesk = new MediaDesk({
		sections: () => [sections as unknown as RTCRtpTransceiver[]],
		renew: () => counts.renewals++,
		onChange: () => counts.changes++,
	});
	/** A new connection, whose sections get an answer. */
	const connect = (direction: string) => {
		sections = desk.tracks.map((sent) => new Section(sent));
		desk.follow();
		for (const section of sections) section.currentDirection = direction;
		desk.follow();
	};
	return { desk, connect, counts, sent: () => sections.map(({ sender }) => sender.track) };
}

describe("MediaDesk", () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	it("makes another connection only where the present one has no section for a track", () => {
		const { desk, connect, counts, sent } = setUp();
		expect(desk.state("audio")).toBe("off");
		const microphone = track("audio");
		const stop = desk.send("audio", microphone);
		expect([desk.state("audio"), desk.tracks]).toEqual(["waiting", [microphone]]);
		connect("sendonly");
		expect([desk.state("audio"), counts]).toEqual(["sent", { renewals: 1, changes: 2 }]);
		stop();
		expect([desk.state("audio"), desk.tracks, sent()]).toEqual(["off", [], [null]]);
		desk.send("audio", stream(track("video"), microphone));
		expect([desk.state("audio"), sent(), counts]).toEqual(["sent", [microphone], { renewals: 1, changes: 4 }]);
	});

	it("asks again for a section while a server has not answered, and no longer once it is closed", () => {
		const { desk, counts } = setUp();
		desk.send("video", track("video"));
		vi.advanceTimersByTime(10_000);
		expect(counts.renewals).toBe(2);
		desk.close();
		vi.advanceTimersByTime(60_000);
		expect([counts.renewals, desk.state("video")]).toEqual([2, "off"]);
	});

	it("does not ask a server that has refused, or takes no such kind, until another one takes it", () => {
		const { desk, connect, counts } = setUp();
		desk.send("video", track("video"));
		connect("inactive");
		expect([desk.state("video"), counts.renewals]).toEqual(["refused", 1]);
		desk.welcomed(["video"]);
		desk.send("audio", track("audio"));
		expect([desk.state("audio"), counts.renewals]).toEqual(["refused", 1]);
		desk.restart();
		desk.welcomed(["video", "audio"]);
		expect([desk.state("audio"), counts.renewals]).toEqual(["waiting", 3]);
	});

	it("leaves a newer track alone when an older one is ended", () => {
		const { desk } = setUp();
		const stop = desk.send("audio", track("audio"));
		const newer = track("audio");
		desk.send("audio", newer);
		stop();
		expect(desk.tracks).toEqual([newer]);
	});

	it("names what is missing", () => {
		const { desk } = setUp();
		expect(() => desk.send("audio", stream(track("video")))).toThrow("A track of sound, or a stream with one");
	});
});
