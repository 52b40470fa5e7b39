import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { describe, expect, it } from "vitest";
import { FileDescriptors } from "./file-descriptors.ts";

describe("FileDescriptors", () => {
	it.runIf(process.platform === "linux")("counts what is free: one less for each file that is open", () => {
		const descriptors = new FileDescriptors(500);
		const before = descriptors.free;
		expect(before).toBeGreaterThan(0);
		expect(before).toBeLessThan(500);
		const files = Array.from({ length: 5 }, () => openSync(devNull, "r"));
		expect(descriptors.free).toBe(before - 5);
		for (const file of files) closeSync(file);
		expect(descriptors.free).toBe(before);
		expect(new FileDescriptors(1).free).toBe(0);
	});

	it("finds the limit of the system", () => {
		expect(new FileDescriptors().free).toBeGreaterThan(0);
	});
});
