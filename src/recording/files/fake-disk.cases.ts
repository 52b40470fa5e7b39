import type { FileCalls } from "./file-calls.ts";

/** A disk in memory whose files a test lets hang, or be full. */
export class FakeDisk {
	/** Content by path. */
	readonly files = new Map<string, Buffer>();
	/** Files that a sync is asked for, in their order. */
	readonly syncs: string[] = [];
	/** Bytes that fit into a file, by its path; the others have no bound. */
	readonly room = new Map<string, number>();
	/** Files that can't be made. */
	readonly unmade = new Set<string>();
	/** Files that were closed, in their order. */
	readonly closed: string[] = [];
	/** Most writes that were under way at once. */
	mostWrites = 0;
	/** Files whose sync finds no room. */
	readonly unsynced = new Set<string>();
	/** Syncs do not end until `resumeSyncs`. */
	syncsHang = false;
	readonly #syncs: (() => void)[] = [];
	readonly #paths: string[] = [];
	readonly #held = new Map<string, (() => void)[]>();
	readonly #opening = new Map<string, (() => void)[]>();
	#writes = 0;

	readonly calls: FileCalls = {
		open: async (path) => {
			const held = this.#opening.get(path);
			if (held !== undefined) await new Promise<void>((resolve) => held.push(resolve));
			if (this.unmade.has(path)) throw new Error("no room for it");
			this.files.set(path, Buffer.alloc(0));
			return { descriptor: this.#paths.push(path) - 1, isRegular: true };
		},
		write: async (descriptor, pieces, at) => {
			const path = this.#paths[descriptor]!;
			this.mostWrites = Math.max(this.mostWrites, ++this.#writes);
			const held = this.#held.get(path);
			if (held !== undefined) await new Promise<void>((resolve) => held.push(resolve));
			this.#writes--;
			const before = this.files.get(path)!.subarray(0, at!);
			const room = (this.room.get(path) ?? Number.POSITIVE_INFINITY) - before.length;
			const bytes = Buffer.concat(pieces).subarray(0, room);
			if (bytes.length === 0) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
			this.files.set(path, Buffer.concat([before, bytes]));
			return bytes.length;
		},
		sync: async (descriptor) => {
			const path = this.#paths[descriptor]!;
			this.syncs.push(path);
			if (this.syncsHang) await new Promise<void>((resolve) => this.#syncs.push(resolve));
			if (this.unsynced.has(path)) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
		},
		truncate: async (descriptor, byteLength) => {
			const path = this.#paths[descriptor]!;
			this.files.set(path, this.files.get(path)!.subarray(0, byteLength));
		},
		close: async (descriptor) => void this.closed.push(this.#paths[descriptor]!),
		remove: async (path) => void this.files.delete(path),
	};

	/** Writes into a file hang from now on. */
	hold(path: string): void {
		this.#held.set(path, []);
	}

	/** The opening of a file hangs. */
	holdOpening(path: string): void {
		this.#opening.set(path, []);
	}

	/** They are done now, and later ones at once. */
	release(path: string): void {
		for (const held of [this.#held, this.#opening]) {
			const waiting = held.get(path) ?? [];
			held.delete(path);
			for (const resume of waiting) resume();
		}
	}

	/** Syncs end at once from now on. */
	resumeSyncs(): void {
		this.syncsHang = false;
		for (const resume of this.#syncs.splice(0)) resume();
	}

	text(path: string): string {
		return this.files.get(path)!.toString();
	}
}
