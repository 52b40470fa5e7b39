import { PanelBlueprint, TimePanelBlueprint } from "../archetypes/blueprint.generated.ts";
import { type LoopMode, PanelState, type PlayState } from "../archetypes/enums.generated.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";
import type { BlueprintLog } from "./blueprint-log.ts";
import { type TimeAmount, ticksOf } from "./time-range.ts";

/** The options of panels. */
export interface PanelOptions {
	readonly state?: PanelState | undefined;
}

const PANEL_OPTIONS: OptionNames<PanelOptions> = { state: true };

/** A panel around the views. */
export class Panel {
	readonly path: string;
	readonly state: PanelState | undefined;

	constructor(path: string, { state }: PanelOptions) {
		this.path = path;
		this.state = state;
	}

	/** Writes the panel into a blueprint. @throws {RangeError} when its state is unknown. */
	logTo(log: BlueprintLog): void {
		if (this.state !== undefined) log.log(this.path, new PanelBlueprint({ state: this.state }));
	}
}

/** The panel of names and menus, above. Collapsed it is hidden. */
export class TopPanel extends Panel {
	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: PanelOptions = {}) {
		checkOptions(options, PANEL_OPTIONS, "TopPanel");
		super("top_panel", options);
	}
}

/** The panel of views and entities, on the left. Collapsed it is hidden. */
export class BlueprintPanel extends Panel {
	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: PanelOptions = {}) {
		checkOptions(options, PANEL_OPTIONS, "BlueprintPanel");
		super("blueprint_panel", options);
	}
}

/** The panel of the selection, on the right. Collapsed it is hidden. */
export class SelectionPanel extends Panel {
	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: PanelOptions = {}) {
		checkOptions(options, PANEL_OPTIONS, "SelectionPanel");
		super("selection_panel", options);
	}
}

/** The options of a `TimePanel`. */
export interface TimePanelOptions extends PanelOptions {
	/** The timeline that is shown. @default chosen by the viewer */
	readonly timeline?: string | undefined;
	/** Speed of playing. 1 is real time. */
	readonly playbackSpeed?: number | undefined;
	/** Steps a second of a sequence. */
	readonly fps?: number | undefined;
	readonly playState?: PlayState | undefined;
	readonly loopMode?: LoopMode | undefined;
	/** The range that `LoopMode.Selection` plays. */
	readonly timeSelection?: { readonly min: TimeAmount | Date; readonly max: TimeAmount | Date } | undefined;
}

const TIME_PANEL_OPTIONS: OptionNames<TimePanelOptions> = {
	...PANEL_OPTIONS,
	timeline: true,
	playbackSpeed: true,
	fps: true,
	playState: true,
	loopMode: true,
	timeSelection: true,
};
const SELECTION_OPTIONS: OptionNames<NonNullable<TimePanelOptions["timeSelection"]>> = { min: true, max: true };

/** The panel of time and timelines, below. Collapsed it is one line. */
export class TimePanel extends Panel {
	readonly options: TimePanelOptions;

	/** @throws {TypeError} when an option has an unknown name. */
	constructor(options: TimePanelOptions = {}) {
		checkOptions(options, TIME_PANEL_OPTIONS, "TimePanel");
		if (options.timeSelection !== undefined)
			checkOptions(options.timeSelection, SELECTION_OPTIONS, "timeSelection", "timeSelection.");
		super("time_panel", options);
		this.options = options;
	}

	override logTo(log: BlueprintLog): void {
		const { playState, timeSelection, ...fields } = this.options;
		log.log(
			this.path,
			new TimePanelBlueprint({
				...fields,
				...(timeSelection === undefined
					? {}
					: { timeSelection: { min: ticksOf(timeSelection.min), max: ticksOf(timeSelection.max) } }),
			}),
		);
		// Static, as it holds from now on and not for a time in the recording.
		if (playState !== undefined) log.log(this.path, new TimePanelBlueprint({ playState }), true);
	}
}

/** The panels that `collapsePanels` adds. */
export const COLLAPSED_PANELS: readonly Panel[] = [
	new BlueprintPanel({ state: PanelState.Collapsed }),
	new SelectionPanel({ state: PanelState.Collapsed }),
	new TimePanel({ state: PanelState.Collapsed }),
];
