import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { PanogazeServer } from "../src/index.ts";
import { chromiumOffer } from "../src/session/offers.cases.ts";
import { serveCamera, serversOfEachTest } from "./support/test-server.ts";
import { until, WeriftViewer } from "./support/werift-viewer.ts";

const start = serversOfEachTest(serveCamera);

function post(server: PanogazeServer): Promise<Response> {
	return fetch(new URL("whep", server.urls[0]), {
		method: "POST",
		headers: { "content-type": "application/sdp" },
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
	const lines = ["/proc/net/udp", "/proc/net/udp6"].flatMap((table) =>
		readFileSync(table, "utf8").split("\n").slice(1),
	);
	const fields = lines.map((line) => line.trim().split(/\s+/)).filter(({ 9: inode = "-" }) => inodes.has(inode));
	return new Map(fields.map(({ 1: address = "", 9: inode = "" }) => [inode, address.split(":")[0]!]));
}

describe("serve() at 127.0.0.1", () => {
	it("holds four places for an address that does not connect, and serves one that does", async () => {
		const before = process.platform === "linux" ? udpAddresses() : new Map();
		const server = await start();
		const started: unknown[] = [];
		server.on("sourceStarted", (info) => started.push(info));
		const responses = [];
		for (let round = 0; round < 6; round++) responses.push(await post(server));
		expect(responses.map(({ status }) => status)).toEqual([201, 201, 201, 201, 503, 503]);
		expect(Number(responses.at(-1)!.headers.get("retry-after"))).toBeGreaterThan(0);
		expect(await responses.at(-1)!.json()).toMatchObject({
			status: 503,
			detail: expect.stringContaining("your address"),
		});

		const answer = await responses[0]!.text();
		const named = [...answer.matchAll(/^a=candidate:\S+ \d+ \S+ \d+ (\S+) /gm)].map(([, address]) => address!);
		expect(new Set(named)).toEqual(new Set(["127.0.0.1"]));
		if (process.platform === "linux") {
			const opened = [...udpAddresses()].filter(([inode]) => !before.has(inode)).map(([, address]) => address);
			expect(new Set(opened)).toEqual(new Set(["0100007F"]));
		}

		await until(
			() => !server.stats().source.running,
			"the source to rest after its trial, though offers are pending",
		);
		expect([server.viewers.length, started.length]).toEqual([4, 0]);
		server.viewers[0]!.close();
		const viewer = await WeriftViewer.connect({ url: server.urls[0]! });
		await until(() => viewer.packets.length > 0 && started.length === 1, "the source and its video");
		await viewer.close();
	});
});
