import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cache = fileURLToPath(new URL("../../.cache", import.meta.url));

/** Rerun's viewer for browsers, from npm's registry. @returns the package's folder. */
export function setUpWebViewer(version: string): string {
	const folder = join(cache, `interop-web-viewer-${version}`);
	const found = join(folder, "node_modules", "@rerun-io", "web-viewer");
	if (existsSync(join(found, "re_viewer_bg.wasm"))) return found;
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
	execFileSync("npm", ["install", "--no-audit", "--no-fund", "--prefix", folder, `@rerun-io/web-viewer@${version}`], { stdio: "inherit" });
	return found;
}
