import type { OverlayItem } from "../overlay/overlay-options.ts";
import { OVERLAY_BOUNDS, OVERLAY_LABEL } from "../protocol/overlay-bounds.ts";
import {
	areHudLines,
	encodeOverlayMessage,
	faultOfPulse,
	isPath,
	type OverlayMessage,
} from "../protocol/overlay-message.ts";
import type { OverlayObject, PulseMeaning, PulseObject, RobotObject } from "../protocol/overlay-object.ts";
import { OverlaySet } from "../protocol/overlay-set.ts";
import type { JsonObject } from "../protocol/parse-result.ts";
import type { ViewerSession } from "../session/viewer-session.ts";

/** Bytes that wait in the channel at most; later changes of a path then replace earlier ones. */
const MOST_WAITING_BYTES = 32_768;
/** Time until changes that found the channel full are tried again. */
const RETRY_MS = 20;

/** A pulse of the application's own. */
export interface Pulse {
	/** 0 to 1. */
	readonly intensity: number;
	/** 1 to 2000. */
	readonly durationMs: number;
	/** @default "both" */
	readonly hand?: "left" | "right" | "both" | undefined;
}

/** The part of a path that its client does not have yet. */
type Change = "object" | "joints" | "removal";

/**
 * The objects that a viewer's client draws over the view, by path, such as `"plan/path"`. A client
 * gets the present set when its channel opens, and each change at once. Of a path that changes
 * faster than the channel carries it, the newest object is sent.
 *
 * `viewer.overlay` and `server.overlay` are of this kind.
 */
export interface Overlay {
	/**
	 * Draws an object, in place of the one that is at the path. Of a `Robot` that differs in its
	 * joints only, the joints are sent.
	 *
	 * @throws {RangeError} for a path that is empty or longer than 80 characters, and for more than
	 * 64 objects, 16,384 positions, 128 labels or 8 robots at once.
	 */
	set(path: string, item: OverlayItem): void;
	/** Removes the object at a path. @returns whether there was one. */
	remove(path: string): boolean;
	/** Removes all objects. */
	clear(): void;
	/** The paths that have an object. */
	readonly paths: readonly string[];
}

/** The sender of the `overlay` channel to one client. */
export class ViewerOverlay implements Overlay {
	readonly #session: ViewerSession;
	readonly #set = new OverlaySet();
	readonly #changes = new Map<string, Change>();
	#lines: readonly string[] = [];
	#linesChanged = false;
	/** The client's set is not known, as after the opening of a channel. */
	#startsAnew = true;
	#number = 0;
	#timer: NodeJS.Timeout | undefined;
	#isEnded = false;

	/** @param session borrowed. */
	constructor(session: ViewerSession) {
		this.#session = session;
	}

