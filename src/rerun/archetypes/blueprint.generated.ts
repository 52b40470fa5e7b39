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
	readonly instructionIds?: Vectors;
}

/** Fields of `ActiveVisualizers`, with values for many rows. */
export interface ActiveVisualizersColumns {
	readonly instructionIds?: Vectors;
}

/** Which visualizers an entity has. */
export class ActiveVisualizers extends Archetype {
	constructor(instructionIds: Vectors) {
		super(ACTIVE_VISUALIZERS, { instructionIds });
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: ActiveVisualizersFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(ACTIVE_VISUALIZERS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(ACTIVE_VISUALIZERS, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly kind?: BackgroundKind;
	readonly color?: Color;
}

/** Fields of `Background`, with values for many rows. */
export interface BackgroundColumns {
	readonly kind?: BackgroundKind | ArrayLike<BackgroundKind>;
	readonly color?: Colors;
}

/** Background of a spatial view. */
export class Background extends Archetype {
	constructor(kind: BackgroundKind, options: Omit<BackgroundFields, "kind"> = {}) {
		super(BACKGROUND, { kind, ...options });
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: BackgroundFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(BACKGROUND, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(BACKGROUND, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly color?: Color;
	readonly showGrid?: boolean;
}

/** Fields of `PlotBackground`, with values for many rows. */
export interface PlotBackgroundColumns {
	readonly color?: Colors;
	readonly showGrid?: Flags;
}

/** Background of a plot. */
export class PlotBackground extends Archetype {
	constructor(fields: PlotBackgroundFields = {}) {
		super(PLOT_BACKGROUND, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: PlotBackgroundFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(PLOT_BACKGROUND, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(PLOT_BACKGROUND, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
	static columns(fields: PlotBackgroundColumns): ArchetypeColumns {
		return new ArchetypeColumns(PLOT_BACKGROUND, fields as Readonly<Record<string, unknown>>);
	}
}

const GRAPH_BACKGROUND = archetypeSpec("rerun.blueprint.archetypes.GraphBackground", {
	color: { name: "color", component: components.Color },
});

/** Fields of `GraphBackground`. */
export interface GraphBackgroundFields {
	readonly color?: Color;
}

/** Fields of `GraphBackground`, with values for many rows. */
export interface GraphBackgroundColumns {
	readonly color?: Colors;
}

/** Background of a graph. */
export class GraphBackground extends Archetype {
	constructor(fields: GraphBackgroundFields = {}) {
		super(GRAPH_BACKGROUND, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: GraphBackgroundFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(GRAPH_BACKGROUND, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(GRAPH_BACKGROUND, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly containerKind?: ContainerKind;
	readonly displayName?: string;
	readonly contents?: Texts;
	readonly colShares?: Numbers;
	readonly rowShares?: Numbers;
	readonly activeTab?: string;
	readonly visible?: boolean;
	readonly gridColumns?: number;
}

/** Fields of `ContainerBlueprint`, with values for many rows. */
export interface ContainerBlueprintColumns {
	readonly containerKind?: ContainerKind | ArrayLike<ContainerKind>;
	readonly displayName?: Texts;
	readonly contents?: Texts;
	readonly colShares?: Numbers;
	readonly rowShares?: Numbers;
	readonly activeTab?: Texts;
	readonly visible?: Flags;
	readonly gridColumns?: Numbers;
}

/** A container of views: tabs, row, column or grid. */
export class ContainerBlueprint extends Archetype {
	constructor(containerKind: ContainerKind, options: Omit<ContainerBlueprintFields, "containerKind"> = {}) {
		super(CONTAINER_BLUEPRINT, { containerKind, ...options });
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: ContainerBlueprintFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(CONTAINER_BLUEPRINT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(CONTAINER_BLUEPRINT, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly timeline?: string;
	readonly filterByRange?: { readonly start: number | bigint; readonly end: number | bigint };
	readonly filterIsNotNull?: { readonly active: boolean; readonly column: { readonly entityPath: string; readonly component: string } };
	readonly applyLatestAt?: boolean;
	readonly select?: { readonly timeColumns: readonly string[]; readonly componentColumns: readonly { readonly entityPath: string; readonly component: string }[] };
	readonly entityOrder?: readonly string[];
	readonly autoScroll?: boolean;
}

/** Fields of `DataframeQuery`, with values for many rows. */
export interface DataframeQueryColumns {
	readonly timeline?: Texts;
	readonly filterByRange?: { readonly start: number | bigint; readonly end: number | bigint } | readonly { readonly start: number | bigint; readonly end: number | bigint }[];
	readonly filterIsNotNull?: { readonly active: boolean; readonly column: { readonly entityPath: string; readonly component: string } } | readonly { readonly active: boolean; readonly column: { readonly entityPath: string; readonly component: string } }[];
	readonly applyLatestAt?: Flags;
	readonly select?: { readonly timeColumns: readonly string[]; readonly componentColumns: readonly { readonly entityPath: string; readonly component: string }[] } | readonly { readonly timeColumns: readonly string[]; readonly componentColumns: readonly { readonly entityPath: string; readonly component: string }[] }[];
	readonly entityOrder?: readonly string[] | readonly (readonly string[])[];
	readonly autoScroll?: Flags;
}

/** What a view of tables shows. */
export class DataframeQuery extends Archetype {
	constructor(fields: DataframeQueryFields = {}) {
		super(DATAFRAME_QUERY, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: DataframeQueryFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(DATAFRAME_QUERY, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(DATAFRAME_QUERY, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly interactive?: boolean;
	readonly visible?: boolean;
}

/** Fields of `EntityBehavior`, with values for many rows. */
export interface EntityBehaviorColumns {
	readonly interactive?: Flags;
	readonly visible?: Flags;
}

/** Whether an entity is seen and can be selected. */
export class EntityBehavior extends Archetype {
	constructor(fields: EntityBehaviorFields = {}) {
		super(ENTITY_BEHAVIOR, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: EntityBehaviorFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(ENTITY_BEHAVIOR, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(ENTITY_BEHAVIOR, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly kind?: Eye3DKind;
	readonly position?: Vector;
	readonly lookTarget?: Vector;
	readonly eyeUp?: Vector;
	readonly speed?: number;
	readonly trackingEntity?: string;
	readonly spinSpeed?: number;
}

/** Fields of `EyeControls3D`, with values for many rows. */
export interface EyeControls3DColumns {
	readonly kind?: Eye3DKind | ArrayLike<Eye3DKind>;
	readonly position?: Vectors;
	readonly lookTarget?: Vectors;
	readonly eyeUp?: Vectors;
	readonly speed?: Numbers;
	readonly trackingEntity?: Texts;
	readonly spinSpeed?: Numbers;
}

/** Where a 3D view's eye is and how it moves. */
export class EyeControls3D extends Archetype {
	constructor(fields: EyeControls3DFields = {}) {
		super(EYE_CONTROLS_3D, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: EyeControls3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(EYE_CONTROLS_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(EYE_CONTROLS_3D, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly enabled?: boolean;
	readonly strength?: number;
}

/** Fields of `ForceCenter`, with values for many rows. */
export interface ForceCenterColumns {
	readonly enabled?: Flags;
	readonly strength?: Numbers;
}

/** Pulls a graph's nodes to the middle. */
export class ForceCenter extends Archetype {
	constructor(fields: ForceCenterFields = {}) {
		super(FORCE_CENTER, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: ForceCenterFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(FORCE_CENTER, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(FORCE_CENTER, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly enabled?: boolean;
	readonly strength?: number;
	readonly iterations?: number | bigint;
}

/** Fields of `ForceCollisionRadius`, with values for many rows. */
export interface ForceCollisionRadiusColumns {
	readonly enabled?: Flags;
	readonly strength?: Numbers;
	readonly iterations?: Integers;
}

/** Keeps a graph's nodes apart by their radii. */
export class ForceCollisionRadius extends Archetype {
	constructor(fields: ForceCollisionRadiusFields = {}) {
		super(FORCE_COLLISION_RADIUS, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: ForceCollisionRadiusFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(FORCE_COLLISION_RADIUS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(FORCE_COLLISION_RADIUS, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly enabled?: boolean;
	readonly distance?: number;
	readonly iterations?: number | bigint;
}

/** Fields of `ForceLink`, with values for many rows. */
export interface ForceLinkColumns {
	readonly enabled?: Flags;
	readonly distance?: Numbers;
	readonly iterations?: Integers;
}

/** Pulls connected nodes to a distance. */
export class ForceLink extends Archetype {
	constructor(fields: ForceLinkFields = {}) {
		super(FORCE_LINK, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: ForceLinkFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(FORCE_LINK, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(FORCE_LINK, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly enabled?: boolean;
	readonly strength?: number;
}

/** Fields of `ForceManyBody`, with values for many rows. */
export interface ForceManyBodyColumns {
	readonly enabled?: Flags;
	readonly strength?: Numbers;
}

/** Lets all nodes pull or push each other. */
export class ForceManyBody extends Archetype {
	constructor(fields: ForceManyBodyFields = {}) {
		super(FORCE_MANY_BODY, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: ForceManyBodyFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(FORCE_MANY_BODY, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(FORCE_MANY_BODY, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly enabled?: boolean;
	readonly strength?: number;
	readonly position?: Vector;
}

/** Fields of `ForcePosition`, with values for many rows. */
export interface ForcePositionColumns {
	readonly enabled?: Flags;
	readonly strength?: Numbers;
	readonly position?: Vectors;
}

/** Pulls nodes to a place. */
export class ForcePosition extends Archetype {
	constructor(fields: ForcePositionFields = {}) {
		super(FORCE_POSITION, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: ForcePositionFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(FORCE_POSITION, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(FORCE_POSITION, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly visible?: boolean;
	readonly spacing?: number;
	readonly plane?: Vector;
	readonly strokeWidth?: number;
	readonly color?: Color;
}

/** Fields of `LineGrid3D`, with values for many rows. */
export interface LineGrid3DColumns {
	readonly visible?: Flags;
	readonly spacing?: Numbers;
	readonly plane?: Vectors;
	readonly strokeWidth?: Numbers;
	readonly color?: Colors;
}

/** The grid of a 3D view. */
export class LineGrid3D extends Archetype {
	constructor(fields: LineGrid3DFields = {}) {
		super(LINE_GRID_3D, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: LineGrid3DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(LINE_GRID_3D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(LINE_GRID_3D, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
	static columns(fields: LineGrid3DColumns): ArchetypeColumns {
		return new ArchetypeColumns(LINE_GRID_3D, fields as Readonly<Record<string, unknown>>);
	}
}

const MAP_BACKGROUND = archetypeSpec("rerun.blueprint.archetypes.MapBackground", {
	provider: { name: "provider", component: components.MapProvider },
});

/** Fields of `MapBackground`. */
export interface MapBackgroundFields {
	readonly provider?: MapProvider;
}

/** Fields of `MapBackground`, with values for many rows. */
export interface MapBackgroundColumns {
	readonly provider?: MapProvider | ArrayLike<MapProvider>;
}

/** Whose map is shown. */
export class MapBackground extends Archetype {
	constructor(fields: MapBackgroundFields = {}) {
		super(MAP_BACKGROUND, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: MapBackgroundFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(MAP_BACKGROUND, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(MAP_BACKGROUND, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
	static columns(fields: MapBackgroundColumns): ArchetypeColumns {
		return new ArchetypeColumns(MAP_BACKGROUND, fields as Readonly<Record<string, unknown>>);
	}
}

const MAP_ZOOM = archetypeSpec("rerun.blueprint.archetypes.MapZoom", {
	zoom: { name: "zoom", component: components.ZoomLevel },
});

/** Fields of `MapZoom`. */
export interface MapZoomFields {
	readonly zoom?: number;
}

/** Fields of `MapZoom`, with values for many rows. */
export interface MapZoomColumns {
	readonly zoom?: Numbers;
}

/** A map's zoom. */
export class MapZoom extends Archetype {
	constructor(fields: MapZoomFields = {}) {
		super(MAP_ZOOM, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: MapZoomFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(MAP_ZOOM, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(MAP_ZOOM, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
	static columns(fields: MapZoomColumns): ArchetypeColumns {
		return new ArchetypeColumns(MAP_ZOOM, fields as Readonly<Record<string, unknown>>);
	}
}

const NEAR_CLIP_PLANE = archetypeSpec("rerun.blueprint.archetypes.NearClipPlane", {
	nearClipPlane: { name: "near_clip_plane", component: components.NearClipPlane },
});

/** Fields of `NearClipPlane`. */
export interface NearClipPlaneFields {
	readonly nearClipPlane?: number;
}

/** Fields of `NearClipPlane`, with values for many rows. */
export interface NearClipPlaneColumns {
	readonly nearClipPlane?: Numbers;
}

/** How near to the eye drawing begins. */
export class NearClipPlane extends Archetype {
	constructor(fields: NearClipPlaneFields = {}) {
		super(NEAR_CLIP_PLANE, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: NearClipPlaneFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(NEAR_CLIP_PLANE, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(NEAR_CLIP_PLANE, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
	static columns(fields: NearClipPlaneColumns): ArchetypeColumns {
		return new ArchetypeColumns(NEAR_CLIP_PLANE, fields as Readonly<Record<string, unknown>>);
	}
}

const PANEL_BLUEPRINT = archetypeSpec("rerun.blueprint.archetypes.PanelBlueprint", {
	state: { name: "state", component: components.PanelState },
});

/** Fields of `PanelBlueprint`. */
export interface PanelBlueprintFields {
	readonly state?: PanelState;
}

/** Fields of `PanelBlueprint`, with values for many rows. */
export interface PanelBlueprintColumns {
	readonly state?: PanelState | ArrayLike<PanelState>;
}

/** Whether a panel is open. */
export class PanelBlueprint extends Archetype {
	constructor(fields: PanelBlueprintFields = {}) {
		super(PANEL_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: PanelBlueprintFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(PANEL_BLUEPRINT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(PANEL_BLUEPRINT, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly state?: PanelState;
	readonly timeline?: string;
	readonly playbackSpeed?: number;
	readonly fps?: number;
	readonly playState?: PlayState;
	readonly loopMode?: LoopMode;
	readonly timeSelection?: { readonly min: number | bigint; readonly max: number | bigint };
}

/** Fields of `TimePanelBlueprint`, with values for many rows. */
export interface TimePanelBlueprintColumns {
	readonly state?: PanelState | ArrayLike<PanelState>;
	readonly timeline?: Texts;
	readonly playbackSpeed?: Numbers;
	readonly fps?: Numbers;
	readonly playState?: PlayState | ArrayLike<PlayState>;
	readonly loopMode?: LoopMode | ArrayLike<LoopMode>;
	readonly timeSelection?: { readonly min: number | bigint; readonly max: number | bigint } | readonly { readonly min: number | bigint; readonly max: number | bigint }[];
}

/** The time panel: what is played, and how. Log its play state as static. */
export class TimePanelBlueprint extends Archetype {
	constructor(fields: TimePanelBlueprintFields = {}) {
		super(TIME_PANEL_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: TimePanelBlueprintFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TIME_PANEL_BLUEPRINT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TIME_PANEL_BLUEPRINT, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly corner?: Corner2D;
	readonly visible?: boolean;
}

/** Fields of `PlotLegend`, with values for many rows. */
export interface PlotLegendColumns {
	readonly corner?: Corner2D | ArrayLike<Corner2D>;
	readonly visible?: Flags;
}

/** The legend of a plot. */
export class PlotLegend extends Archetype {
	constructor(fields: PlotLegendFields = {}) {
		super(PLOT_LEGEND, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: PlotLegendFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(PLOT_LEGEND, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(PLOT_LEGEND, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly range?: Vector;
	readonly zoomLock?: boolean;
}

/** Fields of `ScalarAxis`, with values for many rows. */
export interface ScalarAxisColumns {
	readonly range?: Vectors;
	readonly zoomLock?: Flags;
}

/** A plot's upright axis. */
export class ScalarAxis extends Archetype {
	constructor(fields: ScalarAxisFields = {}) {
		super(SCALAR_AXIS, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: ScalarAxisFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(SCALAR_AXIS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(SCALAR_AXIS, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly targetFrame?: string;
	readonly showAxes?: boolean;
	readonly showBoundingBox?: boolean;
}

/** Fields of `SpatialInformation`, with values for many rows. */
export interface SpatialInformationColumns {
	readonly targetFrame?: Texts;
	readonly showAxes?: Flags;
	readonly showBoundingBox?: Flags;
}

/** What a spatial view shows beside its entities. */
export class SpatialInformation extends Archetype {
	constructor(fields: SpatialInformationFields = {}) {
		super(SPATIAL_INFORMATION, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: SpatialInformationFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(SPATIAL_INFORMATION, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(SPATIAL_INFORMATION, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly segmentPreviewColumn?: string;
	readonly flagColumn?: string;
	readonly gridViewCardTitle?: string;
	readonly urlColumn?: string;
}

/** Fields of `TableBlueprint`, with values for many rows. */
export interface TableBlueprintColumns {
	readonly segmentPreviewColumn?: Texts;
	readonly flagColumn?: Texts;
	readonly gridViewCardTitle?: Texts;
	readonly urlColumn?: Texts;
}

/** How a table of recordings is shown. */
export class TableBlueprint extends Archetype {
	constructor(fields: TableBlueprintFields = {}) {
		super(TABLE_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: TableBlueprintFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TABLE_BLUEPRINT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TABLE_BLUEPRINT, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly magFilter?: MagnificationFilter;
	readonly colormap?: Colormap;
	readonly gamma?: number;
}

/** Fields of `TensorScalarMapping`, with values for many rows. */
export interface TensorScalarMappingColumns {
	readonly magFilter?: MagnificationFilter | ArrayLike<MagnificationFilter>;
	readonly colormap?: Colormap | ArrayLike<Colormap>;
	readonly gamma?: Numbers;
}

/** How numbers of a tensor become colours. */
export class TensorScalarMapping extends Archetype {
	constructor(fields: TensorScalarMappingFields = {}) {
		super(TENSOR_SCALAR_MAPPING, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: TensorScalarMappingFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TENSOR_SCALAR_MAPPING, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TENSOR_SCALAR_MAPPING, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly width?: { readonly dimension: number; readonly invert: boolean };
	readonly height?: { readonly dimension: number; readonly invert: boolean };
	readonly indices?: { readonly dimension: number; readonly index: number | bigint } | readonly { readonly dimension: number; readonly index: number | bigint }[];
	readonly slider?: { readonly dimension: number } | readonly { readonly dimension: number }[];
}

/** Fields of `TensorSliceSelection`, with values for many rows. */
export interface TensorSliceSelectionColumns {
	readonly width?: { readonly dimension: number; readonly invert: boolean } | readonly { readonly dimension: number; readonly invert: boolean }[];
	readonly height?: { readonly dimension: number; readonly invert: boolean } | readonly { readonly dimension: number; readonly invert: boolean }[];
	readonly indices?: { readonly dimension: number; readonly index: number | bigint } | readonly { readonly dimension: number; readonly index: number | bigint }[];
	readonly slider?: { readonly dimension: number } | readonly { readonly dimension: number }[];
}

/** Which slice of a tensor is shown. */
export class TensorSliceSelection extends Archetype {
	constructor(fields: TensorSliceSelectionFields = {}) {
		super(TENSOR_SLICE_SELECTION, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: TensorSliceSelectionFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TENSOR_SLICE_SELECTION, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TENSOR_SLICE_SELECTION, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
	static columns(fields: TensorSliceSelectionColumns): ArchetypeColumns {
		return new ArchetypeColumns(TENSOR_SLICE_SELECTION, fields as Readonly<Record<string, unknown>>);
	}
}

const TENSOR_VIEW_FIT = archetypeSpec("rerun.blueprint.archetypes.TensorViewFit", {
	scaling: { name: "scaling", component: components.ViewFit },
});

/** Fields of `TensorViewFit`. */
export interface TensorViewFitFields {
	readonly scaling?: ViewFit;
}

/** Fields of `TensorViewFit`, with values for many rows. */
export interface TensorViewFitColumns {
	readonly scaling?: ViewFit | ArrayLike<ViewFit>;
}

/** How a tensor fits its view. */
export class TensorViewFit extends Archetype {
	constructor(fields: TensorViewFitFields = {}) {
		super(TENSOR_VIEW_FIT, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: TensorViewFitFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TENSOR_VIEW_FIT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TENSOR_VIEW_FIT, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly monospace?: boolean;
	readonly wordWrap?: boolean;
}

/** Fields of `TextDocumentFormat`, with values for many rows. */
export interface TextDocumentFormatColumns {
	readonly monospace?: Flags;
	readonly wordWrap?: Flags;
}

/** How a text document is set. */
export class TextDocumentFormat extends Archetype {
	constructor(fields: TextDocumentFormatFields = {}) {
		super(TEXT_DOCUMENT_FORMAT, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: TextDocumentFormatFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TEXT_DOCUMENT_FORMAT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TEXT_DOCUMENT_FORMAT, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly timelineColumns?: { readonly visible: boolean; readonly timeline: string } | readonly { readonly visible: boolean; readonly timeline: string }[];
	readonly textLogColumns?: { readonly visible: boolean; readonly kind: number } | readonly { readonly visible: boolean; readonly kind: number }[];
}

/** Fields of `TextLogColumns`, with values for many rows. */
export interface TextLogColumnsColumns {
	readonly timelineColumns?: { readonly visible: boolean; readonly timeline: string } | readonly { readonly visible: boolean; readonly timeline: string }[];
	readonly textLogColumns?: { readonly visible: boolean; readonly kind: number } | readonly { readonly visible: boolean; readonly kind: number }[];
}

/** Which columns a view of logs has. */
export class TextLogColumns extends Archetype {
	constructor(fields: TextLogColumnsFields = {}) {
		super(TEXT_LOG_COLUMNS, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: TextLogColumnsFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TEXT_LOG_COLUMNS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TEXT_LOG_COLUMNS, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
	static columns(fields: TextLogColumnsColumns): ArchetypeColumns {
		return new ArchetypeColumns(TEXT_LOG_COLUMNS, fields as Readonly<Record<string, unknown>>);
	}
}

const TEXT_LOG_FORMAT = archetypeSpec("rerun.blueprint.archetypes.TextLogFormat", {
	monospaceBody: { name: "monospace_body", component: components.Enabled },
});

/** Fields of `TextLogFormat`. */
export interface TextLogFormatFields {
	readonly monospaceBody?: boolean;
}

/** Fields of `TextLogFormat`, with values for many rows. */
export interface TextLogFormatColumns {
	readonly monospaceBody?: Flags;
}

/** How a log is set. */
export class TextLogFormat extends Archetype {
	constructor(fields: TextLogFormatFields = {}) {
		super(TEXT_LOG_FORMAT, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: TextLogFormatFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TEXT_LOG_FORMAT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TEXT_LOG_FORMAT, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
	static columns(fields: TextLogFormatColumns): ArchetypeColumns {
		return new ArchetypeColumns(TEXT_LOG_FORMAT, fields as Readonly<Record<string, unknown>>);
	}
}

const TEXT_LOG_ROWS = archetypeSpec("rerun.blueprint.archetypes.TextLogRows", {
	filterByLogLevel: { name: "filter_by_log_level", component: components.TextLogLevel, plural: true },
});

/** Fields of `TextLogRows`. */
export interface TextLogRowsFields {
	readonly filterByLogLevel?: Texts;
}

/** Fields of `TextLogRows`, with values for many rows. */
export interface TextLogRowsColumns {
	readonly filterByLogLevel?: Texts;
}

/** Which lines a view of logs has. */
export class TextLogRows extends Archetype {
	constructor(fields: TextLogRowsFields = {}) {
		super(TEXT_LOG_ROWS, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: TextLogRowsFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TEXT_LOG_ROWS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TEXT_LOG_ROWS, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly link?: LinkAxis;
	readonly viewRange?: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" }; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } };
	readonly zoomLock?: boolean;
}

/** Fields of `TimeAxis`, with values for many rows. */
export interface TimeAxisColumns {
	readonly link?: LinkAxis | ArrayLike<LinkAxis>;
	readonly viewRange?: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" }; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } } | readonly { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" }; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } }[];
	readonly zoomLock?: Flags;
}

/** A plot's axis of time. */
export class TimeAxis extends Archetype {
	constructor(fields: TimeAxisFields = {}) {
		super(TIME_AXIS, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: TimeAxisFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(TIME_AXIS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(TIME_AXIS, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly classIdentifier?: string;
	readonly displayName?: string;
	readonly spaceOrigin?: string;
	readonly visible?: boolean;
}

/** Fields of `ViewBlueprint`, with values for many rows. */
export interface ViewBlueprintColumns {
	readonly classIdentifier?: Texts;
	readonly displayName?: Texts;
	readonly spaceOrigin?: Texts;
	readonly visible?: Flags;
}

/** One view. */
export class ViewBlueprint extends Archetype {
	constructor(classIdentifier: string, options: Omit<ViewBlueprintFields, "classIdentifier"> = {}) {
		super(VIEW_BLUEPRINT, { classIdentifier, ...options });
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: ViewBlueprintFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VIEW_BLUEPRINT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VIEW_BLUEPRINT, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
	static columns(fields: ViewBlueprintColumns): ArchetypeColumns {
		return new ArchetypeColumns(VIEW_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}
}

const VIEW_CONTENTS = archetypeSpec("rerun.blueprint.archetypes.ViewContents", {
	query: { name: "query", component: components.QueryExpression, plural: true },
});

/** Fields of `ViewContents`. */
export interface ViewContentsFields {
	readonly query?: Texts;
}

/** Fields of `ViewContents`, with values for many rows. */
export interface ViewContentsColumns {
	readonly query?: Texts;
}

/** Which entities a view shows. */
export class ViewContents extends Archetype {
	constructor(fields: ViewContentsFields = {}) {
		super(VIEW_CONTENTS, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: ViewContentsFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VIEW_CONTENTS, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VIEW_CONTENTS, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly rootContainer?: Vector;
	readonly maximized?: Vector;
	readonly autoLayout?: boolean;
	readonly autoViews?: boolean;
	readonly pastViewerRecommendations?: Integers;
}

/** Fields of `ViewportBlueprint`, with values for many rows. */
export interface ViewportBlueprintColumns {
	readonly rootContainer?: Vectors;
	readonly maximized?: Vectors;
	readonly autoLayout?: Flags;
	readonly autoViews?: Flags;
	readonly pastViewerRecommendations?: Integers;
}

/** The whole of containers and views. */
export class ViewportBlueprint extends Archetype {
	constructor(fields: ViewportBlueprintFields = {}) {
		super(VIEWPORT_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: ViewportBlueprintFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VIEWPORT_BLUEPRINT, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VIEWPORT_BLUEPRINT, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
	static columns(fields: ViewportBlueprintColumns): ArchetypeColumns {
		return new ArchetypeColumns(VIEWPORT_BLUEPRINT, fields as Readonly<Record<string, unknown>>);
	}
}

const VISIBLE_TIME_RANGES = archetypeSpec("rerun.blueprint.archetypes.VisibleTimeRanges", {
	ranges: { name: "ranges", component: components.VisibleTimeRange, plural: true },
});

/** Fields of `VisibleTimeRanges`. */
export interface VisibleTimeRangesFields {
	readonly ranges?: { readonly timeline: string; readonly range: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" }; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } } } | readonly { readonly timeline: string; readonly range: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" }; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } } }[];
}

/** Fields of `VisibleTimeRanges`, with values for many rows. */
export interface VisibleTimeRangesColumns {
	readonly ranges?: { readonly timeline: string; readonly range: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" }; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } } } | readonly { readonly timeline: string; readonly range: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" }; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } } }[];
}

/** How much of each timeline is shown at once. */
export class VisibleTimeRanges extends Archetype {
	constructor(ranges: { readonly timeline: string; readonly range: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" }; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } } } | readonly { readonly timeline: string; readonly range: { readonly start?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" }; readonly end?: { readonly tag: "CursorRelative"; readonly value: number | bigint } | { readonly tag: "Absolute"; readonly value: number | bigint } | { readonly tag: "Infinite" } } }[]) {
		super(VISIBLE_TIME_RANGES, { ranges });
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: VisibleTimeRangesFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VISIBLE_TIME_RANGES, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VISIBLE_TIME_RANGES, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
	static columns(fields: VisibleTimeRangesColumns): ArchetypeColumns {
		return new ArchetypeColumns(VISIBLE_TIME_RANGES, fields as Readonly<Record<string, unknown>>);
	}
}

const VISUAL_BOUNDS_2D = archetypeSpec("rerun.blueprint.archetypes.VisualBounds2D", {
	range: { name: "range", component: components.VisualBounds2D },
});

/** Fields of `VisualBounds2D`. */
export interface VisualBounds2DFields {
	readonly range?: { readonly xRange: Vector; readonly yRange: Vector };
}

/** Fields of `VisualBounds2D`, with values for many rows. */
export interface VisualBounds2DColumns {
	readonly range?: { readonly xRange: Vector; readonly yRange: Vector } | readonly { readonly xRange: Vector; readonly yRange: Vector }[];
}

/** Which part of a plane a view shows. */
export class VisualBounds2D extends Archetype {
	constructor(range: { readonly xRange: Vector; readonly yRange: Vector }) {
		super(VISUAL_BOUNDS_2D, { range });
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: VisualBounds2DFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VISUAL_BOUNDS_2D, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VISUAL_BOUNDS_2D, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
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
	readonly visualizerType?: string;
	readonly componentMap?: { readonly target: string; readonly sourceKind: number; readonly sourceComponent?: string; readonly selector?: string } | readonly { readonly target: string; readonly sourceKind: number; readonly sourceComponent?: string; readonly selector?: string }[];
}

/** Fields of `VisualizerInstruction`, with values for many rows. */
export interface VisualizerInstructionColumns {
	readonly visualizerType?: Texts;
	readonly componentMap?: { readonly target: string; readonly sourceKind: number; readonly sourceComponent?: string; readonly selector?: string } | readonly { readonly target: string; readonly sourceKind: number; readonly sourceComponent?: string; readonly selector?: string }[];
}

/** One visualizer of an entity, and what it draws. */
export class VisualizerInstruction extends Archetype {
	constructor(visualizerType: string, options: Omit<VisualizerInstructionFields, "visualizerType"> = {}) {
		super(VISUALIZER_INSTRUCTION, { visualizerType, ...options });
	}

	/** Some of its fields: the others stay as they were logged before. */
	static fromFields(fields: VisualizerInstructionFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(VISUALIZER_INSTRUCTION, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(VISUALIZER_INSTRUCTION, {}, { clearUnset: true });
	}

	/** Many rows of its fields, for `sendColumns`: one value in each, unless they are partitioned. */
	static columns(fields: VisualizerInstructionColumns): ArchetypeColumns {
		return new ArchetypeColumns(VISUALIZER_INSTRUCTION, fields as Readonly<Record<string, unknown>>);
	}
}
