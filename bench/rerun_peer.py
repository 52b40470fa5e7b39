"""The same work as bench/rerun.ts, by Rerun's own Python SDK: python rerun_peer.py FILE. Prints JSON."""

import json
import os
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


if __name__ == "__main__":
    print(json.dumps({**log_only(), **poses(sys.argv[1]), **columns(sys.argv[1])}))
