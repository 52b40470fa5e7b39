import { describe, expect, it } from "vitest";
import { EventListeners } from "../media/events.ts";
import type { WelcomeMessage } from "../protocol/control-message.ts";
import type { HoldMessage } from "../protocol/hold-messages.ts";
import type { ConnectionEvents } from "./connection-events.ts";
import type { ConnectionState } from "./connection-keeper.ts";
import { pulseHolds } from "./hold-pulses.ts";

/** A connection that a test holds, and what a person feels of it. */
class FakeConnection {
	readonly #events = new EventListeners<ConnectionEvents>();
	readonly on = this.#events.on.bind(this.#events);
	readonly felt: string[] = [];
	state: ConnectionState = { name: "connecting", words: "" };
	hold: HoldMessage | undefined;
	welcome: WelcomeMessage | undefined;

	feel(): void {
		pulseHolds(this, (pulse) => this.felt.push("meaning" in pulse ? pulse.meaning : "other"));
	}

	/** A session begins. */
	begin(): void {
		this.state = { name: "connected", words: "" };
		this.welcome = {} as WelcomeMessage;
		this.says("starting");
	}

	/** The server says that control is on hold, or not. */
	says(reason: string | undefined): void {
		this.hold = reason === undefined ? undefined : { type: "hold", on: true, reason };
		this.#events.emit("hold", this.hold);
	}

	/** The connection is lost, and another is made. */
	lose(): void {
		this.state = { name: "connecting", words: "" };
		if (this.hold !== undefined) this.says(undefined);
	}
}

describe("pulseHolds()", () => {
	it("pulses once when control is given, and once when it is put on hold, whatever else changes", () => {
		const connection = new FakeConnection();
		connection.feel();
		connection.begin();
		expect(connection.felt).toEqual([]);
		connection.says(undefined);
		for (const reason of ["picture-old", "picture-old", "not-engaged"]) connection.says(reason);
		connection.says(undefined);
		expect(connection.felt).toEqual(["released", "hold", "released"]);
	});

	it("gives no control with a connection that is lost, whether it was on hold or not", () => {
		const connection = new FakeConnection();
		connection.feel();
		connection.begin();
		connection.lose();
		connection.begin();
		expect(connection.felt).toEqual([]);
		connection.says(undefined);
		connection.lose();
		connection.begin();
		expect(connection.felt).toEqual(["released", "hold"]);
	});

	it("knows the hold of a session in which it begins", () => {
		const connection = new FakeConnection();
		connection.begin();
		connection.feel();
		connection.says("picture-old");
		connection.says(undefined);
		expect(connection.felt).toEqual(["released"]);
	});
});
