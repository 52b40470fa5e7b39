import { describe, expect, it } from "vitest";
import type { EncodedSound } from "../media/encoded-packet.ts";
import { IDENTITY, type Quaternion } from "../media/rotation.ts";
import { SoundRing } from "../media/sound-ring.ts";
import type { Hearing } from "../sound/listener-mailbox.ts";
import type { SoundDesk } from "../sound/sound-desk.ts";
import { ViewerSound } from "./viewer-sound.ts";

const LEFT: Quaternion = [0, Math.SQRT1_2, 0, Math.SQRT1_2];

/** A viewer's sound at a desk that only notes who listens. */
function setUp({ hasSound = true, hasSource = true, hasVoices = false } = {}) {
	const listeners: (Hearing & { readonly onPacket: (packet: EncodedSound) => void; readonly own?: string })[] = [];
	const source = { ring: SoundRing.create("ambisonic").handle, worldFromSource: IDENTITY, live: false };
	const desk = {
		source: hasSource ? source : undefined,
		hasVoices,
		listen(onPacket: (packet: EncodedSound) => void, hearing: Hearing, own: string) {
			const listener = { ...hearing, onPacket, own };
			listeners.push(listener);
			return Object.assign(listener, {
				[Symbol.dispose]: () => void listeners.splice(listeners.indexOf(listener), 1),
			});
		},
	};
	const sent: EncodedSound[] = [];
	/** Packets that were reported as sent. */
	const reported: EncodedSound[] = [];
	const sendSound = (packet: EncodedSound) => sent.push(packet) > 1;
	const session = { id: "me", hasSound, sendSound };
	const onSent = (packet: EncodedSound) => void reported.push(packet);
	const sound = new ViewerSound(session, desk as unknown as SoundDesk, IDENTITY, onSent);
	return { sound, listeners, sent, reported };
}

describe("ViewerSound", () => {
	it("costs nothing until the viewer turns it on, while the viewer is silent, and when it is off again", () => {
		const { sound, listeners, sent, reported } = setUp();
		expect(sound.message).toEqual({ type: "sound", available: true, on: false, layout: "ambisonic" });
		sound.turn(LEFT);
		expect(listeners).toEqual([]);
		sound.obey({ type: "sound", on: true, volume: 0.5 });
		expect(listeners).toMatchObject([{ worldFromHead: LEFT, volume: 0.5 }]);
		expect(sound.message).toMatchObject({ on: true });
		const packet = { kind: "sound" } as EncodedSound;
		listeners[0]!.onPacket(packet);
		// The session was not connected yet.
		expect([sent, reported]).toEqual([[packet], []]);
		listeners[0]!.onPacket(packet);
		expect(reported).toEqual([packet]);
		sound.turn(IDENTITY);
		sound.obey({ type: "sound", on: true });
		expect(listeners).toMatchObject([{ worldFromHead: IDENTITY, volume: 1 }]);
		sound.videoBitrateBps = 300_000;
		expect(listeners).toMatchObject([{ bitrateBps: 32_000 }]);
		sound.videoBitrateBps = 700_000;
		expect(listeners).toMatchObject([{ bitrateBps: 32_000 }]);
		sound.videoBitrateBps = 900_000;
		expect(listeners).toMatchObject([{ bitrateBps: 96_000 }]);
		sound.paused = true;
		expect(listeners).toEqual([]);
		sound.paused = false;
		expect(listeners).toHaveLength(1);
		sound.obey({ type: "sound", on: false });
		expect(listeners).toEqual([]);
		sound.obey({ type: "sound", on: true });
		sound.end();
		expect(listeners).toEqual([]);
	});

	it("says that a source has none, and says nothing to a client that offered to hear none", () => {
		expect(setUp({ hasSource: false }).sound.message).toEqual({ type: "sound", available: false, on: false });
		const { sound, listeners } = setUp({ hasSound: false });
		sound.obey({ type: "sound", on: true });
		expect([sound.message, listeners]).toEqual([undefined, []]);
	});

	it("offers voices where they are relayed, but not in the past, and leaves the viewer's own out", () => {
		const { sound, listeners } = setUp({ hasSource: false, hasVoices: true });
		expect(sound.message).toEqual({ type: "sound", available: false, on: false, voices: true });
		sound.obey({ type: "sound", on: true });
		expect(listeners).toMatchObject([{ voices: false, own: "me" }]);
		sound.obey({ type: "sound", on: true, voices: true });
		expect(listeners).toMatchObject([{ voices: true, own: "me" }]);
		sound.isPast = true;
		expect([sound.message, listeners]).toEqual([{ type: "sound", available: false, on: true }, []]);
	});
});
