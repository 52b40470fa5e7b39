const MAX_LENGTH = 180;

/**
 * Checks that every version of Rerun keeps an application's id as it is. Newer versions rewrite
 * other ids, so that recordings and blueprints no longer find each other.
 *
 * @returns `id`.
 * @throws {TypeError} when it is no text.
 * @throws {RangeError} when it is empty, longer than 180 characters, or has characters other than
 * ASCII letters, digits, space and `_ - : [ ]`.
 */
export function checkedApplicationId(id: string): string {
	if (typeof id !== "string") throw new TypeError(`The application id must be a string, not ${typeof id}.`);
	if (id === "") throw new RangeError("The application id must not be empty.");
	if (id.length > MAX_LENGTH)
		throw new RangeError(`The application id has ${id.length} characters; Rerun keeps ${MAX_LENGTH}.`);
	const wrong = /[^A-Za-z0-9_ :[\]-]/u.exec(id);
	if (wrong !== null)
		throw new RangeError(
			`The application id ${JSON.stringify(id)} has ${JSON.stringify(wrong[0])}; ` +
				"Rerun takes ASCII letters, digits, space and _ - : [ ].",
		);
	return id;
}
