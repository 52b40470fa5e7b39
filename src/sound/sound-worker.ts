import type { ClientMediaPacket } from "../media/client-media.ts";
import { monotonicSec } from "../media/clock.ts";
import { ThisThread } from "../threads/this-thread.ts";
import { ListenerMailbox } from "./listener-mailbox.ts";
import { SoundMixer } from "./sound-mixer.ts";
import { type MessageFromSoundThread, type MessageToSoundThread, VOICES_AT_ONCE } from "./sound-protocol.ts";

const thread = new ThisThread<undefined>();
const { port } = thread;
const send = (message: MessageFromSoundThread, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
const mixer = new SoundMixer((id, packet) => send({ type: "packet", id, packet }, [packet.data.buffer as ArrayBuffer]));
let timer: NodeJS.Timeout | undefined;
let hasVoiceTrouble = false;
/** Packets of voices since the last report of them. */
let voicesDone = 0;

/** Mixes what is due, and waits for the next block. */
function turn(): void {
	clearTimeout(timer);
	if (thread.stopping) return;
	try {
		mixer.turn(monotonicSec());
	} catch (error) {
		send({ type: "failed", message: (error as Error).message });
		mixer.source = undefined;
	}
	const waitMs = (mixer.nextSec - monotonicSec()) * 1000;
	if (Number.isFinite(waitMs)) timer = setTimeout(turn, Math.max(0, waitMs));
}

/** What fails with one voice leaves the rest of the sound as it is. */
function addVoice(voice: string, packet: ClientMediaPacket): void {
	try {
		mixer.addVoice(voice, packet);
	} catch (error) {
		if (!hasVoiceTrouble) send({ type: "voiceFailed", message: (error as Error).message });
		hasVoiceTrouble = true;
	}
	if (++voicesDone < VOICES_AT_ONCE) return;
	send({ type: "voicesDone", count: voicesDone });
	voicesDone = 0;
}

function end(): void {
	clearTimeout(timer);
	mixer[Symbol.dispose]();
	thread.endNative();
	port.close();
}

if (thread.beginNative()) {
	port.on("message", (message: MessageToSoundThread) => {
		switch (message.type) {
			case "source":
				mixer.source = message.source;
				break;
			case "listen":
				mixer.add(message.id, new ListenerMailbox(message.mailbox), message.own);
				break;
			case "voice":
				addVoice(message.voice, message.packet);
				return;
			case "voiceLeft":
				mixer.removeVoice(message.voice);
				return;
			case "leave":
				mixer.remove(message.id);
				break;
			case "stop":
				end();
				return;
		}
		turn();
	});
} else port.close();
