import type { ViewerLens } from "../media/viewer-lens.ts";
import type {
	ClientControlMessage,
	HelloMessage,
	PingMessage,
	PongMessage,
	SoundWishMessage,
	StreamDeclaration,
} from "../protocol/control-message.ts";
import { encodeControlMessage, PROTOCOL_VERSION } from "../protocol/control-writing.ts";
import { ServerClock } from "./server-clock.ts";
import type { ViewRequest } from "./view-request.ts";
import { ViewWish } from "./view-wish.ts";

/** The name of the client and the channel of a `ControlConversation`. */
export interface ControlConversationOptions {
	readonly client: HelloMessage["client"];
	/** Returns the cameras that the next hello asks for; `undefined`: there are none. */
	readonly cameras: () => HelloMessage["cameras"];
	/** Sends a text on the control channel. @returns whether the channel was open. */
	readonly send: (text: string) => boolean;
}

/**
 * The client's part of the conversation on the `control` channel: hello, declared
 * streams, the wished view, the forward direction, and pings. It remembers the parts
 * that every new session needs.
 */
export class ControlConversation {
	/** The parts of pictures that this client can use, for the next hello. */
	pictureParts: HelloMessage["picture"];
	readonly #options: ControlConversationOptions;
	readonly #streams = new Map<number, StreamDeclaration>();
	readonly #clock = new ServerClock();
	readonly #wish = new ViewWish((view) => this.send({ type: "view", ...view }));
	#forwardDeg: number | undefined;
	/** The lens that was chosen; before the first choice a server draws a flat view. */
	#lens: ViewerLens | undefined;
	#soundWish: SoundWishMessage | undefined;
	#helloDue = false;

	constructor(options: ControlConversationOptions) {
		this.#options = options;
	}

	/** The estimate of the server's clock and of the round trip. */
	get clock(): { readonly offsetMs: number; readonly roundTripMs: number } {
		return this.#clock;
	}

	/** Adds or replaces the declaration of a stream, for the next hello. */
	declare(stream: StreamDeclaration): void {
		this.#streams.set(stream.id, stream);
	}

	/** Sends another hello soon; streams that are declared in one turn share it. */
	announce(): void {
		if (this.#helloDue) return;
		this.#helloDue = true;
		queueMicrotask(() => {
			if (this.#helloDue) this.#sendHello();
		});
	}

	/** The channel is open: a new session knows nothing of this client. */
	opened(): void {
		this.#sendHello();
		if (this.#lens !== undefined) this.send({ type: "lens", lens: this.#lens });
		if (this.#soundWish?.on === true) this.send(this.#soundWish);
		if (this.#forwardDeg !== undefined) this.send({ type: "recenter", yaw: this.#forwardDeg });
		this.ping();
	}

	/** Wishes for another view. */
	requestView(view: ViewRequest, how: { readonly atOnce?: boolean | undefined } = {}): void {
		this.#wish.want(view, how);
	}

	/**
	 * @param yawDeg direction in the panorama, to the right, that is to be this
	 * viewer's forward.
	 */
	recenter(yawDeg: number): void {
		this.#forwardDeg = yawDeg;
		this.send({ type: "recenter", yaw: yawDeg });
	}

	/** The lens that was chosen last. */
	get chosenLens(): ViewerLens {
		return this.#lens ?? "flat";
	}

	/** Chooses another lens, also for later sessions. */
	chooseLens(lens: ViewerLens): void {
		this.#lens = lens;
		this.send({ type: "lens", lens });
	}

	/** Wishes to hear the source, or not, also in later sessions. */
	wishSound(wish: SoundWishMessage): void {
		const { on, volume, voices }: Partial<SoundWishMessage> = this.#soundWish ?? { on: false };
		this.#soundWish = wish;
		if (wish.on !== on || (on && (wish.volume !== volume || wish.voices !== voices))) this.send(wish);
	}

	ping(): void {
		this.send({ type: "ping", t0: performance.now() });
	}

	/** A ping is due. @returns whether the server has left too many unanswered. */
	isSilent(): boolean {
		return this.#clock.isSilent();
	}

	/** The server has answered a ping. */
	answered(pong: PongMessage, receivedAtMs: number): void {
		this.#clock.answered(pong, receivedAtMs);
	}

	/** Answers the server's ping. */
	answer({ t0 }: PingMessage, receivedAtMs: number): void {
		this.send({ type: "pong", t0, t1: receivedAtMs, t2: performance.now() });
	}

	/** @returns whether the channel was open. */
	send(message: ClientControlMessage): boolean {
		return this.#options.send(encodeControlMessage(message));
	}

	/** Another session begins, perhaps at another server. */
	restart(): void {
		this.#clock.restart();
		this.#wish.restart();
	}

	close(): void {
		this.#wish.close();
	}

	#sendHello(): void {
		this.#helloDue = false;
		const view = this.#wish.forHello();
		const cameras = this.#options.cameras();
		this.send({
			type: "hello",
			v: PROTOCOL_VERSION,
			client: this.#options.client,
			frame: "webxr",
			units: "m",
			streams: [...this.#streams.values()],
			encodings: ["bin1", "json"],
			display: true,
			...(view && { view }),
			...(this.pictureParts && { picture: this.pictureParts }),
			...(cameras && { cameras }),
		});
	}
}
