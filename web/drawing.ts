/**
 * Clears a canvas and gives it as many pixels as the screen has for it. Drawing is in
 * CSS pixels.
 * @returns `undefined` while the canvas is not shown.
 */
export function beginDrawing(
	canvas: HTMLCanvasElement,
): { context: CanvasRenderingContext2D; width: number; height: number } | undefined {
	const { clientWidth: width, clientHeight: height } = canvas;
	const context = canvas.getContext("2d");
	if (context === null || width === 0 || height === 0) return undefined;
	const scale = devicePixelRatio;
	const [pixelWidth, pixelHeight] = [Math.round(width * scale), Math.round(height * scale)];
	// Setting the size also clears and forgets everything, so it is done only when it
	// changes.
	if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
		canvas.width = pixelWidth;
		canvas.height = pixelHeight;
	}
	context.setTransform(scale, 0, 0, scale, 0, 0);
	context.clearRect(0, 0, width, height);
	return { context, width, height };
}
