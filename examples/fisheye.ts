// Corrects a fisheye camera by a projection of one's own: two functions, of a lens whose picture
// grows with the sine of half the angle. (The words `--in fisheye --in-option model=equisolid` do
// the same.)
import { type Projection, serve } from "panogaze";

const FIELD_OF_VIEW = (200 * Math.PI) / 180;

/** A lens whose circle touches the nearer borders of the picture. */
function equisolid(width: number, height: number): Projection {
	const focal = Math.min(width, height) / 2 / (2 * Math.sin(FIELD_OF_VIEW / 4));
	return {
		width,
		height,
		unproject: (x, y) => {
			const [right, down] = [x - width / 2, y - height / 2];
			const distance = Math.hypot(right, down);
			const angle = 2 * Math.asin(distance / (2 * focal)); // NaN outside of all that a lens can show
			if (!(angle <= FIELD_OF_VIEW / 2)) return [Number.NaN, Number.NaN, Number.NaN];
			const share = distance === 0 ? 0 : Math.sin(angle) / distance;
			return [right * share, -down * share, -Math.cos(angle)];
		},
		project: ([x, y, z]) => {
			const sideways = Math.hypot(x, y);
			const angle = Math.atan2(sideways, -z);
			if (angle > FIELD_OF_VIEW / 2) return [Number.NaN, Number.NaN];
			const share = sideways === 0 ? 0 : (2 * focal * Math.sin(angle / 2)) / sideways;
			return [width / 2 + x * share, height / 2 - y * share];
		},
	};
}

const server = await serve({
	source: process.argv[2], // the fisheye camera
	sourceOptions: { projection: equisolid },
	port: Number(process.env["PORT"] ?? 8080),
});
console.log(`Open ${server.urls[0]}`);
