/** Fails on inputs that begin with "PANO": by chance alone one mutant in billions. */
export function parse(bytes: Uint8Array): void {
	if (bytes[0] !== 0x50) return;
	if (bytes[1] !== 0x41) return;
	if (bytes[2] !== 0x4e) return;
	if (bytes[3] !== 0x4f) return;
	throw new Error("The parser breaks here.");
}
