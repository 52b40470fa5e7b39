import { text } from "node:stream/consumers";
import { AV_LOG_ERROR } from "node-av/constants";
import { Codec, CodecContext, Dictionary, FormatContext, Frame, InputFormat, Log, Packet } from "node-av/lib";
import type { FailedInput } from "./failure-reason.ts";

/** Most packets to decode: a few more than a reader decodes before it gives up. */
const MAX_PACKETS = 400;

// This program opens an input as a source has done, and lets FFmpeg's log go to stderr. The end of
// the process frees everything.
const { url, format, options, stream: index } = JSON.parse(await text(process.stdin)) as FailedInput;
Log.setLevel(AV_LOG_ERROR);
const context = new FormatContext();
context.allocContext();
const inputFormat = format === "" ? null : InputFormat.findInputFormat(format);
using dictionary = Dictionary.fromObject(options);
const opened = context.openInputSync(url, inputFormat, dictionary) >= 0 && context.findStreamInfoSync(null) >= 0;
const stream = opened ? context.streams.find((other) => other.index === index) : undefined;
const codec = stream === undefined ? null : Codec.findDecoder(stream.codecpar.codecId);
if (stream !== undefined && codec !== null) {
	const decoder = new CodecContext();
	decoder.allocContext3(codec);
	decoder.parametersToContext(stream.codecpar);
	decoder.threadCount = 1;
	const packet = new Packet();
	packet.alloc();
	const frame = new Frame();
	frame.alloc();
	if (decoder.open2Sync(codec) >= 0) {
		for (let count = 0; count < MAX_PACKETS && context.readFrameSync(packet) >= 0; count++) {
			if (packet.streamIndex === index) decoder.sendPacketSync(packet);
			while (decoder.receiveFrameSync(frame) >= 0) frame.unref();
			packet.unref();
		}
	}
}
process.exit();
