import type { OptionNames } from "../option-names.ts";

export interface BlueprintActivationOptions {
	/** Whether viewers show it at once. @default true */
	readonly makeActive?: boolean | undefined;
	/** Whether it is what users come back to when they reset the viewer. @default true */
	readonly makeDefault?: boolean | undefined;
}

export const BLUEPRINT_ACTIVATION_OPTIONS: OptionNames<BlueprintActivationOptions> = {
	makeActive: true,
	makeDefault: true,
};
