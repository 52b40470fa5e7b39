import { afterEach, expect, it, vi } from "vitest";
import { watchPixelRatio } from "./pixel-ratio.ts";

afterEach(() => {
	vi.unstubAllGlobals();
});

it("notices each display with other pixels, there and back", () => {
	const queries = new Map<string, EventTarget>();
	vi.stubGlobal("matchMedia", (query: string) => {
		const list = new EventTarget();
		queries.set(query, list);
		return list;
	});
	const moveTo = (ratio: number) => {
		const former = queries.get(`(resolution: ${devicePixelRatio}dppx)`);
		vi.stubGlobal("devicePixelRatio", ratio);
		former?.dispatchEvent(new Event("change"));
	};
	vi.stubGlobal("devicePixelRatio", 1);
	const seen: number[] = [];
	watchPixelRatio(() => void seen.push(devicePixelRatio));
	for (const ratio of [2, 1, 1.5]) moveTo(ratio);
	expect(seen).toEqual([2, 1, 1.5]);
});
