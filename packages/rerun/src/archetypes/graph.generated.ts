// Written by scripts/build-rerun-archetypes.ts from scripts/rerun-archetypes.json. Not edited by hand; a test compares the two.

import { Archetype, ArchetypeColumns, archetypeSpec, type FromFieldsOptions } from "./archetype.ts";
import type { Colors } from "./color.ts";
import type { Flags, Numbers, Texts, Vectors } from "./component.ts";
import * as components from "./components.generated.ts";
import type { GraphType } from "./enums.generated.ts";

const GRAPH_EDGES = archetypeSpec("rerun.archetypes.GraphEdges", {
	edges: { name: "edges", component: components.GraphEdge, plural: true },
	graphType: { name: "graph_type", component: components.GraphType },
});

/** Fields of `GraphEdges`. */
export interface GraphEdgesFields {
	readonly edges?: { readonly first: string; readonly second: string } | readonly { readonly first: string; readonly second: string }[] | undefined;
	/** The kind of the edges: with a direction or without. */
	readonly graphType?: GraphType | undefined;
}

/** Fields of `GraphEdges`, with values for many rows. */
export interface GraphEdgesColumns {
	readonly edges?: { readonly first: string; readonly second: string } | readonly { readonly first: string; readonly second: string }[] | undefined;
	readonly graphType?: GraphType | ArrayLike<GraphType> | undefined;
}

/** Connections between nodes of a graph. */
export class GraphEdges extends Archetype {
	constructor(edges: { readonly first: string; readonly second: string } | readonly { readonly first: string; readonly second: string }[], options: Omit<GraphEdgesFields, "edges"> = {}) {
		super(GRAPH_EDGES, { edges, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: GraphEdgesFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(GRAPH_EDGES, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(GRAPH_EDGES, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: GraphEdgesColumns): ArchetypeColumns {
		return new ArchetypeColumns(GRAPH_EDGES, fields as Readonly<Record<string, unknown>>);
	}
}

const GRAPH_NODES = archetypeSpec("rerun.archetypes.GraphNodes", {
	nodeIds: { name: "node_ids", component: components.GraphNode, plural: true, count: "all" },
	positions: { name: "positions", component: components.Position2D, plural: true, count: "each" },
	colors: { name: "colors", component: components.Color, plural: true, count: "each" },
	labels: { name: "labels", component: components.Text, plural: true, count: "each" },
	showLabels: { name: "show_labels", component: components.ShowLabels },
	radii: { name: "radii", component: components.Radius, plural: true, count: "each" },
});

/** Fields of `GraphNodes`. */
export interface GraphNodesFields {
	readonly nodeIds?: Texts | undefined;
	readonly positions?: Vectors | undefined;
	/** Colours. Without them, the class or the entity has one. */
	readonly colors?: Colors | undefined;
	/** Texts. */
	readonly labels?: Texts | undefined;
	/** True: labels are drawn. Without it, the viewer decides. */
	readonly showLabels?: boolean | undefined;
	/** Radii in the units of the scene. Negative radii are in points of the screen. */
	readonly radii?: Numbers | undefined;
}

/** Fields of `GraphNodes`, with values for many rows. */
export interface GraphNodesColumns {
	readonly nodeIds?: Texts | undefined;
	readonly positions?: Vectors | undefined;
	readonly colors?: Colors | undefined;
	readonly labels?: Texts | undefined;
	readonly showLabels?: Flags | undefined;
	readonly radii?: Numbers | undefined;
}

/** Nodes of a graph. */
export class GraphNodes extends Archetype {
	constructor(nodeIds: Texts, options: Omit<GraphNodesFields, "nodeIds"> = {}) {
		super(GRAPH_NODES, { nodeIds, ...options });
	}

	/** Some of its fields. The others keep the values that were logged before. */
	static fromFields(fields: GraphNodesFields, options?: FromFieldsOptions): Archetype {
		return new Archetype(GRAPH_NODES, fields as Readonly<Record<string, unknown>>, options);
	}

	/** Empties all of its fields. */
	static clearFields(): Archetype {
		return new Archetype(GRAPH_NODES, {}, { clearUnset: true });
	}

	/** Fields of many rows, for `sendColumns`: one value in each row, unless they are partitioned. */
	static columns(fields: GraphNodesColumns): ArchetypeColumns {
		return new ArchetypeColumns(GRAPH_NODES, fields as Readonly<Record<string, unknown>>);
	}
}
