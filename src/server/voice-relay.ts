import { TokenBucket } from "../media/token-bucket.ts";
import type { SoundDesk } from "../sound/sound-desk.ts";
import type { Viewer } from "../stream/viewer.ts";

/** Packets of Opus have 2.5 ms at the least. */
const PACKETS_PER_SEC = 400;
const PACKETS_AT_ONCE = 100;

/**
 * Lets the other viewers hear one who may steer, until it leaves. Packets beyond 400 a second are
 * left out.
 *
 * @param mayBeHeard asked for each packet.
 */
export function relayVoice(
	viewer: Pick<Viewer, "id" | "on" | "closed">,
	sound: Pick<SoundDesk, "addVoice" | "removeVoice">,
	mayBeHeard: () => boolean,
): void {
	const budget = new TokenBucket(PACKETS_PER_SEC, PACKETS_AT_ONCE);
	viewer.on("media", (packet) => {
		if (packet.kind !== "audio" || !mayBeHeard() || !budget.take(packet.receivedSec, 1)) return;
		sound.addVoice(viewer.id, packet);
	});
	void viewer.closed.then(() => sound.removeVoice(viewer.id));
}
