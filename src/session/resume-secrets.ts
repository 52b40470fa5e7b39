import { randomBytes } from "node:crypto";
import { secretDigest } from "./secret-digest.ts";

/**
 * What a second connection shows to take the place of a first one. A secret is as good as the
 * session that it belongs to, and so it lives no longer; it is not the session's id, which logs and
 * applications know.
 */
export class ResumeSecrets<Holder> {
	/** Holders by the digest of the secret, in base64. */
	readonly #holders = new Map<string, Holder>();

	/** @param over when it is to be forgotten */
	keep(secret: string, holder: Holder, over: Promise<unknown>): void {
		const key = keyOf(secret);
		this.#holders.set(key, holder);
		void over.then(() => this.#holders.delete(key));
	}

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
