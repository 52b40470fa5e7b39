/**
 * A port is taken, or may not be used. `code` is the system's (`EADDRINUSE`), or
 * `UDP` for the media's port.
 */
export class ListenError extends Error {
	override readonly name = "ListenError";
	readonly code: string;
	constructor(message: string, code: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}

/**
 * The `ListenError` for an error of the system. @param port 0 for an error of the
 * host alone
 */
export function listenErrorFrom(error: unknown, host: string, port: number): ListenError {
	const { code = "", message } = error as NodeJS.ErrnoException;
	return new ListenError(wordsFor(code, host, port, message), code, { cause: error });
}

function wordsFor(code: string, host: string, port: number, message: string): string {
	if (code === "EADDRINUSE")
		return `Port ${port} is taken by another program. Choose another one, or 0 for any free one.`;
	if (code === "EACCES") return `Port ${port} may not be used by this user: ports below 1024 need more rights.`;
	if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `This machine has no address ${host}.`;
	return `Can't listen on ${host}:${port}: ${message}`;
}
