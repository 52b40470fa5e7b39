import { randomBytes } from "node:crypto";
import { secretDigest } from "./secret-digest.ts";

/**
 * The secrets by which a second connection takes the place of a first one. A secret is
 * as good as its session, and lives no longer. It is not the session's id, which logs
 * and applications know.
 */
export class ResumeSecrets<Holder> {
	/** Holders by the digest of the secret, in base64. */
	readonly #holders = new Map<string, Holder>();

	/** Keeps a secret until `over` resolves. */
	keep(secret: string, holder: Holder, over: Promise<unknown>): void {
		const key = keyOf(secret);
		this.#holders.set(key, holder);
		void over.then(() => this.#holders.delete(key));
	}

	/** @returns the holder of a secret; `undefined` for a wrong or a missing one. */
	find(secret: string | undefined): Holder | undefined {
		return secret === undefined ? undefined : this.#holders.get(keyOf(secret));
	}
}

function keyOf(secret: string): string {
	return secretDigest(secret).toString("base64");
}

/** 144 bits at random. */
export function newResumeSecret(): string {
	return randomBytes(18).toString("base64url");
}
