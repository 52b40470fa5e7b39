import { describe, expect, it } from "vitest";
import { CaptureClock } from "../../source/capture-clock.ts";
import { ControlHold } from "./control-hold.ts";
import { SentPictures } from "./sent-pictures.ts";

const WALL_OFFSET_SEC = 1_800_000_000;
const STEP_SEC = 0.04;

/** Pictures of a camera that states its captures are seen as soon as they have arrived. */
class SteeredCamera {
	nowSec = 100;
	/** True age of the pictures on arrival. */
	ageSec = 0.2;
	/** The camera's clock minus the truth. */
	clockFastSec = 0;
	readonly control = new ControlHold({ maxPictureAgeMs: 500, engage: "none" }, this.nowSec);
	readonly #clock = new CaptureClock();
	readonly #pictures = new SentPictures();

	/** @returns true if the viewer was on hold all the time. */
	run(sec: number): boolean {
		let isHeld = true;
		for (const endSec = this.nowSec + sec; this.nowSec < endSec; this.nowSec += STEP_SEC) {
			this.#step(this.nowSec);
			isHeld &&= this.control.hold !== undefined;
		}
		return isHeld;
	}

	#step(nowSec: number): void {
		const stampSec = nowSec - this.ageSec;
		const capturedSec = this.#clock.judge({
			cameraUs: Math.round((WALL_OFFSET_SEC + stampSec + this.clockFastSec) * 1e6),
			stampSec,
			receivedSec: nowSec,
			wallOffsetSec: WALL_OFFSET_SEC,
		});
		const rtpTicks = Math.round(nowSec * 90_000);
		this.#pictures.add(rtpTicks, {
			capturedSec,
			panoramaReadySec: nowSec,
			poseReceivedSec: nowSec,
			drawStartSec: nowSec,
			drawEndSec: nowSec,
			encodeEndSec: nowSec,
		});
		this.control.pictureSent(rtpTicks, nowSec);
		this.control.poseCame(0, nowSec, nowSec);
		this.control.saw(rtpTicks, this.#pictures.worldSec(rtpTicks), nowSec);
	}
}

describe("A hold for an old picture", () => {
	/** An operator who steers, whose pictures then become 12 s old. */
	function setUp(): SteeredCamera {
		const camera = new SteeredCamera();
		camera.run(3);
		expect(camera.control.hold).toBeUndefined();
		camera.ageSec = 12;
		camera.run(STEP_SEC);
		expect(camera.control.hold?.reason).toBe("picture-old");
		return camera;
	}

	it("lasts as long as a slow network makes the pictures old, however old they are", () => {
		const camera = setUp();
		expect(camera.run(60)).toBe(true);
		expect(camera.control.pictureAgeMs(camera.nowSec)).toBeGreaterThan(11_900);
		camera.ageSec = 0.2;
		camera.run(1);
		expect(camera.control.hold).toBeUndefined();
	});

	it.each([7200, -7200])("outlasts a camera's clock that is set wrong by %s s meanwhile", (clockFastSec) => {
		const camera = setUp();
		camera.run(1);
		camera.clockFastSec = clockFastSec;
		expect(camera.run(60)).toBe(true);
		camera.ageSec = 0.2;
		camera.run(1);
		expect(camera.control.hold).toBeUndefined();
	});
});
