import { symmetricFrustum } from "../../media/frustum.ts";
import { IDENTITY, multiplyQuaternions, type Quaternion } from "../../media/rotation.ts";
import { Labels, Lines, Points } from "../../overlay/overlay-items.ts";
import type { OverlayItem } from "../../overlay/overlay-options.ts";
import { conjugate, rotateVector } from "../../skeleton/rigid-transform.ts";
import { SKELETONS } from "../../skeleton/tables/skeleton.ts";
import type { Vector3 } from "../../skeleton/vector.ts";
import type { ReadFrame } from "../read/read-record.ts";
import { recordedTurn } from "../read/recorded-lens.ts";
import type { RecordedPose } from "../session-record.ts";

const BODY_COLOR = "#00e5a8";
const HAND_COLOR = "#ffb020";
const CONTROLLER_COLOR = "#39b8ff";
const VIEW_COLOR = "#ffffffb0";
/** Length of a controller's axes, and of the line along which it points; metres. */
const AXIS_M = 0.1;
const POINTER_M = 0.6;
/** Distance at which the edge of the recorded view is drawn, metres. */
const VIEW_M = 3;

/** Where the watcher of a replay stands, and which way is ahead. */
interface Standpoint {
	readonly eyes: Vector3;
	readonly shownFromWorld: Quaternion;
}

/**
 * The objects that show a moment of a recorded session over its picture, by path: bodies, hands and
 * controllers as seen from the recorded eyes, and the edge of what the viewer saw.
 *
 * @param poses the newest of each stream.
 * @param follow the recorded head leads the view: the world turns with it, and the edge is left
 * out.
 */
export function replayDrawing(
	frame: ReadFrame,
	poses: Iterable<RecordedPose>,
	follow: boolean,
): ReadonlyMap<string, OverlayItem> {
	const items = new Map<string, OverlayItem>();
	const shownFromWorld = follow ? conjugate(frame.packet.pose.worldFromView) : IDENTITY;
	const from: Standpoint = { eyes: frame.position, shownFromWorld };
	for (const pose of poses) {
		if (pose.kind === "controller") drawController(items, pose, from);
		else if (pose.kind === "skeleton") drawSkeleton(items, pose, from);
	}
	if (!follow) drawView(items, frame);
	return items;
}

function seen({ eyes, shownFromWorld }: Standpoint, [x, y, z]: Vector3): Vector3 {
	return rotateVector(shownFromWorld, [x - eyes[0], y - eyes[1], z - eyes[2]]);
}

function positionOf({ positions }: RecordedPose, row: number): Vector3 {
	return [positions[row * 3]!, positions[row * 3 + 1]!, positions[row * 3 + 2]!];
}

function drawSkeleton(items: Map<string, OverlayItem>, pose: RecordedPose, from: Standpoint): void {
	const { skeleton, ids, stream } = pose;
	const name = `replay/${skeleton ?? `skeleton ${stream}`}`;
	const color = skeleton?.includes("Hand") ? HAND_COLOR : BODY_COLOR;
	const places = new Map<number, Vector3>();
	for (const [row, id] of ids.entries()) {
		const place = seen(from, positionOf(pose, row));
		// A file may hold anything.
		if (place.every(Number.isFinite)) places.set(id, place);
	}
	if (places.size === 0) return;
	items.set(`${name}/bones`, new Points({ positions: [...places.values()], sizePx: 5, color }));
	const strips = (skeleton === undefined ? [] : SKELETONS[skeleton].connections).flatMap(([a, b]) => {
		const [one, other] = [places.get(a), places.get(b)];
		return one === undefined || other === undefined ? [] : [[one, other]];
	});
	if (strips.length > 0) items.set(`${name}/lines`, new Lines({ strips, color }));
}

function drawController(items: Map<string, OverlayItem>, pose: RecordedPose, from: Standpoint): void {
	const { hand, stream, rotations } = pose;
	const [x = 0, y = 0, z = 0, w = 1] = rotations;
	const grip = positionOf(pose, 0);
	const toward = (direction: Vector3): Vector3[] => {
		const [dx, dy, dz] = rotateVector([x, y, z, w], direction);
		return [seen(from, grip), seen(from, [grip[0] + dx, grip[1] + dy, grip[2] + dz])];
	};
	if (![...grip, x, y, z, w].every(Number.isFinite)) return;
	const strips = [toward([AXIS_M, 0, 0]), toward([0, AXIS_M, 0]), toward([0, 0, -POINTER_M])];
	const name = `replay/${hand ?? `stream ${stream}`} controller`;
	items.set(name, new Lines({ strips, color: CONTROLLER_COLOR, widthPx: 3 }));
}

/** The edge of what the viewer saw, with its name above it. */
function drawView(items: Map<string, OverlayItem>, { viewer, packet }: ReadFrame): void {
	const { pose, width, height, frusta } = packet;
	const { left, right, up, down } = frusta?.[0] ?? symmetricFrustum(Math.tan(pose.fovRad / 2), width, height);
	const turn = recordedTurn(packet);
	const corner = (across: number, high: number): Vector3 =>
		rotateVector(multiplyQuaternions(turn, IDENTITY), [across * VIEW_M, high * VIEW_M, -VIEW_M]);
	if (![left, right, up, down, ...turn].every(Number.isFinite)) return;
	const edge = [corner(-left, up), corner(right, up), corner(right, -down), corner(-left, -down), corner(-left, up)];
	items.set("replay/view", new Lines({ strips: [edge], color: VIEW_COLOR }));
	const labels = [
		{
			text: `viewer ${viewer}`.replace(/\p{Cc}/gu, " ").slice(0, 80),
			position: corner((right - left) / 2, up * 1.05),
		},
	];
	items.set("replay/name", new Labels({ labels, color: VIEW_COLOR }));
}
