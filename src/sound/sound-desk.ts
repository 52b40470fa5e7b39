import type { ClientMediaPacket } from "../media/client-media.ts";
import type { EncodedSound } from "../media/encoded-packet.ts";
import { EventListeners } from "../media/events.ts";
import { IDENTITY, type Quaternion } from "../media/rotation.ts";
import { SoundRing } from "../media/sound-ring.ts";
import { Thread, threadFile } from "../threads/thread.ts";
import { type Hearing, ListenerMailbox } from "./listener-mailbox.ts";
import type { MessageFromSoundThread, MessageToSoundThread, SoundSource } from "./sound-protocol.ts";

/** Time for the thread to end by itself, milliseconds. */
const END_MS = 500;
/** Packets of voices that may wait for the thread: a quarter of a second of sixteen. */
const MOST_VOICES_AHEAD = 200;

/** Events of a `SoundDesk`. */
export interface SoundDeskEvents {
	/** A line for the log: no sound is made any more. */
	failed: [message: string];
	/** A line for the log: a voice is not heard; the rest goes on. */
	voiceFailed: [message: string];
}

/** Somebody who listens, until `[Symbol.dispose]`. */
export interface SoundListener extends Disposable {
	/** Turns the listener's head. */
	worldFromHead: Quaternion;
	/** 1 leaves the sound as loud as it is, 0 is silence, for which nothing is sent. */
	volume: number;
	/** Bits per second of the encoded sound. */
	bitrateBps: number;
	/** The voices of other viewers are heard. */
	voices: boolean;
}

/** Options of a `SoundDesk`. */
export interface SoundDeskOptions {
	/** Voices of viewers are heard, also while no source has sound. @default false */
	readonly voices?: boolean | undefined;
}

/**
 * The main thread's half of the thread that mixes and encodes sound, which is started by the first
 * listener.
 */
export class SoundDesk {
	readonly events = new EventListeners<SoundDeskEvents>();
	readonly #sinks = new Map<number, (packet: EncodedSound) => void>();
	#thread: Thread<MessageToSoundThread, MessageFromSoundThread> | undefined;
	#source: SoundSource | undefined;
	#lastId = 0;
	/** Packets of voices that the thread has not reported as done. */
	#voicesAhead = 0;
	#voicesDropped = 0;
	#isClosed = false;
	/** In place of a source without sound; `undefined`: nothing is heard then. */
	readonly #silence: SoundSource | undefined;

	constructor({ voices = false }: SoundDeskOptions = {}) {
		if (!voices) return;
		this.#silence = { ring: SoundRing.create("stereo").handle, worldFromSource: IDENTITY, live: true };
	}

	/** True where the voices of viewers can be heard. */
	get hasVoices(): boolean {
		return this.#silence !== undefined;
	}

	/** The source that is heard; `undefined`: none with sound. */
	get source(): SoundSource | undefined {
		return this.#source;
	}
	set source(source: SoundSource | undefined) {
		this.#source = source;
		this.#thread?.post({ type: "source", source: this.#heard });
	}

	/** Packets of voices that were left out because the thread was behind. */
	get voicesDropped(): number {
		return this.#voicesDropped;
	}

	/** Adds a packet to what a viewer says; it is decoded where others listen to voices. */
	addVoice(voice: string, packet: ClientMediaPacket): void {
		if (!this.hasVoices || this.#thread === undefined) return;
		if (this.#voicesAhead >= MOST_VOICES_AHEAD) {
			this.#voicesDropped++;
			return;
		}
		this.#voicesAhead++;
		this.#thread.post({ type: "voice", voice, packet });
	}

	/** A viewer says nothing more. */
	removeVoice(voice: string): void {
		this.#thread?.post({ type: "voiceLeft", voice });
	}

	/**
	 * Adds a listener, who gets packets from now on.
	 * @param own the listener's own voice, which it does not hear.
	 */
	listen(onPacket: (packet: EncodedSound) => void, hearing: Hearing, own?: string): SoundListener {
		const id = ++this.#lastId;
		const mailbox = new ListenerMailbox();
		mailbox.put(hearing);
		this.#sinks.set(id, onPacket);
		this.#post({ type: "listen", id, mailbox: mailbox.memory, ...(own !== undefined && { own }) });
		const change = (changed: Partial<Hearing>) => mailbox.put({ ...mailbox.get(), ...changed });
		return {
			get worldFromHead() {
				return mailbox.get().worldFromHead;
			},
			set worldFromHead(worldFromHead) {
				change({ worldFromHead });
			},
			get volume() {
				return mailbox.get().volume;
			},
			set volume(volume) {
				change({ volume });
			},
			get bitrateBps() {
				return mailbox.get().bitrateBps;
			},
			set bitrateBps(bitrateBps) {
				change({ bitrateBps });
			},
			get voices() {
				return mailbox.get().voices;
			},
			set voices(voices) {
				change({ voices });
			},
			[Symbol.dispose]: () => {
				if (this.#sinks.delete(id)) this.#thread?.post({ type: "leave", id });
			},
		};
	}

	/** Ends the thread. No packet follows. */
	async close(): Promise<void> {
		this.#isClosed = true;
		this.#sinks.clear();
		await this.#thread?.end(END_MS);
	}

	get #heard(): SoundSource | undefined {
		return this.#source ?? this.#silence;
	}

	#post(message: MessageToSoundThread): void {
		if (this.#isClosed) return;
		this.#thread ??= this.#start();
		this.#thread.post(message);
	}

	#start(): Thread<MessageToSoundThread, MessageFromSoundThread> {
		const thread = new Thread<MessageToSoundThread, MessageFromSoundThread>({
			file: threadFile("./sound-worker", import.meta.url),
			name: "panogaze-sound",
			data: undefined,
			stopMessage: { type: "stop" },
			onMessage: (message) => {
				if (message.type === "packet") this.#sinks.get(message.id)?.(message.packet);
				else if (message.type === "voicesDone") this.#voicesAhead -= message.count;
				else this.events.emit(message.type, message.message);
			},
		});
		void thread.exited.then(({ error }) => {
			if (error !== undefined) this.events.emit("failed", `The thread of sound crashed: ${error.message}.`);
			if (this.#thread !== thread) return;
			this.#thread = undefined;
			this.#voicesAhead = 0;
		});
		thread.post({ type: "source", source: this.#heard });
		return thread;
	}
}
