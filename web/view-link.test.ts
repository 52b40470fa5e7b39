import { describe, expect, it } from "vitest";
import { fragmentWith, shareLink, viewOfFragment } from "./view-link.ts";

describe("a link to a view", () => {
	it("states direction, field of view and time, and is read back as it was written", () => {
		const view = { yawDeg: 90, pitchDeg: -5, fovDeg: 60, timeSec: 12.5 };
		expect(viewOfFragment("#yaw=90&pitch=-5&fov=60&t=12.5")).toEqual(view);
		expect(fragmentWith("", view)).toBe("#yaw=90&pitch=-5&fov=60&t=12.5");
		const odd = { yawDeg: -179.987654, pitchDeg: 0.004 };
		expect(viewOfFragment(fragmentWith("", odd))).toEqual({ yawDeg: -179.99, pitchDeg: 0 });
	});

	it("is read without the parts that are no numbers within their bounds", () => {
		const nonsense = [
			"",
			"#",
			"#yaw",
			"yaw=NaN",
			"#yaw=1e3",
			"#pitch=91",
			"#fov=0",
			"#fov=360",
			"#t=-1",
			"#%",
			"#&&==",
		];
		for (const fragment of nonsense) expect(viewOfFragment(fragment), fragment).toEqual({});
		expect(viewOfFragment("#yaw=Infinity&pitch=5&fov=0x20&t=99999999")).toEqual({ pitchDeg: 5 });
		expect(viewOfFragment(`#yaw=${"9".repeat(100_000)}&pitch=1`)).toEqual({ pitchDeg: 1 });
		expect(viewOfFragment("#__proto__=1&yaw=10&yaw=20")).toEqual({ yawDeg: 10 });
	});

	it("keeps the other parts of the page's own fragment", () => {
		expect(fragmentWith("#token=drive&yaw=3", { yawDeg: 4 })).toBe("#token=drive&yaw=4");
		expect(fragmentWith("#token=drive&yaw=3", undefined)).toBe("#token=drive");
		expect(fragmentWith("#yaw=3&t=2", undefined)).toBe("");
	});

	it("never carries the token, nor anything in the address that may be a secret", () => {
		const address =
			"https://me:pass@camera.example/a/?lens=little-planet&camera=2&access_token=abc&apiKey=x&lang=de" +
			"#token=drive&yaw=1&pitch=2";
		const link = shareLink(address, { yawDeg: 90, pitchDeg: 0, fovDeg: 75 });
		expect(link).toBe("https://camera.example/a/?lens=little-planet&camera=2#yaw=90&pitch=0&fov=75");
	});
});
