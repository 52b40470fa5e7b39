"""The same work as bench/rerun.ts, by Rerun's own Python SDK: python rerun_peer.py FILE IMAGES CLOUDS. Prints JSON.

IMAGES has pictures of 1920 x 1080 RGB one after the other, CLOUDS clouds of 100,000 points in float32.
"""

import json
import os
import resource
import sys
import time

import numpy as np
import rerun as rr

BONES = 84
POSES = 3000
SCALARS = 1_000_000


def positions(pose):
    return np.sin(pose * 0.01 + np.arange(BONES * 3)).astype(np.float32).reshape(BONES, 3)


def poses(path):
    recording = rr.RecordingStream("bench", recording_id="bench")
    recording.save(path)
    keypoints = np.arange(BONES, dtype=np.uint16)
    made = [positions(pose) for pose in range(POSES)]
    started = time.perf_counter()
    for pose in range(POSES):
        recording.set_time("frame", sequence=pose)
        recording.log("world/user/body", rr.Points3D(made[pose], class_ids=1, keypoint_ids=keypoints))
        # As they would come at 100 Hz: a file gets its chunks every 200 ms.
        if pose % 20 == 19:
            recording.flush()
    elapsed = time.perf_counter() - started
    recording.disconnect()
    return {"poseUs": elapsed / POSES * 1e6, "poseBytes": os.path.getsize(path) / POSES}


def log_only():
    """Without flushes: what a call costs."""
    recording = rr.RecordingStream("bench", recording_id="bench")
    memory = recording.memory_recording()
    keypoints = np.arange(BONES, dtype=np.uint16)
    made = positions(1)
    best = None
    for _ in range(5):
        started = time.perf_counter()
        for pose in range(500):
            recording.set_time("frame", sequence=pose)
            recording.log("world/user/body", rr.Points3D(made, class_ids=1, keypoint_ids=keypoints))
        elapsed = (time.perf_counter() - started) / 500 * 1e6
        best = elapsed if best is None else min(best, elapsed)
    memory.drain_as_bytes()
    return {"logUs": best}


def columns(path):
    recording = rr.RecordingStream("bench", recording_id="bench")
    recording.save(path)
    scalars = np.arange(SCALARS, dtype=np.float64)
    steps = np.arange(SCALARS)
    best = None
    for _ in range(5):
        started = time.perf_counter()
        recording.send_columns("scalars", indexes=[rr.TimeColumn("step", sequence=steps)], columns=rr.Scalars.columns(scalars=scalars))
        recording.flush()
        elapsed = (time.perf_counter() - started) * 1e3
        best = elapsed if best is None else min(best, elapsed)
    recording.disconnect()
    return {"columnsMs": best}


def cpu_ms():
    """Of all threads of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


def large_rows(path, rows, count):
    """CPU time of one row that is logged into a file, which compresses it with LZ4. As in bench/rerun.ts: 8 to warm up, a flush after each 16."""
    recording = rr.RecordingStream("bench", recording_id="bench")
    recording.save(path)
    started = 0
    for index in range(-8, count):
        if index == 0:
            recording.flush()
            started = cpu_ms()
        recording.set_time("frame", sequence=index)
        recording.log("row", rows[index % len(rows)]())
        if index % 16 == 15:
            recording.flush()
    recording.flush()
    elapsed = (cpu_ms() - started) / count
    recording.disconnect()
    return elapsed


def images(path, file):
    pictures = np.fromfile(file, dtype=np.uint8).reshape(-1, 1080, 1920, 3)
    return {"imageMs": large_rows(path, [lambda of=of: rr.Image(of) for of in pictures], 64)}


def clouds(path, file):
    points = np.fromfile(file, dtype=np.float32).reshape(-1, 100_000, 3)
    return {"cloudMs": large_rows(path, [lambda of=of: rr.Points3D(of) for of in points], 192)}


if __name__ == "__main__":
    file, image_file, cloud_file = sys.argv[1:]
    print(json.dumps({**log_only(), **poses(file), **columns(file), **images(file, image_file), **clouds(file, cloud_file)}))
