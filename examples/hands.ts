// Prints where a wearer's hands are as seen from the body: the input of a robot's two arms. Connect
// a headset, or run `panogaze play-motion FILE`.
import { serve } from "panogaze";
import {
	bodyAxes,
	boneTransform,
	composeTransforms,
	fingerCurl,
	invertTransform,
	isSkeletonSample,
	pinch,
	type SkeletonPose,
} from "panogaze/tracking";

const INTERVAL_SEC = 0.2;

const server = await serve({
	source: process.argv[2], // a file, URL or device; the built-in scene when missing
	port: Number(process.env["PORT"] ?? 8080),
	state: () => ({ printedAt: Number.NEGATIVE_INFINITY }), // one per viewer
	tracking: {
		skeleton: ({ message, state, viewer, receivedAt, capturedAt }) => {
			if (!isSkeletonSample(message, "FullBody") || receivedAt - state.printedAt < INTERVAL_SEC) return;
			state.printedAt = receivedAt;
			const age = Number.isNaN(capturedAt)
				? "of unknown age"
				: `${((receivedAt - capturedAt) * 1000).toFixed(1)} ms old`;
			console.log(`${viewer.id.slice(0, 8)} ${age}: ${wordsFor(message, "left")}; ${wordsFor(message, "right")}`);
		},
	},
});
console.log(`Open ${server.urls[0]}`);

/**
 * The wrist in the body's frame: origin between the shoulders, +X to the right, +Y up the spine, -Z
 * forward; centimetres.
 */
function wordsFor(pose: SkeletonPose<"FullBody">, side: "left" | "right"): string {
	const worldFromBody = bodyAxes(pose);
	const worldFromWrist = boneTransform(pose, side === "left" ? "LeftHandWrist" : "RightHandWrist");
	if (worldFromBody === undefined || worldFromWrist === undefined) return `${side} hand not seen`;
	const [x, y, z] = composeTransforms(invertTransform(worldFromBody), worldFromWrist).position.map((metres) =>
		Math.round(metres * 100),
	);
	const curl = fingerCurl(pose, side, "index");
	const fingers =
		curl === undefined
			? ""
			: `, index ${Math.round(curl * 100)} % ` +
				`curled${pinch(pose, side, "index")?.strength === 1 ? ", pinching" : ""}`;
	return `${side} hand ${x} right ${y} up ${-z!} forward${fingers}`;
}
