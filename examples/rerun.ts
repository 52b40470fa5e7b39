// A session in Rerun, on one clock: the wearer's bones, where the head looks, the very video that
// is streamed, and how old all of it was. Run it with `--save session.rrd`, `--serve` (a viewer in
// the browser), `--connect` (a viewer that runs), or nothing (starts one that is installed).
import { serve } from "panogaze";
import { SessionRecorder } from "panogaze/recording";
import { startScript } from "panogaze/rerun/node";

const { recording, arguments: flags, viewerUrl } = await startScript("panogaze_session");
const server = await serve({
	source: flags.rest[0], // a file, URL or device; the built-in scene when missing
	port: Number(process.env["PORT"] ?? 8080),
	view: { width: 1280, height: 720, frameRate: 60 },
});
new SessionRecorder(server, recording);
process.once("SIGINT", () => server.close().then(() => recording.close()));
// Not to stdout, where `--stdout` has the recording.
console.error(`Open ${server.urls[0]}${viewerUrl === null ? "" : `, and Rerun at ${viewerUrl}`}`);
