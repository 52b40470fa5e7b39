// The parts of WebXR that `XrPoseSource` reads, as interfaces that a browser's objects
// fit and that a test can implement. Sources: WebXR Device API, WebXR Gamepads Module,
// WebXR Hand Input Module, and the draft WebXR Body Tracking Module.

/** A `DOMPointReadOnly` without its `w`. */
export interface XrVector {
	readonly x: number;
	readonly y: number;
	readonly z: number;
}

/** A `DOMPointReadOnly` that is a unit quaternion. */
export interface XrRotation extends XrVector {
	readonly w: number;
}

/** An `XRRigidTransform`. */
export interface XrTransform {
	readonly position: XrVector;
	readonly orientation: XrRotation;
}

/** An `XRSpace`, which is only passed back to the browser. */
export type XrSpace = object;

/** An `XRReferenceSpace`. */
export interface XrReferenceSpace {
	addEventListener?(type: "reset", listener: () => void, options?: { readonly signal: AbortSignal }): void;
}

/** An `XRPose`. */
export interface XrPose {
	readonly transform: XrTransform;
	/** The device tracks only its rotation; the position is a guess. */
	readonly emulatedPosition?: boolean | undefined;
	readonly linearVelocity?: XrVector | null | undefined;
	readonly angularVelocity?: XrVector | null | undefined;
}

/** An `XRView`: the camera of one eye. */
export interface XrView {
	readonly eye: "left" | "right" | "none";
	/** 16 numbers, column by column. */
	readonly projectionMatrix: Float32Array;
	readonly transform: XrTransform;
}

/** An `XRViewerPose`. */
export interface XrViewerPose extends XrPose {
	readonly views: readonly XrView[];
}

/** An `XRHand` or an `XRBody`: joints by name. */
export interface XrJoints {
	forEach(visit: (space: XrSpace, name: string) => void): void;
}

/** An `XRInputSource`. */
export interface XrInputSource {
	readonly handedness: "left" | "right" | "none";
	readonly targetRayMode: string;
	readonly targetRaySpace: XrSpace;
	readonly gripSpace?: XrSpace | null | undefined;
	readonly gamepad?: GamepadReading | null | undefined;
	readonly hand?: XrJoints | null | undefined;
}

/** An `XRSession`. */
export interface XrSession {
	readonly inputSources: ArrayLike<XrInputSource>;
	/**
	 * Further tracked sources, such as hands while controllers lead. Not in every
	 * browser.
	 */
	readonly trackedSources?: ArrayLike<XrInputSource> | undefined;
}

/** An `XRFrame`. */
export interface XrFrame {
	readonly session: XrSession;
	getViewerPose(space: XrReferenceSpace): XrViewerPose | null | undefined;
	getPose(space: XrSpace, base: XrSpace): XrPose | null | undefined;
	/** Not in every browser. */
	getJointPose?(joint: XrSpace, base: XrSpace): XrPose | null | undefined;
	/**
	 * Writes 16 numbers for each space, column by column; NaN where the space is not
	 * tracked. Not in every browser.
	 */
	fillPoses?(spaces: readonly XrSpace[], base: XrSpace, transforms: Float32Array): boolean;
	/** Present only if the session has the feature `body-tracking`. */
	readonly body?: XrJoints | null | undefined;
}

/**
 * A `Gamepad`, of a headset's controller or by itself. Axes and buttons that a device
 * does not have may be `null`.
 */
export interface GamepadReading {
	readonly buttons: ArrayLike<{
		readonly value: number;
		readonly pressed: boolean;
		readonly touched: boolean;
	} | null>;
	readonly axes: ArrayLike<number | null>;
}
