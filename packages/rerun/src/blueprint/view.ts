import type { Loggable } from "../archetypes/archetype.ts";
import {
	ActiveVisualizers,
	ViewBlueprint,
	ViewContents,
	VisualizerInstruction,
} from "../archetypes/blueprint.generated.ts";
import { entityPath } from "../chunk/entity-path.ts";
import { describeValue } from "../describe-value.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";
import { randomUuid, uuidBytes } from "../uuid.ts";
import type { BlueprintLog } from "./blueprint-log.ts";
import { archetypeOf, mappingValue, Visualizer, visualizerFor } from "./visualizer.ts";

/**
 * A change to the look of one entity: a visualizer, an archetype whose fields replace the entity's
 * own, or `EntityBehavior` and `VisibleTimeRanges`.
 */
export type Override = Visualizer | Loggable;

/** The options that every view has. */
export interface ViewOptions {
	/** The title of the view. @default chosen by the viewer */
	readonly name?: string | undefined;
	/** Entity whose coordinates the view has. @default "/" */
	readonly origin?: string | readonly string[] | undefined;
	/**
	 * The entities in the view: `$origin/**`, `+ /world/**`, `- /world/secret`. The more exact rule
	 * counts, and of equally exact rules the last one.
	 *
	 * @default "$origin/**"
	 */
	readonly contents?: string | readonly string[] | undefined;
	readonly visible?: boolean | undefined;
	/**
	 * Values of components that entities lack: `Points3D.fromFields({ radii: 0.1 })`. Required
	 * fields of the archetypes have no effect.
	 */
	readonly defaults?: readonly Loggable[] | undefined;
	/** Overrides by the whole path of an entity, without the rules of `contents`. */
	readonly overrides?: Readonly<Record<string, Override | readonly Override[]>> | undefined;
	/** Archetypes of `rerun.blueprint.archetypes` that the view's class has no option for. */
	readonly properties?: readonly Loggable[] | undefined;
}

/** The names of `ViewOptions`. */
export const VIEW_OPTIONS: OptionNames<ViewOptions> = {
	name: true,
	origin: true,
	contents: true,
	visible: true,
	defaults: true,
	overrides: true,
	properties: true,
};

/** A view in a viewer, which shows a part of a recording. Each kind of view has a class. */
export class View {
	readonly id: string = randomUuid();
	readonly classIdentifier: string;
	readonly options: ViewOptions;

	/**
	 * @param classIdentifier `3D`, `TimeSeries`, ...
	 * @throws {TypeError} when an option has an unknown name.
	 */
	constructor(classIdentifier: string, options: ViewOptions = {}) {
		checkOptions(options, VIEW_OPTIONS, "View");
		this.classIdentifier = classIdentifier;
		this.options = options;
	}

	get path(): string {
		return `view/${this.id}`;
	}

	/**
	 * Writes the view into a blueprint.
	 *
	 * @throws {TypeError} when a property is no archetype of blueprints, or an override is no
	 * archetype.
	 * @throws {Error} what went wrong when an archetype was made.
	 */
	logTo(log: BlueprintLog): void {
		const { name, origin, contents, visible, defaults, overrides, properties } = this.options;
		log.log(`${this.path}/ViewContents`, new ViewContents({ query: contents ?? "$origin/**" }));
		log.log(
			this.path,
			new ViewBlueprint(this.classIdentifier, {
				spaceOrigin: entityPath(origin ?? "/"),
				...(name === undefined ? {} : { displayName: name }),
				...(visible === undefined ? {} : { visible }),
			}),
		);
		for (const property of properties ?? [])
			if (property.batches.length > 0 || property.error !== undefined)
				log.log(`${this.path}/${propertyName(property)}`, property);
		for (const value of defaults ?? []) log.log(`${this.path}/defaults`, value);
		for (const [entity, given] of Object.entries(overrides ?? {}))
			this.#logOverrides(
				log,
				entity,
				Array.isArray(given) ? (given as readonly Override[]) : [given as Override],
			);
	}

	#logOverrides(log: BlueprintLog, entity: string, overrides: readonly Override[]): void {
		const base = `${this.path}/ViewContents/overrides${entityPath(entity)}/visualizers`;
		const active: Uint8Array[] = [];
		for (const override of overrides) {
			if (!(override instanceof Visualizer) && isBehavior(override)) {
				log.log(base, override);
				continue;
			}
			const visualizer = override instanceof Visualizer ? override : visualizerFor(override);
			const { id, type, mappings } = visualizer;
			log.log(
				`${base}/${id}`,
				new VisualizerInstruction(
					type,
					mappings.length === 0 ? {} : { componentMap: mappings.map(mappingValue) },
				),
			);
			for (const values of visualizer.overrides) log.log(`${base}/${id}`, values);
			active.push(uuidBytes(id));
		}
		if (active.length > 0) log.log(base, new ActiveVisualizers(active));
	}
}

const PROPERTY_PREFIX = "rerun.blueprint.archetypes.";

function isBehavior(override: Loggable): boolean {
	return archetypeOf(override)?.startsWith(PROPERTY_PREFIX) === true;
}

function propertyName(property: Loggable): string {
	const name = archetypeOf(property);
	if (name === undefined || !name.startsWith(PROPERTY_PREFIX))
		throw new TypeError(
			`A view's property must be an archetype of blueprints, not ${name ?? describeValue(property)}.`,
		);
	return name.slice(PROPERTY_PREFIX.length);
}
