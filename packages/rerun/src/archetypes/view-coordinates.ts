import { ViewDir } from "./enums.generated.ts";
import { ViewCoordinatesBase } from "./transform.generated.ts";

/**
 * The directions of the axes of a space: `ViewCoordinates.RUB` for X right, Y up, Z back. Log it
 * static, at the root of the space.
 *
 * Only right-handed coordinates have names here, since viewers don't support others: flip an axis
 * of the data instead.
 */
export class ViewCoordinates extends ViewCoordinatesBase {
	/** The directions of X, Y and Z. */
	readonly directions: ConstructorParameters<typeof ViewCoordinatesBase>[0];

	constructor(xyz: ConstructorParameters<typeof ViewCoordinatesBase>[0]) {
		super(xyz);
		this.directions = xyz;
	}

	/** X back, Y down, Z right. */
	static readonly BDR = new ViewCoordinates([ViewDir.Back, ViewDir.Down, ViewDir.Right]);
	/** X back, Y left, Z down. */
	static readonly BLD = new ViewCoordinates([ViewDir.Back, ViewDir.Left, ViewDir.Down]);
	/** X back, Y right, Z up. */
	static readonly BRU = new ViewCoordinates([ViewDir.Back, ViewDir.Right, ViewDir.Up]);
	/** X back, Y up, Z left. */
	static readonly BUL = new ViewCoordinates([ViewDir.Back, ViewDir.Up, ViewDir.Left]);
	/** X down, Y back, Z left. */
	static readonly DBL = new ViewCoordinates([ViewDir.Down, ViewDir.Back, ViewDir.Left]);
	/** X down, Y forward, Z right. */
	static readonly DFR = new ViewCoordinates([ViewDir.Down, ViewDir.Forward, ViewDir.Right]);
	/** X down, Y left, Z forward. */
	static readonly DLF = new ViewCoordinates([ViewDir.Down, ViewDir.Left, ViewDir.Forward]);
	/** X down, Y right, Z back. */
	static readonly DRB = new ViewCoordinates([ViewDir.Down, ViewDir.Right, ViewDir.Back]);
	/** X forward, Y down, Z left. */
	static readonly FDL = new ViewCoordinates([ViewDir.Forward, ViewDir.Down, ViewDir.Left]);
	/** X forward, Y left, Z up: bodies in ROS. */
	static readonly FLU = new ViewCoordinates([ViewDir.Forward, ViewDir.Left, ViewDir.Up]);
	/** X forward, Y right, Z down. */
	static readonly FRD = new ViewCoordinates([ViewDir.Forward, ViewDir.Right, ViewDir.Down]);
	/** X forward, Y up, Z right. */
	static readonly FUR = new ViewCoordinates([ViewDir.Forward, ViewDir.Up, ViewDir.Right]);
	/** X left, Y back, Z up. */
	static readonly LBU = new ViewCoordinates([ViewDir.Left, ViewDir.Back, ViewDir.Up]);
	/** X left, Y down, Z back. */
	static readonly LDB = new ViewCoordinates([ViewDir.Left, ViewDir.Down, ViewDir.Back]);
	/** X left, Y forward, Z down. */
	static readonly LFD = new ViewCoordinates([ViewDir.Left, ViewDir.Forward, ViewDir.Down]);
	/** X left, Y up, Z forward. */
	static readonly LUF = new ViewCoordinates([ViewDir.Left, ViewDir.Up, ViewDir.Forward]);
	/** X right, Y back, Z down. */
	static readonly RBD = new ViewCoordinates([ViewDir.Right, ViewDir.Back, ViewDir.Down]);
	/** X right, Y down, Z forward: OpenCV, cameras of ROS: what pictures and pinholes use. */
	static readonly RDF = new ViewCoordinates([ViewDir.Right, ViewDir.Down, ViewDir.Forward]);
	/** X right, Y forward, Z up: ENU: maps, Blender, the world in Gazebo. */
	static readonly RFU = new ViewCoordinates([ViewDir.Right, ViewDir.Forward, ViewDir.Up]);
	/** X right, Y up, Z back: OpenXR, WebXR, three.js, Blender's cameras. */
	static readonly RUB = new ViewCoordinates([ViewDir.Right, ViewDir.Up, ViewDir.Back]);
	/** X up, Y back, Z right. */
	static readonly UBR = new ViewCoordinates([ViewDir.Up, ViewDir.Back, ViewDir.Right]);
	/** X up, Y forward, Z left. */
	static readonly UFL = new ViewCoordinates([ViewDir.Up, ViewDir.Forward, ViewDir.Left]);
	/** X up, Y left, Z back. */
	static readonly ULB = new ViewCoordinates([ViewDir.Up, ViewDir.Left, ViewDir.Back]);
	/** X up, Y right, Z forward. */
	static readonly URF = new ViewCoordinates([ViewDir.Up, ViewDir.Right, ViewDir.Forward]);
}
