import { readOpusPacket } from "../media/opus-packet.ts";
import { TokenBucket } from "../media/token-bucket.ts";
import type { SoundDesk } from "../sound/sound-desk.ts";
import type { Viewer } from "../stream/viewer.ts";

/** Sound that a voice may have in a second, and at once, seconds: a clock may be fast. */
const SOUND_SEC_PER_SEC = 1.1;
const SOUND_SEC_AT_ONCE = 1;
/** The shortest packets of Opus have 2.5 ms. */
const PACKETS_PER_SEC = 440;
const PACKETS_AT_ONCE = 100;

/**
 * Lets the other viewers hear one who may steer, until it leaves. Sound beyond that of its own time
 * is left out.
 *
 * @param mayBeHeard asked for each packet.
 * @returns a function that asks it at once, as when a recording begins: sound that still waits is
 * forgotten.
 */
export function relayVoice(
	viewer: Pick<Viewer, "id" | "on" | "closed">,
	sound: Pick<SoundDesk, "addVoice" | "removeVoice">,
	mayBeHeard: () => boolean,
): () => void {
	const packets = new TokenBucket(PACKETS_PER_SEC, PACKETS_AT_ONCE);
	const seconds = new TokenBucket(SOUND_SEC_PER_SEC, SOUND_SEC_AT_ONCE);
	let newestSec = Number.NEGATIVE_INFINITY;
	let isHeard = false;
	const forget = () => {
		if (isHeard) sound.removeVoice(viewer.id);
		isHeard = false;
	};
	const check = () => {
		if (!mayBeHeard()) forget();
	};
	viewer.on("media", (packet) => {
		if (packet.kind !== "audio") return;
		if (!mayBeHeard()) {
			forget();
			return;
		}
		// Packets that overtook others have earlier times.
		newestSec = Math.max(newestSec, packet.receivedSec);
		const { durationSec } = readOpusPacket(packet.data) ?? {};
		if (durationSec === undefined) return;
		if (!packets.take(newestSec, 1) || !seconds.take(newestSec, durationSec)) return;
		isHeard = true;
		sound.addVoice(viewer.id, packet);
	});
	viewer.on("recordingConsent", check);
	void viewer.closed.then(forget);
	return check;
}
