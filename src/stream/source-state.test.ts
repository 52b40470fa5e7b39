import { describe, expect, it } from "vitest";
import type { SourceErrorCode, SourceInfo } from "../source/video-source.ts";
import { PUBLIC_REASONS, SourceStateMachine } from "./source-state.ts";

const info = (frameRate: number): SourceInfo => ({
	format: { width: 256, height: 128, eyes: 1, color: { range: "limited", matrix: "bt709", chromaSiting: "left" } },
	frameRate,
	codec: "h264",
	hwaccel: "none",
	live: true,
	durationSec: Number.NaN,
});

/** A source that was opened at time 0 of its own clock, looked at ten times a second. */
class Watched {
	readonly machine = new SourceStateMachine();
	nowSec = 0;
	pictures = 0;
	nextPictureSec = Number.NaN;
	/** When the state changed, and to what. */
	readonly changes: [atSec: number, name: string][] = [];

	constructor(frameRate: number) {
		this.machine.opening();
		this.machine.opened(info(frameRate), 0, 0);
	}

	/** @param intervalSec between two pictures; `Infinity`: none come */
	run(forSec: number, intervalSec: number): this {
		const startSec = this.nowSec;
		const before = this.pictures;
		for (let look = 1; look <= Math.round(forSec * 10); look++) {
			this.nowSec = startSec + look / 10;
			// A picture comes at once, as of a source that has just begun.
			const came =
				intervalSec === Number.POSITIVE_INFINITY
					? 0
					: Math.floor((this.nowSec - startSec) / intervalSec + 1e-9) + 1;
			this.pictures = before + came;
			this.look();
		}
		return this;
	}

	look(): void {
		const former = this.machine.state;
		this.machine.look(this.pictures, this.nextPictureSec, this.nowSec);
		if (this.machine.state !== former)
			this.changes.push([Math.round(this.nowSec * 10) / 10, this.machine.state.name]);
	}

	get names(): string[] {
		return this.changes.map(([, name]) => name);
	}
}

