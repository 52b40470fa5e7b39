import { AV_NOPTS_VALUE } from "node-av/constants";
import type { Frame, Packet } from "node-av/lib";
import { assert } from "../media/assert.ts";
import type { KeptPacket, PacketRing } from "../media/packet-ring.ts";
import { KEPT_TIME_BASE, type KeptStream, readStreamHead } from "./kept-stream.ts";
import { asI420, type DecodedPicture, LibavConverter } from "./libav-converter.ts";
import { DecoderFailure, LibavDecoder } from "./libav-decoder.ts";
import { MediaTimeline } from "./media-timeline.ts";
import { newPacket } from "./new-packet.ts";
import type { KeptPictures } from "./packet-keeper.ts";
import type { PictureReader, PictureSink } from "./picture-reader.ts";
import { EARLY_SEC, JumpingReader } from "./place-jumps.ts";
import { ControlWord, delay, type ReadingJob } from "./source-worker.ts";
import type { PicturePacking } from "./stereo.ts";
import { SourceError, type SourceInfo } from "./video-source.ts";

/** Options of a reader of the kept past. */
export interface KeptReaderOptions {
	/** Description of the live source. */
	readonly info: SourceInfo;
	/** Place at which it begins, seconds. */
	readonly startSec: number;
	/** Name of the source in messages. */
	readonly label: string;
}

/** Places that lie further apart are a gap, over which the play goes on at once. */
const LEAST_GAP_SEC = 2;
/** Pause before the ring is looked at again at its end. */
const LOOK_MS = 10;
/** Without a new packet for this long, the decoder gives what it holds back. */
const DRAIN_AFTER_MS = 500;
/** Packets whose times are remembered until their picture comes out of the decoder. */
const MOST_IN_DECODER = 256;

/** Reads pictures from the kept packets of a live source, from any place on. */
export class KeptReader extends JumpingReader implements PictureReader {
	loop = false;
	readonly onArrival = false;
	readonly info: SourceInfo;
	readonly packing: PicturePacking;
	readonly #job: ReadingJob<KeptReaderOptions>;
	readonly #ring: PacketRing;
	readonly #pictures: KeptPictures;
	/** Packets by the place of their picture, microseconds. */
	readonly #inDecoder = new Map<number, KeptPacket>();
	#decoding: Decoding | undefined;
	/** Number of the next packet. */
	#next = 0;
	/** Packets are passed over until a group begins. */
	#needsGroup = true;
	/** The decoder has given all that it had, and needs the group again to go on in it. */
	#isDrained = false;
	/** Stamp of the newest picture since the last jump. */
	#lastSec = Number.NEGATIVE_INFINITY;
	#skipBeforeSec = Number.NEGATIVE_INFINITY;
	#wanted = true;

	/** @throws {SourceError} while nothing is kept. */
	constructor(job: ReadingJob<KeptReaderOptions>, ring: PacketRing) {
		super(job.options.startSec);
		const { note } = ring;
		if (note === "") throw new SourceError("failed", `Nothing of ${job.options.label} has been kept yet.`);
		this.#job = job;
		this.#ring = ring;
		this.#pictures = JSON.parse(note) as KeptPictures;
		this.packing = this.#pictures.packing;
		this.info = job.options.info;
	}

	get frameRate(): number {
		return this.#decoding?.stream.frameRate ?? this.info.frameRate;
	}

	/** The past is silent. */
	playSound(): void {}

	async run(sink: PictureSink): Promise<"end"> {
		let idleMs = 0;
		while (this.#wanted && !this.#job.stopping) {
			this.#beginJump();
			const packet = this.#ring.read(this.#next);
			if (packet !== undefined) {
				idleMs = 0;
				if (this.#isDrained && packet.head === undefined) {
					this.#readAgain(packet);
					continue;
				}
				this.#isDrained = false;
				this.#next++;
				await this.#decode(packet, sink);
				continue;
			}
			if (this.#next < this.#ring.oldest) {
				this.#goOnAt(this.#ring.oldest, Number.NEGATIVE_INFINITY);
				continue;
			}
			await delay(LOOK_MS, this.#job.signal);
			idleMs += LOOK_MS;
			if (idleMs === DRAIN_AFTER_MS) await this.#drain(sink);
		}
		return "end";
	}

	async close(): Promise<void> {
		this.#decoding?.close();
		this.#decoding = undefined;
	}

	#beginJump(): void {
		const placeSec = this.jumped.begin();
		if (placeSec === undefined) return;
		const newestSec = this.#ring.window?.newestSec ?? placeSec;
		this.#goOnAt(this.#ring.groupBefore(placeSec), Math.min(placeSec, newestSec) - EARLY_SEC);
	}

