import { type Command, InvalidArgumentError } from "commander";
import { CLIENT_MEDIA_KINDS, type ClientMediaKind } from "../media/client-media.ts";
import type { MediaOptions } from "../server/media-options.ts";

/** Parsed flags about clients' microphones and cameras. */
export interface MediaFlags {
	readonly takeMedia?: readonly ClientMediaKind[];
	readonly relayMedia?: readonly ClientMediaKind[];
	readonly speaker?: string;
}

/** The flags of what viewers send, below the heading that the command is at. */
export function addMediaFlags(command: Command): Command {
	return command
		.option(
			"--take-media <kinds>",
			"take microphones and cameras of viewers who may steer, as for recordings: audio, video, or audio,video",
			kinds,
		)
		.option(
			"--relay-media <kinds>",
			"relay microphones and cameras of viewers who may steer to the others: audio, video, or audio,video",
			kinds,
		)
		.option(
			"--speaker <device>",
			"play their sound on a loudspeaker of this machine: default, a name of ALSA's, pulse, or pulse:NAME",
		);
}

/** The option `media` of `serve()`. */
export function mediaFromFlags({ takeMedia: take, relayMedia: relay, speaker }: MediaFlags): MediaOptions<undefined> {
	return { take, relay, speaker };
}

function kinds(text: string): readonly ClientMediaKind[] {
	return text.split(",").map((word) => {
		const kind = CLIENT_MEDIA_KINDS.find((known) => known === word.trim());
		if (kind === undefined) throw new InvalidArgumentError("It is audio, video, or both: audio,video.");
		return kind;
	});
}
