const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Bytes for people: 812 B, 1.2 MB. */
export function bytesAsText(bytes: number): string {
	const power = Math.min(UNITS.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
	return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

/** A duration as clocks show it: 0:07, 1:02:03. */
export function durationAsText(sec: number): string {
	const whole = Math.round(sec);
	const two = (value: number) => String(value).padStart(2, "0");
	const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
	return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
