/// <reference types="webxr" />

/**
 * Follows the gesture by which a headset's wearer takes control of a robot: the grip of either
 * controller is squeezed, or, with bare hands, the left hand pinches. The right one is left to
 * the robot's own.
 */
export class GripEngagement {
	readonly #onChange: (engaged: boolean) => void;
	readonly #held = new Set<XRInputSource>();
	readonly #end = new AbortController();
	#engaged = false;

	/** @param onChange called when the gesture begins, and when the wearer lets go. */
	constructor(session: XRSession, onChange: (engaged: boolean) => void) {
		this.#onChange = onChange;
		const { signal } = this.#end;
		const listen = (type: string, act: (event: XRInputSourceEvent) => void) =>
			session.addEventListener(type, (event) => act(event as XRInputSourceEvent), { signal });
		listen("squeezestart", ({ inputSource }) => this.#hold(inputSource, true));
		listen("squeezeend", ({ inputSource }) => this.#hold(inputSource, false));
		listen("selectstart", ({ inputSource }) => {
			if (inputSource.hand && inputSource.handedness === "left") this.#hold(inputSource, true);
		});
		listen("selectend", ({ inputSource }) => inputSource.hand && this.#hold(inputSource, false));
		session.addEventListener(
			"inputsourceschange",
			({ removed }) => {
				for (const source of removed) this.#hold(source, false);
			},
			{ signal },
		);
		session.addEventListener("visibilitychange", () => session.visibilityState !== "visible" && this.#letGo(), {
			signal,
		});
	}

	/** The session is over: the wearer has let go. */
	close(): void {
		this.#end.abort();
		this.#letGo();
	}

	#hold(source: XRInputSource, on: boolean): void {
		if (on) this.#held.add(source);
		else this.#held.delete(source);
		this.#report();
	}

	#letGo(): void {
		this.#held.clear();
		this.#report();
	}

	#report(): void {
		const engaged = this.#held.size > 0;
		if (engaged === this.#engaged) return;
		this.#engaged = engaged;
		this.#onChange(engaged);
	}
}
