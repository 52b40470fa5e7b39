import { BLOCK_SAMPLES } from "../client-media/voice.ts";
import type { ClientMediaPacket } from "../media/client-media.ts";
import type { EncodedSound } from "../media/encoded-packet.ts";
import { fadeStep } from "../media/sound-fade.ts";
import { SOUND_CHANNELS, SOUND_HZ, SoundRing } from "../media/sound-ring.ts";
import { harmonicsRotation } from "./ambisonics.ts";
import { BinauralMix } from "./binaural-mix.ts";
import { FieldFilter } from "./field-filter.ts";
import { headResponses } from "./hrirs.ts";
import type { Hearing, ListenerMailbox } from "./listener-mailbox.ts";
import { OpusEncoder } from "./opus-encoder.ts";
import { SoundCuts } from "./sound-cuts.ts";
import type { SoundSource } from "./sound-protocol.ts";
import { VoiceMix } from "./voice-mix.ts";

/** Length of a block, seconds. */
const BLOCK_SEC = BLOCK_SAMPLES / SOUND_HZ;
/**
 * Sound of files is mixed and sent this long before its time, seconds: receivers hold sound back to
 * bridge the network, and would have to hold pictures back with it. What turns with the head is not
 * known so long before.
 */
const LEAD_SEC = { stereo: 0.1, ambisonic: 0.04, "ambisonic+stereo": 0.04 } as const;
/** A thread that was held up for longer goes on from the present, seconds. */
const LONGEST_DELAY_SEC = 0.2;
/** Blocks in a packet: a turn of the head is heard sooner in short packets. */
const PACKET_BLOCKS = { stereo: 2, ambisonic: 1, "ambisonic+stereo": 1 } as const;
/** Samples below this are silence: a third of the step of 16 bits. */
const SILENCE = 1e-5;
/** After so many silent blocks nothing more is sent, until there is sound. */
const SILENT_BLOCKS = 25;

/** Gets the packets of a listener. */
export type PacketSink = (id: number, packet: EncodedSound) => void;

/**
 * Mixes the sound of one source for each listener, block by block, and encodes it. Takes times as
 * arguments and reads no clock.
 */
export class SoundMixer implements Disposable {
	readonly #onPacket: PacketSink;
	readonly #listeners = new Map<number, Listener>();
	readonly #voices = new VoiceMix();
	#source: MixedSource | undefined;
	/** Number of the next block, counted from zero of the clock; NaN before the first. */
	#nextBlock = Number.NaN;
	/** Blocks that were due before are left out. */
	#begins = true;

	constructor(onPacket: PacketSink) {
		this.#onPacket = onPacket;
	}

