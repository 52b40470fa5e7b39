/**
 * A port is taken, or may not be used. `code` is the system's (`EADDRINUSE`), or `UDP` for the
 * media's port.
 */
export class ListenError extends Error {
	override readonly name = "ListenError";
	readonly code: string;
	constructor(message: string, code: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}
