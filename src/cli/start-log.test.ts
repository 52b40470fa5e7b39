import { WriteStream } from "node:tty";
import { describe, expect, it } from "vitest";
import { isColoured } from "./start-log.ts";

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
