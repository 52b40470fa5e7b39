import type { ClientPicture, ClientSound } from "../client-media/decoded-media.ts";
import { CLIENT_MEDIA_KINDS, type ClientMediaKind, type ClientMediaPacket } from "../media/client-media.ts";
import { callback, listOf, type OptionTable, oneOf, optional, text, withDefault } from "../media/option-table.ts";
import type { Viewer } from "../stream/viewer.ts";
import type { ChannelHandler, MediaHandlers } from "./channel-handlers.ts";

/** A viewer whose person is named for others. */
export interface NamedViewer<State> {
	readonly viewer: Viewer;
	readonly state: State;
}

/**
 * The media of clients' microphones and cameras: handlers, and what is done without one. A kind
 * that nothing here wants is refused.
 */
export interface MediaOptions<State> extends MediaHandlers<State> {
	/**
	 * Kinds that are taken also without a handler, as for recordings and listeners of a viewer's
	 * `media`.
	 * @default none
	 */
	readonly take?: readonly ClientMediaKind[] | undefined;
	/**
	 * Kinds that other viewers who ask for them get, of viewers who may steer; they are taken, too.
	 * `audio`: the voices are mixed into the sound of each listener, but for its own. `video`: each
	 * viewer's camera is one beside the view of the others.
	 * @default none
	 */
	readonly relay?: readonly ClientMediaKind[] | undefined;
	/**
	 * Names a person for the other viewers, as on the panel of its camera; asked when that comes.
	 * At most 80 characters.
	 * @default none: the viewer has a number
	 */
	readonly name?: ((context: NamedViewer<State>) => string | undefined) | undefined;
	/**
	 * Loudspeaker of this machine on which the viewers' sound is played: `default`, a name of
	 * ALSA's (`plughw:1`), `pulse` or `pulse:NAME`. It takes their sound. `serve()` throws a
	 * `SpeakerError` where no program is installed that plays on it.
	 * @default none
	 */
	readonly speaker?: string | undefined;
}

/** The options of `media`. */
export const MEDIA_OPTIONS = {
	audio: optional(callback<ChannelHandler<ClientMediaPacket, unknown>>()),
	video: optional(callback<ChannelHandler<ClientMediaPacket, unknown>>()),
	pcm: optional(callback<ChannelHandler<ClientSound, unknown>>()),
	pictures: optional(callback<ChannelHandler<ClientPicture, unknown>>()),
	take: withDefault<readonly ClientMediaKind[]>(listOf(oneOf(CLIENT_MEDIA_KINDS)), []),
	relay: withDefault<readonly ClientMediaKind[]>(listOf(oneOf(CLIENT_MEDIA_KINDS)), []),
	name: optional(callback<(context: NamedViewer<unknown>) => string | undefined>()),
	speaker: optional(text()),
} satisfies OptionTable<MediaOptions<unknown>>;

/** The kinds of media that are wanted of clients. */
export function takenMedia(media: MediaOptions<never>): ClientMediaKind[] {
	const wanted = {
		audio: [media.audio, media.pcm, media.speaker].some((want) => want !== undefined),
		video: [media.video, media.pictures].some((want) => want !== undefined),
	};
	return CLIENT_MEDIA_KINDS.filter(
		(kind) => wanted[kind] || media.take?.includes(kind) || media.relay?.includes(kind),
	);
}

/** Returns whether viewers get this kind of each other. */
export function relays({ relay }: Pick<MediaOptions<never>, "relay">, kind: ClientMediaKind): boolean {
	return relay?.includes(kind) === true;
}
