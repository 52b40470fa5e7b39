import { describe, expect, it } from "vitest";
import { Liveness } from "./liveness.ts";

describe("Liveness", () => {
	it("pauses once after five seconds of silence, resumes when something comes, and closes after ten", () => {
		const liveness = new Liveness({ pauseAfterSec: 5, closeAfterSec: 10 }, 100);
		expect(liveness.check(104.9)).toBeUndefined();
		expect(liveness.check(105)).toBe("pause");
		expect(liveness.check(106)).toBeUndefined();
		expect(liveness.paused).toBe(true);
		expect(liveness.arrived(107)).toBe(true);
		expect(liveness.arrived(107.1)).toBe(false);
		expect(liveness.check(112.2)).toBe("pause");
		expect(liveness.check(117.1)).toBe("close");
	});

	it("does not count silence while nothing is sent, but a paused viewer's silence goes on", () => {
		const liveness = new Liveness({ pauseAfterSec: 5, closeAfterSec: 10 }, 0);
		for (let sec = 1; sec <= 30; sec++) {
			liveness.idle(sec);
			expect(liveness.check(sec)).toBeUndefined();
		}
		expect(liveness.check(35)).toBe("pause");
		liveness.idle(39);
		expect(liveness.check(40)).toBe("close");
	});
});
