import { describe, expect, it } from "vitest";
import { anglesFromQuaternion, quaternionFromAngles } from "../../media/rotation.ts";
import { SentLooks } from "./sent-looks.ts";

const towards = (yawDeg: number) => quaternionFromAngles({ yawDeg, pitchDeg: 0, rollDeg: 0 });
const picture = (poseSequence: number, yawDeg: number, fovDeg = 110) => ({
	view: { poseSequence, orientation: towards(yawDeg), fovDeg, eyes: 1 as const, lens: "flat" as const },
	width: 200,
	height: 100,
});

describe("SentLooks", () => {
	it("places the window in the world of the pictures, also after a recentring or a turn by the server", () => {
		const looks = new SentLooks();
		const yawOf = (yawDeg: number) =>
			anglesFromQuaternion(
				looks.windowPlane({ orientation: towards(yawDeg), fovDeg: 90 }, "flat", 2).worldFromView,
			).yawDeg;
		looks.sent(1, { orientation: towards(10), askedFovDeg: 110 });
		looks.pictureShown(picture(1, 10));
		expect(yawOf(12)).toBeCloseTo(12);
		// The client's forward is 60 degrees to the left.
		looks.sent(2, { orientation: towards(20), askedFovDeg: 110 });
		looks.pictureShown(picture(2, -40));
		expect(yawOf(25)).toBeCloseTo(-35);
		// A picture of a pose that is not known any more changes nothing.
		looks.pictureShown(picture(7, 0));
		expect(yawOf(25)).toBeCloseTo(-35);
	});

	it("shows what the window asks for, and follows a zoom of the server's application", () => {
		const looks = new SentLooks();
		const halfWidth = () => looks.windowPlane({ orientation: towards(0), fovDeg: 90 }, "flat", 2).halfWidth;
		looks.sent(1, { orientation: towards(0), askedFovDeg: 110 });
		looks.pictureShown(picture(1, 0));
		expect(halfWidth()).toBeCloseTo(1);
		expect(looks.windowPlane({ orientation: towards(0), fovDeg: 90 }, "flat", 2).halfHeight).toBeCloseTo(0.5);
		looks.pictureShown(picture(1, 0, 60));
		expect(halfWidth()).toBeCloseTo(Math.tan(Math.PI / 6) / Math.tan((55 * Math.PI) / 180));
		looks.sent(2, { orientation: towards(0), askedFovDeg: Number.NaN });
		looks.pictureShown(picture(2, 0));
		expect(halfWidth()).toBeCloseTo(1);
	});

	it("remembers the looks of many seconds, and no more", () => {
		const looks = new SentLooks();
		for (let sequence = 1; sequence <= 1025; sequence++)
			looks.sent(sequence, { orientation: towards(sequence === 1 ? 90 : 0), askedFovDeg: 110 });
		looks.pictureShown(picture(1, 0));
		const { worldFromView } = looks.windowPlane({ orientation: towards(0), fovDeg: 90 }, "flat", 2);
		expect(anglesFromQuaternion(worldFromView).yawDeg).toBeCloseTo(0);
	});
});
