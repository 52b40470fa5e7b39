import { type Command, Option } from "commander";
import type { SafetyOptions } from "../server/safety-options.ts";
import { ENGAGE_RULES, type EngageRule } from "../stream/safety/control-hold.ts";

/** The flags that put control on hold. */
export interface SafetyFlags {
	readonly maxPictureAge?: number;
	readonly maxPoseAge?: number;
	readonly maxSilence?: number;
	readonly engage: EngageRule;
}

/**
 * The flags of every command that serves, below the heading that the command is at.
 * @param decimal reads a number
 */
export function addSafetyFlags(command: Command, decimal: (text: string) => number): Command {
	return command
		.option(
			"--max-picture-age <ms>",
			"control is on hold while the picture on the operator's screen is older, milliseconds",
			decimal,
		)
		.option("--max-pose-age <ms>", "the same while the newest pose is older", decimal)
		.option("--max-silence <ms>", "the same while nothing comes from the operator for longer", decimal)
		.addOption(
			new Option("--engage <how>", "hold: control needs a button or grip that is held")
				.choices(ENGAGE_RULES)
				.default(ENGAGE_RULES[0]),
		);
}

/** The option `safety` of `serve()` that the flags stand for. */
export function safetyFromFlags(flags: SafetyFlags): SafetyOptions<undefined> {
	return {
		maxPictureAgeMs: flags.maxPictureAge,
		maxPoseAgeMs: flags.maxPoseAge,
		maxSilenceMs: flags.maxSilence,
		engage: flags.engage,
	};
}
