import { Command } from "commander";
import { probeSource } from "../source/probe-source.ts";
import { isPattern } from "../source/source-name.ts";
import { signalsEndAtOnce } from "./interruption.ts";
import { sourceFrom } from "./secret-flags.ts";

/** `panogaze probe SOURCE`: describes a source without serving it. */
export function probeCommand(): Command {
	return new Command("probe")
		.description("Say what a video is: codec, size, rate, duration, pixel format, colour, rotation, projection.")
		.argument("[source]", "file, URL or device (or the environment's PANOGAZE_SOURCE)")
		.option("--json", "for programs")
		.action(async (argument: string | undefined, { json }: { json?: boolean }) => {
			const source = sourceFrom(argument);
			if (source === undefined)
				throw new RangeError("probe takes a SOURCE: a file, an address or a device; got none.");
			if (isPattern(source))
				throw new RangeError(
					"`pattern` is the built-in scene: there is nothing to probe. A file of that name is ./pattern.",
				);
			await signalsEndAtOnce();
			const report = await probeSource(source);
			const { formatProbeReport } = await import("../source/probe.ts");
			process.stdout.write(json ? `${JSON.stringify(report, null, "\t")}\n` : `${formatProbeReport(report)}\n`);
		});
}
