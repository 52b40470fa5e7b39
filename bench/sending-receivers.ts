// Child process of the `sending` bench: viewers that receive everything and decode nothing, and as
// many plain UDP sockets. When all are connected it prints the sockets' ports.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import nodeDataChannel from "node-datachannel";
import { acceptAnswer, withoutCandidates } from "../src/motion-player/answer.ts";

const [, , url = "", count] = process.argv;
const peers = await Promise.all(Array.from({ length: Number(count) }, (_, index) => join(index)));
await Promise.all(peers.map((peer) => peer.connected));
console.log(JSON.stringify(await Promise.all(peers.map(readSocket))));
setInterval(() => {
	for (const { channel } of peers) {
		try {
			if (channel.isOpen()) channel.sendMessage("here");
		} catch {
			// The server has gone: the bench is about to end this process.
		}
	}
}, 500);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

async function readSocket(): Promise<number> {
	const socket = createSocket("udp4", () => {});
	socket.bind(0, "127.0.0.1");
	await once(socket, "listening");
	return socket.address().port;
}

async function join(index: number) {
	const peer = new nodeDataChannel.PeerConnection(`receiver-${index}`, {
		iceServers: [],
		disableAutoNegotiation: true,
	});
	const video = new nodeDataChannel.Video("video", "RecvOnly");
	video.addH264Codec(102, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");
	const track = peer.addTrack(video);
	track.onMessage(() => {});
	const channel = peer.createDataChannel("alive");
	const connected = new Promise<void>((resolve) => channel.onOpen(() => resolve()));
	const gathered = new Promise<void>((resolve) =>
		peer.onGatheringStateChange((state) => state === "complete" && resolve()),
	);
	peer.setLocalDescription("offer");
	await gathered;
	const body = withoutCandidates(peer.localDescription()!.sdp);
	const response = await fetch(url, { method: "POST", headers: { "content-type": "application/sdp" }, body });
	if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
	acceptAnswer(peer, await response.text());
	return { connected, channel, track, peer };
}
