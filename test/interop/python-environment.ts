import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setUpRerun } from "./rerun-environment.ts";

const folder = fileURLToPath(new URL("../../.cache/interop", import.meta.url));

/** Python of the foreign peers. */
export const pythonPath = `${folder}/bin/python`;

/** Packages of the peers, pinned: a new release can't fail our tests unnoticed. */
const PACKAGES = ["aiortc==1.16.0", "h5py==3.16.0", "mcap==1.6.0", "numpy==2.4.6", "pyarrow==26.0.1"];

/** Makes the Python environments unless they are there, before files run beside each other. */
export default function setup(): void {
	setUpPeers();
	setUpRerun();
}

function setUpPeers(): void {
	const marker = `${folder}/panogaze-ready`;
	const made = PACKAGES.join("\n");
	if (existsSync(marker) && readFileSync(marker, "utf8") === made) return;
	execFileSync("python3", ["-m", "venv", "--clear", folder], { stdio: "inherit" });
	execFileSync(pythonPath, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES], {
		stdio: "inherit",
	});
	writeFileSync(marker, made);
}
