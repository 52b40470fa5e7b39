import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** A checkout of another revision in a temporary folder, with this tree's installed packages. */
export class RevisionTree implements Disposable {
	/** Absolute path of the checkout. */
	readonly folder: string;
	readonly #parent: string;

	/**
	 * @param revision a commit, branch or tag
	 * @throws {RangeError} when this repository has no such revision.
	 */
	constructor(revision: string) {
		const commit = commitOf(revision);
		this.#parent = mkdtempSync(join(tmpdir(), "panogaze-revision-"));
		this.folder = join(this.#parent, "tree");
		try {
			git("worktree", "add", "--quiet", "--detach", this.folder, commit);
			linkPackages(this.folder);
		} catch (error) {
			this[Symbol.dispose]();
			throw error;
		}
	}

	/** Removes the checkout. */
	[Symbol.dispose](): void {
		rmSync(this.#parent, { recursive: true, force: true });
		git("worktree", "prune");
	}
}

function commitOf(revision: string): string {
	try {
		return git("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`).trim();
	} catch (cause) {
		throw new RangeError(`This repository has no revision ${revision}.`, { cause });
	}
}

function git(...args: readonly string[]): string {
	return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/**
 * Links each installed package. A workspace is a relative link, which stays one: it leads to the
 * other revision's own sources.
 */
function linkPackages(tree: string): void {
	const installed = join(root, "node_modules");
	const linked = join(tree, "node_modules");
	mkdirSync(linked);
	for (const entry of readdirSync(installed, { withFileTypes: true })) {
		const target = entry.isSymbolicLink() ? readlinkSync(join(installed, entry.name)) : join(installed, entry.name);
		if (entry.name !== ".cache") symlinkSync(target, join(linked, entry.name));
	}
}
