import { expect, it } from "vitest";
import { askForContext, giveContextBack } from "./lent-contexts.ts";

/** A canvas whose context is lost and restored as by WEBGL_lose_context: the event comes later. */
function fakeCanvas() {
	const canvas = new EventTarget();
	const context = { lost: false, allowed: false };
	const extension = {
		loseContext: () => {
			context.lost = true;
			const event = new Event("webglcontextlost", { cancelable: true });
			setTimeout(async () => {
				const prevented = !canvas.dispatchEvent(event);
				// Browsers run the listeners' microtasks before they look.
				await Promise.resolve();
				context.allowed = prevented;
			});
		},
		restoreContext: () => {
			if (context.allowed) context.lost = false;
		},
	};
	const gl = { isContextLost: () => context.lost, getExtension: () => extension };
	return {
		canvas: canvas as HTMLCanvasElement,
		gl: gl as unknown as WebGL2RenderingContext,
		isLost: () => context.lost,
	};
}

it("gives a canvas's context back at once, and gets it again, also before its loss was reported", async () => {
	const { canvas, gl, isLost } = fakeCanvas();
	const { signal } = new AbortController();
	for (const pauseMs of [0, 1]) {
		giveContextBack(canvas, gl);
		giveContextBack(canvas, gl);
		expect(isLost()).toBe(true);
		if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
		await askForContext(canvas, signal);
		expect(isLost()).toBe(false);
	}
	giveContextBack(canvas, gl);
	await askForContext(canvas, AbortSignal.abort());
	expect(isLost()).toBe(true);
	await askForContext(canvas, signal);
	expect(isLost()).toBe(false);
});
