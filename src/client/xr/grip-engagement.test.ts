import { describe, expect, it } from "vitest";
import { GripEngagement } from "./grip-engagement.ts";

const LEFT = { handedness: "left" } as XRInputSource;
const RIGHT = { handedness: "right" } as XRInputSource;
const LEFT_HAND = { handedness: "left", hand: {} } as XRInputSource;
const RIGHT_HAND = { handedness: "right", hand: {} } as XRInputSource;

/** A session whose events the test makes, and the changes that it leads to. */
function wearer() {
	const session = Object.assign(new EventTarget(), { visibilityState: "visible" });
	const changes: boolean[] = [];
	const engagement = new GripEngagement(session as unknown as XRSession, (engaged) => changes.push(engaged));
	return {
		changes,
		engagement,
		does(type: string, inputSource: XRInputSource) {
			session.dispatchEvent(Object.assign(new Event(type), { inputSource, removed: [inputSource] }));
		},
		becomes(visibilityState: string) {
			Object.assign(session, { visibilityState }).dispatchEvent(new Event("visibilitychange"));
		},
	};
}

describe("GripEngagement", () => {
	it("lasts while either grip is squeezed, and is reported once for both", () => {
		const { changes, does } = wearer();
		does("selectstart", RIGHT);
		for (const [type, source] of [
			["squeezestart", LEFT],
			["squeezestart", RIGHT],
			["squeezeend", LEFT],
		] as const)
			does(type, source);
		expect(changes).toEqual([true]);
		does("squeezeend", RIGHT);
		expect(changes).toEqual([true, false]);
	});

	it("takes the pinch of the left hand, and leaves the right hand to the robot", () => {
		const { changes, does } = wearer();
		does("selectstart", RIGHT_HAND);
		does("selectend", RIGHT_HAND);
		expect(changes).toEqual([]);
		does("selectstart", LEFT_HAND);
		does("selectend", LEFT_HAND);
		expect(changes).toEqual([true, false]);
	});

	it("ends with a controller that goes, a session that is hidden, and its own end", () => {
		const { changes, does, becomes, engagement } = wearer();
		does("squeezestart", LEFT);
		does("inputsourceschange", LEFT);
		does("squeezestart", LEFT);
		becomes("hidden");
		becomes("visible");
		does("squeezestart", RIGHT);
		engagement.close();
		does("squeezestart", LEFT);
		expect(changes).toEqual([true, false, true, false, true, false]);
	});
});
