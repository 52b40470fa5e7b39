import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import type { ClientCodec } from "../media/client-media.ts";
import { ThisThread } from "../threads/this-thread.ts";
import type { FromMediaDecoder, ToMediaDecoder } from "./media-decoder-protocol.ts";
import { PacketDecoder } from "./packet-decoder.ts";

// The thread that decodes the media of one client.

const thread = new ThisThread<undefined>();
const { port } = thread;
const decoders = new Map<ClientCodec, PacketDecoder>();

const send = (message: FromMediaDecoder, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

// FFmpeg's own lines would bypass the log.
Log.setLevel(AV_LOG_FATAL);
if (!thread.beginNative()) port.close();

port.on("message", (message: ToMediaDecoder) => {
	if (message.type === "end") {
		for (const decoder of decoders.values()) decoder[Symbol.dispose]();
		thread.endNative();
		port.close();
		return;
	}
	const { packet } = message;
	try {
		const decoder = decoders.get(packet.codec) ?? new PacketDecoder(packet.codec);
		decoders.set(packet.codec, decoder);
		decoder.decode(packet, (media) => {
			const { buffer } = media.kind === "sound" ? media.samples : media.data;
			send({ type: "decoded", media }, [buffer as ArrayBuffer]);
		});
	} catch (error) {
		send({ type: "failed", message: (error as Error).message });
	}
	send({ type: "done", kind: packet.kind });
});
