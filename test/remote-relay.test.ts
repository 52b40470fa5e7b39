import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { FATES, PACKET_KINDS } from "./support/packet-log.ts";
import { RemoteRelay } from "./support/remote-relay.ts";

const sockets: Socket[] = [];
afterEach(() => {
	for (const socket of sockets.splice(0)) socket.close();
});

async function bound(): Promise<Socket> {
	const socket = createSocket("udp4");
	sockets.push(socket);
	socket.bind(0, "127.0.0.1");
	await once(socket, "listening");
	return socket;
}

/** An RTP packet of a payload type, with its number for a payload. */
const rtp = (payloadType: number, number: number) =>
	Buffer.concat([Buffer.from([0x80, payloadType]), Buffer.alloc(10), Buffer.from([number])]);

it("a relay in its own process carries both ways, starts its course with the video, and reports", async () => {
	const server = await bound();
	const client = await bound();
	const answer = [
		"m=video 9 UDP/TLS/RTP/SAVPF 96 97",
		"a=rtpmap:96 H264/90000",
		"a=rtpmap:97 rtx/90000",
		`a=candidate:1 1 UDP 2130706431 127.0.0.1 ${server.address().port} typ host`,
		"",
	].join("\r\n");
	// Once the course has begun, nothing but the packet that begins it gets through.
	const down = { delayMs: 5, outages: [{ fromMs: 0.001, toMs: 60_000 }] };
	using relay = await RemoteRelay.open(answer, { down, up: {} }, 1);
	const port = Number(/127\.0\.0\.1 (\d+) typ host/.exec(relay.answer)![1]);
	expect(port).not.toBe(server.address().port);

	const reached = once(server, "message");
	client.send("hello", port, "127.0.0.1");
	const [hello, from] = (await reached) as [Buffer, RemoteInfo];
	expect(hello.toString()).toBe("hello");

	const received: Buffer[] = [];
	client.on("message", (packet) => received.push(packet));
	const send = (packet: Buffer) => server.send(packet, from.port, from.address);
	send(rtp(97, 1));
	await expect.poll(() => received.length).toBe(1);
	const startedMs = Date.now();
	send(rtp(96, 2));
	await expect.poll(() => received.length).toBe(2);
	send(rtp(96, 3));
	send(rtp(97, 4));
	await expect.poll(() => received.at(-1)!.at(-1)).toBe(2);
	// The last packets have no effect to wait for: this one, on the way up, comes after them.
	const after = once(server, "message");
	client.send("after", port, "127.0.0.1");
	await after;

	const { down: columns, up, startEpochMs, late } = await relay.finish();
	expect([...columns.kind].map((kind) => PACKET_KINDS[kind])).toEqual(["rtx", "media", "media", "rtx"]);
	expect([...columns.fate].map((fate) => FATES[fate])).toEqual(["arrives", "arrives", "outage", "outage"]);
	expect([...columns.byteLength]).toEqual([13, 13, 13, 13]);
	expect(columns.enteredMs[0]).toBeLessThan(0);
	expect(columns.enteredMs[1]).toBe(0);
	expect(columns.dueMs[1]).toBeCloseTo(5);
	expect(Math.abs(startEpochMs - startedMs)).toBeLessThan(20_000);
	expect(up.forwarded).toBe(2);
	expect(late.maxMs).toBeGreaterThanOrEqual(late.p50Ms);
});

it("says why there is no relay: the answer has no address to stand before", async () => {
	await expect(RemoteRelay.open("v=0\r\n", { down: {}, up: {} }, 1)).rejects.toThrow("no IPv4 host candidate");
});
