// A view of a still 360 degree picture: 30 degrees to the right, 10 down. Make `photo.rgb` with
//   ffmpeg -i photo.jpg -vf scale=2048:1024 -pix_fmt rgb24 -f rawvideo photo.rgb
import { readFile, writeFile } from "node:fs/promises";
import { createProjector, viewFromAngles } from "panogaze/projection";

const panorama = { data: await readFile("photo.rgb"), width: 2048, height: 1024 };
const view = viewFromAngles({ width: 640, height: 360, fovDeg: 90, yawDeg: 30, pitchDeg: -10 });
const projector = await createProjector();
const picture = projector.project(panorama, view);
await writeFile("view.ppm", ["P6 640 360 255\n", picture.data]);
