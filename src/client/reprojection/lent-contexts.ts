/** Canvases whose contexts were given back, each with the way to get its context again. */
const givenBack = new WeakMap<HTMLCanvasElement, Promise<WEBGL_lose_context>>();

/**
 * Gives back the WebGL context of a canvas, with its memory. Chromium gives a page 16 contexts, on
 * phones 8, and takes the oldest one away for another, also from a view that is still shown.
 * Garbage is collected too late to prevent it.
 */
export function giveContextBack(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext): void {
	if (gl.isContextLost()) return;
	const extension = gl.getExtension("WEBGL_lose_context");
	if (extension === null) return;
	const lost = new Promise<WEBGL_lose_context>((resolve) => {
		const onLost = (event: Event) => {
			// Otherwise the canvas never has a context again. The browser looks afterwards.
			event.preventDefault();
			setTimeout(() => resolve(extension));
		};
		canvas.addEventListener("webglcontextlost", onLost, { once: true });
	});
	givenBack.set(canvas, lost);
	extension.loseContext();
}

/**
 * Asks for a context that was given back. The canvas's event `webglcontextrestored` says that it
 * is there. A context that the browser has taken is left to it: it brings that back itself.
 *
 * @param signal withdraws the request.
 */
export async function askForContext(canvas: HTMLCanvasElement, signal: AbortSignal): Promise<void> {
	const extension = await givenBack.get(canvas);
	if (extension === undefined || signal.aborted) return;
	givenBack.delete(canvas);
	extension.restoreContext();
}
