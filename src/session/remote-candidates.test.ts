import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { FakeTransport } from "./fake-transport.cases.ts";
import { hubOptions } from "./hub-options.cases.ts";
import { handleOffer } from "./offer-json.ts";
import { chromiumOffer, ICE_UFRAG } from "./offers.cases.ts";
import { ReceivingPeer } from "./receiving-peer.cases.ts";
import { RemoteCandidates } from "./remote-candidates.ts";
import { SessionHub } from "./session-hub.ts";
import { handleWhep } from "./whep.ts";

const NOTHING_USED = { used: 0, hostNames: 0, unusable: 0, excess: 0 };
const host = (address: string, port = 9) => `candidate:1 1 UDP 2113937151 ${address} ${port} typ host`;

describe("RemoteCandidates", () => {
	it.each([
		["an IPv4 address", "candidate:1 1 udp 2113937151 192.0.2.9 51234 typ host generation 0", "192.0.2.9"],
		["an IPv6 address", host("2001:DB8::9"), "2001:db8::9"],
		["an IPv4 address that is mapped into IPv6, as IPv4", host("::ffff:192.0.2.9"), "192.0.2.9"],
		[
			"a reflexive address whose base is a name, without the name",
			`${host("192.0.2.9").replace("host", "srflx")} raddr a.local rport 9`,
			"192.0.2.9",
		],
		["a prefix that stands twice, as MediaMTX writes it", `candidate:${host("192.0.2.9")}`, "192.0.2.9"],
	])("uses %s", (_name, line, address) => {
		const candidates = new RemoteCandidates();
		const used = candidates.use(line)!;
		expect(used).toMatch(/^candidate:1 1 udp 2113937151 \S+ \d+ typ (?:host|srflx)$/i);
		expect(used.split(" ")[4]).toBe(address);
		expect(candidates.counts).toEqual({ ...NOTHING_USED, used: 1 });
	});

	it.each([
		["a host name", host("viewer.example.org"), "hostNames"],
		["an mDNS name", host("0d1c5f4e-98c8-4a0f-9a3b-1f0f2f6a9c11.local"), "hostNames"],
		["a name of one word", host("localhost"), "hostNames"],
		["a name with its root", host("localhost."), "hostNames"],
		["a name for TCP", host("q0w17.example").replace("UDP", "TCP"), "hostNames"],
		["an address with a zone", host("fe80::1%eth0"), "unusable"],
		["numbers that only a resolver takes for an address", host("127.1"), "unusable"],
		["TCP", `${host("192.0.2.9").replace("UDP", "TCP")} tcptype active`, "unusable"],
		["a group's address", host("224.0.0.251"), "unusable"],
		["no address", host("0.0.0.0"), "unusable"],
		["RTCP of its own", host("192.0.2.9").replace(":1 1 ", ":1 2 "), "unusable"],
		["port 0", host("192.0.2.9", 0), "unusable"],
		["a port that is none", host("192.0.2.9", 70_000), "unusable"],
		["a service instead of a port", host("192.0.2.9").replace(" 9 ", " http "), "unusable"],
		["nonsense", "candidate:", "unusable"],
	])("leaves out and counts %s", (_name, line, kind) => {
		const candidates = new RemoteCandidates();
		expect(candidates.use(line)).toBeUndefined();
		expect(candidates.counts).toEqual({ ...NOTHING_USED, [kind]: 1 });
	});

	it("uses 20 of one client, and each once", () => {
		const candidates = new RemoteCandidates();
		const used = Array.from({ length: 30 }, (_, index) => candidates.use(host("192.0.2.9", 1000 + index)));
		expect(used.filter((line) => line !== undefined)).toHaveLength(20);
		expect(candidates.use(host("192.0.2.9", 1000))).toBeUndefined();
		expect(candidates.counts).toEqual({ ...NOTHING_USED, used: 20, excess: 10 });
	});
});

