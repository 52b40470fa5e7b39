import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** The process that writes a recording, as its summary names it. */
export interface RecorderProcess {
	readonly pid: number;
	/** Where process ids are the same: the machine, and since when it runs. */
	readonly place: string;
	/** Tells processes with the same id apart; empty where the system does not say. */
	readonly started: string;
}

/** This process. */
export function thisProcess(): RecorderProcess {
	return { pid: process.pid, place: placeOfIds(), started: startOf(process.pid) ?? "" };
}

/** Checks whether a recording was written by this very process. */
export function isThisProcess({ pid, place, started }: RecorderProcess): boolean {
	const own = thisProcess();
	return pid === own.pid && place === own.place && started === own.started;
}

/** @returns `undefined`: another machine or container may know, this one does not. */
export function isAlive({ pid, place, started }: RecorderProcess): boolean | undefined {
	if (place !== placeOfIds()) return undefined;
	if (started !== "") return startOf(pid) === started;
	try {
		process.kill(pid, 0);
	} catch (error) {
		// It may belong to somebody else.
		return (error as NodeJS.ErrnoException).code === "EPERM" ? undefined : false;
	}
	// Another one may have got its id.
	return undefined;
}

/** Reads the process that a summary names. @returns `undefined` for anything else. */
export function parseProcess(value: unknown): RecorderProcess | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const { pid, place, started } = value as Partial<RecorderProcess>;
	const isPid = typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0;
	return isPid && typeof place === "string" && typeof started === "string" ? { pid, place, started } : undefined;
}

function placeOfIds(): string {
	try {
		const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
		return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
	} catch {
		return hostname();
	}
}

/** Linux's time of a process's start, ticks since the machine's (proc_pid_stat(5), field 22). */
function startOf(pid: number): string | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		// The second field is a name in parentheses, in which anything may stand.
		const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return state === "Z" ? undefined : rest[18];
	} catch {
		return undefined;
	}
}
