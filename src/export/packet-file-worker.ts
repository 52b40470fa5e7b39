import { AV_LOG_FATAL, AVMEDIA_TYPE_VIDEO } from "node-av/constants";
import { FormatContext, Log, Packet, Rational, type Stream } from "node-av/lib";
import { codecIdOf } from "../source/codec-ids.ts";
import { libavText } from "../source/libav-error.ts";
import type { SourcePacket } from "../source/source-packets.ts";
import { ThisThread } from "../threads/this-thread.ts";
import type { FromPacketFile, PacketFileStart, ToPacketFile } from "./packet-file-protocol.ts";
import type { PacketPlace } from "./packet-passes.ts";

// The thread that writes the packets of a recorded source into a file that can be decoded.

const MICROSECONDS = new Rational(1, 1_000_000);

const thread = new ThisThread<PacketFileStart>();
const { port, data: start } = thread;
let file: { readonly format: FormatContext; readonly stream: Stream; readonly packet: Packet } | undefined;
let packets = 0;

const send = (message: FromPacketFile) => port.postMessage(message);

// FFmpeg's own lines would bypass the log.
Log.setLevel(AV_LOG_FATAL);
if (!thread.beginNative()) port.close();

port.on("message", (message: ToPacketFile) => {
	try {
		if (message.type === "packet") {
			write(message.packet, message.place);
			send({ type: "done" });
		} else {
			if (message.type === "finish") {
				if (file !== undefined) check(file.format.writeTrailerSync(), "the end can't be written");
				send({ type: "finished", packets });
			}
			end();
		}
	} catch (error) {
		send({ type: "failed", message: (error as Error).message });
		end();
	}
});

function write(
	{ codec, configuration, data, keyframe, durationSec }: SourcePacket,
	{ shownUs, decodedUs }: PacketPlace,
): void {
	file ??= open(codec, configuration);
	const { format, stream, packet } = file;
	packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
	packet.pts = BigInt(shownUs);
	packet.dts = BigInt(decodedUs);
	packet.duration = BigInt(Math.round(durationSec * 1e6));
	packet.isKeyframe = keyframe;
	packet.streamIndex = stream.index;
	packet.rescaleTs(MICROSECONDS, stream.timeBase);
	check(format.interleavedWriteFrameSync(packet), "a packet can't be written");
	packets++;
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
