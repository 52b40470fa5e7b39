/** A random UUID (RFC 9562, version 4). Pages without HTTPS have no `crypto.randomUUID`. */
export function randomUuid(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	bytes[6] = 0x40 | (bytes[6]! & 0x0f);
	bytes[8] = 0x80 | (bytes[8]! & 0x3f);
	const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
	return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
		"-",
	);
}

/** The 16 bytes of a UUID. */
export function uuidBytes(uuid: string): Uint8Array {
	const digits = uuid.replaceAll("-", "");
	return Uint8Array.from({ length: 16 }, (_, at) => Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}
