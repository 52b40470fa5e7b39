import type { OverlayItem } from "../overlay/overlay-options.ts";
import { OverlaySet } from "../protocol/overlay-set.ts";
import type { Viewer } from "../stream/viewer.ts";
import { type Overlay, requireSendable } from "../stream/viewer-overlay.ts";

/** The objects that all viewers see: those who are there, and those who join later. */
export class SharedOverlay implements Overlay {
	readonly #items = new Map<string, OverlayItem>();
	readonly #bounds = new OverlaySet();
	readonly #viewers: () => readonly Viewer[];
	readonly #onRefused: (viewer: Viewer, error: unknown) => void;

	/**
	 * @param viewers those who are there now.
	 * @param onRefused called where a viewer's own objects leave no room for one.
	 */
	constructor(viewers: () => readonly Viewer[], onRefused: (viewer: Viewer, error: unknown) => void) {
		this.#viewers = viewers;
		this.#onRefused = onRefused;
	}

	get paths(): readonly string[] {
		return [...this.#items.keys()];
	}

	set(path: string, item: OverlayItem): void {
		requireSendable(path, item.object);
		const fault = this.#bounds.set(path, item.object);
		if (fault !== undefined) throw new RangeError(`The object at ${path} would be one of ${fault}.`);
		this.#items.set(path, item);
		for (const viewer of this.#viewers()) this.#give(viewer, path, item);
	}

	remove(path: string): boolean {
		if (!this.#items.delete(path)) return false;
		this.#bounds.remove(path);
		for (const viewer of this.#viewers()) viewer.overlay.remove(path);
		return true;
	}

	clear(): void {
		for (const path of this.paths) this.remove(path);
	}

	/** A viewer has joined. */
	joined(viewer: Viewer): void {
		for (const [path, item] of this.#items) this.#give(viewer, path, item);
	}

	#give(viewer: Viewer, path: string, item: OverlayItem): void {
		try {
			viewer.overlay.set(path, item);
		} catch (error) {
			this.#onRefused(viewer, error);
		}
	}
}
