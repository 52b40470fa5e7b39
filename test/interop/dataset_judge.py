"""Reads a dataset of panogaze with pyarrow, or h5py, and prints what it holds as JSON.

usage: dataset_judge.py lerobot|hdf5 FOLDER
"""

import json
import math
import pathlib
import sys

import h5py
import pyarrow.parquet as pq


def plain(value):
    """JSON has neither NaN nor whole numbers beyond 2^53."""
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return str(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def table(path):
    read = pq.read_table(path)
    return {
        "types": {field.name: str(field.type) for field in read.schema},
        "columns": read.to_pydict(),
        "index": (read.schema.pandas_metadata or {}).get("index_columns"),
        "groups": pq.ParquetFile(path).num_row_groups,
    }


def lerobot(folder):
    chunk = "chunk-000/file-000.parquet"
    return {
        "data": table(folder / "data" / chunk),
        "episodes": table(folder / "meta/episodes" / chunk),
        "tasks": table(folder / "meta/tasks.parquet"),
    }


def hdf5(folder):
    episodes = {}
    with h5py.File(folder / "rows.hdf5") as file:
        for name, group in file["data"].items():
            episodes[name] = {
                "actions": group["actions"][:].tolist(),
                "state": group["obs/state"][:].tolist(),
                "unix_ns": group["unix_ns"][:].tolist(),
                "columns": list(group["obs/state"].attrs["columns"]),
                "num_samples": int(group.attrs["num_samples"]),
            }
        return {"total": int(file["data"].attrs["total"]), "episodes": episodes}


print(json.dumps(plain({"lerobot": lerobot, "hdf5": hdf5}[sys.argv[1]](pathlib.Path(sys.argv[2])))))
