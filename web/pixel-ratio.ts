/**
 * Calls `onChange` whenever the device has another number of pixels for each of the page's, as on a
 * display that the window was moved to. The page's own sizes may stay then.
 */
export function watchPixelRatio(onChange: () => void): void {
	const watch = () => {
		const changed = () => {
			watch();
			onChange();
		};
		// A query is for one ratio, and changes once.
		matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", changed, { once: true });
	};
	watch();
}
