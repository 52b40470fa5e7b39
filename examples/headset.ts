// Shows a 360 camera in a headset, and prints where its wearer's head is. Point a headset app at
// http://ADDRESS:8080/offer, or open the page.
import { serve } from "panogaze";
import { bonePosition, isSkeletonSample } from "panogaze/tracking";

const server = await serve({
	source: process.argv[2], // a file, URL or device; the built-in scene when missing
	state: () => ({ poses: 0 }), // one per viewer
	tracking: {
		skeleton: ({ message, state, viewer }) => {
			if (!isSkeletonSample(message, "FullBody") || ++state.poses % 90 !== 1) return;
			console.log(viewer.id.slice(0, 8), "has its head at", bonePosition(message, "Head"));
		},
	},
});
console.log(`Open ${server.urls[0]}`);
