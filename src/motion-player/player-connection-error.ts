/** The server can't be reached, or does not take us. `message` is a sentence with its address. */
export class PlayerConnectionError extends Error {
	override readonly name = "PlayerConnectionError";
}
