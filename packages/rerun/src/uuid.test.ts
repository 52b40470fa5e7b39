import { afterEach, describe, expect, it, vi } from "vitest";
import { RecordingStream } from "./stream/recording-stream.ts";
import { randomUuid, uuidBytes } from "./uuid.ts";

describe("randomUuid()", () => {
	afterEach(() => vi.unstubAllGlobals());

	it("is of version 4, and never the same", () => {
		const ids = Array.from({ length: 100 }, randomUuid);
		for (const id of ids)
			expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
		expect(new Set(ids).size).toBe(100);
		expect(Buffer.from(uuidBytes(ids[0]!)).toString("hex")).toBe(ids[0]!.replaceAll("-", ""));
	});

	it("is there in pages without HTTPS, and so are streams", () => {
		const { crypto } = globalThis;
		vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
		expect(new RecordingStream("test", { environment: {} }).recordingId).toHaveLength(36);
	});
});
