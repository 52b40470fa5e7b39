import { fileURLToPath } from "node:url";
import type { XRDevice } from "iwer";
import type { Page } from "playwright-core";
import { multiplyQuaternions, type Quaternion, quaternionFromAngles } from "../../src/media/rotation.ts";
import { directionFromAngles, type Rgb } from "../../src/source/pattern-scene.ts";

declare global {
	interface Window {
		xrDevice: XRDevice;
		IWER: typeof import("iwer");
	}
}

/** Between two frames of the emulated display, at least. */
const FRAME_INTERVAL_MS = 100;

/**
 * Gives every page of `page` an emulated Meta Quest 3: two eyes side by side in the window, 90
 * degrees high, both looking straight ahead.
 */
export async function wearHeadset(page: Page): Promise<void> {
	await page.addInitScript({
		path: fileURLToPath(import.meta.resolve("iwer")).replace(/lib\/index\.js$/, "build/iwer.min.js"),
	});
	await page.addInitScript((intervalMs) => {
		// The emulator asks for each frame of its display in this way. A processor that draws has
		// no time for more of them, and no test counts them.
		const { requestAnimationFrame } = window;
		let drawnMs = 0;
		window.requestAnimationFrame = (callback) => {
			const drawOrWait = (nowMs: number) => {
				const wait = window.xrDevice.activeSession !== undefined && nowMs - drawnMs < intervalMs;
				if (wait && nowMs !== drawnMs) {
					requestAnimationFrame(drawOrWait);
					return;
				}
				drawnMs = nowMs;
				callback(nowMs);
			};
			return requestAnimationFrame(drawOrWait);
		};
		window.xrDevice = new window.IWER.XRDevice(window.IWER.metaQuest3, { stereoEnabled: true });
		window.xrDevice.installRuntime({ forceInstall: true });
		// A headset does not draw the page below its own picture. A processor that draws the
		// blurred still picture behind a turning spinner would have no time for anything else.
		const sheet = new CSSStyleSheet();
		sheet.replaceSync("* { animation: none !important; filter: none !important; }");
		document.adoptedStyleSheets = [sheet];
		// Smooth edges cost a processor that draws four times as much, and no test looks at them.
		const { getContext } = HTMLCanvasElement.prototype;
		HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, id: string, wish?: object) {
			return Reflect.apply(getContext, this, [id, id === "webgl2" ? { ...wish, antialias: false } : wish]);
		} as typeof getContext;
	}, FRAME_INTERVAL_MS);
}

/** Turns the head of the person who wears it. */
export async function turnHead(page: Page, yawDeg: number, pitchDeg = 0): Promise<Quaternion> {
	const orientation = quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 0 });
	await page.evaluate(([x, y, z, w]) => window.xrDevice.quaternion.set(x, y, z, w), orientation);
	return orientation;
}

/** Pixels of one eye's display, rows from the bottom, RGBA. */
export interface EyePixels {
	readonly width: number;
	readonly height: number;
	readonly pixels: Uint8Array;
}

/** Reads the pixels that an eye sees in the next frame of the session. */
export async function readEye(page: Page, eye: "left" | "right"): Promise<EyePixels> {
	const { width, height, base64 } = await page.evaluate(
		(side) =>
			new Promise<{ width: number; height: number; base64: string }>((resolve) => {
				// The page's own callback comes first: its drawing is still in the canvas.
				window.xrDevice.activeSession!.requestAnimationFrame(() => {
					const gl = document
						.querySelector<HTMLCanvasElement>("[data-webxr_runtime] canvas")!
						.getContext("webgl2")!;
					const [width, height] = [gl.drawingBufferWidth / 2, gl.drawingBufferHeight];
					const pixels = new Uint8Array(width * height * 4);
					gl.readPixels(side === "left" ? 0 : width, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
					let text = "";
					for (let at = 0; at < pixels.length; at += 8192)
						text += String.fromCharCode(...pixels.subarray(at, at + 8192));
					resolve({ width, height, base64: btoa(text) });
				});
			}),
		eye,
	);
	return { width, height, pixels: new Uint8Array(Buffer.from(base64, "base64")) };
}

/**
 * The colour in a direction of the world, for a head of that pose.
 * @throws {RangeError} when the eye does not see that direction.
 */
export function colorTowards(
	{ width, height, pixels }: EyePixels,
	worldFromHead: Quaternion,
	yawDeg: number,
	pitchDeg: number,
): Rgb {
	const [x, y, z, w] = worldFromHead;
	const direction = directionFromAngles(yawDeg, pitchDeg);
	const [dx, dy, dz] = multiplyQuaternions(multiplyQuaternions([-x, -y, -z, w], [...direction, 0]), worldFromHead);
	const column = Math.round(width / 2 + (dx / -dz) * (height / 2));
	const row = Math.round(height / 2 + (dy / -dz) * (height / 2));
	if (dz >= 0 || column < 0 || column >= width || row < 0 || row >= height)
		throw new RangeError(`The eye does not see ${yawDeg}, ${pitchDeg}.`);
	const at = (row * width + column) * 4;
	return [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
}

/**
 * Mean column of all pixels of about this colour, degrees to the right; NaN without one.
 *
 * @param shift tangent of the eye's middle column.
 * @default 0, as of symmetric cameras
 */
export function yawOfColor({ width, height, pixels }: EyePixels, [red, green, blue]: Rgb, shift = 0): number {
	let [sum, count] = [0, 0];
	for (let at = 0; at < pixels.length; at += 4) {
		if (
			Math.max(Math.abs(pixels[at]! - red), Math.abs(pixels[at + 1]! - green), Math.abs(pixels[at + 2]! - blue)) >
			24
		)
			continue;
		sum += (at / 4) % width;
		count++;
	}
	return (Math.atan((sum / count + 0.5 - width / 2) / (height / 2) + shift) * 180) / Math.PI;
}
