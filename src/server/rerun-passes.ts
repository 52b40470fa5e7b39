import { randomBytes } from "node:crypto";
import { secretDigest } from "../session/secret-digest.ts";

/** The calls of Rerun's viewers, at the root of the host: their program has no prefix. */
export const RERUN_SERVICE = "/rerun.sdk_comms.v1alpha1.MessageProxyService";
/** A pass is asked for just before the call that it is for, behind which the viewer is loaded. */
const LASTS_SEC = 600;
const MOST_PASSES = 256;

/**
 * Short-lived secrets that let a page's viewer, which sends no tokens, call for the live view. A
 * browser keeps one as a cookie that no script reads, for those calls alone.
 */
export class RerunPasses {
	/** The end of each pass, by the digest of its secret, the oldest first. */
	readonly #untilSec = new Map<string, number>();
	readonly #nowSec: () => number;

	/** @param nowSec any monotonic clock, seconds. */
	constructor(nowSec: () => number) {
		this.#nowSec = nowSec;
	}

	/**
	 * Makes a pass.
	 * @param port of the server: cookies are shared by all ports of a host.
	 * @param secure whether it may travel over TLS alone.
	 * @returns the value of the header `Set-Cookie`.
	 */
	issue(port: number, secure: boolean): string {
		const secret = randomBytes(24).toString("base64url");
		this.#untilSec.set(keyOf(secret), this.#nowSec() + LASTS_SEC);
		const [oldest] = this.#untilSec.keys();
		if (this.#untilSec.size > MOST_PASSES && oldest !== undefined) this.#untilSec.delete(oldest);
		const attributes = ["HttpOnly", "SameSite=Strict", `Path=${RERUN_SERVICE}`, `Max-Age=${LASTS_SEC}`];
		return [`${nameOf(port)}=${secret}`, ...attributes, ...(secure ? ["Secure"] : [])].join("; ");
	}

	/** True when a request has a pass. @param cookies its header `Cookie`. */
	admits(cookies: string | undefined, port: number): boolean {
		const name = nameOf(port);
		return (cookies ?? "").split(/;\s*/).some((pair) => {
			const at = pair.indexOf("=");
			if (at < 0 || pair.slice(0, at) !== name) return false;
			const untilSec = this.#untilSec.get(keyOf(pair.slice(at + 1)));
			return untilSec !== undefined && this.#nowSec() < untilSec;
		});
	}
}

function nameOf(port: number): string {
	return `panogaze-rerun-${port}`;
}

/** Digests have one length, and the time of a look-up reveals nothing. */
function keyOf(secret: string): string {
	return secretDigest(secret).toString("base64");
}
