// Writes the head-related impulse responses of Omnitone as a table, from their WAV file.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
/** The generated file, relative to the repository. */
export const HRIR_FILE = "src/sound/hrir.generated.ts";
/** Bytes of a canonical WAV header. */
const HEADER_BYTES = 44;
const CHANNELS = 4;
const NUMBERS_IN_LINE = 20;

/** The text of the generated file. */
export function hrirText(): string {
	const wav = readFileSync(`${root}scripts/sh-hrir-order-1.wav`);
	const taps = (wav.length - HEADER_BYTES) / 2 / CHANNELS;
	const channels = Array.from({ length: CHANNELS }, (_, channel) => {
		const numbers = Array.from({ length: taps }, (_, tap) =>
			wav.readInt16LE(HEADER_BYTES + (tap * CHANNELS + channel) * 2),
		);
		const lines: string[] = [];
		for (let at = 0; at < taps; at += NUMBERS_IN_LINE)
			lines.push(`\t\t${numbers.slice(at, at + NUMBERS_IN_LINE).join(", ")},`);
		return `\t[\n${lines.join("\n")}\n\t],`;
	});
	return `// Written by scripts/build-hrirs.ts from scripts/sh-hrir-order-1.wav. Not edited by hand.
// SADIE binaural filters, Copyright (c) 2017, University of York, Apache License 2.0:
// licences/omnitone-hrir.txt.

/**
 * Impulse responses of the left ear for the first-order spherical harmonics W, Y, Z and X (ACN
 * order, SN3D): 16-bit samples at 48 kHz. Those of the right ear are the same, with Y negated.
 */
export const HRIR_SAMPLES: readonly (readonly number[])[] = [
${channels.join("\n")}
];
`;
}

if (import.meta.main) writeFileSync(root + HRIR_FILE, hrirText());
