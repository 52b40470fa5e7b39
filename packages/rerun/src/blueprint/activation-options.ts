import type { OptionNames } from "../option-names.ts";

/** The use that viewers make of a blueprint. */
export interface BlueprintActivationOptions {
	/** Shows the blueprint at once. @default true */
	readonly makeActive?: boolean | undefined;
	/** Shows the blueprint when users reset the viewer. @default true */
	readonly makeDefault?: boolean | undefined;
}

/** The names of `BlueprintActivationOptions`. */
export const BLUEPRINT_ACTIVATION_OPTIONS: OptionNames<BlueprintActivationOptions> = {
	makeActive: true,
	makeDefault: true,
};
