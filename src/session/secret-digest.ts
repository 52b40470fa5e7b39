import { createHash } from "node:crypto";

/**
 * SHA-256 of a secret. Digests are kept and compared in place of secrets: all have one
 * length, and the time of a look-up reveals nothing.
 */
export function secretDigest(secret: string): Buffer {
	return createHash("sha256").update(secret).digest();
}
