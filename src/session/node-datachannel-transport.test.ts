import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { NodeDataChannelEngine, NodeDataChannelTransport } from "./node-datachannel-transport.ts";
import { chromiumOffer } from "./offers.cases.ts";
import { ConnectedPair, describePeerTransport } from "./peer-transport.cases.ts";
import { UdpPortError } from "./peer-transport.ts";
import { until } from "./receiving-peer.cases.ts";
import { parseOffer } from "./sdp-offer.ts";

const hasIpv6Loopback = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));
const transportUrl = new URL("./node-datachannel-transport.ts", import.meta.url).href;
const casesUrl = new URL("./peer-transport.cases.ts", import.meta.url).href;

describePeerTransport("NodeDataChannelTransport", async (options) => new NodeDataChannelTransport(options));

describe("NodeDataChannelEngine", () => {
	it("shares its port between sessions, and frees it after the last, again and again", async () => {
		const udpPort = await freeUdpPort();
		for (let round = 0; round < 3; round++) {
			const engine = await NodeDataChannelEngine.open({ udpPort });
			const pairs = await Promise.all([1, 2].map(async () => ConnectedPair.make(await engine.createTransport())));
			expect(await isFree(udpPort)).toBe(false);
			await Promise.all(pairs.map((pair) => pair.close()));
		}
		await expect.poll(() => isFree(udpPort), { timeout: 20_000, interval: 20 }).toBe(true);
	});

	it("throws for a taken port or a foreign address, where libdatachannel would end the process", async () => {
		const taken = createSocket("udp4");
		await new Promise<void>((resolve) => taken.bind(0, resolve));
		const udpPort = taken.address().port;
		await expect(NodeDataChannelEngine.open({ udpPort })).rejects.toThrow(new RegExp(`UDP port ${udpPort}`));
		await expect(NodeDataChannelEngine.open({ bindAddress: "203.0.113.1" })).rejects.toThrow(/203\.0\.113\.1/);
		await expect(NodeDataChannelEngine.open({ udpPort: 70_000 })).rejects.toBeInstanceOf(UdpPortError);
		await new Promise<void>((resolve) => taken.close(() => resolve()));
		await NodeDataChannelEngine.open({ udpPort });
	});
});

