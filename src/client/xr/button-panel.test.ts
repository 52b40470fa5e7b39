import { describe, expect, it } from "vitest";
import { quaternionFromAngles } from "../../media/rotation.ts";
import { buttonAt, panelLayout, panelSize } from "./button-panel.ts";
import { meetingOf, placeAt } from "./camera-placing.ts";

const HEAD = [0.2, 1.6, 0.1] as const;

/** The button of a panel ahead where the wearer points. */
function pressed<Action extends string>(
	layout: ReturnType<typeof panelLayout<Action>>,
	yawDeg: number,
	pitchDeg: number,
): Action | undefined {
	const place = placeAt(HEAD, 30, -25, 1.1);
	const rotation = quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 0 });
	const met = meetingOf({ position: HEAD, rotation }, place, panelSize(layout));
	return met && buttonAt(layout, met);
}

describe("a panel with buttons", () => {
	it("has them in rows of two below its words, and none elsewhere", () => {
		const buttons = ["yes", "no", "close"].map((action) => ({ action, label: action }));
		const layout = panelLayout({ title: "May you?", buttons }, 1);
		expect([pressed(layout, 20, -27), pressed(layout, 40, -27), pressed(layout, 20, -32)]).toEqual(
			buttons.map(({ action }) => action),
		);
		expect([
			pressed(layout, 40, -32),
			pressed(layout, 20, -19),
			pressed(layout, 30, -27),
			pressed(layout, 80, -27),
		]).toEqual(Array(4).fill(undefined));
	});

	it("grows with its words, and a line of them covers no button", () => {
		const buttons = [{ action: "yes", label: "Yes" }];
		for (const lineCount of [0, 3, 6]) {
			const { height, lines, boxes } = panelLayout({ title: "May you?", buttons }, lineCount);
			expect(lines).toHaveLength(lineCount);
			expect((lines.at(-1) ?? 0) + 23).toBeLessThanOrEqual(boxes[0]!.top);
			expect(boxes[0]!.top + boxes[0]!.height).toBeLessThan(height);
		}
	});

	it("is one button where it has no title", () => {
		const layout = panelLayout({ title: "", buttons: [{ action: "open", label: "Record" }] }, 0);
		expect([pressed(layout, 30, -25), pressed(layout, 42, -24), pressed(layout, 46, -25)]).toEqual([
			"open",
			"open",
			undefined,
		]);
	});
});
