import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SoundWishMessage } from "../protocol/control-message.ts";
import { ConnectionSound } from "./connection-sound.ts";
import type { SynchronizedReceivers } from "./lip-sync.ts";

/** An audio element whose browser lets it play or not. */
class FakeAudio {
	static blocked = false;
	static fixedVolume = false;
	static last: FakeAudio | undefined;
	paused = true;
	muted = false;
	srcObject: unknown;
	#volume = 1;
	constructor() {
		FakeAudio.last = this;
	}
	get volume(): number {
		return this.#volume;
	}
	set volume(volume: number) {
		if (!FakeAudio.fixedVolume) this.#volume = volume;
	}
	async play(): Promise<void> {
		if (FakeAudio.blocked) throw new DOMException("No gesture.", "NotAllowedError");
		this.paused = false;
	}
	pause(): void {
		this.paused = true;
	}
}

beforeEach(() => {
	vi.stubGlobal("Audio", FakeAudio);
	vi.stubGlobal("MediaStream", class {});
	Object.assign(FakeAudio, { blocked: false, fixedVolume: false, last: undefined });
});
afterEach(() => vi.unstubAllGlobals());

const track = { kind: "audio" } as MediaStreamTrack;
const settled = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
	const wishes: SoundWishMessage[] = [];
	const sound = new ConnectionSound({ wish: (wish) => wishes.push(wish) });
	const events: string[] = [];
	for (const name of ["change", "blocked"] as const) sound.on(name, () => events.push(name));
	return { sound, wishes, events };
}

describe("ConnectionSound", () => {
	it("is available with a track and a source that has sound, and plays once it is on", async () => {
		const { sound, wishes } = setUp();
		expect(sound.available).toBe(false);
		sound.received({ track });
		sound.told({ type: "sound", available: true, on: false, layout: "ambisonic" });
		expect([sound.available, sound.layout, sound.track]).toEqual([true, "ambisonic", track]);
		expect(FakeAudio.last).toBeUndefined();
		sound.enabled = true;
		expect(wishes.at(-1)).toEqual({ type: "sound", on: true });
		expect(FakeAudio.last?.paused).toBe(false);
		sound.volume = 0.4;
		sound.muted = true;
		expect(FakeAudio.last).toMatchObject({ volume: 0.4, muted: true });
		sound.enabled = false;
		expect(FakeAudio.last?.paused).toBe(true);
		expect(wishes.at(-1)).toEqual({ type: "sound", on: false });
		expect(() => {
			sound.volume = 2;
		}).toThrow("volume is a number from 0 to 1; got 2.");
	});

	it("wishes for voices, and is available with them alone", () => {
		const { sound, wishes } = setUp();
		sound.received({ track });
		sound.told({ type: "sound", available: false, on: false, voices: true });
		expect([sound.available, sound.voices]).toEqual([false, false]);
		sound.voices = true;
		expect([sound.available, sound.layout]).toEqual([true, undefined]);
		sound.enabled = true;
		expect(wishes.at(-1)).toEqual({ type: "sound", on: true, voices: true });
		sound.told({ type: "sound", available: false, on: true });
		expect(sound.available).toBe(false);
	});

	it("goes on with the track of the next connection", () => {
		const { sound } = setUp();
		sound.received({ track });
		sound.enabled = true;
		sound.received(undefined);
		expect(FakeAudio.last?.paused).toBe(true);
		sound.received({ track });
		expect(FakeAudio.last?.paused).toBe(false);
		sound.close();
		expect(FakeAudio.last?.paused).toBe(true);
	});

	it("is off again where the browser wants a gesture first, and says so", async () => {
		FakeAudio.blocked = true;
		const { sound, wishes, events } = setUp();
		sound.received({ track });
		sound.enabled = true;
		await settled();
		expect([sound.enabled, wishes.at(-1)!.on, events.at(-1)]).toEqual([false, false, "blocked"]);
	});

	it("plays also where the program that keeps it in step can't be loaded", async () => {
		const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
		vi.doMock("./lip-sync.ts", () => {
			throw new Error("No such file.");
		});
		const { sound } = setUp();
		sound.enabled = true;
		sound.received({ track, inStep: {} as SynchronizedReceivers });
		await vi.waitFor(() => expect(warned).toHaveBeenCalledOnce(), 20_000);
		expect([sound.enabled, FakeAudio.last?.paused]).toEqual([true, false]);
		vi.doUnmock("./lip-sync.ts");
		warned.mockRestore();
	});

	it("leaves the volume to the server where the browser has none", () => {
		FakeAudio.fixedVolume = true;
		const { sound, wishes } = setUp();
		sound.received({ track });
		sound.volume = 0.3;
		sound.enabled = true;
		expect(wishes.at(-1)).toEqual({ type: "sound", on: true, volume: 0.3 });
	});
});
