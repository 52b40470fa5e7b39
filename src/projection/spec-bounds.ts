/**
 * Checks a number of a projection's description.
 *
 * @param name name of the property, as in `ProjectionSpec`.
 * @param expected noun phrase: "an angle of more than 0 and less than 180 degrees".
 * @throws {RangeError} when `accepts` does not approve `value`, or it is not finite.
 */
export function requireNumber(
	value: number,
	name: string,
	expected: string,
	accepts: (value: number) => boolean = () => true,
): number {
	if (!(Number.isFinite(value) && accepts(value))) throw new RangeError(`${name} is ${expected}; got ${value}.`);
	return value;
}

/**
 * Checks a field of view in degrees.
 *
 * @param most greatest value that is allowed, or the first that is not with `open`.
 * @throws {RangeError} when it is not in these bounds.
 */
export function requireFov(value: number, name: string, most: number, open = false): number {
	const expected = `a field of view of more than 0 and ${open ? "less than" : "at most"} ${most} degrees`;
	return requireNumber(value, name, expected, (fov) => fov > 0 && (open ? fov < most : fov <= most));
}

/**
 * Checks the size of a picture.
 *
 * @throws {RangeError} when a side is not a positive number.
 */
export function requirePictureSize(width: number, height: number): void {
	if (!(width > 0 && height > 0 && Number.isFinite(width) && Number.isFinite(height)))
		throw new RangeError(`A projection's picture has a positive width and height; got ${width}x${height}.`);
}
