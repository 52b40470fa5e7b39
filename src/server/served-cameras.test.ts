import { expect, it } from "vitest";
import { SharedHeap } from "../media/shared-heap.ts";
import type { VideoSource } from "../source/video-source.ts";
import type { Logger } from "./logger.ts";
import { ServedCameras } from "./served-cameras.ts";

it("closes the cameras that were made when a later one can't be", async () => {
	const closed: string[] = [];
	const sourceNamed = (name: string) =>
		({ name, on: () => () => {}, [Symbol.asyncDispose]: async () => closed.push(name) }) as unknown as VideoSource;
	const impossible = { source: "pattern", sourceOptions: { rate: 2 } };
	const cameras = [
		{ name: "left", source: sourceNamed("left") },
		{ name: "right", source: sourceNamed("right") },
		{ name: "broken", ...impossible },
	];
	const chosen = { source: undefined, sourceOptions: {}, mainName: "main", cameras };
	const log = { warn: () => {} } as unknown as Logger;
	const made = ServedCameras.create(chosen, { heap: new SharedHeap(), log, keepRunning: false });
	await expect(made).rejects.toThrow("rate");
	expect(closed).toEqual(["right", "left"]);
});
