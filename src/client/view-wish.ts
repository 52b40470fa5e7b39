import { isWorthChanging, type ViewSize } from "./view-request.ts";

/** A window that is being resized has many sizes; only a size that stays is requested. */
const SETTLES_MS = 500;

/**
 * The size of picture that is wished for: part of every hello, and sent again when it has changed
 * enough and stayed so.
 */
export class ViewWish {
	readonly #send: (view: ViewSize) => boolean;
	#wanted: ViewSize | undefined;
	/** The size that the present session was asked for. */
	#sent: ViewSize | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** @param send asks the server now. @returns whether it could be sent */
	constructor(send: (view: ViewSize) => boolean) {
		this.#send = send;
	}

	want(view: ViewSize): void {
		const otherEyes = this.#wanted !== undefined && this.#wanted.eyes !== view.eyes;
		this.#wanted = view;
		clearTimeout(this.#timer);
		if (otherEyes) this.#settled(view);
		else this.#timer = setTimeout(() => this.#settled(view), SETTLES_MS);
	}

	/** For a hello that is about to be sent. */
	forHello(): ViewSize | undefined {
		this.#sent = this.#wanted;
		return this.#wanted;
	}

	/** Another session begins, which was asked for nothing yet. */
	restart(): void {
		this.#sent = undefined;
	}

	close(): void {
		clearTimeout(this.#timer);
	}

	#settled(view: ViewSize): void {
		// Before the channel is open there is nothing to do: the hello will say it.
		if (this.#sent !== undefined && !isWorthChanging(this.#sent, view)) return;
		if (this.#send(view)) this.#sent = view;
	}
}
