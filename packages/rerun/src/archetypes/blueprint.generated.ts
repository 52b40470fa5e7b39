// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import type { Color, Colors } from "./color.ts";
import type { Flags, Integers, Numbers, Texts, Vector, Vectors } from "./component.ts";
import * as components from "./components.generated.ts";
import type { BackgroundKind, ContainerKind, Corner2D, Eye3DKind, LinkAxis, LoopMode, MapProvider, PanelState, PlayState, ViewFit, Colormap, MagnificationFilter } from "./enums.generated.ts";

const ACTIVE_VISUALIZERS = archetypeSpec("rerun.blueprint.archetypes.ActiveVisualizers", {
	instructionIds: { name: "instruction_ids", component: components.VisualizerInstructionId, plural: true },
});

/** Fields of `ActiveVisualizers`. */
export interface ActiveVisualizersFields {
	readonly instructionIds?: Vectors | undefined;
}

/** Fields of `ActiveVisualizers`, with values for many rows. */
export interface ActiveVisualizersColumns {
	readonly instructionIds?: Vectors | undefined;
}

/** The visualizers of an entity. */
export class ActiveVisualizers extends Archetype {
	constructor(instructionIds: Vectors) {
		super(ACTIVE_VISUALIZERS, { instructionIds });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ActiveVisualizersFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(ACTIVE_VISUALIZERS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(ACTIVE_VISUALIZERS, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ActiveVisualizersColumns): ArchetypeColumns {
		return new ArchetypeColumns(ACTIVE_VISUALIZERS, fields as Readonly<Record<string, unknown>>);
	}
}

const BACKGROUND = archetypeSpec("rerun.blueprint.archetypes.Background", {
	kind: { name: "kind", component: components.BackgroundKind },
	color: { name: "color", component: components.Color },
});

/** Fields of `Background`. */
export interface BackgroundFields {
	readonly kind?: BackgroundKind | undefined;
	readonly color?: Color | undefined;
}

/** Fields of `Background`, with values for many rows. */
export interface BackgroundColumns {
	readonly kind?: BackgroundKind | ArrayLike<BackgroundKind> | undefined;
	readonly color?: Colors | undefined;
}

/** Background of a spatial view. */
export class Background extends Archetype {
	constructor(kind: BackgroundKind, options: Omit<BackgroundFields, "kind"> = {}) {
		super(BACKGROUND, { kind, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: BackgroundFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(BACKGROUND, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(BACKGROUND, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: BackgroundColumns): ArchetypeColumns {
		return new ArchetypeColumns(BACKGROUND, fields as Readonly<Record<string, unknown>>);
	}
}

const PLOT_BACKGROUND = archetypeSpec("rerun.blueprint.archetypes.PlotBackground", {
	color: { name: "color", component: components.Color },
	showGrid: { name: "show_grid", component: components.Enabled },
});

/** Fields of `PlotBackground`. */
export interface PlotBackgroundFields {
	readonly color?: Color | undefined;
	readonly showGrid?: boolean | undefined;
}

/** Fields of `PlotBackground`, with values for many rows. */
export interface PlotBackgroundColumns {
	readonly color?: Colors | undefined;
	readonly showGrid?: Flags | undefined;
}

/** Background of a plot. */
export class PlotBackground extends Archetype {
	constructor(fields: PlotBackgroundFields = {}) {
		super(PLOT_BACKGROUND, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: PlotBackgroundFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(PLOT_BACKGROUND, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(PLOT_BACKGROUND, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: PlotBackgroundColumns): ArchetypeColumns {
		return new ArchetypeColumns(PLOT_BACKGROUND, fields as Readonly<Record<string, unknown>>);
	}
}

const GRAPH_BACKGROUND = archetypeSpec("rerun.blueprint.archetypes.GraphBackground", {
	color: { name: "color", component: components.Color },
});

/** Fields of `GraphBackground`. */
export interface GraphBackgroundFields {
	readonly color?: Color | undefined;
}

/** Fields of `GraphBackground`, with values for many rows. */
export interface GraphBackgroundColumns {
	readonly color?: Colors | undefined;
}

/** Background of a graph. */
export class GraphBackground extends Archetype {
	constructor(fields: GraphBackgroundFields = {}) {
		super(GRAPH_BACKGROUND, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: GraphBackgroundFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(GRAPH_BACKGROUND, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(GRAPH_BACKGROUND, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: GraphBackgroundColumns): ArchetypeColumns {
		return new ArchetypeColumns(GRAPH_BACKGROUND, fields as Readonly<Record<string, unknown>>);
	}
}

const CONTAINER_BLUEPRINT = archetypeSpec("rerun.blueprint.archetypes.ContainerBlueprint", {
	containerKind: { name: "container_kind", component: components.ContainerKind },
	displayName: { name: "display_name", component: components.Name },
	contents: { name: "contents", component: components.IncludedContent, plural: true },
	colShares: { name: "col_shares", component: components.ColumnShare, plural: true },
	rowShares: { name: "row_shares", component: components.RowShare, plural: true },
	activeTab: { name: "active_tab", component: components.ActiveTab },
	visible: { name: "visible", component: components.Visible },
	gridColumns: { name: "grid_columns", component: components.GridColumns },
});

/** Fields of `ContainerBlueprint`. */
export interface ContainerBlueprintFields {
	readonly containerKind?: ContainerKind | undefined;
	readonly displayName?: string | undefined;
	readonly contents?: Texts | undefined;
	readonly colShares?: Numbers | undefined;
	readonly rowShares?: Numbers | undefined;
	readonly activeTab?: string | undefined;
	readonly visible?: boolean | undefined;
	readonly gridColumns?: number | undefined;
}

/** Fields of `ContainerBlueprint`, with values for many rows. */
export interface ContainerBlueprintColumns {
	readonly containerKind?: ContainerKind | ArrayLike<ContainerKind> | undefined;
	readonly displayName?: Texts | undefined;
	readonly contents?: Texts | undefined;
	readonly colShares?: Numbers | undefined;
	readonly rowShares?: Numbers | undefined;
	readonly activeTab?: Texts | undefined;
	readonly visible?: Flags | undefined;
	readonly gridColumns?: Numbers | undefined;
}

/** A container of views: tabs, row, column or grid. */
export class ContainerBlueprint extends Archetype {
	constructor(containerKind: ContainerKind, options: Omit<ContainerBlueprintFields, "containerKind"> = {}) {
		super(CONTAINER_BLUEPRINT, { containerKind, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ContainerBlueprintFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(CONTAINER_BLUEPRINT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(CONTAINER_BLUEPRINT, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ContainerBlueprintColumns): ArchetypeColumns {
		return new ArchetypeColumns(CONTAINER_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}
}

const DATAFRAME_QUERY = archetypeSpec("rerun.blueprint.archetypes.DataframeQuery", {
	timeline: { name: "timeline", component: components.TimelineName },
	filterByRange: { name: "filter_by_range", component: components.FilterByRange },
	filterIsNotNull: { name: "filter_is_not_null", component: components.FilterIsNotNull },
	applyLatestAt: { name: "apply_latest_at", component: components.ApplyLatestAt },
	select: { name: "select", component: components.SelectedColumns },
	entityOrder: { name: "entity_order", component: components.ColumnOrder },
	autoScroll: { name: "auto_scroll", component: components.AutoScroll },
});

/** Fields of `DataframeQuery`. */
export interface DataframeQueryFields {
	readonly timeline?: string | undefined;
	readonly filterByRange?: { readonly start: number | bigint; readonly end: number | bigint } | undefined;
	readonly filterIsNotNull?: { readonly active: boolean; readonly column: { readonly entityPath: string; readonly component: string } } | undefined;
	readonly applyLatestAt?: boolean | undefined;
	readonly select?: { readonly timeColumns: readonly string[]; readonly componentColumns: readonly { readonly entityPath: string; readonly component: string }[] } | undefined;
	readonly entityOrder?: readonly string[] | undefined;
	readonly autoScroll?: boolean | undefined;
}

/** Fields of `DataframeQuery`, with values for many rows. */
export interface DataframeQueryColumns {
	readonly timeline?: Texts | undefined;
	readonly filterByRange?: { readonly start: number | bigint; readonly end: number | bigint } | readonly { readonly start: number | bigint; readonly end: number | bigint }[] | undefined;
	readonly filterIsNotNull?: { readonly active: boolean; readonly column: { readonly entityPath: string; readonly component: string } } | readonly { readonly active: boolean; readonly column: { readonly entityPath: string; readonly component: string } }[] | undefined;
	readonly applyLatestAt?: Flags | undefined;
	readonly select?: { readonly timeColumns: readonly string[]; readonly componentColumns: readonly { readonly entityPath: string; readonly component: string }[] } | readonly { readonly timeColumns: readonly string[]; readonly componentColumns: readonly { readonly entityPath: string; readonly component: string }[] }[] | undefined;
	readonly entityOrder?: readonly string[] | readonly (readonly string[])[] | undefined;
	readonly autoScroll?: Flags | undefined;
}

/** The content of a view of tables. */
export class DataframeQuery extends Archetype {
	constructor(fields: DataframeQueryFields = {}) {
		super(DATAFRAME_QUERY, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: DataframeQueryFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(DATAFRAME_QUERY, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(DATAFRAME_QUERY, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: DataframeQueryColumns): ArchetypeColumns {
		return new ArchetypeColumns(DATAFRAME_QUERY, fields as Readonly<Record<string, unknown>>);
	}
}

const ENTITY_BEHAVIOR = archetypeSpec("rerun.blueprint.archetypes.EntityBehavior", {
	interactive: { name: "interactive", component: components.Interactive },
	visible: { name: "visible", component: components.Visible },
});

/** Fields of `EntityBehavior`. */
export interface EntityBehaviorFields {
	readonly interactive?: boolean | undefined;
	readonly visible?: boolean | undefined;
}

/** Fields of `EntityBehavior`, with values for many rows. */
export interface EntityBehaviorColumns {
	readonly interactive?: Flags | undefined;
	readonly visible?: Flags | undefined;
}

/** The visibility of an entity, and whether it can be selected. */
export class EntityBehavior extends Archetype {
	constructor(fields: EntityBehaviorFields = {}) {
		super(ENTITY_BEHAVIOR, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: EntityBehaviorFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(ENTITY_BEHAVIOR, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(ENTITY_BEHAVIOR, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: EntityBehaviorColumns): ArchetypeColumns {
		return new ArchetypeColumns(ENTITY_BEHAVIOR, fields as Readonly<Record<string, unknown>>);
	}
}

const EYE_CONTROLS_3D = archetypeSpec("rerun.blueprint.archetypes.EyeControls3D", {
	kind: { name: "kind", component: components.Eye3DKind },
	position: { name: "position", component: components.Position3D },
	lookTarget: { name: "look_target", component: components.Position3D },
	eyeUp: { name: "eye_up", component: components.Vector3D },
	speed: { name: "speed", component: components.LinearSpeed },
	trackingEntity: { name: "tracking_entity", component: components.EntityPath },
	spinSpeed: { name: "spin_speed", component: components.AngularSpeed },
});

/** Fields of `EyeControls3D`. */
export interface EyeControls3DFields {
	readonly kind?: Eye3DKind | undefined;
	readonly position?: Vector | undefined;
	readonly lookTarget?: Vector | undefined;
	readonly eyeUp?: Vector | undefined;
	readonly speed?: number | undefined;
	readonly trackingEntity?: string | undefined;
	readonly spinSpeed?: number | undefined;
}

/** Fields of `EyeControls3D`, with values for many rows. */
export interface EyeControls3DColumns {
	readonly kind?: Eye3DKind | ArrayLike<Eye3DKind> | undefined;
	readonly position?: Vectors | undefined;
	readonly lookTarget?: Vectors | undefined;
	readonly eyeUp?: Vectors | undefined;
	readonly speed?: Numbers | undefined;
	readonly trackingEntity?: Texts | undefined;
	readonly spinSpeed?: Numbers | undefined;
}

/** The eye of a 3D view, and its movement. */
export class EyeControls3D extends Archetype {
	constructor(fields: EyeControls3DFields = {}) {
		super(EYE_CONTROLS_3D, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: EyeControls3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(EYE_CONTROLS_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(EYE_CONTROLS_3D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: EyeControls3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(EYE_CONTROLS_3D, fields as Readonly<Record<string, unknown>>);
	}
}

const FORCE_CENTER = archetypeSpec("rerun.blueprint.archetypes.ForceCenter", {
	enabled: { name: "enabled", component: components.Enabled },
	strength: { name: "strength", component: components.ForceStrength },
});

/** Fields of `ForceCenter`. */
export interface ForceCenterFields {
	readonly enabled?: boolean | undefined;
	readonly strength?: number | undefined;
}

/** Fields of `ForceCenter`, with values for many rows. */
export interface ForceCenterColumns {
	readonly enabled?: Flags | undefined;
	readonly strength?: Numbers | undefined;
}

/** Pulls a graph's nodes to the middle. */
export class ForceCenter extends Archetype {
	constructor(fields: ForceCenterFields = {}) {
		super(FORCE_CENTER, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ForceCenterFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(FORCE_CENTER, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(FORCE_CENTER, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ForceCenterColumns): ArchetypeColumns {
		return new ArchetypeColumns(FORCE_CENTER, fields as Readonly<Record<string, unknown>>);
	}
}

const FORCE_COLLISION_RADIUS = archetypeSpec("rerun.blueprint.archetypes.ForceCollisionRadius", {
	enabled: { name: "enabled", component: components.Enabled },
	strength: { name: "strength", component: components.ForceStrength },
	iterations: { name: "iterations", component: components.ForceIterations },
});

/** Fields of `ForceCollisionRadius`. */
export interface ForceCollisionRadiusFields {
	readonly enabled?: boolean | undefined;
	readonly strength?: number | undefined;
	readonly iterations?: number | bigint | undefined;
}

/** Fields of `ForceCollisionRadius`, with values for many rows. */
export interface ForceCollisionRadiusColumns {
	readonly enabled?: Flags | undefined;
	readonly strength?: Numbers | undefined;
	readonly iterations?: Integers | undefined;
}

/** Keeps a graph's nodes apart by their radii. */
export class ForceCollisionRadius extends Archetype {
	constructor(fields: ForceCollisionRadiusFields = {}) {
		super(FORCE_COLLISION_RADIUS, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ForceCollisionRadiusFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(FORCE_COLLISION_RADIUS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(FORCE_COLLISION_RADIUS, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ForceCollisionRadiusColumns): ArchetypeColumns {
		return new ArchetypeColumns(FORCE_COLLISION_RADIUS, fields as Readonly<Record<string, unknown>>);
	}
}

const FORCE_LINK = archetypeSpec("rerun.blueprint.archetypes.ForceLink", {
	enabled: { name: "enabled", component: components.Enabled },
	distance: { name: "distance", component: components.ForceDistance },
	iterations: { name: "iterations", component: components.ForceIterations },
});

/** Fields of `ForceLink`. */
export interface ForceLinkFields {
	readonly enabled?: boolean | undefined;
	readonly distance?: number | undefined;
	readonly iterations?: number | bigint | undefined;
}

/** Fields of `ForceLink`, with values for many rows. */
export interface ForceLinkColumns {
	readonly enabled?: Flags | undefined;
	readonly distance?: Numbers | undefined;
	readonly iterations?: Integers | undefined;
}

/** Pulls connected nodes to a distance. */
export class ForceLink extends Archetype {
	constructor(fields: ForceLinkFields = {}) {
		super(FORCE_LINK, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ForceLinkFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(FORCE_LINK, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(FORCE_LINK, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ForceLinkColumns): ArchetypeColumns {
		return new ArchetypeColumns(FORCE_LINK, fields as Readonly<Record<string, unknown>>);
	}
}

const FORCE_MANY_BODY = archetypeSpec("rerun.blueprint.archetypes.ForceManyBody", {
	enabled: { name: "enabled", component: components.Enabled },
	strength: { name: "strength", component: components.ForceStrength },
});

/** Fields of `ForceManyBody`. */
export interface ForceManyBodyFields {
	readonly enabled?: boolean | undefined;
	readonly strength?: number | undefined;
}

/** Fields of `ForceManyBody`, with values for many rows. */
export interface ForceManyBodyColumns {
	readonly enabled?: Flags | undefined;
	readonly strength?: Numbers | undefined;
}

/** Lets all nodes pull or push each other. */
export class ForceManyBody extends Archetype {
	constructor(fields: ForceManyBodyFields = {}) {
		super(FORCE_MANY_BODY, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ForceManyBodyFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(FORCE_MANY_BODY, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(FORCE_MANY_BODY, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ForceManyBodyColumns): ArchetypeColumns {
		return new ArchetypeColumns(FORCE_MANY_BODY, fields as Readonly<Record<string, unknown>>);
	}
}

const FORCE_POSITION = archetypeSpec("rerun.blueprint.archetypes.ForcePosition", {
	enabled: { name: "enabled", component: components.Enabled },
	strength: { name: "strength", component: components.ForceStrength },
	position: { name: "position", component: components.Position2D },
});

/** Fields of `ForcePosition`. */
export interface ForcePositionFields {
	readonly enabled?: boolean | undefined;
	readonly strength?: number | undefined;
	readonly position?: Vector | undefined;
}

/** Fields of `ForcePosition`, with values for many rows. */
export interface ForcePositionColumns {
	readonly enabled?: Flags | undefined;
	readonly strength?: Numbers | undefined;
	readonly position?: Vectors | undefined;
}

/** Pulls nodes to a place. */
export class ForcePosition extends Archetype {
	constructor(fields: ForcePositionFields = {}) {
		super(FORCE_POSITION, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ForcePositionFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(FORCE_POSITION, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(FORCE_POSITION, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ForcePositionColumns): ArchetypeColumns {
		return new ArchetypeColumns(FORCE_POSITION, fields as Readonly<Record<string, unknown>>);
	}
}

const LINE_GRID_3D = archetypeSpec("rerun.blueprint.archetypes.LineGrid3D", {
	visible: { name: "visible", component: components.Visible },
	spacing: { name: "spacing", component: components.GridSpacing },
	plane: { name: "plane", component: components.Plane3D },
	strokeWidth: { name: "stroke_width", component: components.StrokeWidth },
	color: { name: "color", component: components.Color },
});

/** Fields of `LineGrid3D`. */
export interface LineGrid3DFields {
	readonly visible?: boolean | undefined;
	readonly spacing?: number | undefined;
	readonly plane?: Vector | undefined;
	readonly strokeWidth?: number | undefined;
	readonly color?: Color | undefined;
}

/** Fields of `LineGrid3D`, with values for many rows. */
export interface LineGrid3DColumns {
	readonly visible?: Flags | undefined;
	readonly spacing?: Numbers | undefined;
	readonly plane?: Vectors | undefined;
	readonly strokeWidth?: Numbers | undefined;
	readonly color?: Colors | undefined;
}

/** The grid of a 3D view. */
export class LineGrid3D extends Archetype {
	constructor(fields: LineGrid3DFields = {}) {
		super(LINE_GRID_3D, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: LineGrid3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(LINE_GRID_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(LINE_GRID_3D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: LineGrid3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(LINE_GRID_3D, fields as Readonly<Record<string, unknown>>);
	}
}

const MAP_BACKGROUND = archetypeSpec("rerun.blueprint.archetypes.MapBackground", {
	provider: { name: "provider", component: components.MapProvider },
});

/** Fields of `MapBackground`. */
export interface MapBackgroundFields {
	readonly provider?: MapProvider | undefined;
}

/** Fields of `MapBackground`, with values for many rows. */
export interface MapBackgroundColumns {
	readonly provider?: MapProvider | ArrayLike<MapProvider> | undefined;
}

/** The provider of a map. */
export class MapBackground extends Archetype {
	constructor(fields: MapBackgroundFields = {}) {
		super(MAP_BACKGROUND, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: MapBackgroundFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(MAP_BACKGROUND, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(MAP_BACKGROUND, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: MapBackgroundColumns): ArchetypeColumns {
		return new ArchetypeColumns(MAP_BACKGROUND, fields as Readonly<Record<string, unknown>>);
	}
}

const MAP_ZOOM = archetypeSpec("rerun.blueprint.archetypes.MapZoom", {
	zoom: { name: "zoom", component: components.ZoomLevel },
});

/** Fields of `MapZoom`. */
export interface MapZoomFields {
	readonly zoom?: number | undefined;
}

/** Fields of `MapZoom`, with values for many rows. */
export interface MapZoomColumns {
	readonly zoom?: Numbers | undefined;
}

/** The zoom of a map. */
export class MapZoom extends Archetype {
	constructor(fields: MapZoomFields = {}) {
		super(MAP_ZOOM, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: MapZoomFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(MAP_ZOOM, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(MAP_ZOOM, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: MapZoomColumns): ArchetypeColumns {
		return new ArchetypeColumns(MAP_ZOOM, fields as Readonly<Record<string, unknown>>);
	}
}

const NEAR_CLIP_PLANE = archetypeSpec("rerun.blueprint.archetypes.NearClipPlane", {
	nearClipPlane: { name: "near_clip_plane", component: components.NearClipPlane },
});

/** Fields of `NearClipPlane`. */
export interface NearClipPlaneFields {
	readonly nearClipPlane?: number | undefined;
}

/** Fields of `NearClipPlane`, with values for many rows. */
export interface NearClipPlaneColumns {
	readonly nearClipPlane?: Numbers | undefined;
}

/** The distance from the eye at which drawing begins. */
export class NearClipPlane extends Archetype {
	constructor(fields: NearClipPlaneFields = {}) {
		super(NEAR_CLIP_PLANE, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: NearClipPlaneFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(NEAR_CLIP_PLANE, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(NEAR_CLIP_PLANE, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: NearClipPlaneColumns): ArchetypeColumns {
		return new ArchetypeColumns(NEAR_CLIP_PLANE, fields as Readonly<Record<string, unknown>>);
	}
}

const PANEL_BLUEPRINT = archetypeSpec("rerun.blueprint.archetypes.PanelBlueprint", {
	state: { name: "state", component: components.PanelState },
});

/** Fields of `PanelBlueprint`. */
export interface PanelBlueprintFields {
	readonly state?: PanelState | undefined;
}

/** Fields of `PanelBlueprint`, with values for many rows. */
export interface PanelBlueprintColumns {
	readonly state?: PanelState | ArrayLike<PanelState> | undefined;
}

/** The state of a panel. */
export class PanelBlueprint extends Archetype {
	constructor(fields: PanelBlueprintFields = {}) {
		super(PANEL_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: PanelBlueprintFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(PANEL_BLUEPRINT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(PANEL_BLUEPRINT, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: PanelBlueprintColumns): ArchetypeColumns {
		return new ArchetypeColumns(PANEL_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}
}

const TIME_PANEL_BLUEPRINT = archetypeSpec("rerun.blueprint.archetypes.TimePanelBlueprint", {
	state: { name: "state", component: components.PanelState },
	timeline: { name: "timeline", component: components.TimelineName },
	playbackSpeed: { name: "playback_speed", component: components.PlaybackSpeed },
	fps: { name: "fps", component: components.Fps },
	playState: { name: "play_state", component: components.PlayState },
	loopMode: { name: "loop_mode", component: components.LoopMode },
	timeSelection: { name: "time_selection", component: components.AbsoluteTimeRange },
});

/** Fields of `TimePanelBlueprint`. */
export interface TimePanelBlueprintFields {
	readonly state?: PanelState | undefined;
	readonly timeline?: string | undefined;
	readonly playbackSpeed?: number | undefined;
	readonly fps?: number | undefined;
	readonly playState?: PlayState | undefined;
	readonly loopMode?: LoopMode | undefined;
	readonly timeSelection?: { readonly min: number | bigint; readonly max: number | bigint } | undefined;
}

/** Fields of `TimePanelBlueprint`, with values for many rows. */
export interface TimePanelBlueprintColumns {
	readonly state?: PanelState | ArrayLike<PanelState> | undefined;
	readonly timeline?: Texts | undefined;
	readonly playbackSpeed?: Numbers | undefined;
	readonly fps?: Numbers | undefined;
	readonly playState?: PlayState | ArrayLike<PlayState> | undefined;
	readonly loopMode?: LoopMode | ArrayLike<LoopMode> | undefined;
	readonly timeSelection?: { readonly min: number | bigint; readonly max: number | bigint } | readonly { readonly min: number | bigint; readonly max: number | bigint }[] | undefined;
}

/** The time panel, and its playing. Log its play state as static. */
export class TimePanelBlueprint extends Archetype {
	constructor(fields: TimePanelBlueprintFields = {}) {
		super(TIME_PANEL_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: TimePanelBlueprintFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TIME_PANEL_BLUEPRINT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TIME_PANEL_BLUEPRINT, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: TimePanelBlueprintColumns): ArchetypeColumns {
		return new ArchetypeColumns(TIME_PANEL_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}
}

const PLOT_LEGEND = archetypeSpec("rerun.blueprint.archetypes.PlotLegend", {
	corner: { name: "corner", component: components.Corner2D },
	visible: { name: "visible", component: components.Visible },
});

/** Fields of `PlotLegend`. */
export interface PlotLegendFields {
	readonly corner?: Corner2D | undefined;
	readonly visible?: boolean | undefined;
}

/** Fields of `PlotLegend`, with values for many rows. */
export interface PlotLegendColumns {
	readonly corner?: Corner2D | ArrayLike<Corner2D> | undefined;
	readonly visible?: Flags | undefined;
}

/** The legend of a plot. */
export class PlotLegend extends Archetype {
	constructor(fields: PlotLegendFields = {}) {
		super(PLOT_LEGEND, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: PlotLegendFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(PLOT_LEGEND, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(PLOT_LEGEND, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: PlotLegendColumns): ArchetypeColumns {
		return new ArchetypeColumns(PLOT_LEGEND, fields as Readonly<Record<string, unknown>>);
	}
}

const SCALAR_AXIS = archetypeSpec("rerun.blueprint.archetypes.ScalarAxis", {
	range: { name: "range", component: components.Range1D },
	zoomLock: { name: "zoom_lock", component: components.LockRangeDuringZoom },
});

/** Fields of `ScalarAxis`. */
export interface ScalarAxisFields {
	readonly range?: Vector | undefined;
	readonly zoomLock?: boolean | undefined;
}

/** Fields of `ScalarAxis`, with values for many rows. */
export interface ScalarAxisColumns {
	readonly range?: Vectors | undefined;
	readonly zoomLock?: Flags | undefined;
}

/** The vertical axis of a plot. */
export class ScalarAxis extends Archetype {
	constructor(fields: ScalarAxisFields = {}) {
		super(SCALAR_AXIS, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ScalarAxisFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(SCALAR_AXIS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(SCALAR_AXIS, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ScalarAxisColumns): ArchetypeColumns {
		return new ArchetypeColumns(SCALAR_AXIS, fields as Readonly<Record<string, unknown>>);
	}
}

const SPATIAL_INFORMATION = archetypeSpec("rerun.blueprint.archetypes.SpatialInformation", {
	targetFrame: { name: "target_frame", component: components.TransformFrameId },
	showAxes: { name: "show_axes", component: components.Enabled },
	showBoundingBox: { name: "show_bounding_box", component: components.Enabled },
});

/** Fields of `SpatialInformation`. */
export interface SpatialInformationFields {
	readonly targetFrame?: string | undefined;
	readonly showAxes?: boolean | undefined;
	readonly showBoundingBox?: boolean | undefined;
}

/** Fields of `SpatialInformation`, with values for many rows. */
export interface SpatialInformationColumns {
	readonly targetFrame?: Texts | undefined;
	readonly showAxes?: Flags | undefined;
	readonly showBoundingBox?: Flags | undefined;
}

/** The things that a spatial view shows beside its entities. */
export class SpatialInformation extends Archetype {
	constructor(fields: SpatialInformationFields = {}) {
		super(SPATIAL_INFORMATION, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: SpatialInformationFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(SPATIAL_INFORMATION, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(SPATIAL_INFORMATION, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: SpatialInformationColumns): ArchetypeColumns {
		return new ArchetypeColumns(SPATIAL_INFORMATION, fields as Readonly<Record<string, unknown>>);
	}
}

const TABLE_BLUEPRINT = archetypeSpec("rerun.blueprint.archetypes.TableBlueprint", {
	segmentPreviewColumn: { name: "segment_preview_column", component: components.ColumnName },
	flagColumn: { name: "flag_column", component: components.ColumnName },
	gridViewCardTitle: { name: "grid_view_card_title", component: components.ColumnName },
	urlColumn: { name: "url_column", component: components.ColumnName },
});

/** Fields of `TableBlueprint`. */
export interface TableBlueprintFields {
	readonly segmentPreviewColumn?: string | undefined;
	readonly flagColumn?: string | undefined;
	readonly gridViewCardTitle?: string | undefined;
	readonly urlColumn?: string | undefined;
}

/** Fields of `TableBlueprint`, with values for many rows. */
export interface TableBlueprintColumns {
	readonly segmentPreviewColumn?: Texts | undefined;
	readonly flagColumn?: Texts | undefined;
	readonly gridViewCardTitle?: Texts | undefined;
	readonly urlColumn?: Texts | undefined;
}

/** The look of a table of recordings. */
export class TableBlueprint extends Archetype {
	constructor(fields: TableBlueprintFields = {}) {
		super(TABLE_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: TableBlueprintFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TABLE_BLUEPRINT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TABLE_BLUEPRINT, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: TableBlueprintColumns): ArchetypeColumns {
		return new ArchetypeColumns(TABLE_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}
}

const TENSOR_SCALAR_MAPPING = archetypeSpec("rerun.blueprint.archetypes.TensorScalarMapping", {
	magFilter: { name: "mag_filter", component: components.MagnificationFilter },
	colormap: { name: "colormap", component: components.Colormap },
	gamma: { name: "gamma", component: components.GammaCorrection },
});

/** Fields of `TensorScalarMapping`. */
export interface TensorScalarMappingFields {
	readonly magFilter?: MagnificationFilter | undefined;
	readonly colormap?: Colormap | undefined;
	readonly gamma?: number | undefined;
}

/** Fields of `TensorScalarMapping`, with values for many rows. */
export interface TensorScalarMappingColumns {
	readonly magFilter?: MagnificationFilter | ArrayLike<MagnificationFilter> | undefined;
	readonly colormap?: Colormap | ArrayLike<Colormap> | undefined;
	readonly gamma?: Numbers | undefined;
}

/** The colours of a tensor's numbers. */
export class TensorScalarMapping extends Archetype {
	constructor(fields: TensorScalarMappingFields = {}) {
		super(TENSOR_SCALAR_MAPPING, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: TensorScalarMappingFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TENSOR_SCALAR_MAPPING, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TENSOR_SCALAR_MAPPING, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: TensorScalarMappingColumns): ArchetypeColumns {
		return new ArchetypeColumns(TENSOR_SCALAR_MAPPING, fields as Readonly<Record<string, unknown>>);
	}
}

const TENSOR_SLICE_SELECTION = archetypeSpec("rerun.blueprint.archetypes.TensorSliceSelection", {
	width: { name: "width", component: components.TensorWidthDimension },
	height: { name: "height", component: components.TensorHeightDimension },
	indices: { name: "indices", component: components.TensorDimensionIndexSelection, plural: true },
	slider: { name: "slider", component: components.TensorDimensionIndexSlider, plural: true },
});

/** Fields of `TensorSliceSelection`. */
export interface TensorSliceSelectionFields {
	readonly width?: { readonly dimension: number; readonly invert: boolean } | undefined;
	readonly height?: { readonly dimension: number; readonly invert: boolean } | undefined;
	readonly indices?: { readonly dimension: number; readonly index: number | bigint } | readonly { readonly dimension: number; readonly index: number | bigint }[] | undefined;
	readonly slider?: { readonly dimension: number } | readonly { readonly dimension: number }[] | undefined;
}

/** Fields of `TensorSliceSelection`, with values for many rows. */
export interface TensorSliceSelectionColumns {
	readonly width?: { readonly dimension: number; readonly invert: boolean } | readonly { readonly dimension: number; readonly invert: boolean }[] | undefined;
	readonly height?: { readonly dimension: number; readonly invert: boolean } | readonly { readonly dimension: number; readonly invert: boolean }[] | undefined;
	readonly indices?: { readonly dimension: number; readonly index: number | bigint } | readonly { readonly dimension: number; readonly index: number | bigint }[] | undefined;
	readonly slider?: { readonly dimension: number } | readonly { readonly dimension: number }[] | undefined;
}

/** The slice of a tensor that is shown. */
export class TensorSliceSelection extends Archetype {
	constructor(fields: TensorSliceSelectionFields = {}) {
		super(TENSOR_SLICE_SELECTION, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: TensorSliceSelectionFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TENSOR_SLICE_SELECTION, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TENSOR_SLICE_SELECTION, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: TensorSliceSelectionColumns): ArchetypeColumns {
		return new ArchetypeColumns(TENSOR_SLICE_SELECTION, fields as Readonly<Record<string, unknown>>);
	}
}

const TENSOR_VIEW_FIT = archetypeSpec("rerun.blueprint.archetypes.TensorViewFit", {
	scaling: { name: "scaling", component: components.ViewFit },
});

/** Fields of `TensorViewFit`. */
export interface TensorViewFitFields {
	readonly scaling?: ViewFit | undefined;
}

/** Fields of `TensorViewFit`, with values for many rows. */
export interface TensorViewFitColumns {
	readonly scaling?: ViewFit | ArrayLike<ViewFit> | undefined;
}

/** The size of a tensor in its view. */
export class TensorViewFit extends Archetype {
	constructor(fields: TensorViewFitFields = {}) {
		super(TENSOR_VIEW_FIT, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: TensorViewFitFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TENSOR_VIEW_FIT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TENSOR_VIEW_FIT, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: TensorViewFitColumns): ArchetypeColumns {
		return new ArchetypeColumns(TENSOR_VIEW_FIT, fields as Readonly<Record<string, unknown>>);
	}
}

const TEXT_DOCUMENT_FORMAT = archetypeSpec("rerun.blueprint.archetypes.TextDocumentFormat", {
	monospace: { name: "monospace", component: components.Enabled },
	wordWrap: { name: "word_wrap", component: components.Enabled },
});

/** Fields of `TextDocumentFormat`. */
export interface TextDocumentFormatFields {
	readonly monospace?: boolean | undefined;
	readonly wordWrap?: boolean | undefined;
}

/** Fields of `TextDocumentFormat`, with values for many rows. */
export interface TextDocumentFormatColumns {
	readonly monospace?: Flags | undefined;
	readonly wordWrap?: Flags | undefined;
}

/** The format of a text document. */
export class TextDocumentFormat extends Archetype {
	constructor(fields: TextDocumentFormatFields = {}) {
		super(TEXT_DOCUMENT_FORMAT, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: TextDocumentFormatFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TEXT_DOCUMENT_FORMAT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TEXT_DOCUMENT_FORMAT, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: TextDocumentFormatColumns): ArchetypeColumns {
		return new ArchetypeColumns(TEXT_DOCUMENT_FORMAT, fields as Readonly<Record<string, unknown>>);
	}
}

const TEXT_LOG_COLUMNS = archetypeSpec("rerun.blueprint.archetypes.TextLogColumns", {
	timelineColumns: { name: "timeline_columns", component: components.TimelineColumn, plural: true },
	textLogColumns: { name: "text_log_columns", component: components.TextLogColumn, plural: true },
});

/** Fields of `TextLogColumns`. */
export interface TextLogColumnsFields {
	readonly timelineColumns?: { readonly visible: boolean; readonly timeline: string } | readonly { readonly visible: boolean; readonly timeline: string }[] | undefined;
	readonly textLogColumns?: { readonly visible: boolean; readonly kind: number } | readonly { readonly visible: boolean; readonly kind: number }[] | undefined;
}

/** Fields of `TextLogColumns`, with values for many rows. */
export interface TextLogColumnsColumns {
	readonly timelineColumns?: { readonly visible: boolean; readonly timeline: string } | readonly { readonly visible: boolean; readonly timeline: string }[] | undefined;
	readonly textLogColumns?: { readonly visible: boolean; readonly kind: number } | readonly { readonly visible: boolean; readonly kind: number }[] | undefined;
}

/** The columns of a view of logs. */
export class TextLogColumns extends Archetype {
	constructor(fields: TextLogColumnsFields = {}) {
		super(TEXT_LOG_COLUMNS, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: TextLogColumnsFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TEXT_LOG_COLUMNS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TEXT_LOG_COLUMNS, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: TextLogColumnsColumns): ArchetypeColumns {
		return new ArchetypeColumns(TEXT_LOG_COLUMNS, fields as Readonly<Record<string, unknown>>);
	}
}

const TEXT_LOG_FORMAT = archetypeSpec("rerun.blueprint.archetypes.TextLogFormat", {
	monospaceBody: { name: "monospace_body", component: components.Enabled },
});

/** Fields of `TextLogFormat`. */
export interface TextLogFormatFields {
	readonly monospaceBody?: boolean | undefined;
}

/** Fields of `TextLogFormat`, with values for many rows. */
export interface TextLogFormatColumns {
	readonly monospaceBody?: Flags | undefined;
}

/** The format of a log. */
export class TextLogFormat extends Archetype {
	constructor(fields: TextLogFormatFields = {}) {
		super(TEXT_LOG_FORMAT, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: TextLogFormatFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TEXT_LOG_FORMAT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TEXT_LOG_FORMAT, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: TextLogFormatColumns): ArchetypeColumns {
		return new ArchetypeColumns(TEXT_LOG_FORMAT, fields as Readonly<Record<string, unknown>>);
	}
}

const TEXT_LOG_ROWS = archetypeSpec("rerun.blueprint.archetypes.TextLogRows", {
	filterByLogLevel: { name: "filter_by_log_level", component: components.TextLogLevel, plural: true },
});

/** Fields of `TextLogRows`. */
export interface TextLogRowsFields {
	readonly filterByLogLevel?: Texts | undefined;
}

/** Fields of `TextLogRows`, with values for many rows. */
export interface TextLogRowsColumns {
	readonly filterByLogLevel?: Texts | undefined;
}

/** The lines of a view of logs. */
export class TextLogRows extends Archetype {
	constructor(fields: TextLogRowsFields = {}) {
		super(TEXT_LOG_ROWS, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: TextLogRowsFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TEXT_LOG_ROWS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TEXT_LOG_ROWS, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: TextLogRowsColumns): ArchetypeColumns {
		return new ArchetypeColumns(TEXT_LOG_ROWS, fields as Readonly<Record<string, unknown>>);
	}
}

const TIME_AXIS = archetypeSpec("rerun.blueprint.archetypes.TimeAxis", {
	link: { name: "link", component: components.LinkAxis },
	viewRange: { name: "view_range", component: components.TimeRange },
	zoomLock: { name: "zoom_lock", component: components.LockRangeDuringZoom },
});

/** Fields of `TimeAxis`. */
export interface TimeAxisFields {
	readonly link?: LinkAxis | undefined;
	readonly viewRange?: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined } | undefined;
	readonly zoomLock?: boolean | undefined;
}

/** Fields of `TimeAxis`, with values for many rows. */
export interface TimeAxisColumns {
	readonly link?: LinkAxis | ArrayLike<LinkAxis> | undefined;
	readonly viewRange?: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined } | readonly { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined }[] | undefined;
	readonly zoomLock?: Flags | undefined;
}

/** The axis of time of a plot. */
export class TimeAxis extends Archetype {
	constructor(fields: TimeAxisFields = {}) {
		super(TIME_AXIS, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: TimeAxisFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TIME_AXIS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TIME_AXIS, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: TimeAxisColumns): ArchetypeColumns {
		return new ArchetypeColumns(TIME_AXIS, fields as Readonly<Record<string, unknown>>);
	}
}

const VIEW_BLUEPRINT = archetypeSpec("rerun.blueprint.archetypes.ViewBlueprint", {
	classIdentifier: { name: "class_identifier", component: components.ViewClass },
	displayName: { name: "display_name", component: components.Name },
	spaceOrigin: { name: "space_origin", component: components.ViewOrigin },
	visible: { name: "visible", component: components.Visible },
});

/** Fields of `ViewBlueprint`. */
export interface ViewBlueprintFields {
	readonly classIdentifier?: string | undefined;
	readonly displayName?: string | undefined;
	readonly spaceOrigin?: string | undefined;
	readonly visible?: boolean | undefined;
}

/** Fields of `ViewBlueprint`, with values for many rows. */
export interface ViewBlueprintColumns {
	readonly classIdentifier?: Texts | undefined;
	readonly displayName?: Texts | undefined;
	readonly spaceOrigin?: Texts | undefined;
	readonly visible?: Flags | undefined;
}

/** A view. */
export class ViewBlueprint extends Archetype {
	constructor(classIdentifier: string, options: Omit<ViewBlueprintFields, "classIdentifier"> = {}) {
		super(VIEW_BLUEPRINT, { classIdentifier, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ViewBlueprintFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VIEW_BLUEPRINT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VIEW_BLUEPRINT, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ViewBlueprintColumns): ArchetypeColumns {
		return new ArchetypeColumns(VIEW_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}
}

const VIEW_CONTENTS = archetypeSpec("rerun.blueprint.archetypes.ViewContents", {
	query: { name: "query", component: components.QueryExpression, plural: true },
});

/** Fields of `ViewContents`. */
export interface ViewContentsFields {
	readonly query?: Texts | undefined;
}

/** Fields of `ViewContents`, with values for many rows. */
export interface ViewContentsColumns {
	readonly query?: Texts | undefined;
}

/** The entities in a view. */
export class ViewContents extends Archetype {
	constructor(fields: ViewContentsFields = {}) {
		super(VIEW_CONTENTS, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ViewContentsFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VIEW_CONTENTS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VIEW_CONTENTS, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ViewContentsColumns): ArchetypeColumns {
		return new ArchetypeColumns(VIEW_CONTENTS, fields as Readonly<Record<string, unknown>>);
	}
}

const VIEWPORT_BLUEPRINT = archetypeSpec("rerun.blueprint.archetypes.ViewportBlueprint", {
	rootContainer: { name: "root_container", component: components.RootContainer },
	maximized: { name: "maximized", component: components.ViewMaximized },
	autoLayout: { name: "auto_layout", component: components.AutoLayout },
	autoViews: { name: "auto_views", component: components.AutoViews },
	pastViewerRecommendations: { name: "past_viewer_recommendations", component: components.ViewerRecommendationHash, plural: true },
});

/** Fields of `ViewportBlueprint`. */
export interface ViewportBlueprintFields {
	readonly rootContainer?: Vector | undefined;
	readonly maximized?: Vector | undefined;
	readonly autoLayout?: boolean | undefined;
	readonly autoViews?: boolean | undefined;
	readonly pastViewerRecommendations?: Integers | undefined;
}

/** Fields of `ViewportBlueprint`, with values for many rows. */
export interface ViewportBlueprintColumns {
	readonly rootContainer?: Vectors | undefined;
	readonly maximized?: Vectors | undefined;
	readonly autoLayout?: Flags | undefined;
	readonly autoViews?: Flags | undefined;
	readonly pastViewerRecommendations?: Integers | undefined;
}

/** All containers and views of a layout. */
export class ViewportBlueprint extends Archetype {
	constructor(fields: ViewportBlueprintFields = {}) {
		super(VIEWPORT_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: ViewportBlueprintFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VIEWPORT_BLUEPRINT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VIEWPORT_BLUEPRINT, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: ViewportBlueprintColumns): ArchetypeColumns {
		return new ArchetypeColumns(VIEWPORT_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}
}

const VISIBLE_TIME_RANGES = archetypeSpec("rerun.blueprint.archetypes.VisibleTimeRanges", {
	ranges: { name: "ranges", component: components.VisibleTimeRange, plural: true },
});

/** Fields of `VisibleTimeRanges`. */
export interface VisibleTimeRangesFields {
	readonly ranges?: { readonly timeline: string; readonly range: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined } } | readonly { readonly timeline: string; readonly range: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined } }[] | undefined;
}

/** Fields of `VisibleTimeRanges`, with values for many rows. */
export interface VisibleTimeRangesColumns {
	readonly ranges?: { readonly timeline: string; readonly range: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined } } | readonly { readonly timeline: string; readonly range: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined } }[] | undefined;
}

/** The range of each timeline that is shown at once. */
export class VisibleTimeRanges extends Archetype {
	constructor(ranges: { readonly timeline: string; readonly range: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined } } | readonly { readonly timeline: string; readonly range: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } | undefined } }[]) {
		super(VISIBLE_TIME_RANGES, { ranges });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: VisibleTimeRangesFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VISIBLE_TIME_RANGES, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VISIBLE_TIME_RANGES, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: VisibleTimeRangesColumns): ArchetypeColumns {
		return new ArchetypeColumns(VISIBLE_TIME_RANGES, fields as Readonly<Record<string, unknown>>);
	}
}

const VISUAL_BOUNDS_2D = archetypeSpec("rerun.blueprint.archetypes.VisualBounds2D", {
	range: { name: "range", component: components.VisualBounds2D },
});

/** Fields of `VisualBounds2D`. */
export interface VisualBounds2DFields {
	readonly range?: { readonly xRange: Vector; readonly yRange: Vector } | undefined;
}

/** Fields of `VisualBounds2D`, with values for many rows. */
export interface VisualBounds2DColumns {
	readonly range?: { readonly xRange: Vector; readonly yRange: Vector } | readonly { readonly xRange: Vector; readonly yRange: Vector }[] | undefined;
}

/** The part of a plane that a view shows. */
export class VisualBounds2D extends Archetype {
	constructor(range: { readonly xRange: Vector; readonly yRange: Vector }) {
		super(VISUAL_BOUNDS_2D, { range });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: VisualBounds2DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VISUAL_BOUNDS_2D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VISUAL_BOUNDS_2D, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: VisualBounds2DColumns): ArchetypeColumns {
		return new ArchetypeColumns(VISUAL_BOUNDS_2D, fields as Readonly<Record<string, unknown>>);
	}
}

const VISUALIZER_INSTRUCTION = archetypeSpec("rerun.blueprint.archetypes.VisualizerInstruction", {
	visualizerType: { name: "visualizer_type", component: components.VisualizerType },
	componentMap: { name: "component_map", component: components.VisualizerComponentMapping, plural: true },
});

/** Fields of `VisualizerInstruction`. */
export interface VisualizerInstructionFields {
	readonly visualizerType?: string | undefined;
	readonly componentMap?: { readonly target: string; readonly sourceKind: number; readonly sourceComponent?: string | undefined; readonly selector?: string | undefined } | readonly { readonly target: string; readonly sourceKind: number; readonly sourceComponent?: string | undefined; readonly selector?: string | undefined }[] | undefined;
}

/** Fields of `VisualizerInstruction`, with values for many rows. */
export interface VisualizerInstructionColumns {
	readonly visualizerType?: Texts | undefined;
	readonly componentMap?: { readonly target: string; readonly sourceKind: number; readonly sourceComponent?: string | undefined; readonly selector?: string | undefined } | readonly { readonly target: string; readonly sourceKind: number; readonly sourceComponent?: string | undefined; readonly selector?: string | undefined }[] | undefined;
}

/** A visualizer of an entity, and its data. */
export class VisualizerInstruction extends Archetype {
	constructor(visualizerType: string, options: Omit<VisualizerInstructionFields, "visualizerType"> = {}) {
		super(VISUALIZER_INSTRUCTION, { visualizerType, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: VisualizerInstructionFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VISUALIZER_INSTRUCTION, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VISUALIZER_INSTRUCTION, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: VisualizerInstructionColumns): ArchetypeColumns {
		return new ArchetypeColumns(VISUALIZER_INSTRUCTION, fields as Readonly<Record<string, unknown>>);
	}
}
