import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { newStem } from "../recording-names.ts";
import { thisProcess } from "./recorder-process.ts";
import {
	describeStored,
	markKept,
	openStoredFile,
	type StoredSession,
	stemOfFile,
	storedSessions,
} from "./recording-folder.ts";
import { parseKeep, Retention, sessionsToRemove } from "./retention.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-folder-"));
afterAll(() => rmSync(folder, { recursive: true }));

const NOW = Date.parse("2026-02-10T00:00:00Z");
const stemOf = (day: number, name = "") => `session_2026-02-${String(day).padStart(2, "0")}T00-00-00.000Z${name}`;

function stored(day: number, parts: Partial<StoredSession> = {}): StoredSession {
	const at = new Date(`2026-02-${String(day).padStart(2, "0")}T00:00:00Z`);
	return {
		...{ stem: stemOf(day), beganAt: at, endedAt: at, state: "closed", summary: undefined },
		...{ files: [], bytes: 100, kept: false },
		...parts,
	};
}

describe("parseKeep()", () => {
	it("reads age, size and free space, and names what it can't read", () => {
		expect(parseKeep("7d,50GB,free:10GiB")).toEqual({ days: 7, bytes: 50e9, freeBytes: 10 * 2 ** 30 });
		expect(parseKeep("12h")).toEqual({ days: 0.5 });
		for (const wrong of ["", "7", "d", "free:7d", "7 weeks", "-7d", "50XB"])
			expect(() => parseKeep(`1d,${wrong}`)).toThrow(`got "${wrong}"`);
	});
});

describe("sessionsToRemove()", () => {
	const remove = (sessions: readonly StoredSession[], keep: object, freeBytes = 1000) =>
		sessionsToRemove(sessions, keep, { nowMs: NOW, freeBytes }).map(({ stem }) => stem);
	const four = [stored(1), stored(2), stored(8), stored(9)];

	it("removes by age, by size and for free space, the oldest first, and no more than needed", () => {
		expect(remove(four, {})).toEqual([]);
		expect(remove(four, { days: 7.5 })).toEqual([stemOf(1), stemOf(2)]);
		expect(remove(four, { bytes: 250 })).toEqual([stemOf(1), stemOf(2)]);
		expect(remove(four, { bytes: 400 })).toEqual([]);
		expect(remove(four, { freeBytes: 1050 })).toEqual([stemOf(1)]);
		expect(remove(four, { days: 7.5, bytes: 150 })).toEqual([stemOf(1), stemOf(2), stemOf(8)]);
	});

	it("never removes one that is running or marked, though they count", () => {
		const sessions = [stored(1, { kept: true }), stored(2, { state: "recording" }), stored(3), stored(9)];
		expect(remove(sessions, { bytes: 0 })).toEqual([stemOf(3), stemOf(9)]);
		expect(remove(sessions, { days: 1.5 })).toEqual([stemOf(3)]);
	});
});

