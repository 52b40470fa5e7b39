import type { Loggable } from "../archetypes/archetype.ts";
import { ComponentSourceKind } from "../archetypes/enums.generated.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";
import { randomUuid } from "../uuid.ts";

/** The source of one component of a visualizer, if it is not the component of the same name. */
export interface ComponentMapping {
	/** `Scalars:scalars` */
	readonly target: string;
	/** A component of the entity, the visualizer's overrides, or the view's default. */
	readonly from:
		| {
				readonly component: string;
				/** A path into the component, as in jq: `.position.x`. */
				readonly selector?: string | undefined;
		  }
		| "override"
		| "default";
}

/** The options of a `Visualizer`. */
export interface VisualizerOptions {
	/** Values that replace those of the entity. */
	readonly overrides?: Loggable | readonly Loggable[] | undefined;
	readonly mappings?: readonly ComponentMapping[] | undefined;
}

const MAPPING_OPTIONS: OptionNames<ComponentMapping> = { target: true, from: true };
const SOURCE_OPTIONS: OptionNames<Exclude<ComponentMapping["from"], string>> = { component: true, selector: true };
const OPTIONS: OptionNames<VisualizerOptions> = { overrides: true, mappings: true };

/** A way to draw an entity in a view. An entity with visualizers is drawn by them alone. */
export class Visualizer {
	readonly id: string = randomUuid();
	readonly type: string;
	readonly overrides: readonly Loggable[];
	readonly mappings: readonly ComponentMapping[];

	/**
	 * @param type mostly an archetype's short name, such as `SeriesLines`: see `visualizerFor`.
	 * @throws {TypeError} when an option has an unknown name.
	 */
	constructor(type: string, options: VisualizerOptions = {}) {
		checkOptions(options, OPTIONS, "Visualizer");
		const { overrides = [], mappings = [] } = options;
		for (const mapping of mappings) {
			checkOptions(mapping, MAPPING_OPTIONS, "a mapping");
			if (typeof mapping.from === "object") checkOptions(mapping.from, SOURCE_OPTIONS, "a mapping", "from.");
		}
		this.type = type;
		this.overrides = "batches" in overrides ? [overrides] : overrides;
		this.mappings = mappings;
	}
}

/** The names of visualizers that differ from the archetype that they draw. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
	LineStrips2D: "Lines2D",
	LineStrips3D: "Lines3D",
	Pinhole: "Cameras",
	StateChange: "StateVisualizer",
	StateConfiguration: "StateVisualizer",
};

/**
 * The visualizer that draws an archetype, whose fields replace those of the entity.
 *
 * @throws {TypeError} when `archetype` isn't one of Rerun's.
 */
export function visualizerFor(archetype: Loggable, mappings?: readonly ComponentMapping[]): Visualizer {
	const name = archetypeOf(archetype);
	if (name === undefined || !name.startsWith("rerun.archetypes."))
		throw new TypeError(
			`A visualizer draws an archetype of Rerun, which ${name ?? "a value of your own"} isn't. ` +
				"new Visualizer() takes any name.",
		);
	const shortName = name.slice("rerun.archetypes.".length);
	return new Visualizer(OTHER_NAMES[shortName] ?? shortName, {
		overrides: archetype,
		...(mappings === undefined ? {} : { mappings }),
	});
}

/** `rerun.archetypes.Points3D`. @throws {Error} what went wrong when `loggable` was made. */
export function archetypeOf(loggable: Loggable): string | undefined {
	if (loggable.error !== undefined) throw loggable.error;
	return loggable.archetype ?? loggable.batches[0]?.descriptor.archetype;
}

/** The mapping as the component stores it. */
export function mappingValue({ target, from }: ComponentMapping): {
	readonly target: string;
	readonly sourceKind: number;
	readonly sourceComponent?: string | undefined;
	readonly selector?: string | undefined;
} {
	if (from === "override") return { target, sourceKind: ComponentSourceKind.Override };
	if (from === "default") return { target, sourceKind: ComponentSourceKind.Default };
	return {
		target,
		sourceKind: ComponentSourceKind.SourceComponent,
		sourceComponent: from.component,
		...(from.selector === undefined ? {} : { selector: from.selector }),
	};
}
