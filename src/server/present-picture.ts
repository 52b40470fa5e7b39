import { setTimeout as sleep } from "node:timers/promises";
import { SnapshotError } from "../render/snapshot.ts";
import type { ServedSource } from "./served-source.ts";

/** Longest wait of a snapshot for the first picture of a source that has just been opened. */
const PICTURE_TIMEOUT_MS = 10_000;
const PICTURE_LOOK_MS = 20;

/**
 * Waits until a source shows a present picture.
 *
 * @param isClosing returns whether the server is being closed.
 * @throws {SnapshotError} if the source shows none, or not in time.
 */
export async function presentPicture(source: Pick<ServedSource, "state">, isClosing: () => boolean): Promise<void> {
	const deadlineMs = performance.now() + PICTURE_TIMEOUT_MS;
	while (!isClosing()) {
		const { state } = source;
		if (state.name === "live" || state.name === "ended") return;
		if (state.name === "failed" || state.name === "reconnecting")
			throw new SnapshotError("no-picture", state.reason);
		if (state.name === "stalled") throw new SnapshotError("no-picture", "The source sends no new pictures.");
		if (performance.now() > deadlineMs) break;
		await sleep(PICTURE_LOOK_MS, undefined, { ref: false });
	}
	if (isClosing()) throw new SnapshotError("failed", "The server is closed.");
	throw new SnapshotError("no-picture", "The source has sent no picture yet.");
}
