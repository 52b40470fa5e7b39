import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Fastify from "fastify";
import { expect, it } from "vitest";
import { registerPage } from "./page-files.ts";

it("a checkout without a built page explains how to build it, and shows it when it is built", async () => {
	const folder = mkdtempSync(join(tmpdir(), "panogaze-page-"));
	const open = async () => {
		const app = Fastify();
		await registerPage(app, folder);
		return app.inject("/");
	};
	const missing = await open();
	expect(missing.statusCode).toBe(503);
	expect(missing.body).toContain("npm run build");
	writeFileSync(join(folder, "index.html"), "<title>page</title>");
	const built = await open();
	expect([built.statusCode, built.body]).toEqual([200, "<title>page</title>"]);
	rmSync(folder, { recursive: true });
});
