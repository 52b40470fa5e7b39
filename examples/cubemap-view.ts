// Gives viewers the whole sphere as a cubemap, for programs that look in every direction at once,
// such as a detector of people. A client that asks for no size gets faces of 512x512: right, left,
// up, then down, front, back (v360's c3x2).
import { serve } from "panogaze";

const server = await serve({
	source: process.argv[2], // a file, URL or device; the built-in scene when missing
	port: Number(process.env["PORT"] ?? 8080),
	view: { width: 1536, height: 1024 },
	lens: () => ({ kind: "cubemap", layout: "c3x2" }),
});
console.log(`Open ${server.urls[0]}`);
