import { ContainerBlueprint } from "../archetypes/blueprint.generated.ts";
import type { Numbers } from "../archetypes/component.ts";
import { ContainerKind } from "../archetypes/enums.generated.ts";
import { describeValue } from "../describe-value.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";
import { randomUuid } from "../uuid.ts";
import type { BlueprintLog } from "./blueprint-log.ts";
import { View } from "./view.ts";

export interface ContainerOptions {
	readonly name?: string | undefined;
	readonly visible?: boolean | undefined;
	/** `Horizontal` and `Grid`: how wide each column is, next to the others. */
	readonly columnShares?: Numbers | undefined;
	/** `Vertical` and `Grid`: how high each row is, next to the others. */
	readonly rowShares?: Numbers | undefined;
	/** `Grid`: how many columns it has. @default chosen by the viewer */
	readonly gridColumns?: number | undefined;
	/** `Tabs`: which of the contents is in front, by its place or its name. */
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

/** What a container can hold. */
export type ContainerContent = View | Container;
/** Views and containers, at last perhaps options. */
export type ContainerArguments<Options> = readonly ContainerContent[] | readonly [...ContainerContent[], Options];

/** Several views, side by side or one behind the other. */
export class Container {
	readonly id: string = randomUuid();
	readonly kind: ContainerKind;
	readonly contents: readonly ContainerContent[];
	readonly options: ContainerOptions;

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

	/** Writes what it is, and what it holds, into a blueprint. */
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

/** Side by side. */
export class Horizontal extends Container {
	constructor(...args: ContainerArguments<HorizontalOptions>) {
		splitArguments(args, HORIZONTAL_OPTIONS, "Horizontal");
		super(ContainerKind.Horizontal, args);
	}
}

/** One above the other. */
export class Vertical extends Container {
	constructor(...args: ContainerArguments<VerticalOptions>) {
		splitArguments(args, VERTICAL_OPTIONS, "Vertical");
		super(ContainerKind.Vertical, args);
	}
}

/** In rows and columns. */
export class Grid extends Container {
	constructor(...args: ContainerArguments<GridOptions>) {
		splitArguments(args, GRID_OPTIONS, "Grid");
		super(ContainerKind.Grid, args);
	}
}

/** One behind the other. */
export class Tabs extends Container {
	constructor(...args: ContainerArguments<TabsOptions>) {
		splitArguments(args, TABS_OPTIONS, "Tabs");
		super(ContainerKind.Tabs, args);
	}
}

/** Options are a plain object at the end. @throws {TypeError} if one of them is not in `names`. */
export function splitArguments<Options extends object>(
	args: readonly unknown[],
	names: OptionNames<Options>,
	owner: string,
): { readonly parts: readonly unknown[]; readonly options: Partial<Options> } {
	const last = args[args.length - 1];
	if (typeof last !== "object" || last === null || Object.getPrototypeOf(last) !== Object.prototype)
		return { parts: args, options: {} };
	checkOptions(last, names, owner);
	return { parts: args.slice(0, -1), options: last };
}
