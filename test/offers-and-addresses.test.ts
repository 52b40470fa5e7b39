import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { type PanogazeServer, type ServeOptions, serve } from "../src/index.ts";
import { chromiumOffer } from "../src/session/offers.cases.ts";
import { createPatternSource } from "../src/source/pattern-source.ts";
import { until, WeriftViewer } from "./support/werift-viewer.ts";

const open: PanogazeServer[] = [];
afterEach(async () => {
	await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(options: ServeOptions<undefined, never> = {}): Promise<PanogazeServer> {
	const source = createPatternSource({ width: 512, height: 256, frameRate: 30 });
	const view = { width: 320, height: 180, frameRate: 30 };
	const server = await serve({ port: 0, host: "127.0.0.1", source, view, logLevel: "silent", ...options });
	open.push(server);
	return server;
}

function post(server: PanogazeServer, headers: Record<string, string> = {}): Promise<Response> {
	return fetch(new URL("whep", server.urls[0]), {
		method: "POST",
		headers: { "content-type": "application/sdp", ...headers },
		body: chromiumOffer(),
	});
}

/** Local addresses of this process's UDP sockets, as /proc writes them, by inode. */
function udpAddresses(): Map<string, string> {
	const inodes = new Set<string>();
	for (const descriptor of readdirSync("/proc/self/fd")) {
		try {
			inodes.add(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${descriptor}`))?.[1] ?? "");
		} catch {
			// It was closed meanwhile.
		}
	}
	const lines = ["/proc/net/udp", "/proc/net/udp6"].flatMap((table) => readFileSync(table, "utf8").split("\n").slice(1));
	const fields = lines.map((line) => line.trim().split(/\s+/)).filter(({ 9: inode = "-" }) => inodes.has(inode));
	return new Map(fields.map(({ 1: address = "", 9: inode = "" }) => [inode, address.split(":")[0]!]));
}

describe("serve(): offers without a connection", () => {
	it("holds four places for an address that does not connect, then answers 503 with Retry-After, and does not open the source for them", async () => {
		const server = await start();
		await until(() => !server.stats().source.running, "the source to rest after its trial");
		const started: unknown[] = [];
		server.on("sourceStarted", (info) => started.push(info));
		const statuses: number[] = [];
		for (let round = 0; round < 6; round++) {
			const response = await post(server);
			statuses.push(response.status);
			if (response.status !== 503) continue;
			expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
			expect(await response.json()).toMatchObject({ status: 503, detail: expect.stringContaining("your address") });
		}
		expect(statuses).toEqual([201, 201, 201, 201, 503, 503]);
		expect([server.viewers.length, started.length, server.stats().source.running]).toEqual([4, 0, false]);
		for (const viewer of server.viewers.slice(0, 1)) viewer.close();
		const viewer = await WeriftViewer.connect({ url: server.urls[0]! });
		await until(() => viewer.packets.length > 0 && started.length === 1, "the source and its video");
		await viewer.close();
	});

	it("counts by the address that a trusted proxy states, and believes nobody else", async () => {
		const behindProxy = await start({ trustedProxies: ["127.0.0.0/8"] });
		const direct = await start();
		const statusesOf = async (server: PanogazeServer) => {
			const statuses: number[] = [];
			for (let client = 1; client <= 5; client++) statuses.push((await post(server, { "x-forwarded-for": `192.0.2.${client}` })).status);
			return statuses;
		};
		expect(await statusesOf(behindProxy)).toEqual([201, 201, 201, 201, 201]);
		expect(await statusesOf(direct)).toEqual([201, 201, 201, 201, 503]);
		await expect(serve({ trustedProxies: ["the proxy"] })).rejects.toThrow(/trustedProxies.*10\.0\.0\.0\/8.*the proxy/);
	});
});

describe("serve(): the address of the media", () => {
	const here = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
	it.each(["127.0.0.1", "::1", "localhost"].filter((host) => host !== "::1" || here.includes(host)))(
		"is that of the signalling for --host %s, and no other is named",
		async (host) => {
			const before = process.platform === "linux" ? udpAddresses() : new Map();
			const server = await start({ host });
			const answer = await (await post(server)).text();
			const named = [...answer.matchAll(/^a=candidate:\S+ \d+ \S+ \d+ (\S+) /gm)].map(([, address]) => address!);
			expect(named.length).toBeGreaterThan(0);
			const expected = host === "localhost" ? ["127.0.0.1", "::1"] : [host];
			expect(named.filter((address) => !expected.includes(address))).toEqual([]);
			const anywhere = [...answer.matchAll(/IN IP[46] (\S+)/g)].map(([, address]) => address!);
			expect(anywhere.filter((address) => ![...expected, "0.0.0.0", "::", "127.0.0.1"].includes(address))).toEqual([]);
			if (process.platform === "linux") {
				const opened = [...udpAddresses()].filter(([inode]) => !before.has(inode)).map(([, address]) => address);
				expect(opened.length).toBeGreaterThan(0);
				const loopback = ["0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"];
				expect(opened.filter((address) => !loopback.includes(address))).toEqual([]);
			}
			const viewer = await WeriftViewer.connect({ url: server.urls[0]!, video: false, door: "offer", channels: ["camera"] });
			await viewer.close();
		},
	);

	it("may be another one, for a proxy on the same machine", async () => {
		const server = await start({ host: "127.0.0.1", mediaHost: "0.0.0.0" });
		const answer = await (await post(server)).text();
		const own = here.filter((address) => !address.startsWith("127.") && !address.includes(":"));
		for (const address of own) expect(answer).toContain(` ${address} `);
	});
});
