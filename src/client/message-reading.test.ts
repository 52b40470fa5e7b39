import { describe, expect, it } from "vitest";
import { MessageReading } from "./message-reading.ts";

function reading() {
	const read: (string | number)[] = [];
	const made = new MessageReading({
		onControl: ({ message }) => read.push(message.type),
		onFrame: ({ rtpTicks }) => read.push(rtpTicks),
	});
	const frame = (rtp: number) =>
		made.frame(JSON.stringify({ type: "frame", rtp, pose: 0, q: [0, 0, 0, 1], fov: 90 }));
	return { made, read, frame };
}

describe("MessageReading", () => {
	it("keeps what comes before its parsers, in order, and reads the rest at once", async () => {
		const { made, read, frame } = reading();
		frame(1);
		made.control('{"type":"hold","on":false}', true);
		frame(2);
		expect(read).toEqual([]);
		await made.load();
		frame(3);
		made.control("no message", true);
		expect(read).toEqual([1, "hold", 2, 3]);
	});

	it("keeps no more than some seconds of messages, and none of a former session", async () => {
		const { made, read, frame } = reading();
		frame(1);
		made.restart();
		for (let rtp = 2; rtp < 5000; rtp++) frame(rtp);
		await made.load();
		expect([read[0], read.length]).toEqual([2, 1000]);
	});
});
