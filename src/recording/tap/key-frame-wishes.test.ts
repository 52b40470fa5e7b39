import { describe, expect, it } from "vitest";
import { FakeViewer } from "../fake-session.cases.ts";
import { KeyFrameWishes } from "./key-frame-wishes.ts";

describe("KeyFrameWishes", () => {
	it("ask each viewer whose key frame is old, once until it can have come", () => {
		const viewer = new FakeViewer();
		const wishes = new KeyFrameWishes();
		const ask = (nowSec: number) => {
			wishes.ask([viewer.asViewer], 10, nowSec);
			return viewer.keyframeRequests;
		};
		expect([ask(100), ask(100.5), ask(101.5)]).toEqual([1, 1, 2]);
		wishes.came(viewer.asViewer, 102);
		expect([ask(112), ask(112.5)]).toEqual([2, 3]);
	});
});