describe("SourceStateMachine", () => {
	it("is idle, opening until the first picture, then live", () => {
		const machine = new SourceStateMachine();
		expect(machine.state.name).toBe("idle");
		machine.opening();
		machine.opened(info(30), 7, 0);
		machine.look(7, Number.NaN, 5);
		expect(machine.state.name).toBe("opening");
		machine.look(8, Number.NaN, 5.1);
		expect(machine.state.name).toBe("live");
		machine.stopped();
		expect(machine.state.name).toBe("idle");
	});

	it("does not stall while it rests, and is as watchful after a long rest as before", () => {
		const watched = new Watched(30).run(3, 1 / 30);
		watched.nextPictureSec = Number.POSITIVE_INFINITY;
		const lastSec = watched.machine.lastPictureSec;
		watched.run(60, Number.POSITIVE_INFINITY);
		expect(watched.machine.lastPictureSec).toBe(lastSec);
		watched.nextPictureSec = Number.NaN;
		watched.run(1, 1 / 30).run(3, Number.POSITIVE_INFINITY);
		expect(watched.changes.map(([atSec, name]) => [Math.floor(atSec), name])).toEqual([
			[0, "live"],
			[65, "stalled"],
		]);
	});

	it.each([
		[60, 1],
		[30, 1],
		[5, 1],
		[2, 2.5],
		[0.5, 10],
	])("at %d pictures a second is stalled when the next one is %d s late, and live with it", (frameRate, lateSec) => {
		const watched = new Watched(frameRate).run(20, 1 / frameRate);
		expect(watched.names).toEqual(["live"]);
		const lastSec = Math.floor(20 * frameRate) / frameRate;
		watched.run(30, Number.POSITIVE_INFINITY);
		expect(watched.names).toEqual(["live", "stalled"]);
		const afterSec = watched.changes[1]![0] - lastSec;
		expect(afterSec).toBeGreaterThanOrEqual(lateSec + 1 / frameRate - 0.2);
		expect(afterSec).toBeLessThanOrEqual(lateSec + 1 / frameRate + 0.2);
		watched.run(1, 1 / frameRate);
		expect(watched.names).toEqual(["live", "stalled", "live"]);
	});

	it("knows at once again when a source stops that failed before for seconds", () => {
		const watched = new Watched(30)
			.run(20, 1 / 30)
			.run(12, Number.POSITIVE_INFINITY)
			.run(5, 1 / 30);
		const stoppedSec = watched.nowSec;
		watched.run(5, Number.POSITIVE_INFINITY);
		expect(watched.names).toEqual(["live", "stalled", "live", "stalled"]);
		expect(watched.changes[3]![0] - stoppedSec).toBeLessThanOrEqual(1.3);
	});

	it("learns that a camera rests between its bursts, whatever rate it states", () => {
		const watched = new Watched(30);
		for (let burst = 0; burst < 12; burst++) watched.run(0.5, 1 / 30).run(2.5, Number.POSITIVE_INFINITY);
		// The first rest looks like an end; the others do not.
		expect(watched.names).toEqual(["live", "stalled", "live"]);
	});

	it("remembers how a sender rests when it is opened again, and forgets it for another sender or a file", () => {
		const changesAfter = (again: SourceInfo) => {
			const watched = new Watched(30);
			for (let burst = 0; burst < 12; burst++) watched.run(0.5, 1 / 30).run(2.5, Number.POSITIVE_INFINITY);
			watched.machine.stopped();
			watched.run(100, Number.POSITIVE_INFINITY);
			watched.changes.length = 0;
			watched.machine.opening();
			watched.machine.opened(again, watched.pictures, watched.nowSec);
			for (let burst = 0; burst < 2; burst++) watched.run(0.5, 1 / 30).run(2.5, Number.POSITIVE_INFINITY);
			return watched.names;
		};
		expect(changesAfter(info(30))).toEqual(["live"]);
		const others = [
			info(25),
			{ ...info(30), codec: "hevc" },
			{ ...info(30), format: { ...info(30).format, width: 512 } },
		];
		for (const other of [...others, { ...info(30), live: false }])
			expect(changesAfter(other)).toEqual(["live", "stalled", "live"]);
	});

	it("goes by what comes where the stated rate is too high or unknown", () => {
		for (const stated of [1000, 90_000, Number.NaN]) {
			const watched = new Watched(stated).run(60, 0.9);
			expect(watched.names).toEqual(["live"]);
			watched.run(10, Number.POSITIVE_INFINITY);
			expect(watched.names).toEqual(["live", "stalled"]);
		}
	});

	it("never misses a second picture of a source that promised none", () => {
		expect(new Watched(Number.NaN).run(0.1, 1).run(600, Number.POSITIVE_INFINITY).names).toEqual(["live"]);
		const photo = new Watched(25);
		photo.nextPictureSec = Number.POSITIVE_INFINITY;
		expect(photo.run(0.1, 1).run(600, Number.POSITIVE_INFINITY).names).toEqual(["live"]);
	});

	it("waits for a picture whose time is known, and misses it a second after that", () => {
		// A file of slides that states 30 a second, each shown for 20 s.
		const slides = new Watched(30);
		for (let slide = 0; slide < 3; slide++) {
			slides.nextPictureSec = slides.nowSec + 20;
			slides.run(0.1, 1).run(19.9, Number.POSITIVE_INFINITY);
		}
		expect(slides.names).toEqual(["live"]);
		const first = new Watched(30);
		first.nextPictureSec = 20;
		first.run(0.1, 1).run(30, Number.POSITIVE_INFINITY);
		expect(first.changes).toEqual([
			[0.1, "live"],
			[21, "stalled"],
		]);
	});

	it("does not count time in which this process could not look as lateness", () => {
		const watched = new Watched(30).run(10, 1 / 30);
		// The whole process was stopped for a minute.
		watched.nowSec += 60;
		watched.look();
		watched.run(1, 1 / 30);
		expect(watched.names).toEqual(["live"]);
	});

	it("reconnects until a picture comes after the input is back; older pictures on their way don't count", () => {
		const { machine } = new Watched(30).run(5, 1 / 30);
		machine.reconnecting(1, "connection");
		expect(machine.state).toEqual({
			name: "reconnecting",
			attempt: 1,
			code: "connection",
			reason: "The source can't be reached.",
		});
		machine.look(200, Number.NaN, 5.2);
		expect(machine.state.name).toBe("reconnecting");
		machine.reconnecting(2, "not-found");
		expect(machine.state).toMatchObject({ attempt: 2, code: "not-found" });
		machine.reconnected(200, 9);
		machine.look(200, Number.NaN, 9.1);
		expect(machine.state.name).toBe("reconnecting");
		machine.look(201, Number.NaN, 9.2);
		expect(machine.state.name).toBe("live");
	});

	it("reconnects when a failure may pass and the source is needed, and has failed otherwise", () => {
		const stateAfter = (code: SourceErrorCode, nextAttempt: number | undefined) => {
			const machine = new SourceStateMachine();
			machine.failed(code, nextAttempt);
			const { name } = machine.state;
			machine.opening();
			expect(machine.state.name, "a further attempt is no news").toBe(name);
			machine.opened(info(30), 0, 0);
			machine.look(1, Number.NaN, 0.1);
			expect(machine.state.name).toBe("live");
			return name;
		};
		expect(stateAfter("connection", 1)).toBe("reconnecting");
		expect(stateAfter("failed", 3)).toBe("reconnecting");
		expect(stateAfter("not-video", 1)).toBe("failed");
		expect(stateAfter("connection", undefined)).toBe("failed");
	});

	it("has ended, whatever time passes, and opens when it is played again", () => {
		const watched = new Watched(30).run(2, 1 / 30);
		watched.machine.ended();
		watched.run(60, Number.POSITIVE_INFINITY);
		expect(watched.machine.state).toEqual({ name: "ended" });
		watched.machine.opening();
		expect(watched.machine.state).toEqual({ name: "opening" });
	});
});

describe("PUBLIC_REASONS", () => {
	it("are sentences without anything of the machine, one for each kind of failure", () => {
		const codes: readonly SourceErrorCode[] = [
			"not-found",
			"not-video",
			"unknown-codec",
			"no-hardware",
			"no-program",
			"connection",
			"failed",
		];
		expect(Object.keys(PUBLIC_REASONS).sort()).toEqual([...codes].sort());
		for (const reason of Object.values(PUBLIC_REASONS)) expect(reason).toMatch(/^The [a-z' ]+\.$/);
	});
});
