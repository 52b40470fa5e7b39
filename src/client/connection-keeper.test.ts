import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EventListeners } from "../media/events.ts";
import type { WelcomeMessage } from "../protocol/control-message.ts";
import { completeConnectOptions } from "./connect-options.ts";
import { ConnectionKeeper } from "./connection-keeper.ts";
import type { Peer, PeerOptions } from "./peer.ts";

/** A peer that the test drives. */
class FakePeer {
	static readonly all: FakePeer[] = [];
	readonly options: PeerOptions;
	readonly events = new EventListeners<{ connected: []; lost: [reason: string] }>();
	readonly opened = Promise.withResolvers<void>();
	readonly sending = [];
	readonly cameraLines = [];
	connected = false;
	isClosed = false;
	framesDecoded = 0;

	constructor(options: PeerOptions) {
		this.options = options;
		FakePeer.all.push(this);
	}
	on = this.events.on.bind(this.events);
	channel = () => undefined;
	open = () => this.opened.promise;
	close(): void {
		this.isClosed = true;
	}
	async readArrivals() {
		return { framesDecoded: this.framesDecoded, packetsArrive: false };
	}
	async countPictures() {
		return { packets: 0, framesDecoded: this.framesDecoded };
	}
	connect(): void {
		this.connected = true;
		this.opened.resolve();
		this.events.emit("connected");
	}
}

const welcome = (resume: string) => ({ resume }) as WelcomeMessage;
const newest = () => FakePeer.all.at(-1)!;
const secrets = () => FakePeer.all.map(({ options }) => options.resume);
let keeper: ConnectionKeeper;

/** A connection with a picture and its welcome. */
function begin(): FakePeer {
	keeper = new ConnectionKeeper(
		completeConnectOptions({ url: "https://robot.example/whep" }),
		() => 0,
		() => [],
		(options) => new FakePeer(options) as unknown as Peer,
	);
	keeper.start();
	const first = newest();
	first.connect();
	first.framesDecoded = 1;
	keeper.welcomed(welcome("secret-1"), true);
	return first;
}

/** Lets time pass in which the present connection brings something. */
async function speak(forMs: number): Promise<void> {
	for (let ms = 0; ms < forMs; ms += 50) {
		keeper.arrived();
		await vi.advanceTimersByTimeAsync(50);
	}
}

beforeEach(() => {
	FakePeer.all.length = 0;
	vi.useFakeTimers();
	vi.stubGlobal("RTCPeerConnection", class {});
});
afterEach(() => {
	keeper.close("The test is over.");
	vi.unstubAllGlobals();
	vi.useRealTimers();
});

describe("ConnectionKeeper", () => {
	it("replaces a connection that is well by one that has a picture and its welcome", async () => {
		const first = begin();
		keeper.renew();
		await speak(100);
		const second = newest();
		second.connect();
		second.framesDecoded = 1;
		await speak(2000);
		expect([secrets(), first.isClosed]).toEqual([[undefined, "secret-1"], false]);
		keeper.welcomed(welcome("secret-2"), false);
		await speak(50);
		expect([first.isClosed, second.isClosed, keeper.state.name]).toEqual([true, false, "connected"]);
		keeper.renew();
		await speak(100);
		expect(secrets()).toEqual([undefined, "secret-1", "secret-2"]);
	});

	it("replaces a silent one by the first picture, and that one too if it falls silent unwelcomed", async () => {
		const first = begin();
		await vi.advanceTimersByTimeAsync(1050);
		newest().connect();
		newest().framesDecoded = 1;
		await vi.advanceTimersByTimeAsync(50);
		expect(first.isClosed).toBe(true);
		await vi.advanceTimersByTimeAsync(1100);
		expect(secrets()).toEqual([undefined, "secret-1", "secret-1"]);
	});

	it("tries again ten seconds after an attempt that failed, or at once on another demand", async () => {
		const first = begin();
		keeper.renew();
		await speak(100);
		newest().opened.reject(new Error("full"));
		await speak(9_900);
		expect(FakePeer.all.length).toBe(2);
		await speak(200);
		expect([FakePeer.all.length, first.isClosed]).toEqual([3, false]);
		newest().events.emit("lost", "The network path to the server broke.");
		await speak(1_100);
		expect(FakePeer.all.length).toBe(3);
		keeper.renew();
		await speak(100);
		expect(FakePeer.all.length).toBe(4);
	});

	it("begins again where the second connection fails after the first was lost", async () => {
		const first = begin();
		keeper.renew();
		await speak(100);
		const second = newest();
		first.events.emit("lost", "The server ended the session.");
		expect(keeper.state.name).toBe("connecting");
		second.opened.reject(new Error("The server does not answer."));
		await vi.advanceTimersByTimeAsync(0);
		expect([keeper.state.name, second.isClosed]).toEqual(["reconnecting", true]);
		await vi.advanceTimersByTimeAsync(600);
		expect(FakePeer.all.length).toBe(3);
	});
});
