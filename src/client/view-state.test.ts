import { describe, expect, it } from "vitest";
import { EventListeners } from "../media/events.ts";
import type { SourceMessage } from "../protocol/control-message.ts";
import type { PanogazeConnection } from "./connection.ts";
import type { ConnectionEvents } from "./connection-events.ts";
import type { ConnectionState } from "./connection-keeper.ts";
import { ViewState, verdictOf } from "./view-state.ts";

const CONNECTED: ConnectionState = { name: "connected", words: "Connected" };
const source = (state: SourceMessage["state"], more: Partial<SourceMessage> = {}): SourceMessage => ({
	type: "source",
	state,
	...more,
});
const NAMES = ["connecting", "connected", "interrupted", "reconnecting", "closed"] as const;
const SOURCES = ["idle", "opening", "live", "stalled", "reconnecting", "ended", "failed"] as const;

describe("verdictOf", () => {
	it("says Live only when connection, source and video are all well, and says why otherwise", () => {
		const live: string[] = [];
		for (const name of NAMES)
			for (const state of [undefined, ...SOURCES])
				for (const video of ["waiting", "playing", "blocked"] as const) {
					const connection = { name, words: "Words.", attempt: 1, retryAtMs: 0 } as ConnectionState;
					const verdict = verdictOf(connection, state && source(state), video);
					expect(verdict.live).toBe(verdict.short === "Live");
					if (verdict.live) live.push(`${name} ${state} ${video}`);
					else if (video !== "blocked") expect(verdict.words, `${name} ${state} ${video}`).not.toBe("");
				}
		expect(live).toEqual(["connected undefined playing", "connected idle playing", "connected live playing"]);
	});

	it("says what a source is doing, in the server's words where there are some", () => {
		const verdictOn = (message: SourceMessage) => verdictOf(CONNECTED, message, "playing");
		expect(verdictOn(source("stalled"))).toMatchObject({
			short: "Stalled",
			words: "The source sends no new pictures.",
			busy: true,
		});
		expect(verdictOn(source("reconnecting", { attempt: 3, reason: "The source can't be reached." }))).toMatchObject(
			{
				words: "The source can't be reached.",
				detail: "Trying to get it back, attempt 3…",
			},
		);
		expect(verdictOn(source("ended"))).toMatchObject({
			short: "Ended",
			words: "The video has ended.",
			busy: false,
			action: "play-again",
		});
		expect(verdictOn(source("failed", { reason: "The source is not there." }))).toMatchObject({
			words: "The source is not there.",
			action: "connect",
		});
	});

	it("offers no button that can't help", () => {
		const closed = { name: "closed", words: "This browser has no WebRTC." } as const;
		expect(verdictOf({ ...closed, final: true }, undefined, "waiting").action).toBeUndefined();
		expect(verdictOf(closed, undefined, "waiting").action).toBe("connect");
		expect(verdictOf(CONNECTED, source("ended", { mayPlayAgain: false }), "playing").action).toBeUndefined();
	});
});

describe("ViewState", () => {
	it("tells each change of connection, source and video, and waits for the video of a new connection", () => {
		const events = new EventListeners<ConnectionEvents>();
		const connection = {
			state: CONNECTED as ConnectionState,
			source: undefined as SourceMessage | undefined,
			on: events.on.bind(events),
		};
		const view = new ViewState(connection as unknown as PanogazeConnection);
		const shown: string[] = [];
		view.on("change", ({ short }) => shown.push(short));
		view.videoIs("playing");
		connection.source = source("stalled");
		events.emit("source", connection.source);
		connection.source = source("live");
		events.emit("source", connection.source);
		for (const state of [
			{ name: "interrupted", words: "…" } as const,
			CONNECTED,
			{ name: "connecting", words: "Connecting…" } as const,
			CONNECTED,
		]) {
			connection.state = state;
			events.emit("state", state);
		}
		expect(shown).toEqual(["Live", "Stalled", "Live", "Interrupted", "Live", "Connecting…", "No picture"]);
	});
});
