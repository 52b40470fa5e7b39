import { describe, expect, it } from "vitest";
import { checkedApplicationId } from "../rrd/application-id.ts";
import { entityPath, escapeEntityPathPart, parseEntityPath } from "./entity-path.ts";

describe("entityPath()", () => {
	// Each as rerun-sdk 0.41 (Python) has it: escape_entity_path_part, new_entity_path, and what
	// log() makes of a text.
	it("escapes as the official SDK does", () => {
		expect(escapeEntityPathPart("a b")).toBe("a\\ b");
		expect(escapeEntityPathPart("äöü€😀")).toBe("äöü\\u{20AC}\\u{1F600}");
		expect(escapeEntityPathPart("a.b-c_d")).toBe("a.b-c_d");
		expect(escapeEntityPathPart("!\"#$%&'()*+,:;<=>?@[\\]^`{|}~")).toBe(
			"\\!\\\"\\#\\$\\%\\&\\'\\(\\)\\*\\+\\,\\:\\;\\<\\=\\>\\?\\@\\[\\\\\\]\\^\\`\\{\\|\\}\\~",
		);
		expect(escapeEntityPathPart("\n\r\t\x01\x00")).toBe("\\n\\r\\t\\u{0001}\\u{0000}");
		expect(escapeEntityPathPart("१२x²日本")).toBe("१२x²日本");
		expect(escapeEntityPathPart("\u0301")).toBe("\\u{0301}");
	});

	it("takes parts as they are, and texts with escapes", () => {
		expect(entityPath([])).toBe("/");
		expect(entityPath(["a", "b c/d"])).toBe("/a/b\\ c\\/d");
		expect(entityPath("world/points")).toBe("/world/points");
		expect(entityPath("a\\u{41}b/c\\/d")).toBe("/aAb/c\\/d");
	});

	it("forgives what the official SDK forgives", () => {
		expect(entityPath("")).toBe("/");
		expect(entityPath("/a//b/")).toBe("/a/b");
		expect(entityPath("a b/x!y")).toBe("/a\\ b/x\\!y");
		expect(entityPath("\\")).toBe("/\\\\");
		expect(entityPath("a\\q")).toBe("/aq");
		expect(entityPath("a\\u{zz}")).toBe("/a\\\\u\\{zz\\}");
		expect(entityPath("a\\u{41")).toBe("/a\\\\u\\{41");
		expect(entityPath("\\u{110000}")).toBe("/\\\\u\\{110000\\}");
		expect(entityPath("\\u{d800}")).toBe("/\\\\u\\{d800\\}");
	});

	it("gives the same again for what it gave", () => {
		for (const path of ["a b/c", "€/\n", "\\q/\\\\", "x\\/y/z"]) {
			const once = entityPath(path);
			expect(entityPath(once)).toBe(once);
			expect(entityPath(parseEntityPath(once))).toBe(once);
		}
	});
});

describe("checkedApplicationId()", () => {
	it("takes what Rerun keeps, and says why it refuses the rest", () => {
		expect(checkedApplicationId("my app_-[x]:1")).toBe("my app_-[x]:1");
		expect(() => checkedApplicationId("a.b")).toThrow('The application id "a.b" has "."');
		expect(() => checkedApplicationId("ä")).toThrow("ASCII letters");
		expect(() => checkedApplicationId("x".repeat(181))).toThrow("181 characters");
		expect(() => checkedApplicationId("")).toThrow("must not be empty");
	});
});
