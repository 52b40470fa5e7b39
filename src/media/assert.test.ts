import { expect, it } from "vitest";
import { AssertionError, assert } from "./assert.ts";

it("assert() says what was believed, and that panogaze is at fault", () => {
	assert(1, "One is true.");
	const fail = () => assert(0, "A slot has readers.");
	expect(fail).toThrow(AssertionError);
	expect(fail).toThrow("fault of panogaze, please report it. Believed, and not true: A slot has readers.");
});
