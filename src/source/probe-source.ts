import type { ProbeOptions, ProbeReport } from "./probe.ts";
import { requireNativeLibrary } from "./requirements.ts";

/**
 * Says what a source is; decodes one picture at most. It waits off the event loop.
 *
 * @throws {SourceError} if it can't be opened or holds no video.
 * @throws {RangeError}
 * @throws {TypeError} for impossible options.
 * @throws {Error} if FFmpeg does not run on this system.
 */
export async function probeSource(spec: string, options: ProbeOptions = {}): Promise<ProbeReport> {
	await requireNativeLibrary("node-av");
	const probe = await import("./probe.ts");
	return probe.probeSource(spec, options);
}
