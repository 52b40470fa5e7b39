import { ViewportBlueprint } from "../archetypes/blueprint.generated.ts";
import { describeValue } from "../describe-value.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";
import { checkedApplicationId } from "../rrd/application-id.ts";
import type { LogMessage } from "../rrd/log-message.ts";
import { RrdWriter } from "../rrd/rrd-writer.ts";
import { systemNowNs } from "../system-clock.ts";
import { uuidBytes } from "../uuid.ts";
import { BLUEPRINT_ACTIVATION_OPTIONS, type BlueprintActivationOptions } from "./activation-options.ts";
import { BlueprintLog } from "./blueprint-log.ts";
import { Container, type ContainerContent, splitArguments, Tabs } from "./container.ts";
import { COLLAPSED_PANELS, Panel } from "./panel.ts";
import { View } from "./view.ts";

export interface BlueprintOptions {
	/**
	 * Whether the viewer lays out anew when views are added.
	 * @default whether there are no views
	 */
	readonly autoLayout?: boolean | undefined;
	/** Whether the viewer adds views for what is logged. @default whether there are no views */
	readonly autoViews?: boolean | undefined;
	/** Hides the blueprint and the selection, and makes the time one line. @default false */
	readonly collapsePanels?: boolean | undefined;
}

const OPTIONS: OptionNames<BlueprintOptions> = { autoLayout: true, autoViews: true, collapsePanels: true };

/** A blueprint, or a view or container that makes one by itself: see `Blueprint.from`. */
export type BlueprintLike = Blueprint | View | Container;

const SOURCE = "panogaze";

/**
 * How a viewer shows the recordings of an application.
 *
 * ```ts
 * const blueprint = new Blueprint(
 * 	new Horizontal(new Spatial3DView({ origin: "world" }), new TimeSeriesView({ origin: "joints" }), { columnShares: [2, 1] }),
 * 	new TimePanel({ timeline: "frame", state: PanelState.Collapsed }),
 * );
 * recording.sendBlueprint(blueprint);
 * ```
 */
export class Blueprint {
	readonly root: Container | null;
	readonly panels: readonly Panel[];
	readonly options: BlueprintOptions;

	/**
	 * @param args views, containers and panels, at last perhaps options. Several views and
	 * containers become tabs.
	 * @throws {TypeError} if something is none of them, a panel is there twice, or an option has an
	 * unknown name.
	 */
	constructor(
		...args: readonly (ContainerContent | Panel)[] | readonly [...(ContainerContent | Panel)[], BlueprintOptions]
	) {
		const { parts, options } = splitArguments(args, OPTIONS, "Blueprint");
		const contents: ContainerContent[] = [];
		const panels = new Map<string, Panel>();
		for (const part of parts) {
			if (part instanceof View || part instanceof Container) contents.push(part);
			else if (!(part instanceof Panel))
				throw new TypeError(
					`A blueprint is made of views, containers and panels, not of ${describeValue(part)}.`,
				);
			else if (panels.has(part.path))
				throw new TypeError(`A blueprint has one ${part.path.replace("_", " ")}; two are given.`);
			else panels.set(part.path, part);
		}
		if (options.collapsePanels === true)
			for (const panel of COLLAPSED_PANELS) if (!panels.has(panel.path)) panels.set(panel.path, panel);
		const [only] = contents;
		this.root =
			only === undefined
				? null
				: contents.length === 1 && only instanceof Container
					? only
					: new Tabs(...contents);
		this.panels = [...panels.values()];
		this.options = options;
	}

	/**
	 * A blueprint stays as it is; a view or a container becomes a blueprint with that alone in it.
	 */
	static from(part: BlueprintLike): Blueprint {
		return part instanceof Blueprint ? part : new Blueprint(part);
	}

	/**
	 * The messages of which it is made, in a new store.
	 *
	 * @param onWarning gets what viewers can't make sense of, though it is part of the blueprint.
	 * What it throws is thrown on.
	 * @throws {RangeError} if the application id isn't one. {TypeError} if an option has an unknown
	 * name.
	 */
	toMessages(
		applicationId: string,
		options: BlueprintActivationOptions = {},
		nowNs: () => bigint = systemNowNs,
		onWarning: (warning: Error) => void = () => {},
	): LogMessage[] {
		checkOptions(options, BLUEPRINT_ACTIVATION_OPTIONS, "toMessages()");
		const { makeActive = true, makeDefault = true } = options;
		const log = new BlueprintLog(checkedApplicationId(applicationId), nowNs, onWarning);
		this.root?.logTo(log);
		const {
			autoLayout = this.root === null ? true : undefined,
			autoViews = this.root === null ? true : undefined,
		} = this.options;
		log.log(
			"viewport",
			new ViewportBlueprint({
				...(this.root === null ? {} : { rootContainer: uuidBytes(this.root.id) }),
				...(autoLayout === undefined ? {} : { autoLayout }),
				...(autoViews === undefined ? {} : { autoViews }),
			}),
		);
		for (const panel of this.panels) panel.logTo(log);
		return log.finish(SOURCE, { makeActive, makeDefault });
	}

	/** A file of it, to be called `.rbl`. */
	toBytes(applicationId: string, options: BlueprintActivationOptions = {}): Uint8Array {
		checkOptions(options, BLUEPRINT_ACTIVATION_OPTIONS, "toBytes()");
		const writer = new RrdWriter();
		const pieces = this.toMessages(applicationId, options).map((message) => writer.message(message));
		pieces.push(writer.finish());
		const bytes = new Uint8Array(writer.byteLength);
		let at = 0;
		for (const piece of pieces) {
			bytes.set(piece, at);
			at += piece.length;
		}
		return bytes;
	}
}
