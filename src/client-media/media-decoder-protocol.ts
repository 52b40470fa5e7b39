import type { ClientMediaKind, ClientMediaPacket } from "../media/client-media.ts";
import type { ClientPicture, ClientSound } from "./decoded-media.ts";

export type ToMediaDecoder = { readonly type: "packet"; readonly packet: ClientMediaPacket } | { readonly type: "end" };

export type FromMediaDecoder =
	| { readonly type: "decoded"; readonly media: ClientSound | ClientPicture }
	/** A packet is done with, whether it gave something or not. */
	| { readonly type: "done"; readonly kind: ClientMediaKind }
	| { readonly type: "failed"; readonly message: string };
