import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../.cache/interop-rerun", import.meta.url));

/** The Python that Rerun's own SDK runs in. */
export const rerunPython = `${folder}/bin/python`;

/** Rerun's program, which comes with it. */
export const rerunProgram = `${folder}/bin/rerun`;

/** Pinned, so that a new release can't fail our tests unseen. Rerun's decodes by FFmpeg's. */
const PACKAGES = ["rerun-sdk==0.41.0", "pyarrow==26.0.1", "numpy==2.4.6", "lz4==4.4.5", "imageio-ffmpeg==0.8.1"];

/** Makes the Python environment if it is not there yet. */
export function setUpRerun(): void {
	const marker = `${folder}/panogaze-ready`;
	const made = PACKAGES.join("\n");
	if (existsSync(marker) && readFileSync(marker, "utf8") === made) return;
	execFileSync("python3", ["-m", "venv", "--clear", folder], { stdio: "inherit" });
	execFileSync(rerunPython, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES], {
		stdio: "inherit",
	});
	writeFileSync(marker, made);
}
