import { AV_LOG_FATAL, AVMEDIA_TYPE_VIDEO } from "node-av/constants";
import { FormatContext, Log, Packet, Rational, type Stream } from "node-av/lib";
import { codecIdOf } from "../source/codec-ids.ts";
import { libavText } from "../source/libav-error.ts";
import type { SourcePacket } from "../source/source-packets.ts";
import { ThisThread } from "../threads/this-thread.ts";
import {
	type FromPacketFile,
	type PacketFileStart,
	STAMP_SHIFT_SEC,
	type ToPacketFile,
} from "./packet-file-protocol.ts";

// The thread that writes the packets of a recorded source into a file that can be decoded.

const MICROSECONDS = new Rational(1, 1_000_000);

const thread = new ThisThread<PacketFileStart>();
const { port, data: start } = thread;
let file: { readonly format: FormatContext; readonly stream: Stream; readonly packet: Packet } | undefined;
let packets = 0;
/** Packets whose stamps are not later than those before. */
let again = 0;
/** Times of decoding rise in a file: what a loop brings again is there already. */
let lastDecode = Number.NEGATIVE_INFINITY;

const send = (message: FromPacketFile) => port.postMessage(message);

// FFmpeg's own lines would bypass the log.
Log.setLevel(AV_LOG_FATAL);
if (!thread.beginNative()) port.close();

port.on("message", (message: ToPacketFile) => {
	try {
		if (message.type === "packet") {
			write(message.packet);
			send({ type: "done" });
		} else {
			if (message.type === "finish") {
				if (file !== undefined) check(file.format.writeTrailerSync(), "the end can't be written");
				send({ type: "finished", packets, again });
			}
			end();
		}
	} catch (error) {
		send({ type: "failed", message: (error as Error).message });
		end();
	}
});

function write({ codec, configuration, data, keyframe, stampSec, decodeSec, durationSec }: SourcePacket): void {
	const shown = ticksOf(stampSec);
	const decoded = Number.isNaN(decodeSec) ? shown : ticksOf(decodeSec);
	if (decoded <= lastDecode) again++;
	if (Number.isNaN(shown) || decoded <= lastDecode || (file === undefined && !keyframe)) return;
	lastDecode = decoded;
	file ??= open(codec, configuration);
	const { format, stream, packet } = file;
	packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
	packet.pts = BigInt(shown);
	packet.dts = BigInt(Math.min(decoded, shown));
	packet.duration = BigInt(Math.round(durationSec * 1e6));
	packet.isKeyframe = keyframe;
	packet.streamIndex = stream.index;
	packet.rescaleTs(MICROSECONDS, stream.timeBase);
	check(format.interleavedWriteFrameSync(packet), "a packet can't be written");
	packets++;
}

function ticksOf(sec: number): number {
	return Math.round((sec + STAMP_SHIFT_SEC) * 1e6);
}

function open(codec: string, configuration: Uint8Array): NonNullable<typeof file> {
	const id = codecIdOf(codec);
	if (id === undefined) throw new Error(`the recorded source is ${codec}, of which no file can be made`);
	const format = new FormatContext();
	check(format.allocOutputContext2(null, "nut", start.path), "there is no nut muxer");
	const stream = format.newStream();
	const { codecpar } = stream;
	codecpar.codecType = AVMEDIA_TYPE_VIDEO;
	codecpar.codecId = id;
	codecpar.width = start.width;
	codecpar.height = start.height;
	if (configuration.byteLength > 0) codecpar.extradata = Buffer.from(configuration);
	stream.timeBase = MICROSECONDS;
	check(format.openOutputSync(), "can't be opened");
	check(format.writeHeaderSync(), "the container does not take this video");
	const packet = new Packet();
	packet.alloc();
	return { format, stream, packet };
}

function end(): void {
	file?.format.closeOutputSync();
	file?.packet.free();
	file?.format.freeContext();
	file = undefined;
	thread.endNative();
	port.close();
}

function check(code: number, what: string): void {
	if (code < 0) throw new Error(`${what}: ${libavText(code)}`);
}