	get paths(): readonly string[] {
		return [...this.#set.objects.keys()];
	}

	set(path: string, { object }: OverlayItem): void {
		const former = this.#set.objects.get(path);
		const onlyJoints = object.kind === "robot" && former?.kind === "robot" && differInJoints(former, object);
		if (!onlyJoints) requireSendable(path, object);
		const fault = this.#set.set(path, object);
		if (fault !== undefined) throw new RangeError(`The object at ${path} would be one of ${fault}.`);
		this.#changed(path, onlyJoints && this.#changes.get(path) !== "object" ? "joints" : "object");
	}

	remove(path: string): boolean {
		if (!this.#set.remove(path)) return false;
		this.#changed(path, "removal");
		return true;
	}

	clear(): void {
		this.#set.clear();
		this.#changes.clear();
		this.#startsAnew = true;
		this.#flush();
	}

	/** The lines of words. @throws {RangeError | TypeError} as `Viewer.hud` does. */
	set lines(lines: readonly string[]) {
		if (!Array.isArray(lines)) throw new TypeError(`lines is a list of texts; got ${typeof lines}.`);
		if (!areHudLines(lines))
			throw new RangeError(
				`lines are at most ${OVERLAY_BOUNDS.hudLines} texts of up to ${OVERLAY_BOUNDS.textLength} characters.`,
			);
		if (lines.length === this.#lines.length && lines.every((line, index) => line === this.#lines[index])) return;
		this.#lines = [...lines];
		this.#linesChanged = true;
		this.#flush();
	}

	/** Sends a pulse. @returns whether it was sent. @throws as `Viewer.pulse` does. */
	pulse(wish: PulseMeaning | Pulse): boolean {
		const pulse = typeof wish === "string" ? { meaning: wish } : { hand: "both" as const, ...wish };
		const fault = faultOfPulse(pulse as unknown as JsonObject);
		if (fault !== undefined) throw new RangeError(`The pulse can't be sent: ${fault}.`);
		this.#openChannel();
		return this.#send({ type: "pulse", ...(pulse as PulseObject) });
	}

	/** A channel of this label has opened: its client gets the whole set. */
	opened(): void {
		this.#startsAnew = true;
		this.#flush();
	}

	/** Sends no more. */
	end(): void {
		this.#isEnded = true;
		clearTimeout(this.#timer);
	}

	#changed(path: string, change: Change): void {
		// The newest change goes last.
		this.#changes.delete(path);
		this.#changes.set(path, change);
		this.#flush();
	}

	#openChannel(): void {
		if (!this.#session.isChannelOpen(OVERLAY_LABEL)) this.#session.openChannel(OVERLAY_LABEL);
	}

	/** Sends changes until the channel is full. */
	#flush(): void {
		if (this.#isEnded) return;
		this.#openChannel();
		if (!this.#session.isChannelOpen(OVERLAY_LABEL) || this.#sendAll()) return;
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			this.#flush();
		}, RETRY_MS).unref();
	}

	/** @returns whether all is sent. */
	#sendAll(): boolean {
		if (this.#startsAnew) {
			if (!this.#send({ type: "clear" })) return false;
			this.#startsAnew = false;
			this.#changes.clear();
			for (const path of this.#set.objects.keys()) this.#changes.set(path, "object");
			this.#linesChanged = this.#lines.length > 0;
		}
		for (const [path, change] of this.#changes) {
			if (!this.#send(this.#messageOf(path, change))) return false;
			this.#changes.delete(path);
		}
		if (this.#linesChanged && !this.#send({ type: "hud", lines: this.#lines })) return false;
		this.#linesChanged = false;
		return true;
	}

	#messageOf(path: string, change: Change): OverlayMessage {
		const object = this.#set.objects.get(path);
		if (object === undefined) return { type: "remove", path };
		if (change === "joints" && object.kind === "robot") return { type: "joints", path, joints: object.joints };
		return { type: "set", path, object };
	}

	#send(message: OverlayMessage): boolean {
		const text = encodeOverlayMessage({ ...message, n: this.#number + 1 });
		if (this.#isEnded || !this.#session.send(OVERLAY_LABEL, text, MOST_WAITING_BYTES)) return false;
		this.#number++;
		return true;
	}
}

/**
 * Checks a path and the length of its object's message.
 *
 * @throws {RangeError} if it can't be sent.
 */
export function requireSendable(path: string, object: OverlayObject): void {
	const { pathLength, messageBytes } = OVERLAY_BOUNDS;
	if (!isPath(path))
		throw new RangeError(`path is a text of 1 to ${pathLength} characters; got ${JSON.stringify(path)}.`);
	const message = encodeOverlayMessage({ type: "set", n: Number.MAX_SAFE_INTEGER, path, object });
	if (Buffer.byteLength(message) > messageBytes)
		throw new RangeError(`The object at ${path} takes more than ${messageBytes} bytes.`);
}

/** True if two robots are the same but for their joints' values. */
function differInJoints(former: RobotObject, { model, frame, color, position, rotation }: RobotObject): boolean {
	const isSame = (a: readonly number[], b: readonly number[]) => a.every((value, index) => value === b[index]);
	return (
		former.model === model &&
		former.frame === frame &&
		former.color === color &&
		isSame(former.position, position) &&
		isSame(former.rotation, rotation)
	);
}
