import { encode } from "uqr";

/** Light modules around the code that readers need (ISO/IEC 18004). */
const QUIET_ZONE = 4;
/** Pixels of a canvas for each module, which the style sheet scales. */
const MODULE_PX = 4;

/** Draws a text as a QR code, dark on light, into a canvas whose size it sets. */
export function drawQrCode(canvas: HTMLCanvasElement, text: string): void {
	const { data, size } = encode(text, { ecc: "M", border: QUIET_ZONE });
	canvas.width = size * MODULE_PX;
	canvas.height = size * MODULE_PX;
	const context = canvas.getContext("2d");
	if (context === null) return;
	context.fillStyle = "#fff";
	context.fillRect(0, 0, canvas.width, canvas.height);
	context.fillStyle = "#000";
	for (const [row, modules] of data.entries())
		for (const [column, dark] of modules.entries())
			if (dark) context.fillRect(column * MODULE_PX, row * MODULE_PX, MODULE_PX, MODULE_PX);
}
