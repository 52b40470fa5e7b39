import type { ArrowType } from "../arrow/arrow-type.ts";
import { arrayFromValues } from "../arrow/arrow-values.ts";
import { describeValue } from "../describe-value.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";
import { type Color, packColor } from "./color.ts";
import type { Component } from "./component.ts";

/** The label and the colour of a class or a keypoint. */
export interface AnnotationInfo {
	/** 0 to 65535. */
	readonly id: number;
	readonly label?: string | undefined;
	readonly color?: Color | undefined;
}

/** A class of things: bodies, hands, cars. Two classes may use the same keypoint ids. */
export interface ClassDescription extends AnnotationInfo {
	/** The keypoints of its instances: bones, corners. */
	readonly keypoints?: readonly AnnotationInfo[] | undefined;
	/** Pairs of keypoint ids between which a line is drawn. */
	readonly connections?: readonly (readonly [number, number])[] | undefined;
}

const INFO_NAMES: OptionNames<AnnotationInfo> = { id: true, label: true, color: true };
const CLASS_NAMES: OptionNames<ClassDescription> = { ...INFO_NAMES, keypoints: true, connections: true };

/** The component of `AnnotationContext`. */
export function annotationContexts(
	name: string,
	type: ArrowType,
): Component<readonly ClassDescription[], readonly (readonly ClassDescription[])[]> {
	const many = (values: readonly (readonly ClassDescription[])[], where: string) =>
		arrayFromValues(
			type,
			values.map((classes) => classesOf(classes, where)),
			where,
		);
	return { name, type, one: (value, where) => many([value], where), many };
}

function classesOf(classes: readonly ClassDescription[], where: string): unknown {
	if (!Array.isArray(classes))
		throw new TypeError(`${where} must be a list of classes, not ${describeValue(classes)}.`);
	const seen = new Set<number>();
	return (classes as readonly ClassDescription[]).map((description, index) => {
		const at = `${where}[${index}]`;
		const { id, keypoints, connections } = description;
		checkOptions(description, CLASS_NAMES, at);
		if (seen.has(id)) throw new RangeError(`${at}.id is ${id}, as that of a class before it.`);
		seen.add(id);
		return {
			class_id: id,
			class_description: {
				info: infoOf(description, at),
				keypoint_annotations: (keypoints ?? []).map((keypoint, nth) => {
					checkOptions(keypoint, INFO_NAMES, `${at}.keypoints[${nth}]`);
					return infoOf(keypoint, `${at}.keypoints[${nth}]`);
				}),
				keypoint_connections: (connections ?? []).map(([keypoint0, keypoint1]) => ({
					keypoint0,
					keypoint1,
				})),
			},
		};
	});
}

function infoOf({ id, label, color }: AnnotationInfo, where: string): unknown {
	return { id, label: label ?? null, color: color === undefined ? null : packColor(color, `${where}.color`) };
}
