import { freeNumber } from "../media/free-number.ts";
import type { CameraStatement, CamerasMessage, CameraWish } from "../protocol/camera-messages.ts";
import type { CameraLine } from "./peer.ts";

/** The parts that a `CameraDesk` needs of its connection. */
export interface CameraDeskOptions {
	/** Returns the sections of the present connection that can show cameras. */
	readonly lines: () => readonly CameraLine[];
	/** Makes another connection that takes the place of the present one without a gap. */
	readonly renew: () => void;
	/** Sends the wishes to the server, in a hello. */
	readonly announce: () => void;
	/** There are other cameras, or a property of one has changed. */
	readonly onChange: () => void;
}

/** Longest time between two pictures of a camera that is live... */
const LONGEST_GAP_MS = 1_200;
/** ...and between its key frames, with which servers draw a camera instead, and a second more. */
const LONGEST_KEYFRAME_GAP_MS = 6_000;

/** Most sections of cameras that servers answer. */
const MOST_LINES = 8;
/** Sections for viewers' cameras that may come, beside those that are needed. */
const SPARE_LINES = 2;

/** A camera beside the view, of `connection.cameras`. It is off until `enabled` is set. */
export class ConnectionCamera {
	/** The server's name of it. */
	readonly name: string;
	/** Number of the viewer whose camera it is; `undefined`: it is the server's. */
	readonly viewer: number | undefined;
	readonly #lines: () => readonly CameraLine[];
	readonly #onWish: () => void;
	#statement: CameraStatement | undefined;
	#isEnabled = false;

	/** @internal */
	constructor(
		{ name, viewer }: Pick<CameraStatement, "name" | "viewer">,
		lines: () => readonly CameraLine[],
		onWish: () => void,
	) {
		this.name = name;
		this.viewer = viewer;
		this.#lines = lines;
		this.#onWish = onWish;
	}

	/** Its pictures are wished for, also of later connections. */
	get enabled(): boolean {
		return this.#isEnabled;
	}
	set enabled(enabled: boolean) {
		if (enabled === this.#isEnabled) return;
		this.#isEnabled = enabled;
		this.#onWish();
	}

	/** Its video; `undefined` while none is sent. A change of the connection brings another one. */
	get track(): MediaStreamTrack | undefined {
		const mid = this.#isEnabled ? this.#statement?.mid : undefined;
		return mid === undefined ? undefined : this.#lines().find((line) => line.mid === mid)?.track;
	}

	/** Name of the viewer whose camera it is; `undefined`: the server knows none. */
	get label(): string | undefined {
		return this.#statement?.label;
	}

	/** State of its source; `undefined` before the server has stated it. */
	get state(): CameraStatement["state"] | undefined {
		return this.#statement?.state;
	}

	/** All that the server has stated; `undefined` before, and while there is no connection. */
	get statement(): CameraStatement | undefined {
		return this.#statement;
	}

	/** Size of its pictures, pixels; `undefined` while none is sent. */
	get size(): { readonly width: number; readonly height: number } | undefined {
		const { width, height } = this.#statement ?? {};
		return width === undefined || height === undefined ? undefined : { width, height };
	}

	/** True while new pictures come, as far as the server knows: otherwise the last one is old. */
	get live(): boolean {
		return this.track !== undefined && this.state === "live" && this.#statement?.limit !== "paused";
	}

	/**
	 * A live camera shows another picture within this time, milliseconds; longer where a narrow
	 * path lets key frames alone through. An older picture must not pass for a live one.
	 */
	get longestGapMs(): number {
		return this.#statement?.limit === "keyframes" ? LONGEST_KEYFRAME_GAP_MS : LONGEST_GAP_MS;
	}

	/** @internal */
	stated(statement: CameraStatement | undefined): void {
		this.#statement = statement;
	}
}

/** Time between two attempts at a connection with room for cameras. */
const RENEW_AGAIN_MS = 10_000;

/** The cameras of a connection once the server has some, or viewers may send theirs. */
export class CameraDesk {
	readonly #options: CameraDeskOptions;
	#cameras: ReadonlyMap<string, ConnectionCamera> = new Map();
	/** Places among the sections of those that are enabled. */
	readonly #lineOf = new Map<string, number>();
	/** Viewers' cameras may come. */
	#expectsViewers = false;
	/** The wishes that were announced last, as JSON. */
	#announced = "";
	#again: ReturnType<typeof setTimeout> | undefined;

	constructor(options: CameraDeskOptions) {
		this.#options = options;
	}

	/** All cameras by name: the server's in its order, then those of viewers as they came. */
	get all(): ReadonlyMap<string, ConnectionCamera> {
		return this.#cameras;
	}

