import { AVERROR_EOF, AVERROR_EXIT } from "node-av/constants";
import type { FormatContext, Packet } from "node-av/lib";
import { inNativeCode } from "../threads/process-end.ts";
import { libavSourceError } from "./libav-error.ts";
import { Stopping } from "./source-worker.ts";

/**
 * Reads the next packet of any track.
 * @returns false at the end.
 * @throws {SourceError} when reading fails.
 * @throws {Stopping} when the source is to stop.
 */
export async function readPacket(
	format: FormatContext,
	packet: Packet,
	blocking: boolean,
	signal: AbortSignal,
	label: string,
	silenceSec: number,
): Promise<boolean> {
	if (signal.aborted) throw new Stopping();
	const code = blocking
		? await guarded(format, signal, label, silenceSec, () => format.readFrame(packet), [AVERROR_EOF])
		: format.readFrameSync(packet);
	if (code === AVERROR_EOF) return false;
	if (code < 0) throw libavSourceError(code, label);
	return true;
}

/**
 * Runs a call that may block, and interrupts it when `signal` aborts or nothing happens for
 * `silenceSec`.
 *
 * @throws {Stopping} when `signal` is aborted.
 */
export async function guarded(
	format: FormatContext,
	signal: AbortSignal,
	label: string,
	silenceSec: number,
	call: () => Promise<number>,
	allowed: readonly number[] | "any" = [],
): Promise<number> {
	if (signal.aborted) throw new Stopping();
	let silent = false;
	const interrupt = () => format.interrupt();
	const timer = Number.isFinite(silenceSec)
		? setTimeout(() => {
				silent = true;
				interrupt();
			}, silenceSec * 1000)
		: undefined;
	signal.addEventListener("abort", interrupt);
	try {
		const code = await inNativeCode(call);
		if (signal.aborted) throw new Stopping();
		if (silent && code < 0) throw libavSourceError(AVERROR_EXIT, label);
		if (code < 0 && allowed !== "any" && !allowed.includes(code)) throw libavSourceError(code, label);
		return code;
	} finally {
		clearTimeout(timer);
		signal.removeEventListener("abort", interrupt);
	}
}
