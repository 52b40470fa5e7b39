import { describe, expect, it } from "vitest";
import { encodeOverlayMessage, type OverlayMessage } from "../../protocol/overlay-message.ts";
import type { OverlayObject, PulseObject } from "../../protocol/overlay-object.ts";
import { OverlayChannel } from "../overlay-channel.ts";
import { OverlayReader } from "./overlay-reader.ts";

const POINTS: OverlayObject = { kind: "points", frame: "world", color: "#ffffff", size: 4, positions: [0, 0, -1] };

function listening() {
	const seen = { paths: [] as string[], lines: [] as readonly string[], pulses: [] as PulseObject[] };
	const options = {
		onObjects: (objects: ReadonlyMap<string, OverlayObject>) => {
			seen.paths = [...objects.keys()];
		},
		onLines: (lines: readonly string[]) => {
			seen.lines = lines;
		},
		onPulse: (pulse: PulseObject) => seen.pulses.push(pulse),
	};
	return { seen, options };
}

const set = (path: string) => ({ type: "set", path, object: POINTS }) as const;
const textOf = (message: OverlayMessage, n: number) => encodeOverlayMessage({ ...message, n });

describe("OverlayReader", () => {
	it("keeps the set, and passes over what is late, unknown or against the protocol", () => {
		const { seen, options } = listening();
		const reader = new OverlayReader(options);
		reader.receive(textOf({ type: "clear" }, 1));
		reader.receive(textOf(set("a"), 2));
		reader.receive(textOf(set("b"), 5));
		reader.receive(textOf({ type: "remove", path: "b" }, 4));
		reader.receive("{}");
		reader.receive('{"type":"sky","n":6}');
		reader.receive(textOf({ type: "hud", lines: ["x"] }, 7));
		reader.receive(textOf({ type: "pulse", meaning: "hold" }, 8));
		expect(seen.paths).toEqual(["a", "b"]);
		expect(seen.lines).toEqual(["x"]);
		expect(seen.pulses).toMatchObject([{ meaning: "hold" }]);
		reader.receive(textOf({ type: "clear" }, 9));
		expect([seen.paths, seen.lines]).toEqual([[], []]);
	});

	it("forgets all with another session, whose numbers begin anew", () => {
		const { seen, options } = listening();
		const reader = new OverlayReader(options);
		reader.receive(textOf(set("a"), 10));
		reader.restart();
		expect(seen.paths).toEqual([]);
		reader.receive(textOf(set("b"), 1));
		expect(seen.paths).toEqual(["b"]);
	});
});

describe("OverlayChannel", () => {
	it("reads messages that came before its code, in order, but for those of a former session", async () => {
		const { seen, options } = listening();
		const channel = new OverlayChannel(options);
		channel.receive(textOf(set("a"), 1));
		channel.restart();
		channel.receive(textOf(set("b"), 1));
		channel.receive(textOf(set("c"), 2));
		await expect.poll(() => seen.paths).toEqual(["b", "c"]);
		expect([...channel.objects.keys()]).toEqual(["b", "c"]);
	});
});
