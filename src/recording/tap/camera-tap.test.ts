import { expect, it } from "vitest";
import type { EncodedPacket } from "../../media/encoded-packet.ts";
import { EventListeners } from "../../media/events.ts";
import { encodedPacket } from "../../session/h264-clip.cases.ts";
import { CameraTap, type RecordedCamera, type RecordedCameraEvents } from "./camera-tap.ts";

function picture(keyframe: boolean, atSec: number): EncodedPacket {
	const packet = encodedPacket(Uint8Array.of(1), keyframe, atSec * 90_000);
	return { ...packet, stages: { ...packet.stages, drawStartSec: atSec } };
}

function setUp(isCopied: boolean) {
	const events = new EventListeners<RecordedCameraEvents>();
	const camera: RecordedCamera = { isCopied, on: (name, listener) => events.on(name, listener) };
	const recorded: string[] = [];
	const tap = new CameraTap(
		new Map([["wrist", camera]]),
		(name, { keyframe, stages }) => recorded.push(`${name} ${keyframe ? "key" : "delta"} ${stages.drawStartSec}`),
		(name, pictures) => recorded.push(`${name} has lost ${pictures}`),
	);
	return { tap, events, recorded };
}

const viewerOf = (asked: string[], name = "") => ({ requestKeyframe: () => void asked.push(name) });

it("records a camera's own pictures once, from a key frame on, however many viewers see them, and their loss", () => {
	const { tap, events, recorded } = setUp(true);
	events.emit("picture", picture(false, 1));
	events.emit("picture", picture(true, 2));
	for (const viewer of [viewerOf([]), viewerOf([])]) tap.sent(viewer, "wrist", picture(true, 2));
	events.emit("picture", picture(false, 3));
	events.emit("missed", 12);
	tap.close();
	events.emit("picture", picture(true, 4));
	events.emit("missed", 13);
	expect(recorded).toEqual(["wrist key 2", "wrist delta 3", "wrist has lost 12"]);
});

it("records what is drawn for one viewer, and for the next one when that gets nothing more", () => {
	const { tap, recorded } = setUp(false);
	const asked: string[] = [];
	const [one, other] = [viewerOf(asked, "one"), viewerOf(asked, "other")];
	tap.sent(one, "wrist", picture(false, 1));
	tap.sent(other, "wrist", picture(true, 1.5));
	tap.sent(one, "wrist", picture(true, 2));
	tap.sent(other, "wrist", picture(false, 2.5));
	tap.sent(one, "wrist", picture(true, 4.4));
	tap.sent(one, "wrist", picture(true, 4.6));
	tap.sent(one, "wrist", picture(false, 5));
	tap.sent(one, "unknown", picture(true, 5));
	expect(asked, "nobody's pictures are recorded yet").toEqual(["one"]);
	expect(recorded).toEqual(["wrist key 1.5", "wrist delta 2.5", "wrist key 4.6", "wrist delta 5"]);
});
