import { WriteStream } from "node:tty";
import { describe, expect, it } from "vitest";
import { recordMotionCommand } from "./record-motion-command.ts";
import { serveCommand } from "./serve-command.ts";
import { isColoured } from "./server-flags.ts";

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
		expect(command.helpInformation()).toMatch(/^Source:\n[\s\S]*^View:\n[\s\S]*^Network:\n[\s\S]*^Security:\n[\s\S]*^Log:\n/m);
	});
});

describe("log lines", () => {
	it("are coloured on a terminal, unless NO_COLOR is set or the terminal has no colours", () => {
		const { hasColors, getColorDepth } = WriteStream.prototype;
		const terminal = { isTTY: true, hasColors, getColorDepth };
		const environment = { TERM: "xterm-256color" };
		expect(isColoured(terminal, environment)).toBe(true);
		expect(isColoured(terminal, { ...environment, NO_COLOR: "1" })).toBe(false);
		expect(isColoured(terminal, { TERM: "dumb" })).toBe(false);
		expect(isColoured({ ...terminal, isTTY: false }, environment)).toBe(false);
	});
});
