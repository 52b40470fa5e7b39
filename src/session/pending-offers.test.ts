import { describe, expect, it } from "vitest";
import { FULL_ACCESS } from "./access.ts";
import { FakeTransport } from "./fake-transport.cases.ts";
import type { FileDescriptors } from "./file-descriptors.ts";
import { hubOptions } from "./hub-options.cases.ts";
import { chromiumOffer } from "./offers.cases.ts";
import { PendingOffers } from "./pending-offers.ts";
import { SessionHub } from "./session-hub.ts";
import { SignallingError } from "./signalling.ts";

function isRefused(pending: PendingOffers, address: string | undefined): boolean {
	try {
		pending.begin(address);
		return false;
	} catch (error) {
		expect(error).toMatchObject({ status: 503, retryAfterSec: expect.any(Number) });
		return true;
	}
}

describe("PendingOffers", () => {
	it("takes so many of one address at once, and another when one is settled", () => {
		const pending = new PendingOffers(2);
		const settle = pending.begin("192.0.2.1");
		expect(isRefused(pending, "192.0.2.1")).toBe(false);
		expect(isRefused(pending, "192.0.2.1")).toBe(true);
		expect(isRefused(pending, "192.0.2.2")).toBe(false);
		settle();
		settle();
		expect(isRefused(pending, "192.0.2.1")).toBe(false);
		expect(isRefused(pending, "192.0.2.1")).toBe(true);
	});

	it("counts an IPv6 /64, and both forms of an IPv4 address, as one", () => {
		const pending = new PendingOffers(1);
		expect(isRefused(pending, "2001:db8:1:2::1")).toBe(false);
		expect(isRefused(pending, "2001:db8:1:2:ffff::9")).toBe(true);
		expect(isRefused(pending, "2001:db8:1:3::1")).toBe(false);
		expect(isRefused(pending, "192.0.2.1")).toBe(false);
		expect(isRefused(pending, "::ffff:192.0.2.1")).toBe(true);
	});

	it("does not count clients whose address is not known", () => {
		const pending = new PendingOffers(1);
		expect([isRefused(pending, undefined), isRefused(pending, undefined)]).toEqual([false, false]);
	});
});

describe("SessionHub", () => {
	it("keeps four places at most for an address that does not connect, and for 10 s", async () => {
		const transports: FakeTransport[] = [];
		const createTransport = () => {
			const transport = new FakeTransport();
			transports.push(transport);
			return transport;
		};
		const hub = new SessionHub(hubOptions({ createTransport }));
		const open = (remoteAddress: string) =>
			hub.open(chromiumOffer(), { door: "whep", access: FULL_ACCESS, remoteAddress });
		for (let place = 0; place < 4; place++) await open("192.0.2.1");
		await expect(open("192.0.2.1")).rejects.toThrow(SignallingError);
		await expect(open("192.0.2.1")).rejects.toMatchObject({ status: 503, retryAfterSec: expect.any(Number) });
		await open("192.0.2.2");
		expect(hub.size).toBe(5);
		transports[0]!.emit("connected");
		await Promise.resolve();
		await open("192.0.2.1");
		await expect(open("192.0.2.1")).rejects.toMatchObject({ status: 503 });
		hub.end(hub.sessions()[1]!.id, "enough");
		await Promise.resolve();
		await open("192.0.2.1");
		// An offer that the engine refuses takes no place.
		hub.end(hub.sessions()[1]!.id, "enough");
		await Promise.resolve();
		for (let round = 0; round < 5; round++) {
			await expect(
				hub.open("v=0\r\n", { door: "whep", access: FULL_ACCESS, remoteAddress: "192.0.2.1" }),
			).rejects.toMatchObject({
				status: 422,
			});
		}
		await open("192.0.2.1");
		await hub.close();
	});

	it("makes no peer while file descriptors are short, and says so with 503, and once in the log", async () => {
		const descriptors = { free: 31 };
		const failures: unknown[] = [];
		let peers = 0;
		const createTransport = () => {
			peers++;
			return new FakeTransport();
		};
		const onFailure = (error: unknown) => failures.push(error);
		const hub = new SessionHub(
			hubOptions({ descriptors: descriptors as FileDescriptors, onFailure, createTransport }),
		);
		for (let round = 0; round < 2; round++) {
			await expect(hub.open(chromiumOffer(), { door: "whep", access: FULL_ACCESS })).rejects.toMatchObject({
				status: 503,
				retryAfterSec: expect.any(Number),
				message: expect.stringContaining("file descriptors"),
			});
		}
		expect([peers, failures.length]).toEqual([0, 1]);
		descriptors.free = 32;
		await hub.open(chromiumOffer(), { door: "whep", access: FULL_ACCESS });
		expect(peers).toBe(1);
		// Offers that are being answered have not taken theirs yet.
		descriptors.free = 40;
		const both = await Promise.allSettled(
			[1, 2, 3].map(() => hub.open(chromiumOffer(), { door: "whep", access: FULL_ACCESS })),
		);
		expect(both.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
		await hub.close();
	});
});
