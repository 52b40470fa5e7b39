import type { PanogazeConnection, SentKind, SentState } from "../src/client/index.ts";
import { element } from "./element.ts";
import { onPageKeys } from "./page-keys.ts";
import { showToast } from "./toast.ts";
import { words } from "./words.ts";

/** Keys on the keyboard that begin and end what is sent. */
const KEYS = { audio: "t", video: "u" } as const;
const NAMES = { audio: "microphone", video: "own-camera" } as const;
const WORDS = {
	audio: {
		off: words.microphoneOff,
		waiting: words.microphoneWaiting,
		sent: words.microphoneSent,
		refused: words.microphoneRefused,
		notLent: words.microphoneNotLent,
	},
	video: {
		off: words.ownCameraOff,
		waiting: words.ownCameraWaiting,
		sent: words.ownCameraSent,
		refused: words.ownCameraRefused,
		notLent: words.ownCameraNotLent,
	},
} as const;
/** The words for what other viewers get, too. */
const RELAYED_WORDS: { readonly [Kind in SentKind]: { readonly [State in SentState]?: string } } = {
	audio: { off: words.microphoneOffRelayed, sent: words.microphoneSentRelayed },
	video: { off: words.ownCameraOffRelayed, sent: words.ownCameraSentRelayed },
};
const WISHES = { audio: { audio: true }, video: { video: { facingMode: "user" } } } as const;

/**
 * The button of the person's microphone or camera, and the key that does the same. It is there
 * where the server takes that kind, and says whether it is sent.
 */
export class MediaButton {
	readonly #media: PanogazeConnection["media"];
	readonly #kind: SentKind;
	readonly #button: HTMLElement;
	/** Ends what is sent, or is being asked for. */
	#end: (() => void) | undefined;
	#state: SentState = "off";

	constructor({ media }: PanogazeConnection, kind: SentKind) {
		this.#media = media;
		this.#kind = kind;
		this.#button = element(`#${NAMES[kind]}`);
		this.#button.addEventListener("click", () => void this.#toggle());
		onPageKeys({ [KEYS[kind]]: () => void this.#toggle() });
		media.on("change", () => this.#show());
		this.#show();
	}

	async #toggle(): Promise<void> {
		if (this.#end !== undefined) {
			this.#end();
			return;
		}
		if (!this.#media.takes(this.#kind)) return;
		let isWanted = true;
		let endSending: (() => void) | undefined;
		let stream: MediaStream | undefined;
		const end = () => {
			isWanted = false;
			endSending?.();
			for (const track of stream?.getTracks() ?? []) track.stop();
			if (this.#end === end) this.#end = undefined;
			this.#show();
		};
		this.#end = end;
		this.#show();
		try {
			// Browsers have none on pages that came unencrypted from other machines.
			if (navigator.mediaDevices === undefined) throw new Error(words.mediaNeedsHttps);
			stream = await navigator.mediaDevices.getUserMedia(WISHES[this.#kind]).catch(() => {
				throw new Error(WORDS[this.#kind].notLent);
			});
			for (const track of stream.getTracks()) track.addEventListener("ended", end);
			if (isWanted) {
				const send = this.#kind === "audio" ? "sendMicrophone" : "sendCamera";
				endSending = await this.#media[send](stream);
			}
		} catch (error) {
			if (isWanted) showToast((error as Error).message);
			isWanted = false;
		}
		if (isWanted) this.#show();
		else end();
	}

	#show(): void {
		const takes = this.#media.takes(this.#kind);
		const sent = this.#media.state(this.#kind);
		const state = this.#end !== undefined && sent === "off" ? "waiting" : sent;
		const button = this.#button;
		// One that is sent can be ended also while there is no connection.
		button.hidden = !takes && this.#end === undefined;
		element(`#help-${NAMES[this.#kind]}`).hidden = button.hidden;
		button.dataset["state"] = state;
		button.ariaPressed = String(state === "sent");
		const relayed = this.#media.relays(this.#kind) ? RELAYED_WORDS[this.#kind][state] : undefined;
		const text = relayed ?? WORDS[this.#kind][state];
		button.ariaLabel = text;
		button.title = `${text} (${KEYS[this.#kind]})`;
		const isNews = state !== this.#state && (state === "sent" || state === "refused");
		this.#state = state;
		if (isNews) showToast(text);
	}
}
