import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sha256 } from "./sha256.ts";
import { xxh32 } from "./xxh32.ts";

describe("xxh32()", () => {
	it("gives what the Python package xxhash gives, with the seed of Rerun's footers", () => {
		const text = (value: string) => new TextEncoder().encode(value);
		expect(xxh32(text(""), 7850921)).toBe(714552945);
		expect(xxh32(text("abc"), 7850921)).toBe(3742672905);
		expect(
			xxh32(
				Uint8Array.from({ length: 100 }, (_, at) => at),
				7850921,
			),
		).toBe(1225168689);
		// Longer than a step.
		expect(xxh32(new Uint8Array(600_001), 7850921)).toBe(3028276724);
		expect(xxh32(text("Nobody inspects the spammish repetition"), 7850921)).toBe(667133615);
	});
});

describe("sha256()", () => {
	it("gives what Node's crypto gives, at every length of a last block", () => {
		for (const length of [...Array(200).keys(), 65_536, 200_000]) {
			const bytes = Uint8Array.from({ length }, (_, at) => at * 7);
			expect(Buffer.from(sha256(bytes)).toString("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
		}
	});
});
