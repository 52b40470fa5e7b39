import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** A program that plays sound from its standard input, and how it is called. */
export interface SpeakerProgram {
	readonly command: string;
	readonly args: readonly string[];
	/** Variables of its environment beside ours. */
	readonly environment: Readonly<Record<string, string>>;
}

/** No program of this machine plays sound. `message` names those that would. */
export class SpeakerError extends Error {
	override readonly name = "SpeakerError";
}

/** The player's own buffer, and the part of it that must be full before it begins, microseconds. */
const BUFFER_US = 80_000;
const BEGIN_US = 40_000;
const PULSE = /^pulse(?::(.+))?$/;

/** The programs that may play on a device, best first. The format is 48 kHz, 16 bits, stereo. */
function programsFor(device: string): SpeakerProgram[] {
	const isDefault = device === "default";
	const pulse = PULSE.exec(device);
	const latency = `--latency-msec=${BUFFER_US / 1000}`;
	const pacat: SpeakerProgram = {
		command: "pacat",
		args: [
			...["--playback", "--raw", "--format=s16le", "--rate=48000", "--channels=2", latency],
			...(pulse?.[1] === undefined ? [] : [`--device=${pulse[1]}`]),
		],
		environment: {},
	};
	if (pulse !== null) return [pacat];
	const aplay: SpeakerProgram = {
		command: "aplay",
		args: [
			...["-q", "-t", "raw", "-f", "S16_LE", "-r", "48000", "-c", "2"],
			...[`--buffer-time=${BUFFER_US}`, `--period-time=${BUFFER_US / 8}`, `--start-delay=${BEGIN_US}`],
			...(isDefault ? [] : ["-D", device]),
		],
		environment: {},
	};
	const sox: SpeakerProgram = {
		command: "play",
		args: [
			...["-q", "-t", "raw", "-r", "48000", "-e", "signed-integer", "-b", "16", "-c", "2"],
			...["--buffer", "1920", "-"],
		],
		environment: isDefault ? {} : { AUDIODEV: device },
	};
	return isDefault ? [aplay, pacat, sox] : [aplay, sox];
}

/**
 * Finds the program that plays on a device.
 *
 * @param device `default`, a name of ALSA's or of the system's, or `pulse` and `pulse:NAME`.
 * @param path folders of programs, as the environment's PATH.
 * @throws {SpeakerError} if there is none.
 */
export function findSpeakerProgram(device: string, path = process.env["PATH"] ?? ""): SpeakerProgram {
	const programs = programsFor(device);
	const found = programs.find(({ command }) =>
		path.split(delimiter).some((folder) => isProgram(join(folder, command))),
	);
	if (found !== undefined) return found;
	const wanted = programs.map(({ command }) => PACKAGES[command as keyof typeof PACKAGES]).join(", or ");
	throw new SpeakerError(`The speaker "${device}" needs a program that plays sound: install ${wanted}.`);
}

const PACKAGES = {
	aplay: "aplay (alsa-utils)",
	pacat: "pacat (pulseaudio-utils)",
	play: "play (sox)",
} as const;

function isProgram(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
