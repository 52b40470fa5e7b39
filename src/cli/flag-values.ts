import { isIP } from "node:net";
import { InvalidArgumentError } from "commander";
import type { ViewAngles } from "../media/rotation.ts";
import { VIEW_CODECS, type ViewCodec } from "../media/video-format.ts";
import { isNetwork } from "../server/options.ts";
import type { IceServer } from "../server/serve-options.ts";
import { fromEnvironment } from "./secret-flags.ts";

/*
 * The texts behind flags, read. Each throws an `InvalidArgumentError` that says what it should be.
 */

export function wholeNumber(text: string): number {
	if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It is a whole number, 0 or more.");
	return Number(text);
}

export function decimal(text: string): number {
	const value = Number(text);
	if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("It is a number.");
	return value;
}

/** `yaw,pitch,roll` in degrees; later ones may be left out. */
export function angles(text: string): ViewAngles {
	const [yawDeg = 0, pitchDeg = 0, rollDeg = 0, ...others] = text.split(",").map(decimal);
	if (others.length > 0) throw new InvalidArgumentError("It is yaw,pitch,roll in degrees, such as 90,-10,0.");
	return { yawDeg, pitchDeg, rollDeg };
}

export function bitrate(text: string): number {
	const match = /^(\d+(?:\.\d+)?)([kKmM]?)$/.exec(text);
	if (!match) throw new InvalidArgumentError("It is bits a second, such as 10M, 800k or 2500000.");
	const [, number, unit = ""] = match;
	const bps = Number(number) * { k: 1e3, m: 1e6, "": 1 }[unit.toLowerCase() as "k" | "m" | ""];
	if (bps < 100_000) {
		const guess = unit === "" ? `; ${text} looks like ${text}M` : "";
		throw new InvalidArgumentError(`It is bits a second, at least 100k${guess}.`);
	}
	return bps;
}

/**
 * `turn:USER:PASSWORD@HOST:PORT` is how TURN credentials fit into one word. User names of TURN's
 * REST scheme hold colons, passwords may hold an @.
 */
export function iceServer(text: string, before: readonly IceServer[] = []): readonly IceServer[] {
	const match = /^(stuns?|turns?):(?:(.+):([^:]+)@)?([^@]+)$/.exec(text);
	if (!match) throw new InvalidArgumentError("It is stun:HOST:PORT, or turn:USER:PASSWORD@HOST:PORT.");
	const [, scheme, username, credential, host] = match;
	return [...before, { urls: `${scheme}:${host}`, username, credential }];
}

/** The servers of PANOGAZE_ICE_SERVERS, which separates several by spaces. */
export function iceServersFromEnvironment(): readonly IceServer[] | undefined {
	const urls = fromEnvironment("PANOGAZE_ICE_SERVERS")?.trim().split(/\s+/);
	try {
		return urls?.reduce<readonly IceServer[]>((before, url) => iceServer(url, before), []);
	} catch (error) {
		throw new RangeError(
			"PANOGAZE_ICE_SERVERS is a list of stun:HOST:PORT or turn:USER:PASSWORD@HOST:PORT, separated by spaces; " +
				"got something else.",
			{ cause: error },
		);
	}
}

export function codecList(text: string): readonly ViewCodec[] {
	return text.split(",").map((name) => {
		const codec = VIEW_CODECS.find((known) => known === name.trim());
		if (codec === undefined) throw new InvalidArgumentError(`It is a list of ${VIEW_CODECS.join(", ")}.`);
		return codec;
	});
}

export function publicAddress(text: string, before: readonly string[] = []): readonly string[] {
	if (isIP(text) === 0) throw new InvalidArgumentError("It is an IP address, such as 203.0.113.7.");
	return [...before, text];
}

export function trustedProxy(text: string, before: readonly string[] = []): readonly string[] {
	if (!isNetwork(text)) throw new InvalidArgumentError("It is an IP address or a network, such as 10.0.0.0/8.");
	return [...before, text];
}

export function listed(text: string, before: readonly string[] = []): readonly string[] {
	return [...before, text];
}

/** `KEY=VALUE` of FFmpeg's own options, such as `video_size=3840x1920`. */
export function inputOption(
	text: string,
	before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
	const at = text.indexOf("=");
	if (at < 1) throw new InvalidArgumentError("It is KEY=VALUE, such as video_size=3840x1920.");
	return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
