import { describe, expect, it } from "vitest";
import { compileKernel } from "../wasm-projector.ts";

describe("the embedded kernel", () => {
	it.each([true, false])(
		"has no state of its own, so that workers can share a memory (relaxed SIMD: %s)",
		async (relaxedSimd) => {
			const module = await compileKernel({ relaxedSimd });
			expect(WebAssembly.Module.imports(module)).toEqual([{ module: "env", name: "memory", kind: "memory" }]);
			const kinds = WebAssembly.Module.exports(module).map(({ kind }) => kind);
			expect(new Set(kinds)).toEqual(new Set(["function"]));
			// Instantiating would write data segments. It leaves a memory full of ones alone.
			const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
			new Uint8Array(memory.buffer).fill(1);
			new WebAssembly.Instance(module, { env: { memory } });
			expect(new Uint8Array(memory.buffer).every((byte) => byte === 1)).toBe(true);
		},
	);
});
