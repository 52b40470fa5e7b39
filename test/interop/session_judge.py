"""Rerun's own SDK, as the judge of a recorded session. It prints what it finds as JSON.

    python session_judge.py rows FILE         what the SDK reads of a recording
    python session_judge.py show FILE PICTURE [WIDTHxHEIGHT [SECONDS]]
                                              what the newest viewer says of it, without a window, and
                                              what it draws after so many seconds
    python session_judge.py dataset FOLDER    what the SDK reads of a dataset in LeRobot's layout
"""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time

import imageio_ffmpeg
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import rerun_cli

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def rows(path):
    from rerun.chunk import RrdReader

    entities = {}
    for chunk in RrdReader(path).stream():
        batch = chunk.to_record_batch()
        entity = entities.setdefault(chunk.entity_path, {"rows": {}, "times": [], "sequence": []})
        for field, column in zip(batch.schema, batch.columns):
            if pa.types.is_list(field.type):
                counts = entity["rows"]
                counts[field.name] = counts.get(field.name, 0) + len(column) - column.null_count
        if "panogaze.Pose:sequence" in batch.schema.names:
            numbers = batch.column("panogaze.Pose:sequence").flatten()
            entity["sequence"] += [int(number) for number in numbers.to_pylist()]
        if not chunk.is_static:
            times = {name: batch.column(name).cast(pa.int64()).to_pylist() for name in chunk.timeline_names}
            entity["times"] += [dict(zip(times, row)) for row in zip(*times.values())]
    return {name: judged(entity) for name, entity in entities.items()}


def judged(entity):
    """Times of the rows in the order of the server's: how often each of the others goes back."""
    ordered = sorted(entity["times"], key=lambda row: (row["server"], row.get("frame", 0)))
    back = {}
    for timeline in sorted({name for row in ordered for name in row}):
        values = np.array([row[timeline] for row in ordered if row.get(timeline) is not None], dtype=np.int64)
        back[timeline] = int((np.diff(values) < 0).sum())
    return {"rows": entity["rows"], "sequence": entity["sequence"], "back": back}


def show(path, picture, size="960x600", wait_sec="0"):
    from rerun.experimental import ViewerClient

    port = free_port()
    # The very program: what the package puts beside Python would leave it behind.
    program = os.path.join(os.path.dirname(rerun_cli.__file__), "rerun")
    # The viewer decodes H.264 by a program of this name.
    folder = os.path.dirname(picture)
    os.symlink(imageio_ffmpeg.get_ffmpeg_exe(), os.path.join(folder, "ffmpeg"))
    environment = os.environ | {"PATH": folder + os.pathsep + os.environ["PATH"]}
    arguments = ["--headless", "--hide-welcome-screen", "--window-size", size, "--port", str(port)]
    process = subprocess.Popen([program, *arguments], env=environment, preexec_fn=end_with_parent, **QUIET)
    try:
        wait_for(lambda: is_listening(port))
        return shown_by(ViewerClient.connect(f"rerun+http://127.0.0.1:{port}/proxy"), path, picture, float(wait_sec))
    finally:
        process.kill()
        process.wait()


def end_with_parent():
    """PR_SET_PDEATHSIG of Linux."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def shown_by(viewer, path, picture, wait_sec):
    viewer.open(path)
    wait_for(lambda: viewer.get_state().recordings and not viewer.get_state().loading)
    recording = viewer.get_state().recordings[0]
    timelines = {line.name: [line.start, line.end] for line in recording.timelines}
    start, end = timelines["server"]
    middle = (start + end) // 2
    viewer.set_time("server", timestamp=np.datetime64(middle, "ns"), play_state="paused")
    wait_for(lambda: viewer.get_state().recordings[0].current_time == middle)
    # Notices go by themselves.
    time.sleep(wait_sec)
    # It decodes beside its drawing: the picture is right when it no longer changes.
    shown = None
    for _ in range(20):
        before, shown = shown, viewer.take_screenshot()
        if shown == before:
            break
        time.sleep(0.5)
    with open(picture, "wb") as file:
        file.write(shown)
    state = viewer.get_state()
    return {
        "version": state.viewer_version,
        "timelines": timelines,
        "entities": [entity.entity_path for entity in viewer.get_recording_schema(paths_only=True).entities],
        "views": [[view.view_class, view.name, [report.summary for report in view.reports]] for view in state.views],
        "logs": [entry.message for entry in viewer.get_logs() if entry.level in ("WARN", "ERROR")],
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise TimeoutError("The viewer does not get there.")


def dataset(folder):
    from rerun.experimental import LeRobotReader

    table = pq.read_table(os.path.join(folder, "data/chunk-000/file-000.parquet"))
    names = ["episode_index", "time.unix_ns", "picture.number", "seen.picture", "seen.frame_index"]
    columns = {name: table.column(name).to_pylist() for name in names}
    columns["time.unix_ns"] = [str(time) for time in columns["time.unix_ns"]]
    reader = LeRobotReader(folder)
    episodes = []
    for episode in reader.episodes():
        counts = {}
        for chunk in reader.stream(episode):
            counts[chunk.entity_path] = counts.get(chunk.entity_path, 0) + chunk.num_rows
        episodes.append(counts)
    return {"columns": columns, "episodes": episodes}


commands = {"rows": rows, "show": show, "dataset": dataset}
print(json.dumps(commands[sys.argv[1]](*sys.argv[2:])))
