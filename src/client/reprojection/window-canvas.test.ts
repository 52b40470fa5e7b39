import { afterEach, expect, it, vi } from "vitest";
import { WindowCanvas } from "./window-canvas.ts";

afterEach(() => {
	vi.unstubAllGlobals();
});

/** Sizes over an element of 427 x 240 CSS pixels, before and after a browser states its box. */
function sizesOver({ ratio, stated }: { readonly ratio: number; readonly stated?: readonly [number, number] }) {
	let tell: (entries: readonly object[]) => void = () => {};
	vi.stubGlobal("devicePixelRatio", ratio);
	vi.stubGlobal(
		"ResizeObserver",
		class {
			constructor(callback: typeof tell) {
				tell = callback;
			}
			observe(_: unknown, options?: object): void {
				if (options !== undefined && stated === undefined) throw new TypeError("No such box.");
			}
			disconnect(): void {}
		},
	);
	const canvas = { width: 300, height: 150 } as HTMLCanvasElement;
	const onResize = vi.fn();
	const window = new WindowCanvas(canvas, { clientWidth: 427, clientHeight: 240 } as HTMLElement, onResize);
	const fitted = () => {
		window.fit(1e9);
		return [canvas.width, canvas.height];
	};
	const before = fitted();
	const [inlineSize, blockSize] = stated ?? [];
	tell([{ ...(stated && { devicePixelContentBoxSize: [{ inlineSize, blockSize }] }) }]);
	expect(onResize).toHaveBeenCalledOnce();
	return [before, fitted()];
}

it("has the device pixels of its element, as the browser states them or by the ratio of pixels", () => {
	expect(sizesOver({ ratio: 1.5, stated: [640, 360] })).toEqual([
		[641, 360],
		[640, 360],
	]);
	expect(sizesOver({ ratio: 3 })[1]).toEqual([1281, 720]);
	// Chromium, for a device that is emulated, states CSS pixels.
	expect(sizesOver({ ratio: 2, stated: [427, 240] })[1]).toEqual([854, 480]);
});

it("has no more than four pixels for each of the picture", () => {
	const element = { clientWidth: 4000, clientHeight: 1000 } as HTMLElement;
	vi.stubGlobal("devicePixelRatio", 1);
	vi.stubGlobal(
		"ResizeObserver",
		vi.fn(function (this: object) {
			Object.assign(this, { observe: () => {} });
		}),
	);
	const canvas = {} as HTMLCanvasElement;
	const window = new WindowCanvas(canvas, element, () => {});
	window.fit(1000 * 250);
	expect([canvas.width, canvas.height, window.aspect]).toEqual([2000, 500, 4]);
});
