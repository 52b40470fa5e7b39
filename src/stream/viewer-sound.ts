import type { EncodedSound } from "../media/encoded-packet.ts";
import type { Quaternion } from "../media/rotation.ts";
import type { SoundMessage, SoundWishMessage } from "../protocol/control-message.ts";
import type { ViewerSession } from "../session/viewer-session.ts";
import { SOUND_BPS } from "../sound/listener-mailbox.ts";
import type { SoundDesk, SoundListener } from "../sound/sound-desk.ts";

/** Below this rate of the pictures sound takes less, and above the other its usual rate again. */
const NARROW_BPS = 500_000;
const WIDE_BPS = 800_000;

/**
 * The sound of one viewer: off until the viewer turns it on, and nothing is mixed or sent for it
 * while it is off or the viewer is silent.
 */
export class ViewerSound {
	readonly #session: Pick<ViewerSession, "id" | "hasSound" | "sendSound">;
	readonly #desk: SoundDesk | undefined;
	readonly #onSent: (packet: EncodedSound) => void;
	#listener: SoundListener | undefined;
	#isOn = false;
	#isPaused = false;
	#isPast = false;
	#volume = 1;
	#voices = false;
	#bitrateBps: number = SOUND_BPS.usual;
	#worldFromHead: Quaternion;

	/**
	 * @param desk borrowed; `undefined`: there is no sound.
	 * @param onSent gets each packet once it is on its way.
	 */
	constructor(
		session: Pick<ViewerSession, "id" | "hasSound" | "sendSound">,
		desk: SoundDesk | undefined,
		worldFromHead: Quaternion,
		onSent: (packet: EncodedSound) => void,
	) {
		this.#onSent = onSent;
		this.#session = session;
		this.#desk = desk;
		this.#worldFromHead = worldFromHead;
	}

	/** The message about it; `undefined` where the client has offered no sound. */
	get message(): SoundMessage | undefined {
		if (!this.#session.hasSound || this.#desk === undefined) return undefined;
		const layout = this.#isPast ? undefined : this.#desk.source?.ring.layout;
		return {
			type: "sound",
			available: layout !== undefined,
			on: this.#isOn,
			...(this.#desk.hasVoices && !this.#isPast && { voices: true }),
			...(layout !== undefined && { layout: layout === "stereo" ? "stereo" : "ambisonic" }),
		};
	}

	/** Obeys the viewer's wish. */
	obey({ on, volume = 1, voices = false }: SoundWishMessage): void {
		this.#isOn = on;
		this.#voices = voices;
		this.#volume = volume;
		this.#update();
	}

	/** Sends nothing while true. */
	set paused(paused: boolean) {
		this.#isPaused = paused;
		this.#update();
	}

	/** While true nothing is sent, and none is there: the kept past has no sound. */
	set isPast(isPast: boolean) {
		this.#isPast = isPast;
		this.#update();
	}

	/** Follows the rate that the path leaves for pictures, bits per second. */
	set videoBitrateBps(videoBps: number) {
		if (videoBps < NARROW_BPS) this.#bitrateBps = SOUND_BPS.narrow;
		else if (videoBps > WIDE_BPS) this.#bitrateBps = SOUND_BPS.usual;
		if (this.#listener !== undefined) this.#listener.bitrateBps = this.#bitrateBps;
	}

	/** Turns the viewer's head. */
	turn(worldFromHead: Quaternion): void {
		this.#worldFromHead = worldFromHead;
		if (this.#listener !== undefined) this.#listener.worldFromHead = worldFromHead;
	}

	/** Ends it. */
	end(): void {
		this.#isOn = false;
		this.#update();
	}

	#send(packet: EncodedSound): void {
		if (this.#session.sendSound(packet)) this.#onSent(packet);
	}

	#update(): void {
		if (!this.#isOn || this.#isPaused || this.#isPast || !this.#session.hasSound) {
			this.#listener?.[Symbol.dispose]();
			this.#listener = undefined;
			return;
		}
		if (this.#listener !== undefined) {
			this.#listener.volume = this.#volume;
			this.#listener.voices = this.#voices;
		} else {
			const hearing = {
				worldFromHead: this.#worldFromHead,
				volume: this.#volume,
				bitrateBps: this.#bitrateBps,
				voices: this.#voices,
			};
			this.#listener = this.#desk?.listen((packet) => this.#send(packet), hearing, this.#session.id);
		}
	}
}