	#goOnAt(number: number, skipBeforeSec: number): void {
		this.#next = number;
		this.#skipBeforeSec = skipBeforeSec;
		this.#lastSec = Number.NEGATIVE_INFINITY;
		this.#needsGroup = true;
		this.#isDrained = false;
		this.#inDecoder.clear();
		this.#decoding?.restart();
	}

	async #decode(kept: KeptPacket, sink: PictureSink): Promise<void> {
		if (this.#needsGroup && kept.head === undefined) return;
		this.#needsGroup = false;
		// Another connection may have brought another stream.
		if (kept.head !== undefined) this.#openFor(kept.head);
		const decoding = this.#decoding;
		assert(decoding !== undefined, "A group begins with the description of its stream.");
		this.#inDecoder.set(microseconds(kept.placeSec), kept);
		const [first] = this.#inDecoder.keys();
		if (this.#inDecoder.size > MOST_IN_DECODER && first !== undefined) this.#inDecoder.delete(first);
		const packet = packetOf(kept);
		try {
			await this.#run(decoding, packet, sink);
		} finally {
			packet.free();
		}
	}

	async #run(decoding: Decoding, packet: Packet | null, sink: PictureSink): Promise<void> {
		try {
			await decoding.decoder.decode(packet, (frame) =>
				this.#onFrame(frame, decoding, (picture) => this.#onPicture(picture, decoding, sink)),
			);
		} catch (error) {
			if (!(error instanceof DecoderFailure)) throw error;
			const text = `The past of ${this.#job.options.label} can't be decoded: ${error.message.toLowerCase()}.`;
			throw new SourceError("failed", text, { cause: error });
		}
	}

	/** Goes back to the beginning of a packet's group. The pictures that were shown are skipped. */
	#readAgain({ placeSec }: KeptPacket): void {
		this.#isDrained = false;
		this.#next = this.#ring.groupBefore(placeSec);
		this.#skipBeforeSec = Math.max(this.#skipBeforeSec, this.#lastSec + EARLY_SEC);
	}

	/** The decoder gives the pictures that it holds back. It goes on where a group begins. */
	async #drain(sink: PictureSink): Promise<void> {
		const decoding = this.#decoding;
		if (decoding === undefined) return;
		await this.#run(decoding, null, sink);
		decoding.decoder.flush();
		this.#needsGroup = true;
		this.#isDrained = true;
	}

	async #onFrame(
		frame: Frame,
		{ converter }: Decoding,
		onPicture: (picture: DecodedPicture) => Promise<void>,
	): Promise<void> {
		this.#job.count(ControlWord.framesDecoded);
		const { bestEffortTimestamp, pts } = frame;
		const stamp = bestEffortTimestamp === AV_NOPTS_VALUE ? pts : bestEffortTimestamp;
		if (this.jumping || Number(stamp) / 1e6 < this.#skipBeforeSec) return frame.free();
		await converter.convert(frame, onPicture);
	}

	async #onPicture(
		{ frame, stampSec, durationSec }: DecodedPicture,
		{ timeline }: Decoding,
		sink: PictureSink,
	): Promise<void> {
		if (this.jumping || !this.#wanted) return frame.free();
		this.#skipBeforeSec = Number.NEGATIVE_INFINITY;
		this.#lastSec = stampSec;
		const key = microseconds(stampSec);
		const kept = this.#inDecoder.get(key);
		this.#inDecoder.delete(key);
		this.#wanted = await sink({
			frame,
			mediaSec: timeline.next(stampSec, durationSec),
			sourceSec: kept?.mediaSec,
			worldSec: kept && (Number.isNaN(kept.capturedSec) ? kept.receivedSec : kept.capturedSec),
			cameraUs: kept?.cameraUs,
			stampSec,
			durationSec,
			positionSec: stampSec,
			jump: this.jumped.count,
		});
	}

	#openFor(head: Uint8Array): void {
		const text = new TextDecoder().decode(head);
		if (this.#decoding?.head === text) return;
		// A second close would free twice what the first has freed.
		const former = this.#decoding;
		this.#decoding = undefined;
		former?.close();
		this.#decoding = new Decoding(text, readStreamHead(head), this.#pictures, this.#job);
	}
}

/** A decoder and a converter for the packets of one stream. */
class Decoding {
	/** Description of the stream. */
	readonly head: string;
	readonly stream: KeptStream;
	readonly decoder: LibavDecoder;
	readonly converter: LibavConverter;
	readonly timeline: MediaTimeline;

	constructor(head: string, stream: KeptStream, pictures: KeptPictures, job: ReadingJob<KeptReaderOptions>) {
		const { label } = job.options;
		const { hwaccel, threads, filter, picture } = pictures;
		const { frameRate, orientation, pixelAspect } = stream;
		this.head = head;
		this.stream = stream;
		this.timeline = new MediaTimeline(1 / frameRate, LEAST_GAP_SEC);
		this.decoder = new LibavDecoder(stream, { hwaccel, threads, live: false, frameRate, label });
		this.converter = new LibavConverter(stream, {
			filter,
			orientation,
			pixelAspect,
			frameRate,
			label,
			notice: (message) => job.notice(message),
			assembly: undefined,
			// The layout was decided when the packets were kept.
			onShape: async () => {},
			want: asI420,
			target: picture,
		});
	}

	/** Packets from elsewhere follow. */
	restart(): void {
		this.decoder.flush();
		this.converter.flush();
		this.timeline.join();
	}

	close(): void {
		this.converter.close();
		this.decoder.close();
		this.stream.codecpar.free();
	}
}

function packetOf({ data, placeSec, decodeSec, durationSec, head }: KeptPacket): Packet {
	const packet = newPacket();
	packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
	packet.pts = stampOf(placeSec);
	packet.dts = stampOf(decodeSec);
	packet.duration = durationSec > 0 ? stampOf(durationSec) : 0n;
	packet.timeBase = KEPT_TIME_BASE;
	packet.isKeyframe = head !== undefined;
	return packet;
}

function microseconds(sec: number): number {
	return Math.round(sec * 1e6);
}

function stampOf(sec: number): bigint {
	return Number.isNaN(sec) ? AV_NOPTS_VALUE : BigInt(microseconds(sec));
}
