import { element } from "./element.ts";
import { type LinkedView, shareLink } from "./view-link.ts";
import { words } from "./words.ts";

/** Names under which a machine reaches only itself. */
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * The dialog with a link to the present view, and the same as a QR code for a phone that stands
 * beside the screen. The link has no token.
 */
export class ShareDialog {
	readonly #view: () => LinkedView;
	readonly #hasToken: () => boolean;
	readonly #dialog = element<HTMLDialogElement>("#share");
	readonly #link = element<HTMLInputElement>("#share-link");
	readonly #copied = element("#share-copied");
	readonly #note = element("#share-note");
	readonly #code = element<HTMLCanvasElement>("#share-code");

	/**
	 * @param view returns the present view.
	 * @param hasToken returns true if this page needed a token.
	 */
	constructor(view: () => LinkedView, hasToken: () => boolean) {
		this.#view = view;
		this.#hasToken = hasToken;
		element("#share-button").addEventListener("click", () => this.#open());
		element("#share-copy").addEventListener("click", () => void this.#copy());
		element("#share-close").addEventListener("click", () => this.#dialog.close());
		this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#dialog.close());
		this.#link.addEventListener("focus", () => this.#link.select());
		const send = element("#share-send");
		// Browsers have it on pages from HTTPS only.
		send.hidden = navigator.share === undefined;
		send.addEventListener("click", () => {
			// It is refused when the person closes the system's dialog.
			navigator.share({ title: document.title, url: this.#link.value }).catch(() => undefined);
		});
	}

	#open(): void {
		const link = shareLink(location.href, this.#view());
		this.#link.value = link;
		this.#copied.textContent = "";
		this.#note.textContent = [
			LOOPBACK.test(location.hostname) ? words.shareLoopback : "",
			this.#hasToken() ? words.shareToken : "",
		]
			.filter((note) => note !== "")
			.join(" ");
		this.#code.hidden = true;
		this.#dialog.showModal();
		import("./qr-code.ts").then(
			({ drawQrCode }) => {
				drawQrCode(this.#code, link);
				this.#code.hidden = false;
			},
			// The link is there without it.
			() => undefined,
		);
	}

	async #copy(): Promise<void> {
		const copied = await copyText(this.#link);
		this.#copied.textContent = copied ? words.shareCopied : words.shareCopyYourself;
	}
}

async function copyText(field: HTMLInputElement): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(field.value);
		return true;
	} catch {
		// Pages from plain HTTP have no clipboard, but this.
		field.select();
		return document.execCommand("copy");
	}
}
