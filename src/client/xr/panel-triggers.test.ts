import { describe, expect, it } from "vitest";
import { PoseSample } from "../../skeleton/pose-sample.ts";
import { PanelTriggers } from "./panel-triggers.ts";

const ON_PANEL = new Set(["right"]);
const ELSEWHERE = new Set<string>();

describe("PanelTriggers", () => {
	const sample = new PoseSample();
	sample.kind = "controller";
	sample.hand = "right";
	/** Buttons, as they are sent, with the squeeze held and the trigger pulled so far. */
	const sent = (triggers: PanelTriggers, pulled: number, pointing: ReadonlySet<string>) => {
		const { controls } = sample;
		controls.buttons[0] = pulled;
		controls.pressed = pulled > 0.5 ? 0b11 : 0b10;
		triggers.hide([sample], pointing);
		return [controls.buttons[0], controls.pressed];
	};

	it("hide a pull that began on the panel, until the trigger is let go", () => {
		const triggers = new PanelTriggers();
		expect(sent(triggers, 1, ELSEWHERE)).toEqual([1, 0b11]);
		sent(triggers, 0, ON_PANEL);
		for (const pointing of [ON_PANEL, ELSEWHERE]) expect(sent(triggers, 1, pointing)).toEqual([0, 0b10]);
		sent(triggers, 0, ELSEWHERE);
		expect(sent(triggers, 1, ELSEWHERE)).toEqual([1, 0b11]);
	});

	it("leave a trigger that was pulled before it came to the panel: a robot must not let go", () => {
		const triggers = new PanelTriggers();
		sent(triggers, 1, ELSEWHERE);
		expect(sent(triggers, 1, ON_PANEL)).toEqual([1, 0b11]);
	});
});
