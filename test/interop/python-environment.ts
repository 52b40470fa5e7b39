import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../.cache/interop", import.meta.url));

/** The Python that the foreign peers run in. */
export const pythonPath = `${folder}/bin/python`;

/** What the peers are made of; pinned, so that a new release of theirs can't fail our tests unseen. */
const PACKAGES = ["aiortc==1.16.0", "numpy==2.4.6"];

/** Makes the Python environment if it is not there yet. */
export default function setup(): void {
	const marker = `${folder}/panogaze-ready`;
	if (existsSync(marker)) return;
	execFileSync("python3", ["-m", "venv", "--clear", folder], { stdio: "inherit" });
	execFileSync(pythonPath, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES], { stdio: "inherit" });
	execFileSync("touch", [marker]);
}
