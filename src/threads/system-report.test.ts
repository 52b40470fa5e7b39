import { once } from "node:events";
import { connect, createServer } from "node:net";
import { expect, it } from "vitest";
import { systemReport } from "./system-report.ts";

interface Endpoint {
	readonly host: string;
	readonly ip4?: string;
	readonly ip6?: string;
}

interface Handle {
	readonly localEndpoint?: Endpoint | null;
	readonly remoteEndpoint?: Endpoint | null;
}

it("names the system, and asks for no names of this program's connections", async () => {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	const socket = connect(port, "127.0.0.1");
	await once(socket, "connect");
	const report = systemReport();
	expect(report).toMatchObject({ header: { platform: process.platform } });
	const { libuv } = report as unknown as { readonly libuv: readonly Handle[] };
	const ends = libuv.flatMap(({ localEndpoint, remoteEndpoint }) =>
		[localEndpoint ?? [], remoteEndpoint ?? []].flat(),
	);
	expect(ends.length).toBeGreaterThan(0);
	for (const { host, ip4, ip6 } of ends) expect(host).toBe(ip4 ?? ip6);
	expect(process.report).toMatchObject({ excludeNetwork: false });
	socket.destroy();
	server.close();
});
