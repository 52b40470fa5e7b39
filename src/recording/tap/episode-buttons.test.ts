import { describe, expect, it } from "vitest";
import { ControllerInput } from "../../skeleton/pose-sample.ts";
import { EpisodeButtonReader } from "./episode-buttons.ts";

/** A controller with these buttons pressed, by their numbers. */
function controller(hand: "left" | "right", ...pressed: number[]) {
	const controls = new ControllerInput();
	controls.pressed = pressed.reduce((bits, number) => bits | (1 << number), 0);
	return { hand, controls };
}

describe("EpisodeButtonReader", () => {
	it("reads each press once, and its meaning by whether an episode runs", () => {
		const reader = new EpisodeButtonReader({
			start: "right-a",
			success: "right-a",
			failure: "right-b",
			discard: "left-x",
		});
		const presses = [
			reader.read(controller("right", 4), false),
			reader.read(controller("right", 4), true),
			reader.read(controller("right"), true),
			reader.read(controller("right", 4), true),
			reader.read(controller("left", 4), true),
			reader.read(controller("left", 4, 5), true),
			reader.read(controller("right", 4, 5), true),
			reader.read(controller("right"), false),
			reader.read(controller("right", 5), false),
		];
		expect(presses).toEqual([
			"start",
			undefined,
			undefined,
			"success",
			"discard",
			undefined,
			"failure",
			undefined,
			undefined,
		]);
	});

	it("reads nothing where no button is named", () => {
		expect(new EpisodeButtonReader({}).read(controller("right", 0, 1, 2, 3, 4, 5), false)).toBeUndefined();
	});
});
