/** A time as players write it: 0:07, 12:34, 1:02:03. "–" for an unknown one. */
export function clockTime(sec: number): string {
	if (!Number.isFinite(sec)) return "–";
	const whole = Math.max(0, Math.floor(sec + 1e-6));
	const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
	const two = (value: number) => String(value).padStart(2, "0");
	return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** The way back from the present, such as -0:07; 0:00 where less than a second is missing. */
export function timeBehind(sec: number): string {
	return sec >= 1 ? `-${clockTime(sec)}` : clockTime(sec);
}
