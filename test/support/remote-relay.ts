import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { LinkPlan } from "./links/link-plan.ts";
import type { RelayOrder, RelayReply, RelayReport } from "./relay-messages.ts";

const PROGRAM = fileURLToPath(new URL("udp-relay-process.ts", import.meta.url));

/** A `UdpRelay` in a process of its own, with a link that follows a plan. */
export class RemoteRelay implements Disposable {
	/** The answer, with the relay as its only candidate. */
	readonly answer: string;
	readonly #process: ChildProcess;

	private constructor(answer: string, child: ChildProcess) {
		this.answer = answer;
		this.#process = child;
	}

	/**
	 * Opens a relay before an IPv4 host candidate of `answer`. The link's course begins with the
	 * first video packet.
	 * @param seed of all that is random on the link
	 * @throws {Error} if the answer has no such candidate, or the process ends.
	 */
	static async open(answer: string, plan: LinkPlan, seed: number): Promise<RemoteRelay> {
		const child = fork(PROGRAM, { serialization: "advanced" });
		try {
			const order: RelayOrder = { answer, plan, seed };
			child.send(order);
			const reply = await nextReply(child);
			if (reply.kind !== "open") throw new Error(reply.kind === "failed" ? reply.message : "Unexpected report.");
			return new RemoteRelay(reply.answer, child);
		} catch (error) {
			child.kill();
			throw error;
		}
	}

	/**
	 * Ends the relay.
	 * @returns what it has seen.
	 * @throws {Error} if the process has ended.
	 */
	async finish(): Promise<RelayReport> {
		this.#process.send("finish");
		const reply = await nextReply(this.#process);
		this[Symbol.dispose]();
		if (reply.kind !== "report") throw new Error("The relay's process sent no report.");
		return reply.report;
	}

	[Symbol.dispose](): void {
		this.#process.kill();
	}
}

async function nextReply(child: ChildProcess): Promise<RelayReply> {
	const stop = new AbortController();
	const ended = once(child, "exit", stop).then(([code]) => {
		throw new Error(`The relay's process ended with ${code}.`);
	});
	const replied = once(child, "message", stop).then(([reply]) => reply as RelayReply);
	ended.catch(() => {});
	replied.catch(() => {});
	try {
		return await Promise.race([replied, ended]);
	} finally {
		stop.abort();
	}
}
