const IDLE_AFTER_MS = 4_000;

/**
 * Marks an element `data-idle="true"` after a while without input; the style sheet dims
 * its tools.
 */
export function dimWhenIdle(target: HTMLElement): void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const wake = () => {
		target.dataset["idle"] = "false";
		clearTimeout(timer);
		timer = setTimeout(() => {
			target.dataset["idle"] = "true";
		}, IDLE_AFTER_MS);
	};
	for (const type of ["pointermove", "pointerdown", "keydown", "focusin"])
		addEventListener(type, wake, { passive: true, capture: true });
	wake();
}
