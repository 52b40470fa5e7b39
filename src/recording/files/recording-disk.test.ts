import { describe, expect, it, vi } from "vitest";
import { FakeDisk } from "./fake-disk.cases.ts";
import { RecordingDisk } from "./recording-disk.ts";

const bytes = (text: string) => Buffer.from(text);

function disk() {
	const fake = new FakeDisk();
	const notices: string[] = [];
	const failures: string[] = [];
	const clock = { ms: 0 };
	const made = new RecordingDisk({
		calls: fake.calls,
		nowMs: () => clock.ms,
		onNotice: (message) => notices.push(message),
	});
	const open = (path: string) => made.open(path, false, (message) => failures.push(message));
	/** Time goes by in a thread that has its turns. */
	const pass = (ms: number) => {
		for (const endMs = clock.ms + ms; clock.ms < endMs; made.check()) clock.ms = Math.min(clock.ms + 500, endMs);
	};
	return { fake, made, open, notices, failures, clock, pass };
}

describe("RecordingDisk", () => {
	it("has all with the system that was appended, in its order, and says when", async () => {
		const { fake, open } = disk();
		const file = open("a");
		file.append(bytes("one "), bytes("two "));
		file.append(bytes("three "));
		expect([file.waitingBytes, file.byteLength]).toEqual([14, 14]);
		await file.settled();
		expect(fake.text("a")).toBe("one two three ");
		expect([file.waitingBytes, file.byteLength]).toEqual([0, 14]);
		async function* end() {
			yield [bytes("four ")];
			yield [bytes("five")];
		}
		await file.close(end());
		file.append(bytes("late"));
		expect(fake.text("a")).toBe("one two three four five");
		expect(fake.syncs).toEqual(["a"]);
	});

	it("writes other files while one hangs, and says which one that is, and when it is over", async () => {
		const { fake, made, open, notices, pass } = disk();
		const [hanging, other] = [open("hanging"), open("other")];
		fake.hold("hanging");
		for (let step = 0; step < 3; step++) {
			hanging.append(bytes("x"));
			other.append(bytes("y"));
			await other.settled();
		}
		expect(fake.text("other")).toBe("yyy");
		expect(fake.text("hanging")).toBe("");
		pass(2001);
		made.check();
		fake.release("hanging");
		await hanging.settled();
		made.check();
		expect(fake.text("hanging")).toBe("xxx");
		expect(notices).toEqual(["The disk hangs: hanging has taken nothing for 2 s.", "hanging is written again."]);
	});

	it("waits for no file that can't be opened in time, and says what is wrong with one that never can", async () => {
		const { fake, open, notices, failures, pass } = disk();
		fake.holdOpening("hanging");
		fake.unmade.add("unmade");
		const [hanging, unmade, other] = [open("hanging"), open("unmade"), open("other")];
		for (const file of [hanging, unmade, other]) file.append(bytes("x"));
		await Promise.all([unmade.settled(), other.settled()]);
		expect(fake.text("other")).toBe("x");
		expect([failures, unmade.hasFailed]).toEqual([["unmade can't be written: no room for it."], true]);
		pass(2001);
		expect(notices).toEqual(["The disk hangs: hanging has taken nothing for 2 s."]);
		fake.release("hanging");
		await Promise.all([hanging.close(), unmade.close(), open("unused").close()]);
		expect(fake.text("hanging")).toBe("x");
		expect([...fake.files.keys()]).toEqual(["other", "hanging"]);
		expect(fake.closed).toEqual(["hanging"]);
	});

	it("does not say that the disk hangs when this thread was held up, until it has waited in its turns", async () => {
		const { fake, made, open, notices, clock, pass } = disk();
		const file = open("a");
		fake.hold("a");
		file.append(bytes("x"));
		await new Promise(setImmediate);
		// Timers come before the news of a write that has ended meanwhile.
		clock.ms += 10_000;
		made.check();
		fake.release("a");
		await file.settled();
		pass(3000);
		fake.syncsHang = true;
		const closing = file.close();
		await new Promise(setImmediate);
		clock.ms += 10_000;
		made.check();
		expect(notices).toEqual([]);
		pass(1500);
		fake.resumeSyncs();
		await closing;
		expect(notices).toEqual(["The disk hangs: a has waited for its end for 2 s.", "a has its end."]);
	});

	it("says that a file waits for its end, and when it has it", async () => {
		const { fake, made, open, notices, pass } = disk();
		const file = open("a");
		file.append(bytes("x"));
		await file.settled();
		fake.syncsHang = true;
		const closing = file.close();
		await new Promise(setImmediate);
		pass(2001);
		made.check();
		fake.resumeSyncs();
		await closing;
		expect(notices).toEqual(["The disk hangs: a has waited for its end for 2 s.", "a has its end."]);
	});

	it("never has more than two writes under way, of however many files", async () => {
		const { fake, open } = disk();
		const files = ["a", "b", "c", "d"].map((path) => open(path));
		for (const { path } of files) fake.hold(path);
		for (const file of files) file.append(bytes("x"));
		await Promise.resolve();
		await new Promise(setImmediate);
		for (const { path } of files) fake.release(path);
		await Promise.all(files.map((file) => file.settled()));
		expect(fake.mostWrites).toBe(2);
	});

	it("writes while the disk itself is synced, which never is twice at a time", async () => {
		vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
		try {
			const { fake, open } = disk();
			fake.syncsHang = true;
			const file = open("a");
			for (const word of ["one ", "two ", "three"]) {
				file.append(bytes(word));
				await file.settled();
				await vi.advanceTimersByTimeAsync(1000);
			}
			expect(fake.text("a")).toBe("one two three");
			expect(fake.syncs).toEqual(["a"]);
		} finally {
			vi.useRealTimers();
		}
	});

	it("syncs and closes one file at a time at their ends, and says when the disk then is full", async () => {
		const { fake, open, failures } = disk();
		const files = ["a", "b", "c", "d"].map((path) => open(path));
		for (const file of files) file.append(bytes("x"));
		await Promise.all(files.map((file) => file.settled()));
		fake.syncsHang = true;
		const closings = files.map((file) => file.close());
		await new Promise(setImmediate);
		expect(fake.syncs).toHaveLength(1);
		fake.unsynced.add("b");
		fake.resumeSyncs();
		await Promise.all(closings);
		expect(fake.closed).toHaveLength(4);
		expect(failures).toEqual(["b can't be written: the disk is full."]);
	});

	it("fails where the system takes nothing", async () => {
		const { fake, failures } = disk();
		const calls = { ...fake.calls, write: async () => 0 };
		const made = new RecordingDisk({ calls, nowMs: () => 0, onNotice: () => {} });
		const file = made.open("odd", false, (message) => failures.push(message));
		file.append(bytes("x"));
		await file.close();
		expect(failures).toEqual(["odd can't be written: the system takes nothing."]);
	});

	it("ends a file behind the last whole unit that fits, says so once, and writes the others", async () => {
		const { fake, open, failures } = disk();
		const [full, other, none] = [open("full"), open("other"), open("none")];
		fake.room.set("none", 2);
		none.append(bytes("four"));
		fake.room.set("full", 10);
		for (const word of ["four", "four", "four"]) full.append(bytes(word));
		other.append(bytes("more"));
		await Promise.all([full.settled(), other.settled()]);
		full.append(bytes("late"));
		await Promise.all([full.close(), none.close()]);
		expect([...fake.files.keys()]).toEqual(["full", "other"]);
		expect(fake.text("full")).toBe("fourfour");
		expect(fake.text("other")).toBe("more");
		expect(failures.toSorted()).toEqual(
			["full", "none"].map((path) => `${path} can't be written: the disk is full.`),
		);
	});
});
