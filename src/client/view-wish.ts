import { differsInShape, isWorthChanging, type ViewRequest } from "./view-request.ts";

/**
 * A window has many sizes while it is being resized; only a size that lasts is
 * requested.
 */
const SETTLES_MS = 500;

/**
 * The view that this client wishes for. It is part of every hello, and sent again after
 * it has changed enough and has lasted.
 */
export class ViewWish {
	readonly #send: (view: ViewRequest) => boolean;
	#wanted: ViewRequest | undefined;
	/** The view that the present session was asked for. */
	#sent: ViewRequest | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** @param send asks the server now, and returns whether it could. */
	constructor(send: (view: ViewRequest) => boolean) {
		this.#send = send;
	}

	/**
	 * Sets the wish. Another number of eyes is sent at once, and so are other frusta and another
	 * foveation, with the size that was sent last until the wished one has settled. With `atOnce`
	 * another size is sent at once, too.
	 */
	want(view: ViewRequest, { atOnce = false }: { readonly atOnce?: boolean | undefined } = {}): void {
		const former = this.#wanted;
		this.#wanted = view;
		if (atOnce && this.#sent !== undefined) {
			clearTimeout(this.#timer);
			const { width, height } = this.#sent;
			if ((width !== view.width || height !== view.height) && this.#send(view)) this.#sent = view;
			return;
		}
		if (former !== undefined && former.eyes !== view.eyes) {
			clearTimeout(this.#timer);
			this.#settled();
			return;
		}
		if (this.#sent !== undefined && differsInShape(this.#sent, view)) {
			const { width, height } = this.#sent;
			const shaped = { ...view, width, height };
			if (this.#send(shaped)) this.#sent = shaped;
		}
		if (former !== undefined && former.width === view.width && former.height === view.height) return;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#settled(), SETTLES_MS);
	}

	/** @returns the wish for a hello that is about to be sent. */
	forHello(): ViewRequest | undefined {
		this.#sent = this.#wanted;
		return this.#wanted;
	}

	/** Another session begins, which has not been asked for a view yet. */
	restart(): void {
		this.#sent = undefined;
	}

	close(): void {
		clearTimeout(this.#timer);
	}

	#settled(): void {
		const view = this.#wanted;
		// Before the channel is open there is nothing to send: the hello will have it.
		if (view === undefined || (this.#sent !== undefined && !isWorthChanging(this.#sent, view))) return;
		if (this.#send(view)) this.#sent = view;
	}
}
