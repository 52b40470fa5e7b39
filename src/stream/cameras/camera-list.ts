import { EventListeners } from "../../media/events.ts";
import type { Camera } from "./camera.ts";

/** Events of a `CameraList`. */
export interface CameraListEvents {
	/** A camera has come or gone, or is named otherwise. */
	change: [];
}

/** Cameras that come and go, as those of viewers do. */
export class CameraList {
	readonly events = new EventListeners<CameraListEvents>();
	#all: readonly Camera[] = [];

	/** Those that are there, in the order in which they came. */
	get all(): readonly Camera[] {
		return this.#all;
	}

	add(camera: Camera): void {
		this.#all = [...this.#all, camera];
		this.events.emit("change");
	}

	/** Takes a camera out of the list before it is closed. @returns false: it was not in it. */
	remove(camera: Camera): boolean {
		if (!this.#all.includes(camera)) return false;
		this.#all = this.#all.filter((each) => each !== camera);
		this.events.emit("change");
		return true;
	}
}
