/** Most pixels of the canvas for each of the picture: more show nothing of it that fewer don't. */
const MOST_PIXELS_PER_PICTURE_PIXEL = 4;

/**
 * Keeps a canvas as large, in device pixels, as the element whose place it takes.
 */
export class WindowCanvas {
	readonly #canvas: HTMLCanvasElement;
	readonly #observer: ResizeObserver;
	#width = 0;
	#height = 0;
	/** The display's own pixels in the element's box, where the browser states them. */
	#devicePixels: { readonly width: number; readonly height: number } | undefined;

	/**
	 * @param element has the place and size that the canvas has when it is shown.
	 * @param onResize called after a change of the canvas, which is empty then.
	 */
	constructor(canvas: HTMLCanvasElement, element: HTMLElement, onResize: () => void) {
		this.#canvas = canvas;
		this.#observer = new ResizeObserver(([entry]) => {
			const [box] = entry?.devicePixelContentBoxSize ?? [];
			this.#devicePixels = box && { width: box.inlineSize, height: box.blockSize };
			this.#width = element.clientWidth;
			this.#height = element.clientHeight;
			onResize();
		});
		try {
			this.#observer.observe(element, { box: "device-pixel-content-box" });
		} catch {
			// Safari has no such box: its size follows from the ratio of pixels.
			this.#observer.observe(element);
		}
		this.#width = element.clientWidth;
		this.#height = element.clientHeight;
	}

	/** Width of the window divided by its height. */
	get aspect(): number {
		return this.#height > 0 ? this.#width / this.#height : 1;
	}

	/**
	 * Gives the canvas its pixels, if their number has changed.
	 *
	 * @param picturePixels of the picture that is drawn into it.
	 */
	fit(picturePixels: number): void {
		const ratio = globalThis.devicePixelRatio;
		const width = devicePixels(this.#width * ratio, this.#devicePixels?.width);
		const height = devicePixels(this.#height * ratio, this.#devicePixels?.height);
		const shrink = Math.min(1, Math.sqrt((MOST_PIXELS_PER_PICTURE_PIXEL * picturePixels) / (width * height || 1)));
		const [fitWidth, fitHeight] = [
			Math.max(1, Math.round(width * shrink)),
			Math.max(1, Math.round(height * shrink)),
		];
		if (this.#canvas.width === fitWidth && this.#canvas.height === fitHeight) return;
		this.#canvas.width = fitWidth;
		this.#canvas.height = fitHeight;
	}

	/** Follows no more. */
	close(): void {
		this.#observer.disconnect();
	}
}

/**
 * The device pixels of a side of an element.
 *
 * @param expected its CSS pixels times the ratio of pixels: right but for rounding.
 * @param stated by the browser, which knows the rounding. Emulated devices of Chromium state the
 * CSS pixels; elements of another CSS `zoom` have more than expected.
 */
function devicePixels(expected: number, stated = expected): number {
	const isRounded = Math.abs(stated - expected) < 1 + globalThis.devicePixelRatio;
	return isRounded ? stated : Math.max(stated, expected);
}
