"""Draws pictures with OpenCV's remap, for `npm run bench:fidelity`.

Reads one JSON request a line from stdin, `{"source": FILE, "width": W, "height": H, "map": FILE,
"outWidth": W, "outHeight": H, "interpolation": NAME, "into": FILE}`, where `source` holds 8-bit
samples and `map` holds pairs of float32 (x, y; the first pixel's centre is 0). Answers `{"done": true}`.

A request `{"moving": FRAMES, "width": W, "height": H, "outWidth": W, "outHeight": H, "fovDeg": D}`
draws views of a 4:2:0 picture whose direction changes in every frame, with maps made anew by numpy,
and answers `{"ms": MEDIAN}` of one frame.
"""

import json
import statistics
import sys
import time

import cv2
import numpy as np

INTERPOLATIONS = {
    "nearest": cv2.INTER_NEAREST,
    "bilinear": cv2.INTER_LINEAR,
    "bicubic": cv2.INTER_CUBIC,
    "lanczos": cv2.INTER_LANCZOS4,
}



def remap(request):
    source = np.fromfile(request["source"], np.uint8).reshape(request["height"], request["width"])
    places = np.fromfile(request["map"], np.float32).reshape(request["outHeight"], request["outWidth"], 2)
    interpolation = INTERPOLATIONS[request["interpolation"]]
    cv2.remap(source, places, None, interpolation, borderMode=cv2.BORDER_REPLICATE).tofile(request["into"])
    return {"done": True}


def plane_rays(width, height, fov_deg):
    x, y = np.meshgrid(np.arange(width, dtype=np.float32) + 0.5, np.arange(height, dtype=np.float32) + 0.5)
    focal = width / 2 / np.tan(np.radians(fov_deg) / 2)
    return np.stack([x - width / 2, height / 2 - y, np.full_like(x, -focal)], axis=-1)


def draw_plane(source, rays, rotation):
    height, width = source.shape
    x, y, z = np.moveaxis(rays @ rotation, -1, 0)
    across = (np.arctan2(x, -z) * np.float32(width / (2 * np.pi)) + np.float32(width / 2 - 0.5)).astype(np.float32)
    latitude = np.arctan2(y, np.hypot(x, z))
    down = (latitude * np.float32(-height / np.pi) + np.float32(height / 2 - 0.5)).astype(np.float32)
    return cv2.remap(source, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def moving(request):
    width, height = request["width"], request["height"]
    random = np.random.default_rng(1)
    planes = [random.integers(0, 255, (height // step, width // step), np.uint8) for step in (1, 2, 2)]
    rays = [plane_rays(request["outWidth"] // step, request["outHeight"] // step, request["fovDeg"]) for step in (1, 2)]
    times = []
    for frame in range(request["moving"]):
        yaw = np.radians(frame * 1.7)
        turn = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
        rotation = np.array(turn, np.float32)
        start = time.perf_counter()
        draw_plane(planes[0], rays[0], rotation)
        for plane in planes[1:]:
            draw_plane(plane, rays[1], rotation)
        times.append((time.perf_counter() - start) * 1e3)
    return {"ms": statistics.median(times)}


cv2.setNumThreads(1)
print(json.dumps({"version": cv2.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(moving(request) if "moving" in request else remap(request)), flush=True)
