import { execFileSync } from "node:child_process";
import {
	cpSync,
	globSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const tsc = join(root, "node_modules/typescript/bin/tsc");

/**
 * Runs TypeScript's compiler, the one that this project uses.
 * @returns what it printed; empty if all is well
 */
export function runTsc(args: readonly string[], cwd: string): string {
	try {
		return execFileSync(process.execPath, [tsc, ...args], {
			cwd,
			encoding: "utf8",
			stdio: ["ignore", "pipe", "pipe"],
		});
	} catch (error) {
		const { stdout, stderr } = error as { stdout: string; stderr: string };
		return stdout + stderr;
	}
}

/**
 * A folder in which a user has installed the package: packed by npm from freshly compiled sources
 * (without the page), unpacked into `node_modules` beside the packages that it depends on, and no
 * others.
 */
export class UserProject implements Disposable {
	readonly folder = mkdtempSync(join(tmpdir(), "panogaze-user-"));

	constructor() {
		const staged = join(this.folder, "staged");
		mkdirSync(staged);
		const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { files: string[] };
		const documents = globSync(["package.json", "*.md", "LICENSE", ...files.filter((name) => name !== "dist")], {
			cwd: root,
		});
		for (const name of documents) cpSync(join(root, name), join(staged, name), { recursive: true });
		const complaints = runTsc(["-p", "tsconfig.build.json", "--noCheck", "--outDir", join(staged, "dist")], root);
		if (complaints !== "") throw new Error(complaints);
		const bundled = join(staged, "node_modules/panogaze-rerun");
		mkdirSync(bundled, { recursive: true });
		for (const name of ["package.json", "LICENSE", "README.md"])
			cpSync(join(root, "packages/rerun", name), join(bundled, name));
		const rerun = ["-p", "packages/rerun/tsconfig.build.json", "--noCheck", "--outDir", join(bundled, "dist")];
		const grumbles = runTsc(rerun, root);
		if (grumbles !== "") throw new Error(grumbles);
		const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--silent"], {
			cwd: staged,
			encoding: "utf8",
		}).trim();
		execFileSync("tar", ["-xzf", packed], { cwd: staged });
		mkdirSync(join(this.folder, "node_modules"));
		renameSync(join(staged, "package"), join(this.folder, "node_modules/panogaze"));
		rmSync(staged, { recursive: true });
		this.#linkDependencies();
	}

	/** A file of the user's. */
	write(path: string, text: string): void {
		mkdirSync(join(this.folder, dirname(path)), { recursive: true });
		writeFileSync(join(this.folder, path), text);
	}

	[Symbol.dispose](): void {
		rmSync(this.folder, { recursive: true, force: true });
	}

	#linkDependencies(): void {
		const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
			packages: Record<string, { dev?: boolean; devOptional?: boolean; optional?: boolean; link?: boolean }>;
		};
		for (const [path, entry] of Object.entries(lock.packages)) {
			const { dev = false, devOptional = false, optional = false, link = false } = entry;
			// A link is a workspace of this project.
			if (!/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || dev || devOptional || optional || link) continue;
			mkdirSync(join(this.folder, dirname(path)), { recursive: true });
			symlinkSync(join(root, path), join(this.folder, path));
		}
	}
}
