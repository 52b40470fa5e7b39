import type { ClientMediaPacket } from "../media/client-media.ts";
import type { EncodedSound } from "../media/encoded-packet.ts";
import type { Quaternion } from "../media/rotation.ts";
import type { SoundRingHandle } from "../media/sound-ring.ts";

/** The source whose sound is mixed. */
export interface SoundSource {
	readonly ring: SoundRingHandle;
	/** Orientation of the camera, and so of the sphere of its sound. */
	readonly worldFromSource: Quaternion;
	/** Sound is written as it comes, and not ahead of its time. */
	readonly live: boolean;
}

/** Packets of voices that are reported as done at once. */
export const VOICES_AT_ONCE = 16;

export type MessageToSoundThread =
	| { readonly type: "source"; readonly source: SoundSource | undefined }
	| {
			readonly type: "listen";
			readonly id: number;
			readonly mailbox: SharedArrayBuffer;
			readonly own?: string | undefined;
	  }
	| { readonly type: "leave"; readonly id: number }
	/** A packet of a microphone, for those who listen to voices. */
	| { readonly type: "voice"; readonly voice: string; readonly packet: ClientMediaPacket }
	| { readonly type: "voiceLeft"; readonly voice: string }
	| { readonly type: "stop" };

export type MessageFromSoundThread =
	| { readonly type: "packet"; readonly id: number; readonly packet: EncodedSound }
	/** So many packets of voices were dealt with. */
	| { readonly type: "voicesDone"; readonly count: number }
	/** A voice can't be decoded, in words; the rest of the sound goes on. */
	| { readonly type: "voiceFailed"; readonly message: string }
	/** No sound is made any more. */
	| { readonly type: "failed"; readonly message: string };