	/** Sections of video that a connection needs beside the view's. */
	get linesWanted(): number {
		if (this.#enabled.length === 0) return 0;
		return Math.min(MOST_LINES, this.#cameras.size + (this.#expectsViewers ? SPARE_LINES : 0));
	}

	/**
	 * The wishes for the next hello; `undefined`: there are no cameras.
	 * @param lines of the connection that says hello.
	 */
	wishes(lines: readonly CameraLine[]): CameraWish[] | undefined {
		if (this.#hasNone) return undefined;
		const wishes = this.#wishesFor(lines);
		this.#announced = JSON.stringify(wishes);
		return wishes;
	}

	/**
	 * The server has named its own cameras.
	 * @param expectsViewers viewers' cameras may come: the next statement names those there are.
	 */
	welcomed(names: readonly string[], expectsViewers = false): void {
		this.#expectsViewers = expectsViewers;
		const formerViewers = expectsViewers ? this.#ofViewers : [];
		this.#name([...names.map((name) => ({ name })), ...formerViewers]);
		this.#follow();
	}

	/** The server has stated what it sends, and which viewers' cameras there are. */
	told({ cameras }: CamerasMessage): void {
		const own = [...this.#cameras.values()].filter(({ viewer }) => viewer === undefined);
		this.#name([...own, ...cameras.filter(({ viewer }) => viewer !== undefined)]);
		for (const camera of this.#cameras.values()) camera.stated(cameras.find(({ name }) => name === camera.name));
		this.#options.onChange();
		this.#follow();
	}

	/** The connection is over. */
	close(): void {
		clearTimeout(this.#again);
	}

	/** A new session begins: nothing that was stated holds. */
	restart(): void {
		clearTimeout(this.#again);
		this.#announced = "";
		for (const camera of this.#cameras.values()) camera.stated(undefined);
		this.#options.onChange();
	}

	/** Another connection shows the cameras. */
	moved(): void {
		this.#options.onChange();
		this.#follow();
	}

	get #hasNone(): boolean {
		return this.#cameras.size === 0 && !this.#expectsViewers;
	}

	get #enabled(): ConnectionCamera[] {
		return [...this.#cameras.values()].filter(({ enabled }) => enabled);
	}

	get #ofViewers(): ConnectionCamera[] {
		return [...this.#cameras.values()].filter(({ viewer }) => viewer !== undefined);
	}

	/** Makes cameras of those that are new, and forgets those that are gone. */
	#name(named: readonly Pick<CameraStatement, "name" | "viewer">[]): void {
		const former = this.#cameras;
		if (named.map(({ name }) => name).join() === [...former.keys()].join()) return;
		const make = (camera: Pick<CameraStatement, "name" | "viewer">) =>
			new ConnectionCamera(camera, this.#options.lines, () => this.#wished());
		this.#cameras = new Map(named.map((camera) => [camera.name, former.get(camera.name) ?? make(camera)]));
		this.#options.onChange();
	}

	#wished(): void {
		this.#options.onChange();
		this.#follow();
	}

	#wishesFor(lines: readonly CameraLine[]): CameraWish[] {
		this.#divideLines(lines.length);
		return this.#enabled.flatMap(({ name }) => {
			const line = this.#lineOf.get(name);
			const mid = line === undefined ? undefined : lines[line]?.mid;
			return typeof mid === "string" ? [{ name, mid }] : [];
		});
	}

	/**
	 * Gives each enabled camera a section, which it keeps while others come and go.
	 * @param count of the sections: those of another connection may be fewer.
	 */
	#divideLines(count: number): void {
		const enabled = this.#enabled.map(({ name }) => name);
		for (const [name, line] of this.#lineOf)
			if (!enabled.includes(name) || line >= count) this.#lineOf.delete(name);
		for (const name of enabled) {
			if (this.#lineOf.has(name)) continue;
			const free = freeNumber(this.#lineOf.values());
			if (free < MOST_LINES) this.#lineOf.set(name, free);
		}
	}

	/** Makes another connection if the present one has no room, and announces other wishes. */
	#follow(): void {
		if (this.#hasNone) return;
		const lines = this.#options.lines();
		clearTimeout(this.#again);
		if (lines.length < Math.min(MOST_LINES, this.#enabled.length)) {
			this.#options.renew();
			// An attempt may fail, as where a server is full.
			this.#again = setTimeout(() => this.#follow(), RENEW_AGAIN_MS);
		}
		if (JSON.stringify(this.#wishesFor(lines)) !== this.#announced) this.#options.announce();
	}
}