	/** Time at which the next block is mixed, seconds; `Infinity`: nobody listens to anything. */
	get nextSec(): number {
		if (this.#source === undefined || this.#listeners.size === 0) return Number.POSITIVE_INFINITY;
		return this.#begins ? Number.NEGATIVE_INFINITY : this.#nextBlock * BLOCK_SEC - this.#source.leadSec;
	}

	/** Changes the source; `undefined`: there is none with sound. */
	set source(source: SoundSource | undefined) {
		let following = this.#nextBlock;
		for (const [id, listener] of this.#listeners) {
			const last = listener.fadeOut(this.#nextBlock);
			if (last !== undefined) {
				this.#onPacket(id, last);
				following = this.#nextBlock + (this.#source?.packetBlocks ?? 0);
			}
			listener.restart();
		}
		// RTP times never run back.
		this.#nextBlock = following;
		this.#source?.[Symbol.dispose]();
		this.#source = source && new MixedSource(source);
		this.#begins = true;
		this.#attend();
	}

	/**
	 * Adds a listener.
	 * @param own the listener's own voice, which it does not hear.
	 * @throws {Error} where FFmpeg has no encoder of Opus.
	 */
	add(id: number, mailbox: ListenerMailbox, own?: string): void {
		this.#listeners.set(id, new Listener(mailbox, own));
		this.#attend();
	}

	/** Removes a listener. An unknown one is passed over. */
	remove(id: number): void {
		this.#listeners.get(id)?.restart();
		this.#listeners.delete(id);
		this.#attend();
	}

	/**
	 * Takes a packet of Opus of a viewer's voice, unless nobody listens to voices.
	 * @throws {Error} where FFmpeg has no decoder of Opus.
	 */
	addVoice(voice: string, packet: ClientMediaPacket): void {
		for (const listener of this.#listeners.values()) {
			if (!listener.hears(voice)) continue;
			this.#voices.add(voice, packet);
			return;
		}
	}

	/** A viewer says nothing more. An unknown one is passed over. */
	removeVoice(voice: string): void {
		this.#voices.remove(voice);
	}

	/** Mixes and encodes all blocks that are due. */
	turn(nowSec: number): void {
		const source = this.#source;
		if (source === undefined || this.#listeners.size === 0) return;
		const newest = Math.floor((nowSec + source.leadSec) / BLOCK_SEC + 1e-6);
		const isBehind = !(newest - this.#nextBlock <= LONGEST_DELAY_SEC / BLOCK_SEC);
		if (isBehind || this.#begins) {
			this.#begins = false;
			// RTP times never run back, also where sound of a file has left ahead of its time.
			this.#nextBlock = Number.isNaN(this.#nextBlock) ? newest : Math.max(newest, this.#nextBlock);
			for (const listener of this.#listeners.values()) listener.skip();
		}
		for (; this.#nextBlock <= newest; this.#nextBlock++) this.#mixBlock(source, this.#nextBlock);
	}

	[Symbol.dispose](): void {
		for (const id of [...this.#listeners.keys()]) this.remove(id);
		this.#voices[Symbol.dispose]();
		this.source = undefined;
	}

	/** Tells the source whether anybody listens. */
	#attend(): void {
		if (this.#listeners.size === 0) this.#begins = true;
		// What is said while nobody listens is not heard later.
		if (this.#listeners.size === 0 || this.#source === undefined) this.#voices.clear();
		this.#source?.attend(this.#listeners.size > 0);
	}

	#mixBlock(source: MixedSource, block: number): void {
		source.readBlock(block * BLOCK_SEC);
		this.#voices.nextBlock();
		for (const [id, listener] of this.#listeners) {
			const packet = listener.hear(source, this.#voices, block);
			if (packet !== undefined) this.#onPacket(id, packet);
		}
	}
}

/** A source, and its last block. */
class MixedSource implements Disposable {
	readonly packetBlocks: number;
	readonly leadSec: number;
	readonly #source: SoundSource;
	readonly #ring: SoundRing;
	readonly #filter: FieldFilter | undefined;
	readonly #channels: readonly Float32Array[];
	readonly #cuts: SoundCuts;
	#unlisten: (() => void) | undefined;
	#silentBlocks = 0;

	constructor(source: SoundSource) {
		this.#source = source;
		this.#ring = SoundRing.attach(source.ring);
		const { layout } = source.ring;
		this.leadSec = source.live ? 0 : LEAD_SEC[layout];
		this.packetBlocks = PACKET_BLOCKS[layout];
		this.#filter = layout === "stereo" ? undefined : new FieldFilter(headResponses());
		this.#channels = Array.from({ length: SOUND_CHANNELS[layout] }, () => new Float32Array(BLOCK_SAMPLES));
		this.#cuts = new SoundCuts(this.#ring);
	}

	/** True when there has been no sound for a while. */
	get isSilent(): boolean {
		return this.#silentBlocks > SILENT_BLOCKS;
	}

	attend(isHeard: boolean): void {
		if (isHeard) this.#unlisten ??= this.#ring.listen();
		else this[Symbol.dispose]();
	}

	[Symbol.dispose](): void {
		this.#unlisten?.();
		this.#unlisten = undefined;
	}

	/** Media time of the block, seconds; NaN: the source stands still. */
	get mediaSec(): number {
		return this.#cuts.beginSec;
	}

	/** Reads the block that is due at a time. */
	readBlock(dueSec: number): void {
		this.#cuts.read(dueSec, this.#channels);
		this.#silentBlocks = this.#channels.every(isSilence) ? this.#silentBlocks + 1 : 0;
		if (!this.isSilent) this.#filter?.filter(this.#channels);
	}

	/** The block as two ears hear it. */
	mixFor({ worldFromHead }: Hearing, mix: BinauralMix, left: Float32Array, right: Float32Array): void {
		const channels = this.#channels;
		if (this.isSilent) {
			left.fill(0);
			right.fill(0);
			return;
		}
		if (this.#filter === undefined) {
			left.set(channels[0]!);
			right.set(channels[1]!);
			return;
		}
		const rotation = harmonicsRotation(worldFromHead, this.#source.worldFromSource);
		mix.mix(this.#filter.filtered, rotation, left, right);
		const [headLeft, headRight] = channels.slice(4);
		for (let n = 0; headLeft && headRight && n < BLOCK_SAMPLES; n++) {
			left[n] = left[n]! + headLeft[n]!;
			right[n] = right[n]! + headRight[n]!;
		}
	}
}

/** One listener: the packet that is being filled, and its encoder. */
class Listener {
	readonly #mailbox: ListenerMailbox;
	readonly #own: string | undefined;
	#mix = new BinauralMix();
	#encoder: OpusEncoder | undefined;
	/** Rate of the encoder, bits per second. */
	#encodedBps = 0;
	#left = new Float32Array(0);
	#right = new Float32Array(0);
	#filled = 0;
	/** Media time of the packet that is being filled, seconds. */
	#mediaSec = Number.NaN;
	#volume = 0;
	#begins = true;

	constructor(mailbox: ListenerMailbox, own: string | undefined) {
		this.#mailbox = mailbox;
		this.#own = own;
	}

	/** Returns whether it hears what a viewer says. */
	hears(voice: string): boolean {
		const { voices, volume } = this.#mailbox.get();
		return voices && volume > 0 && voice !== this.#own;
	}

	/** Mixes a block. @returns the packet that it completes, if any. */
	hear(source: MixedSource, voices: VoiceMix, block: number): EncodedSound | undefined {
		const { packetBlocks } = source;
		// Packets begin at whole multiples of their length, so that RTP times have no gaps of half.
		if (this.#filled === 0 && block % packetBlocks !== 0) return undefined;
		const hearing = this.#mailbox.get();
		const isSilent = source.isSilent && !(hearing.voices && voices.isHeardBy(this.#own));
		if (this.#filled === 0 && (isSilent || (hearing.volume === 0 && this.#volume === 0))) {
			this.#begins = true;
			return undefined;
		}
		if (this.#filled === 0) this.#mediaSec = source.mediaSec;
		const length = packetBlocks * BLOCK_SAMPLES;
		if (this.#left.length !== length)
			[this.#left, this.#right] = [new Float32Array(length), new Float32Array(length)];
		const at = this.#filled * BLOCK_SAMPLES;
		const left = this.#left.subarray(at, at + BLOCK_SAMPLES);
		const right = this.#right.subarray(at, at + BLOCK_SAMPLES);
		source.mixFor(hearing, this.#mix, left, right);
		if (hearing.voices) voices.mixInto(this.#own, left, right);
		scale(left, this.#volume, hearing.volume);
		scale(right, this.#volume, hearing.volume);
		this.#volume = hearing.volume;
		if (++this.#filled < packetBlocks) return undefined;
		return this.#packet(block + 1 - packetBlocks, hearing.bitrateBps);
	}

	/**
	 * Lets what is heard fall to silence, in one more packet.
	 * @param nextBlock the block after the last that was mixed.
	 */
	fadeOut(nextBlock: number): EncodedSound | undefined {
		if (this.#begins) return undefined;
		if (this.#filled === 0) this.#mediaSec = Number.NaN;
		const at = this.#filled * BLOCK_SAMPLES;
		for (const ear of [this.#left, this.#right]) {
			// The last packet is still there where no new one was begun.
			const last = ear.at(at - 1) ?? 0;
			ear.fill(0, at);
			fadeStep(ear.subarray(at), last);
		}
		return this.#packet(nextBlock - this.#filled, this.#encodedBps);
	}

	/** The packet that is filled, as it begins at a block. */
	#packet(first: number, bitrateBps: number): EncodedSound {
		this.#filled = 0;
		const packet: EncodedSound = {
			kind: "sound",
			data: this.#openEncoder(this.#left.length, bitrateBps).encode(this.#left, this.#right),
			rtpTicks: (first * BLOCK_SAMPLES) % 2 ** 32,
			dueSec: first * BLOCK_SEC,
			mediaTimeSec: this.#mediaSec,
			begins: this.#begins,
		};
		this.#begins = false;
		return packet;
	}

	/** FFmpeg can't change the rate of an open one. */
	#openEncoder(packetSamples: number, bitrateBps: number): OpusEncoder {
		if (this.#encodedBps !== bitrateBps) this.#encoder?.[Symbol.dispose]();
		if (this.#encodedBps !== bitrateBps || this.#encoder === undefined)
			this.#encoder = new OpusEncoder({ packetSamples, bitrateBps });
		this.#encodedBps = bitrateBps;
		return this.#encoder;
	}

	/** Gives up the packet that is being filled: blocks were left out. */
	skip(): void {
		this.#filled = 0;
	}

	/** Forgets the source that it heard. */
	restart(): void {
		this.skip();
		this.#encoder?.[Symbol.dispose]();
		this.#encoder = undefined;
		this.#mix = new BinauralMix();
		this.#volume = 0;
		this.#begins = true;
	}
}

function isSilence(samples: Float32Array): boolean {
	for (let n = 0; n < samples.length; n++) if (Math.abs(samples[n]!) > SILENCE) return false;
	return true;
}

/** Multiplies by a gain that goes from one value to another. */
function scale(samples: Float32Array, from: number, to: number): void {
	if (from === 1 && to === 1) return;
	for (let n = 0; n < samples.length; n++) samples[n] = samples[n]! * (from + ((to - from) * n) / samples.length);
}
