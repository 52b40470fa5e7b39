"""Rerun's own SDK as a client of our server.

Usage: rerun_serving_peer.py log URL FILE    logs the same into a server and a file
       rerun_serving_peer.py endless URL     logs until it is killed
"""

import sys
import time

import numpy as np
import rerun as rr
import rerun.blueprint as rrb


def log(url: str, path: str) -> None:
    rr.init("python_peer", recording_id="peer")
    rr.set_sinks(rr.GrpcSink(url), rr.FileSink(path))
    rr.send_blueprint(rrb.Blueprint(rrb.Spatial3DView(origin="/world"), collapse_panels=True))
    rr.log("world", rr.ViewCoordinates.RIGHT_HAND_Y_UP, static=True)
    rr.log("world/camera", rr.VideoStream(codec=rr.VideoCodec.H264), static=True)
    for step in range(50):
        rr.set_time("frame", sequence=step)
        rr.set_time("elapsed", duration=step / 30)
        points = np.arange(84 * 3, dtype=np.float32).reshape(84, 3) + step
        rr.log("world/points", rr.Points3D(points, labels=[f"bone {index}" for index in range(84)]))
        rr.log("plot", rr.Scalars(step / 2))
        rr.log("notes/with space", rr.TextLog(f"step {step}", level="INFO"))
        key = b"\0\0\0\1\x67\1\0\0\0\1\x68\1\0\0\1\x65" if step % 10 == 0 else b"\0\0\0\1\x41"
        rr.log("world/camera", rr.VideoStream.from_fields(sample=key + bytes(range(1, 200)) * 20))
    steps = np.arange(100_000)
    rr.send_columns(
        "columns",
        indexes=[rr.TimeColumn("frame", sequence=steps)],
        columns=rr.Scalars.columns(scalars=np.sin(steps / 100)),
    )
    rr.disconnect()


def endless(url: str) -> None:
    rr.init("python_endless", recording_id="endless")
    rr.connect_grpc(url)
    step = 0
    while True:
        rr.set_time("frame", sequence=step)
        rr.log("plot", rr.Scalars(float(step)))
        step += 1
        time.sleep(0.001)


if __name__ == "__main__":
    {"log": log, "endless": endless}[sys.argv[1]](*sys.argv[2:])