describe("what an engine gets of a client's addresses", () => {
	/** A name in every place of an offer where an address may stand. */
	const NAMED = "named.invalid";
	const offer = chromiumOffer({
		candidates: [
			host(NAMED),
			host("192.0.2.7"),
			`${host("192.0.2.8").replace("host", "srflx")} raddr ${NAMED} rport 9`,
			`${host(NAMED).replace("UDP", "TCP")} tcptype passive`,
			`remote-candidates:1 ${NAMED} 9`,
			`rtcp:9 IN IP4 ${NAMED}`,
			"end-of-candidates",
		],
	})
		.replace("IN IP4 127.0.0.1", `IN IP4 ${NAMED}`)
		.replaceAll("c=IN IP4 0.0.0.0", `c=IN IP6 ${NAMED}`)
		.replace("t=0 0", `c=IN IP4 ${NAMED}\r\nt=0 0\r\na=candidate:${NAMED}\r\na= ${host(NAMED)}`);

	function openHub() {
		const received: string[] = [];
		class Engine extends FakeTransport {
			override answer(remote: Parameters<FakeTransport["answer"]>[0]): Promise<string> {
				received.push(remote.sdp);
				return super.answer(remote);
			}
			override addCandidate(candidate: string, mid: string): void {
				received.push(candidate);
				super.addCandidate(candidate, mid);
			}
		}
		return { hub: new SessionHub(hubOptions({ createTransport: () => new Engine() })), received };
	}

	it.each(["whep", "offer"] as const)("has no name in it, whatever is posted to /%s", async (door) => {
		const { hub, received } = openHub();
		const response =
			door === "whep"
				? await handleWhep(hub, { method: "POST", headers: { "content-type": "application/sdp" }, body: offer })
				: await handleOffer(hub, {
						method: "POST",
						headers: { "content-type": "application/json" },
						body: JSON.stringify({ type: "offer", sdp: offer }),
					});
		expect(response.status).toBe(door === "whep" ? 201 : 200);
		expect(received).toHaveLength(1);
		expect(received[0]).not.toContain(NAMED);
		expect(received[0]!.match(/^a=candidate:.*$/gm)!.map((line) => line.split(" ")[4])).toEqual([
			"192.0.2.7",
			"192.0.2.8",
		]);
		expect(received[0]).not.toMatch(/remote-candidates|end-of-candidates|^a=rtcp:/m);
		expect(received[0]).toMatch(/^a=rtcp-mux\r$/m);
		// Each of the two media sections has its own lines.
		expect(hub.sessions()[0]!.stats().remoteCandidates).toEqual({ used: 2, hostNames: 5, unusable: 1, excess: 0 });
		await hub.close();
	});

	it("has no name in it, and 20 candidates of one session in all, whatever is trickled", async () => {
		const { hub, received } = openHub();
		const candidates = Array.from({ length: 15 }, (_, index) => host("192.0.2.9", 1000 + index));
		await handleWhep(hub, {
			method: "POST",
			headers: { "content-type": "application/sdp" },
			body: chromiumOffer({ candidates, data: false }),
		});
		const session = hub.sessions()[0]!;
		received.length = 0;
		const fragment = [
			`a=ice-ufrag:${ICE_UFRAG}`,
			"m=video 9 UDP/TLS/RTP/SAVPF 108",
			`c=IN IP4 ${NAMED}`,
			"a=mid:0",
			`a=remote-candidates:1 ${NAMED} 9`,
			...[NAMED, "fe80::1%eth0", "::ffff:192.0.2.20", "2001:db8::9"].map((address) => `a=${host(address)}`),
			`a=candidate:${host("192.0.2.21")}`,
			...Array.from({ length: 10 }, (_, index) => `a=${host("192.0.2.10", 1000 + index)}`),
			"a=end-of-candidates",
		];
		const { status } = await handleWhep(hub, {
			method: "PATCH",
			sessionId: session.id,
			headers: { "content-type": "application/trickle-ice-sdpfrag" },
			body: `${fragment.join("\r\n")}\r\n`,
		});
		expect(status).toBe(204);
		expect(received.map((line) => line.split(" ")[4])).toEqual([
			"192.0.2.20",
			"2001:db8::9",
			"192.0.2.21",
			"192.0.2.10",
			"192.0.2.10",
		]);
		expect(session.stats().remoteCandidates).toEqual({ used: 20, hostNames: 1, unusable: 1, excess: 8 });
		await hub.close();
	});
});

