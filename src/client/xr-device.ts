/**
 * What this library uses of WebXR, as interfaces of its own: a browser's objects fit them, and
 * neither a page nor a test needs a package of types.
 *
 * Sources: WebXR Device API, WebXR Gamepads Module, WebXR Hand Input Module, and the draft WebXR
 * Body Tracking Module.
 */

export interface XrVector {
	readonly x: number;
	readonly y: number;
	readonly z: number;
}

export interface XrRotation extends XrVector {
	readonly w: number;
}

export interface XrTransform {
	readonly position: XrVector;
	readonly orientation: XrRotation;
}

/** An `XRSpace`, whose only use is to be given back. */
export type XrSpace = object;

/** An `XRReferenceSpace`. */
export interface XrReferenceSpace {
	addEventListener?(type: "reset", listener: () => void, options?: { readonly signal: AbortSignal }): void;
}

export interface XrPose {
	readonly transform: XrTransform;
	/** The device only turns; the position is a guess. */
	readonly emulatedPosition?: boolean | undefined;
	readonly linearVelocity?: XrVector | null | undefined;
	readonly angularVelocity?: XrVector | null | undefined;
}

/** One eye's camera. */
export interface XrView {
	readonly eye: "left" | "right" | "none";
	/** 16 numbers, column by column. */
	readonly projectionMatrix: Float32Array;
	readonly transform: XrTransform;
}

export interface XrViewerPose extends XrPose {
	readonly views: readonly XrView[];
}

/** An `XRHand` or an `XRBody`: joints by name. */
export interface XrJoints {
	forEach(visit: (space: XrSpace, name: string) => void): void;
}

export interface XrInputSource {
	readonly handedness: "left" | "right" | "none";
	readonly targetRayMode: string;
	readonly targetRaySpace: XrSpace;
	readonly gripSpace?: XrSpace | null | undefined;
	readonly gamepad?: GamepadReading | null | undefined;
	readonly hand?: XrJoints | null | undefined;
}

export interface XrSession {
	readonly inputSources: ArrayLike<XrInputSource>;
	/**
	 * Those that are tracked besides, such as hands while controllers lead; not in every browser.
	 */
	readonly trackedSources?: ArrayLike<XrInputSource> | undefined;
}

export interface XrFrame {
	readonly session: XrSession;
	getViewerPose(space: XrReferenceSpace): XrViewerPose | null | undefined;
	getPose(space: XrSpace, base: XrSpace): XrPose | null | undefined;
	/** Not in every browser. */
	getJointPose?(joint: XrSpace, base: XrSpace): XrPose | null | undefined;
	/**
	 * Not in every browser. Writes 16 numbers for each space, column by column, NaN where it is not
	 * tracked.
	 */
	fillPoses?(spaces: readonly XrSpace[], base: XrSpace, transforms: Float32Array): boolean;
	/** Only where the session was given `body-tracking`. */
	readonly body?: XrJoints | null | undefined;
}

/**
 * What is read of a `Gamepad`, be it a headset's controller or one of its own. Axes and buttons
 * that a device leaves out may be `null`.
 */
export interface GamepadReading {
	readonly buttons: ArrayLike<{
		readonly value: number;
		readonly pressed: boolean;
		readonly touched: boolean;
	} | null>;
	readonly axes: ArrayLike<number | null>;
}