describe("a folder of recordings", () => {
	it("knows its files by their names", async () => {
		const stem = stemOf(1, "_pick-and-place.v2");
		for (const ending of [".rrd", "_part002.rrd", ".mcap", ".json", ".keep", ".01234567.mp4", ".01234567.jsonl"])
			expect(stemOfFile(stem + ending)).toBe(stem);
		for (const other of ["session_x.rrd", `${stem}.txt`, `${stem}.rrd.tmp`, "../session.rrd", `x${stem}.rrd`, stem])
			expect(stemOfFile(other)).toBeUndefined();
		for (const name of ["part2", "x_part002", "part 3.mcap", "%#ä 1"]) {
			const named = basename((await newStem(folder, new Date(NOW), name, ["mcap"])).stem);
			for (const ending of [".mcap", "_part002.mcap"]) expect(stemOfFile(named + ending)).toBe(named);
		}
	});

	it("lists, marks and removes recordings, and leaves all other files alone", async () => {
		const write = (name: string, day: number, text = "x".repeat(100)) => {
			const path = join(folder, name);
			writeFileSync(path, text);
			utimesSync(path, new Date(NOW), new Date(`2026-02-${String(day).padStart(2, "0")}T01:00:00Z`));
		};
		const summary = {
			...{
				version: 1,
				name: "Take",
				begin: "2026-02-02T00:00:00Z",
				end: "2026-02-02T00:30:00Z",
				state: "closed",
			},
			...{ updated: "2026-02-02T00:30:00Z", viewerCount: 2, viewers: [], files: [] },
			episodes: [
				{ number: 1, state: "ended", success: true, begin: "2026-02-02T00:00:00Z" },
				{ number: 2, state: "discarded", begin: "2026-02-02T00:00:00Z" },
			],
		};
		write(`${stemOf(1)}.rrd`, 1);
		write(`${stemOf(1)}_part002.rrd`, 1);
		write(`${stemOf(2, "_Take")}.rrd`, 2);
		write(`${stemOf(2, "_Take")}.json`, 2, JSON.stringify(summary));
		write(`${stemOf(3)}.rrd`, 3);
		write(`${stemOf(3)}.json`, 3, JSON.stringify({ ...summary, end: undefined, state: "recording" }));
		write(`${stemOf(4)}.rrd`, 4);
		write(`${stemOf(4)}.json`, 4, "{broken");
		write(`${stemOf(7, "_labels")}.json`, 1, "{}");
		write("session_2026-99-31T00-00-00.000Z.rrd", 1);
		write("notes.txt", 1);
		mkdirSync(join(folder, `${stemOf(5)}.rrd`));
		symlinkSync("/etc/passwd", join(folder, `${stemOf(6)}.rrd`));
		const list = async () => (await storedSessions(folder, new Set([stemOf(4)]), NOW)).map(describeStored);
		expect(await list()).toMatchObject([
			{ stem: stemOf(1), state: "unknown", durationSec: 3600, bytes: 200, kept: false },
			{ stem: stemOf(2, "_Take"), name: "Take", state: "closed", durationSec: 1800, viewers: 2 },
			{ stem: stemOf(3), state: "cut-off", end: "2026-02-03T01:00:00.000Z" },
			{ stem: stemOf(4), state: "recording" },
		]);
		expect((await list())[1]).toMatchObject({ episodes: { ended: 1, successes: 1 } });
		await markKept(folder, stemOf(1));
		await expect(markKept(folder, "notes")).rejects.toThrow('has no recording "notes"');
		const notices: string[] = [];
		const note = (notice: string) => notices.push(notice);
		await new Retention(folder, { bytes: 0 }, () => new Set([stemOf(4)]), note, note).enforce();
		expect(notices).toEqual([`${stemOf(2, "_Take")} is removed.`, `${stemOf(3)} is removed.`]);
		expect(readdirSync(folder).sort()).toEqual(
			[
				...["session_2026-99-31T00-00-00.000Z.rrd", `${stemOf(7, "_labels")}.json`, `${stemOf(4)}.rrd`],
				...["notes.txt", `${stemOf(1)}.keep`, `${stemOf(1)}.rrd`, `${stemOf(1)}_part002.rrd`],
				...[`${stemOf(4)}.json`, `${stemOf(5)}.rrd`, `${stemOf(6)}.rrd`],
			].sort(),
		);
		await markKept(folder, stemOf(1), false);
		await markKept(folder, stemOf(1), false);
		expect(existsSync(join(folder, `${stemOf(1)}.keep`))).toBe(false);
	});

	it.runIf(process.platform === "linux")(
		"takes a recording for running as long as its process is, whatever the age of its files",
		async () => {
			const directory = join(folder, "running");
			mkdirSync(directory);
			const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log()"]);
			await once(child.stdout, "data");
			const { place } = thisProcess();
			const write = (day: number, writer: object) => {
				const times = { begin: "2026-02-02T00:00:00Z", updated: "2026-02-02T00:00:00Z" };
				const lists = { viewerCount: 0, viewers: [], episodes: [], files: [] };
				const summary = { version: 1, state: "recording", ...times, ...lists, process: writer };
				writeFileSync(join(directory, `${stemOf(day)}.rrd`), "x");
				writeFileSync(join(directory, `${stemOf(day)}.json`), JSON.stringify(summary));
			};
			const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(" ");
			write(1, { pid: child.pid, place, started: stat[21] });
			write(2, { pid: child.pid, place, started: "1" });
			write(3, { pid: child.pid, place: "elsewhere", started: "1" });
			write(4, { pid: "1", place });
			// This process knows its own.
			write(5, thisProcess());
			const states = async (nowMs: number) =>
				(await storedSessions(directory, new Set(), nowMs)).map(({ state }) => state);
			const [freshMs, oldMs] = [Date.now(), Date.now() + 60_000];
			expect(await states(freshMs)).toEqual(["recording", "cut-off", "recording", "recording", "recording"]);
			expect(await states(oldMs)).toEqual(["recording", "cut-off", "cut-off", "cut-off", "cut-off"]);
			child.kill("SIGKILL");
			await once(child, "close");
			expect(await states(freshMs)).toEqual(["cut-off", "cut-off", "recording", "recording", "recording"]);
		},
	);

	it.runIf(process.platform === "linux")("lists far more recordings than files may be open", async () => {
		const directory = join(folder, "many");
		mkdirSync(directory);
		for (let day = 0; day < 300; day++) {
			const stem = `session_2026-02-01T00-00-00.${String(day).padStart(3, "0")}Z`;
			for (const ending of ["rrd", "json"]) writeFileSync(join(directory, `${stem}.${ending}`), "{}");
		}
		const module = new URL("./recording-folder.ts", import.meta.url).href;
		const code = `import { storedSessions } from ${JSON.stringify(module)};
console.log((await storedSessions(${JSON.stringify(directory)})).length);`;
		const args = ["-c", 'ulimit -n 96; exec "$@"', "bash", process.execPath];
		const conditions = ["--conditions=panogaze-source", "--input-type=module", "--eval", code];
		const { stdout } = await promisify(execFile)("bash", [...args, ...conditions]);
		expect(Number(stdout)).toBe(300);
	});

	it("goes on with the next recording when one can't be removed, and says why", async () => {
		const directory = join(folder, "stuck");
		mkdirSync(directory);
		for (const day of [1, 2]) writeFileSync(join(directory, `${stemOf(day)}.rrd`), "x");
		// A folder can't be unlinked.
		mkdirSync(join(directory, `${stemOf(1)}.json.tmp`));
		const [notices, troubles]: [string[], string[]] = [[], []];
		const old = new Date("2026-02-01T00:00:00Z");
		for (const day of [1, 2]) utimesSync(join(directory, `${stemOf(day)}.rrd`), old, old);
		await new Retention(
			directory,
			{ bytes: 0 },
			() => new Set(),
			(notice) => notices.push(notice),
			(trouble) => troubles.push(trouble),
		).enforce();
		expect(notices).toEqual([`${stemOf(2)} is removed.`]);
		expect(troubles).toEqual([expect.stringContaining(`${stemOf(1)} can't be removed: `)]);
	});

	it("opens files of recordings alone: no link, no folder, no path", async () => {
		const opened = await openStoredFile(folder, `${stemOf(1)}.rrd`);
		expect(opened!.bytes).toBe(100);
		await opened!.file.close();
		const hidden = [
			`${stemOf(5)}.rrd`,
			`${stemOf(6)}.rrd`,
			`${stemOf(9)}.rrd`,
			"notes.txt",
			`../${stemOf(1)}.rrd`,
			"",
		];
		for (const name of hidden) expect(await openStoredFile(folder, name)).toBeUndefined();
	});

	it("says what is wrong with a folder that is not there", async () => {
		await expect(storedSessions(join(folder, "nowhere"))).rejects.toThrow(/nowhere does not exist\.$/);
		const file = join(folder, "no-folder");
		writeFileSync(file, "");
		await expect(storedSessions(file)).rejects.toThrow(/no-folder is no folder\.$/);
	});
});
