import { expect, it } from "vitest";
import { snapshotName } from "./snapshot-menu.ts";

it("a saved picture is named after its source and its time, with letters that every system takes", () => {
	const at = new Date(2026, 10, 3, 4, 5, 6);
	expect(snapshotName("tour.mp4", "view", at)).toBe("tour.mp4-2026-11-03T04.05.06-view.jpg");
	expect(snapshotName("../a b:c/Kölner Dom?.mp4", "360", at)).toBe(
		"a-b-c-Kölner-Dom-.mp4-2026-11-03T04.05.06-360.jpg",
	);
	expect(snapshotName("", "view", at)).toBe("panogaze-2026-11-03T04.05.06-view.jpg");
	expect(snapshotName("x".repeat(500), "view", at).length).toBeLessThan(100);
});
