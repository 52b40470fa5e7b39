import { describe, expect, it } from "vitest";
import { ConnectionMedia, type SentKind, type SentState } from "./connection-media.ts";

const track = (kind: SentKind) => ({ kind }) as MediaStreamTrack;
const stream = (...tracks: MediaStreamTrack[]) => ({ getTracks: () => tracks }) as unknown as MediaStream;

function setUp() {
	const answers = new Map<SentKind, Exclude<SentState, "off">>();
	const log: unknown[] = [];
	const media = new ConnectionMedia({
		answerOf: (kind) => answers.get(kind),
		replace: (kind, replaced) => log.push(replaced === null ? `${kind} off` : `${kind} on`),
		renew: () => log.push("renew"),
	});
	return { answers, log, media };
}

describe("ConnectionMedia", () => {
	it("makes another connection only where the present one has no section for a track", () => {
		const { answers, log, media } = setUp();
		expect(media.state("audio")).toBe("off");
		const stop = media.send("audio", track("audio"));
		expect([media.state("audio"), [...media.tracks.keys()]]).toEqual(["waiting", ["audio"]]);
		answers.set("audio", "sent");
		expect(media.state("audio")).toBe("sent");
		stop();
		expect([media.state("audio"), media.tracks.size]).toEqual(["off", 0]);
		media.send("audio", stream(track("video"), track("audio")));
		expect(log).toEqual(["renew", "audio on", "audio off", "audio on"]);
	});

	it("does not ask a server again that has refused", () => {
		const { answers, log, media } = setUp();
		answers.set("video", "refused");
		media.send("video", track("video"));
		expect([media.state("video"), log]).toEqual(["refused", ["video on"]]);
	});

	it("leaves a newer track alone when an older one is ended", () => {
		const { log, media } = setUp();
		const stop = media.send("audio", track("audio"));
		const newer = track("audio");
		media.send("audio", newer);
		stop();
		expect(media.tracks.get("audio")).toBe(newer);
		media.close();
		expect(log.at(-1)).toBe("audio off");
	});

	it("names what is missing", () => {
		const { media } = setUp();
		expect(() => media.send("audio", stream(track("video")))).toThrow("A track of sound, or a stream with one");
	});
});