describe("NodeDataChannelTransport", () => {
	it("serves several sessions on one UDP port", async () => {
		const udpPort = await freeUdpPort();
		const pairs = await Promise.all(
			Array.from({ length: 4 }, () => ConnectedPair.make(new NodeDataChannelTransport({ udpPort }))),
		);
		expect(pairs.map((pair) => pair.connectedCount)).toEqual([1, 1, 1, 1]);
		await Promise.all(pairs.map((pair) => pair.close()));
	});

	it.each(["127.0.0.1", "::1"].filter((address) => address === "127.0.0.1" || hasIpv6Loopback))(
		"names only the bound address %s, and the shared port, in its answer, and opens no other",
		async (bindAddress) => {
			const udpPort = await freeUdpPort();
			const transport = new NodeDataChannelTransport({ bindAddress, udpPort });
			const answer = await transport.answer(parseOffer(chromiumOffer()), { ssrcs: [1], cname: "c" });
			const candidates = [...answer.matchAll(/^a=candidate:\S+ 1 UDP \d+ (\S+) (\d+) typ host/gm)].map(
				(match) => `${match[1]} ${match[2]}`,
			);
			expect(candidates).toEqual([`${bindAddress} ${udpPort}`]);
			const addresses = new Set([...answer.matchAll(/IN IP[46] (\S+)/g)].map((match) => match[1]));
			expect(
				[...addresses].filter((address) => ![bindAddress, "127.0.0.1", "0.0.0.0"].includes(address!)),
			).toEqual([]);
			// Another address of this machine is free on that port; bound to all of
			// them it would not be.
			const elsewhere = Object.values(networkInterfaces())
				.flatMap((all) => all ?? [])
				.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
			if (elsewhere !== undefined) expect(await isFree(udpPort, elsewhere)).toBe(true);
			expect(await isFree(udpPort, bindAddress)).toBe(false);
			transport.close();
		},
	);

	it("answers audio as inactive, and a second video too", async () => {
		const transport = new NodeDataChannelTransport();
		const answer = await transport.answer(parseOffer(chromiumOffer({ audio: true })), { ssrcs: [1], cname: "c" });
		const audio = answer.slice(answer.indexOf("m=audio"), answer.indexOf("m=video"));
		expect(audio).toContain("a=inactive");
		transport.close();
	});

	it("reports once, and soon, that the peer has left", async () => {
		const pair = await ConnectedPair.make(new NodeDataChannelTransport());
		await pair.peer.close();
		await until("the end is reported", () => pair.closedReasons.length > 0, 20_000);
		expect(pair.closedReasons).toEqual(["The viewer left."]);
		await pair.close();
	});

	it("opens unordered channels with a life time as such", async () => {
		const pair = await ConnectedPair.make(new NodeDataChannelTransport());
		pair.transport.createChannel("haptics", { ordered: false, maxPacketLifeTimeMs: 50 });
		await until("the channel is there", () => pair.peer.channels.has("haptics"));
		const { ordered, maxPacketLifeTime } = pair.peer.channels.get("haptics")!;
		expect([ordered, maxPacketLifeTime]).toEqual([false, 50]);
		await pair.close();
	});

	it("refuses an ICE server it can't read, naming it", () => {
		expect(() => new NodeDataChannelTransport({ iceServers: [{ urls: "http://example.org" }] })).toThrow(
			/http:\/\/example\.org/,
		);
	});

	it("turns an exception in a listener, which natively would abort the process, into an ordinary one", async () => {
		const { stdout } = await runNode(`
			import { NodeDataChannelTransport } from ${JSON.stringify(transportUrl)};
			import { ConnectedPair } from ${JSON.stringify(casesUrl)};
			const caught = new Set();
			process.on("uncaughtException", (error) => caught.add(error.message));
			const transport = new NodeDataChannelTransport();
			const pair = await ConnectedPair.make(transport);
			transport.on("channel", () => { throw new Error("channel"); });
			const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
			const control = pair.peer.channels.get("control");
			while (pair.opened.length === 0 || control.readyState !== "open") await sleep(5);
			for (const channel of pair.channels) channel.on("message", () => { throw new Error("message"); });
			const seen = async (count) => {
				for (let n = 0; n < 12_000 && caught.size < count; n++) await new Promise((r) => setTimeout(r, 5));
			};
			control.send("x");
			await seen(1);
			pair.peer.openChannel("second");
			await seen(2);
			console.log("alive", [...caught].sort().join());
			process.exit(0);
		`);
		expect(stdout).toContain("alive channel,message");
	});

	it("survives methods called from its own events after the other side has gone", async () => {
		const { stdout } = await runNode(`
			import { NodeDataChannelTransport } from ${JSON.stringify(transportUrl)};
			import { ConnectedPair } from ${JSON.stringify(casesUrl)};
			for (let round = 0; round < 5; round++) {
				const transport = new NodeDataChannelTransport();
				const pair = await ConnectedPair.make(transport);
				const use = () => {
					transport.send(Buffer.alloc(100, 0x80));
					for (const c of pair.channels) { c.send("x"); c.bufferedBytes; }
					transport.createChannel("x" + Math.random()).send("y");
				};
				for (const name of ["rtcp", "closed", "channel"]) transport.on(name, use);
				for (const c of pair.channels) for (const name of ["message", "closed"]) c.on(name, use);
				const timer = setInterval(use, 1);
				if (round % 2) await pair.peer.close(); else transport.close();
				await new Promise((r) => setTimeout(r, 150));
				clearInterval(timer);
				await pair.close();
				use();
			}
			console.log("alive");
			process.exit(0);
		`);
		expect(stdout).toContain("alive");
	});
});

/**
 * Runs a module in a process of its own, so that an abort is seen as an error here.
 * @throws if it does not exit with 0 within 25 s
 */
function runNode(source: string): Promise<{ stdout: string; stderr: string }> {
	return promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source], {
		timeout: 25_000,
		cwd: new URL(".", import.meta.url),
	});
}

function isFree(udpPort: number, address?: string): Promise<boolean> {
	const socket = createSocket(address?.includes(":") ? "udp6" : "udp4");
	return new Promise((resolve) => {
		socket.once("error", () => socket.close(() => resolve(false)));
		socket.bind(udpPort, address, () => socket.close(() => resolve(true)));
	});
}

async function freeUdpPort(): Promise<number> {
	const socket = createSocket("udp4");
	await new Promise<void>((resolve) => socket.bind(0, resolve));
	const { port } = socket.address();
	await new Promise<void>((resolve) => socket.close(() => resolve()));
	return port;
}
