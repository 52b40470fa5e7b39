/** The live view of a server can't be watched; `message` says why. */
export class RelayError extends Error {
	override readonly name = "RelayError";
}
