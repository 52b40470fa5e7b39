import type { ClientPicture, ClientSound } from "../client-media/decoded-media.ts";
import { CLIENT_MEDIA_KINDS, type ClientMediaKind, type ClientMediaPacket } from "../media/client-media.ts";
import { callback, listOf, type OptionTable, oneOf, optional, withDefault } from "../media/option-table.ts";
import type { ChannelHandler, MediaHandlers } from "./channel-handlers.ts";

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
}

/** The options of `media`. */
export const MEDIA_OPTIONS = {
	audio: optional(callback<ChannelHandler<ClientMediaPacket, unknown>>()),
	video: optional(callback<ChannelHandler<ClientMediaPacket, unknown>>()),
	pcm: optional(callback<ChannelHandler<ClientSound, unknown>>()),
	pictures: optional(callback<ChannelHandler<ClientPicture, unknown>>()),
	take: withDefault<readonly ClientMediaKind[]>(listOf(oneOf(CLIENT_MEDIA_KINDS)), []),
} satisfies OptionTable<MediaOptions<unknown>>;

/** The kinds of media that are wanted of clients. */
export function takenMedia(media: MediaOptions<never>): ClientMediaKind[] {
	const wanted = {
		audio: media.audio !== undefined || media.pcm !== undefined,
		video: media.video !== undefined || media.pictures !== undefined,
	};
	return CLIENT_MEDIA_KINDS.filter((kind) => wanted[kind] || media.take?.includes(kind));
}
