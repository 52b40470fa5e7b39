import { ContainerBlueprint } from "../archetypes/blueprint.generated.ts";
import type { Numbers } from "../archetypes/component.ts";
import { ContainerKind } from "../archetypes/enums.generated.ts";
import { describeValue } from "../describe-value.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";
import { randomUuid } from "../uuid.ts";
import type { BlueprintLog } from "./blueprint-log.ts";
import { View } from "./view.ts";

/** The options of containers. Each class takes those that concern it. */
export interface ContainerOptions {
	readonly name?: string | undefined;
	readonly visible?: boolean | undefined;
	/** `Horizontal` and `Grid`: relative widths of the columns. */
	readonly columnShares?: Numbers | undefined;
	/** `Vertical` and `Grid`: relative heights of the rows. */
	readonly rowShares?: Numbers | undefined;
	/** `Grid`: number of columns. @default chosen by the viewer */
	readonly gridColumns?: number | undefined;
	/** `Tabs`: the content in front, by its index or its name. */
	readonly activeTab?: number | string | undefined;
}

const OPTIONS: OptionNames<ContainerOptions> = {
	name: true,
	visible: true,
	columnShares: true,
	rowShares: true,
	gridColumns: true,
	activeTab: true,
};

/** The content of a container. */
export type ContainerContent = View | Container;
/** Views and containers, and options as the last argument. */
export type ContainerArguments<Options> = readonly ContainerContent[] | readonly [...ContainerContent[], Options];

/** Several views and containers, side by side or one behind the other. */
export class Container {
	readonly id: string = randomUuid();
	readonly kind: ContainerKind;
	readonly contents: readonly ContainerContent[];
	readonly options: ContainerOptions;

	/** @throws {TypeError} when an argument is no view or container, or an option is unknown. */
	constructor(kind: ContainerKind, args: ContainerArguments<ContainerOptions>) {
		const { parts, options } = splitArguments(args, OPTIONS, "Container");
		for (const part of parts)
			if (!(part instanceof View || part instanceof Container))
				throw new TypeError(`A container holds views and containers, not ${describeValue(part)}.`);
		this.kind = kind;
		this.contents = parts as readonly ContainerContent[];
		this.options = options;
	}

	get path(): string {
		return `container/${this.id}`;
	}

	/**
	 * Writes the container and its contents into a blueprint.
	 *
	 * @throws {RangeError} when `activeTab` is none of the contents.
	 */
	logTo(log: BlueprintLog): void {
		const { name, visible, columnShares, rowShares, gridColumns } = this.options;
		for (const content of this.contents) content.logTo(log);
		const activeTab = this.#activeTab();
		log.log(
			this.path,
			new ContainerBlueprint(this.kind, {
				contents: this.contents.map(({ path }) => path),
				...(columnShares === undefined ? {} : { colShares: columnShares }),
				...(rowShares === undefined ? {} : { rowShares }),
				...(visible === undefined ? {} : { visible }),
				...(gridColumns === undefined ? {} : { gridColumns }),
				...(activeTab === undefined ? {} : { activeTab }),
				...(name === undefined ? {} : { displayName: name }),
			}),
		);
	}

	#activeTab(): string | undefined {
		const { activeTab } = this.options;
		if (activeTab === undefined) return undefined;
		const content = this.contents.find(({ options }, index) => index === activeTab || options.name === activeTab);
		if (content === undefined)
			throw new RangeError(`activeTab is ${JSON.stringify(activeTab)}, which none of the contents is.`);
		return content.path;
	}
}

type HorizontalOptions = Pick<ContainerOptions, "name" | "visible" | "columnShares">;
type VerticalOptions = Pick<ContainerOptions, "name" | "visible" | "rowShares">;
type GridOptions = Pick<ContainerOptions, "name" | "visible" | "columnShares" | "rowShares" | "gridColumns">;
type TabsOptions = Pick<ContainerOptions, "name" | "visible" | "activeTab">;
const HORIZONTAL_OPTIONS: OptionNames<HorizontalOptions> = { name: true, visible: true, columnShares: true };
const VERTICAL_OPTIONS: OptionNames<VerticalOptions> = { name: true, visible: true, rowShares: true };
const GRID_OPTIONS: OptionNames<GridOptions> = {
	name: true,
	visible: true,
	columnShares: true,
	rowShares: true,
	gridColumns: true,
};
const TABS_OPTIONS: OptionNames<TabsOptions> = { name: true, visible: true, activeTab: true };

/** A container whose contents stand side by side. */
export class Horizontal extends Container {
	/** @throws {TypeError} when an argument is no view or container, or an option is unknown. */
	constructor(...args: ContainerArguments<HorizontalOptions>) {
		splitArguments(args, HORIZONTAL_OPTIONS, "Horizontal");
		super(ContainerKind.Horizontal, args);
	}
}

/** A container whose contents stand one above the other. */
export class Vertical extends Container {
	/** @throws {TypeError} when an argument is no view or container, or an option is unknown. */
	constructor(...args: ContainerArguments<VerticalOptions>) {
		splitArguments(args, VERTICAL_OPTIONS, "Vertical");
		super(ContainerKind.Vertical, args);
	}
}

/** A container whose contents stand in rows and columns. */
export class Grid extends Container {
	/** @throws {TypeError} when an argument is no view or container, or an option is unknown. */
	constructor(...args: ContainerArguments<GridOptions>) {
		splitArguments(args, GRID_OPTIONS, "Grid");
		super(ContainerKind.Grid, args);
	}
}

/** A container whose contents are tabs, one behind the other. */
export class Tabs extends Container {
	/** @throws {TypeError} when an argument is no view or container, or an option is unknown. */
	constructor(...args: ContainerArguments<TabsOptions>) {
		splitArguments(args, TABS_OPTIONS, "Tabs");
		super(ContainerKind.Tabs, args);
	}
}

/**
 * Splits off options: a plain object at the end.
 * @throws {TypeError} when one is not in `names`.
 */
export function splitArguments<Options extends object>(
	args: readonly unknown[],
	names: OptionNames<Options>,
	owner: string,
): { readonly parts: readonly unknown[]; readonly options: Partial<Options> } {
	const last = args.at(-1);
	if (typeof last !== "object" || last === null || Object.getPrototypeOf(last) !== Object.prototype)
		return { parts: args, options: {} };
	checkOptions(last, names, owner);
	return { parts: args.slice(0, -1), options: last };
}
