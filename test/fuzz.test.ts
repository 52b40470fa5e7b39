import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));

describe("npm run fuzz", () => {
	it("finds a fault behind four bytes, one block after the other", () => {
		const output = execFileSync(process.execPath, ["test/support/fuzz-process.ts", "3"], {
			cwd: root,
			encoding: "utf8",
		});
		const { executions, failing, corpus } = JSON.parse(output) as {
			executions: number;
			failing?: string;
			corpus: number;
		};
		expect(failing).toMatch(/^50414e4f/);
		expect(corpus).toBeGreaterThanOrEqual(4);
		expect(executions).toBeLessThan(200_000);
	});

	it("names its targets when asked for one that it does not have", () => {
		const { status, stderr } = spawnSync(process.execPath, ["fuzz/main.ts", "nothing"], {
			cwd: root,
			encoding: "utf8",
		});
		expect(status).toBe(2);
		for (const file of readdirSync(`${root}fuzz/targets`)) expect(stderr).toContain(file.replace(/\.ts$/, ""));
	});
});
