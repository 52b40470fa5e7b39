/**
 * The server can't be reached, or refuses the connection. `message` is a sentence with its
 * address.
 */
export class PlayerConnectionError extends Error {
	override readonly name = "PlayerConnectionError";
}
