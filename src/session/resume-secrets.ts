import { randomBytes } from "node:crypto";
import { secretDigest } from "./secret-digest.ts";

/**
 * Secrets of connections that are over and still hold. On a bad path the welcome that brings a
 * client the newest one may come late, so it may show an older one.
 */
const MOST_FORMER = 4;

/**
 * The secrets by which a second connection takes the place of a first one. A viewer has one for
 * each of its connections, and those of the last few that are over; none outlives the viewer. A
 * secret is not the session's id, which logs and applications know.
 */
export class ResumeSecrets<Viewer> {
	/** Viewers by the digest of the secret, in base64. */
	readonly #viewers = new Map<string, Viewer>();
	/** Digests of connections that are over, oldest first. */
	readonly #former = new Map<Viewer, string[]>();

	/** Keeps the secret of a connection. @param over resolves when that is over. */
	keep(secret: string, viewer: Viewer, over: Promise<unknown>): void {
		const key = keyOf(secret);
		this.#viewers.set(key, viewer);
		if (!this.#former.has(viewer)) this.#former.set(viewer, []);
		void over.then(() => {
			const former = this.#former.get(viewer);
			if (former === undefined) this.#viewers.delete(key);
			else if (former.push(key) > MOST_FORMER) this.#viewers.delete(former.shift()!);
		});
	}

	/** Forgets all secrets of a viewer. */
	forget(viewer: Viewer): void {
		this.#former.delete(viewer);
		for (const [key, holder] of this.#viewers) if (holder === viewer) this.#viewers.delete(key);
	}

	/** @returns the viewer of a secret; `undefined` for a wrong or a missing one. */
	find(secret: string | undefined): Viewer | undefined {
		return secret === undefined ? undefined : this.#viewers.get(keyOf(secret));
	}
}

function keyOf(secret: string): string {
	return secretDigest(secret).toString("base64");
}

/** 144 bits at random. */
export function newResumeSecret(): string {
	return randomBytes(18).toString("base64url");
}
