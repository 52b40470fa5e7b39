import { expect, it } from "vitest";
import { faultsOfDeclarations, optionalProperties } from "../scripts/check-declarations.ts";

const DECLARATIONS = `export interface Shape {
    readonly width?: number | undefined;
    readonly onShow?: (picture: Picture) => void;
    readonly inner?: {
        readonly depth?: number | undefined;
    } | undefined;
}
declare const TABLE: {
    readonly left?: number;
};
declare const GROUP: Option<{
    readonly right?: number;
} & {
    readonly above?: number;
}>;
`;

it("finds optional properties whose types leave out undefined, but not those of constants", () => {
	expect(faultsOfDeclarations("shape.d.ts", DECLARATIONS)).toEqual([
		"shape.d.ts: onShow is optional, but its type leaves out undefined.",
	]);
	expect(optionalProperties(DECLARATIONS).map(({ name }) => name)).toEqual(["width", "onShow", "inner", "depth"]);
});
