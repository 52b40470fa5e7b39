import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTsc } from "./packed-package.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

interface Manifest {
	readonly name: string;
	readonly dependencies?: { readonly [name: string]: string };
}

/**
 * An empty project in which a user has installed the package of one workspace: packed by npm from
 * freshly compiled sources, beside its own dependencies and nothing else.
 */
export class WorkspaceUser implements Disposable {
	readonly folder = mkdtempSync(join(tmpdir(), "panogaze-user-"));
	/** Folder of the installed package. */
	readonly installed: string;

	/**
	 * @param workspace name of its folder in packages/.
	 * @throws {Error} with the compiler's words if the package does not compile.
	 */
	constructor(workspace: string) {
		const home = join(root, "packages", workspace);
		const staged = join(this.folder, "staged");
		mkdirSync(staged);
		for (const name of ["package.json", "README.md", "LICENSE"]) cpSync(join(home, name), join(staged, name));
		const complaints = runTsc(["-p", join(home, "tsconfig.build.json"), "--outDir", join(staged, "dist")], root);
		if (complaints !== "") throw new Error(complaints);
		const pack = ["pack", "--ignore-scripts", "--silent"];
		const tarball = execFileSync("npm", pack, { cwd: staged, encoding: "utf8" }).trim();
		execFileSync("tar", ["-xzf", tarball], { cwd: staged });
		const { name, dependencies = {} } = JSON.parse(readFileSync(join(staged, "package.json"), "utf8")) as Manifest;
		this.installed = join(this.folder, "node_modules", name);
		mkdirSync(join(this.folder, "node_modules"));
		renameSync(join(staged, "package"), this.installed);
		rmSync(staged, { recursive: true });
		for (const dependency of Object.keys(dependencies)) this.#link(dependency);
		this.write("package.json", JSON.stringify({ type: "module", private: true }));
	}

	/** A file of the user's. */
	write(path: string, text: string): void {
		mkdirSync(join(this.folder, dirname(path)), { recursive: true });
		writeFileSync(join(this.folder, path), text);
	}

	[Symbol.dispose](): void {
		rmSync(this.folder, { recursive: true, force: true });
	}

	#link(dependency: string): void {
		const link = join(this.folder, "node_modules", dependency);
		mkdirSync(dirname(link), { recursive: true });
		symlinkSync(join(root, "node_modules", dependency), link);
	}
}
