import { describe, expect, it } from "vitest";
import { RERUN_SERVICE, RerunPasses } from "./rerun-passes.ts";

const cookieOf = (header: string) => header.split(";")[0]!;

describe("RerunPasses", () => {
	it("admit for ten minutes, by a cookie that no script reads and no other site sends", () => {
		let nowSec = 0;
		const passes = new RerunPasses(() => nowSec);
		const header = passes.issue(8080, true);
		expect(header).toMatch(
			new RegExp(
				`^panogaze-rerun-8080=[\\w-]{32}; HttpOnly; SameSite=Strict; ` +
					`Path=${RERUN_SERVICE}; Max-Age=600; Secure$`,
			),
		);
		expect(passes.issue(8080, false)).not.toContain("Secure");
		const cookie = cookieOf(header);
		expect(passes.admits(`theme=dark; ${cookie}; x`, 8080)).toBe(true);
		expect(passes.admits(cookie, 8081)).toBe(false);
		expect(passes.admits(`${cookie}x`, 8080)).toBe(false);
		expect(passes.admits(undefined, 8080)).toBe(false);
		nowSec = 600;
		expect(passes.admits(cookie, 8080)).toBe(false);
	});

	it("are bounded in number: the oldest goes", () => {
		const passes = new RerunPasses(() => 0);
		const cookies = Array.from({ length: 257 }, () => cookieOf(passes.issue(1, false)));
		expect(passes.admits(cookies[0], 1)).toBe(false);
		expect(cookies.slice(1).every((cookie) => passes.admits(cookie, 1))).toBe(true);
	});
});
