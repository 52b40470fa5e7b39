// A 360 camera for a headset, and its wearer's body for a robot. Point the headset app at http://THIS-MACHINE:8080/offer, or open the page.
import { serve } from "panogaze";

const server = await serve({
	source: process.argv[2], // a file, URL or device; the built-in scene when missing
	state: () => ({ poses: 0 }), // one per viewer
	channels: {
		body_pose: ({ message, state, viewer }) => {
			const head = message.bones.find((bone) => bone.id === 7);
			if (++state.poses % 90 === 1) console.log(viewer.id.slice(0, 8), `${message.bones.length} bones, head at`, head?.position);
		},
	},
});
console.log(`Open ${server.urls[0]}`);