describe("libdatachannel behind the doors", () => {
	it("looks up nothing and starts no threads for 8 offers with 1,900 host names each", async () => {
		const urlOf = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
		// In a process of its own, which the engine would end. The one name is in every
		// machine's own list: no resolver is asked, whatever fails here.
		const source = `
			import { readdirSync } from "node:fs";
			import { hubOptions } from ${urlOf("./hub-options.cases.ts")};
			import { SessionHub } from ${urlOf("./session-hub.ts")};
			import { handleOffer } from ${urlOf("./offer-json.ts")};
			import { chromiumOffer } from ${urlOf("./offers.cases.ts")};
			const candidateOf = (_, n) => "candidate:" + n + " 1 UDP 9 localhost 9 typ host";
			const candidates = Array.from({ length: 1900 }, candidateOf);
			const body = JSON.stringify({ type: "offer", sdp: chromiumOffer({ candidates, video: false }) });
			const hub = new SessionHub(hubOptions({ limits: { maxSdpLength: 200_000 } }));
			let threads = 0;
			const watch = setInterval(() => { threads = Math.max(threads, readdirSync("/proc/self/task").length); }, 1);
			const request = { method: "POST", headers: { "content-type": "application/json" }, body };
			const posts = Array.from({ length: 8 }, () => handleOffer(hub, request));
			const statuses = (await Promise.all(posts)).map(({ status }) => status);
			await new Promise((resolve) => setTimeout(resolve, 200));
			clearInterval(watch);
			const counts = hub.sessions().map((session) => session.stats().remoteCandidates.hostNames);
			console.log(JSON.stringify({ threads, statuses, counts }));
			process.exit(0);
		`;
		const node = [process.execPath, "--input-type=module", "--eval"].map((part) => `'${part}'`).join(" ");
		const { stdout } = await promisify(execFile)("sh", ["-c", `ulimit -n 4096; exec ${node} "$0"`, source], {
			timeout: 25_000,
			// Threads for calls that wait are none of the engine's.
			env: { ...process.env, UV_THREADPOOL_SIZE: "4" },
		});
		const result = JSON.parse(stdout) as { threads: number; statuses: number[]; counts: number[] };
		expect(result.statuses).toEqual(Array(8).fill(200));
		expect(result.counts).toEqual(Array(8).fill(1900));
		expect(result.threads).toBeLessThan(30);
	});

	it("finds a peer that offers only mDNS names by its checks", async () => {
		const hub = new SessionHub(hubOptions());
		const peer = new ReceivingPeer();
		const named = `a=${host("0d1c5f4e-98c8-4a0f-9a3b-1f0f2f6a9c11.local", 51_234)}`;
		const offer = (await peer.offer())
			.replace(/^a=candidate:.*\r\n/gm, "")
			.replaceAll(/^(a=ice-ufrag:.*)$/gm, `${named}\r\n$1`);
		const { body } = await handleWhep(hub, {
			method: "POST",
			headers: { "content-type": "application/sdp" },
			body: offer,
		});
		const session = hub.sessions()[0]!;
		await peer.accept(body);
		await session.connected;
		const { used, hostNames } = session.stats().remoteCandidates;
		expect(used).toBe(0);
		expect(hostNames).toBeGreaterThan(0);
		await peer.close();
		await hub.close();
	});
});
