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

/** The options of a `Blueprint`. */
export interface BlueprintOptions {
	/** The viewer arranges views anew when one is added. @default true without views, else false */
	readonly autoLayout?: boolean | undefined;
	/** The viewer adds views for new entities. @default true without views, else false */
	readonly autoViews?: boolean | undefined;
	/**
	 * Hides the blueprint and selection panels, and makes the time panel one line.
	 * @default false
	 */
	readonly collapsePanels?: boolean | undefined;
}

const OPTIONS: OptionNames<BlueprintOptions> = { autoLayout: true, autoViews: true, collapsePanels: true };

/** A blueprint, or a single view or container: see `Blueprint.from`. */
export type BlueprintLike = Blueprint | View | Container;

const SOURCE = "panogaze";

/**
 * A layout for viewers of an application's recordings.
 *
 * ```ts
 * const space = new Spatial3DView({ origin: "world" });
 * const plots = new TimeSeriesView({ origin: "joints" });
 * const blueprint = new Blueprint(
 * 	new Horizontal(space, plots, { columnShares: [2, 1] }),
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
	 * @param args views, containers and panels, and options as the last argument. Several views and
	 * containers become tabs.
	 * @throws {TypeError} when an argument is none of them, a panel is given twice, or an option
	 * has an unknown name.
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

	/** Makes a blueprint of a single view or container. A blueprint is returned as it is. */
	static from(part: BlueprintLike): Blueprint {
		return part instanceof Blueprint ? part : new Blueprint(part);
	}

	/**
	 * The messages of the blueprint, in a new store.
	 *
	 * @param nowNs nanoseconds since 1970.
	 * @param onWarning receives warnings about parts that viewers can't show. What it throws is
	 * thrown on.
	 * @throws {RangeError} when viewers would change `applicationId`.
	 * @throws {TypeError} when an option has an unknown name.
	 * @throws {Error} what went wrong when a part of the blueprint was made.
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

	/** The blueprint as a file (`.rbl`). @throws {Error} as `toMessages`. */
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
