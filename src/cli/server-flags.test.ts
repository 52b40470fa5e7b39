import { describe, expect, it } from "vitest";
import { recordMotionCommand } from "./record-motion-command.ts";
import { serveCommand } from "./serve-command.ts";

describe("the flags of commands that serve", () => {
	it.each([
		["serve", serveCommand()],
		["record-motion", recordMotionCommand()],
	])("stand under a heading each in the help of %s", (_name, command) => {
		const help = command.createHelp();
		const without = help
			.visibleOptions(command)
			.filter(({ long, helpGroupHeading }) => long !== "--help" && helpGroupHeading === undefined);
		expect(without.map(({ flags }) => flags)).toEqual([]);
		expect(command.helpInformation()).toMatch(
			/^Source:\n[\s\S]*^View:\n[\s\S]*^Network:\n[\s\S]*^Security:\n[\s\S]*^Log:\n/m,
		);
	});
});
