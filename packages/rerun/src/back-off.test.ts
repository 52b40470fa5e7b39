import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("back-off.ts is the same file as panogaze's own: the SDK depends on nothing", () => {
	const textOf = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
	expect(textOf("./back-off.ts")).toBe(textOf("../../../src/media/back-off.ts"));
});
