/** Joins pieces of bytes. A single piece is returned as it is. @param byteLength of all pieces. */
export function joinPieces(pieces: readonly Uint8Array[], byteLength: number): Uint8Array {
	if (pieces.length === 1) return pieces[0]!;
	const joined = new Uint8Array(byteLength);
	let at = 0;
	for (const piece of pieces) {
		joined.set(piece, at);
		at += piece.length;
	}
	return joined;
}

/** The length of all pieces together. */
export function piecesLength(pieces: readonly Uint8Array[]): number {
	let length = 0;
	for (const piece of pieces) length += piece.length;
	return length;
}
