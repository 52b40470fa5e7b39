/** A short description of any value, for error messages. */
export function describeValue(value: unknown): string {
	if (value === null || value === undefined) return String(value);
	if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
	if (Array.isArray(value)) return `a list of ${value.length}`;
	if (typeof value === "object")
		return value.constructor === Object ? "an object" : `a ${value.constructor?.name ?? "value"}`;
	return typeof value === "function" ? "a function" : String(value);
}
