/// <reference types="webxr" />

/** The kinds of sessions in a headset: over everything, or over the real room. */
export type ImmersiveMode = "immersive-vr" | "immersive-ar";

/** A session that has begun, and the means to draw in it. */
export interface EnteredSession {
	readonly session: XRSession;
	readonly gl: WebGL2RenderingContext;
	readonly layer: XRWebGLLayer;
	readonly space: XRReferenceSpace;
}

/**
 * Begins an immersive session with a WebGL layer. Call it from a click: browsers want
 * one.
 *
 * @param begin called in the same turn in which the session is known to live, so that
 * the event of its end can't be missed.
 * @returns the result of `begin`.
 * @throws {Error} with a sentence for people if the headset can't be entered.
 */
export async function enterSession<Result>(
	mode: ImmersiveMode,
	begin: (entered: EnteredSession) => Result,
): Promise<Result> {
	const { xr } = navigator;
	if (xr === undefined) throw new Error("This browser has no WebXR.");
	const session = await requestSession(xr, mode);
	let ended = false;
	session.addEventListener("end", () => {
		ended = true;
	});
	try {
		const gl = await createContext();
		const layer = new XRWebGLLayer(session, gl, { antialias: true, alpha: true });
		await session.updateRenderState({ baseLayer: layer, depthNear: 0.05, depthFar: 100 });
		const space = await requestSpace(session);
		if (!ended) return begin({ session, gl, layer, space });
	} catch (error) {
		if (!ended) {
			await session.end().catch(() => undefined);
			throw error;
		}
	}
	throw new Error("The headset was left before anything could be shown.");
}

async function createContext(): Promise<WebGL2RenderingContext> {
	const gl = document
		.createElement("canvas")
		.getContext("webgl2", { xrCompatible: true, alpha: true, antialias: true });
	if (gl === null) throw new Error("This browser can't draw with WebGL 2, which the headset's view needs.");
	// The context may have been made for another device than the headset's.
	await gl.makeXRCompatible();
	return gl;
}

async function requestSession(xr: XRSystem, mode: ImmersiveMode): Promise<XRSession> {
	try {
		return await xr.requestSession(mode, { optionalFeatures: ["local-floor", "hand-tracking", "body-tracking"] });
	} catch (error) {
		throw new Error(wordsOfRefusal((error as DOMException).name), { cause: error });
	}
}

/** @param name of the DOMException: WebXR Device API, "requestSession". */
function wordsOfRefusal(name: string): string {
	switch (name) {
		case "SecurityError":
		case "NotAllowedError":
			return "The browser or its user did not allow the headset to be used.";
		case "InvalidStateError":
			return "The headset is in use by another page.";
		case "NotSupportedError":
			return "The headset is not there, or can't show this.";
		default:
			return "The headset did not start. Try again.";
	}
}

/**
 * The floor is at height 0 where the device knows it; elsewhere the head's first place
 * is.
 */
async function requestSpace(session: XRSession): Promise<XRReferenceSpace> {
	try {
		return await session.requestReferenceSpace("local-floor");
	} catch {
		return session.requestReferenceSpace("local");
	}
}
