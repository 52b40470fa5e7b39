import { describe, expect, it } from "vitest";
import { type GrpcError, GrpcStatus } from "./grpc-frames.ts";
import { UnfinishedMessages } from "./unfinished-messages.ts";

/** A call whose end is noted. */
function call() {
	const ended: GrpcError[] = [];
	const end = (error: GrpcError) => ended.push(error);
	return { end, ended };
}

describe("UnfinishedMessages", () => {
	it("ends the calls whose messages began first when all together are too long, and never the only one", () => {
		const messages = new UnfinishedMessages({ maxUnfinishedBytes: 1000 });
		const [first, second, third] = [call(), call(), call()];
		messages.update(first.end, 400, false, 0);
		messages.update(second.end, 400, false, 1);
		messages.update(third.end, 200, false, 2);
		expect(messages.byteLength).toBe(1000);
		// The first has a new message now, and so began last.
		messages.update(first.end, 100, true, 3);
		messages.update(third.end, 600, false, 4);
		expect(second.ended).toMatchObject([
			{ code: GrpcStatus.unavailable, message: expect.stringContaining("more than 1000 bytes") },
		]);
		expect(first.ended).toEqual([]);
		messages.update(third.end, 5000, false, 5);
		expect(first.ended).toHaveLength(0);
		expect(third.ended).toHaveLength(1);
		messages.update(first.end, 50_000, false, 6);
		expect(first.ended).toEqual([]);
		expect([messages.byteLength, messages.count]).toEqual([50_000, 1]);
		messages.update(first.end, 0, true, 7);
		expect([messages.byteLength, messages.count]).toEqual([0, 0]);
	});

	it("ends calls whose messages stop, and such as trickle, but none that go on fast enough", () => {
		const messages = new UnfinishedMessages({ messageTimeoutSec: 10 });
		const [stopped, trickling, large] = [call(), call(), call()];
		messages.update(stopped.end, 1_000_000, false, 0);
		for (let second = 0; second <= 60; second++) {
			if (trickling.ended.length === 0) messages.update(trickling.end, second + 1, false, 1000 * second);
			// 2 MB/s, so that 100 MB take 50 s.
			messages.update(large.end, second >= 50 ? 0 : 2_000_000 * (second + 1), false, 1000 * second);
			messages.check(1000 * second);
			if (second === 9) expect([stopped.ended, trickling.ended].flat()).toEqual([]);
			if (second === 11)
				for (const { ended } of [stopped, trickling])
					expect(ended).toMatchObject([{ code: GrpcStatus.deadlineExceeded }]);
		}
		expect(large.ended).toEqual([]);
		expect(messages.count).toBe(0);
	});
});
