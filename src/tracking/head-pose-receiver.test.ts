import { describe, expect, it } from "vitest";
import { HeadPoseReceiver } from "./head-pose-receiver.ts";
import { encodeHeadMessage } from "./tracking-message.ts";

const head = (sequence: number, stream = 0) => encodeHeadMessage({ sequence, clientTimeMs: sequence, orientation: [0, 0, 0, 1] }, stream);

describe("HeadPoseReceiver", () => {
	it("hands on the newest pose of each stream and counts everything else", () => {
		const receiver = new HeadPoseReceiver();
		expect(receiver.receive(head(3))?.sequence).toBe(3);
		expect(receiver.receive(head(1))).toBeUndefined();
		expect(receiver.receive(head(1, 2))?.sequence).toBe(1);
		expect(receiver.receive('{"type":"eyes"}')).toBeUndefined();
		expect(receiver.receive("hello")).toBeUndefined();
		expect(receiver.receive(head(6))?.sequence).toBe(6);
		expect(receiver.counters).toEqual({
			accepted: 3,
			late: 1,
			gaps: 2,
			ignored: 1,
			refused: 1,
			lastRefusal: "it is not a JSON object",
		});
	});

	it("remembers a bounded number of streams", () => {
		const receiver = new HeadPoseReceiver();
		for (let stream = 0; stream < 100; stream++) receiver.receive(head(1, stream));
		expect(receiver.counters).toMatchObject({ accepted: 16, refused: 84 });
		expect(receiver.receive(head(2, 0))?.sequence).toBe(2);
	});
});
