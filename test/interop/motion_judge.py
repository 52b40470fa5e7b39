"""Reads and writes recordings of motion with Python's own tools, after the layout of XR Robot Teleop Server's recorder. Prints one line of JSON."""

import csv
import io
import json
import struct
import sys
from datetime import datetime

POSE_FIELDS = ["bone_id", "pos_x", "pos_y", "pos_z", "rot_x", "rot_y", "rot_z", "rot_w"]
# The column that the other recorder does not have: empty here, as no age is known.
AGE_FIELD = ["photon_age_ms"]


def messages(path):
    """(received at, Unix seconds; bones in the robot's axes) of each `body_pose` message. A message is preceded by its time and its length."""
    data = open(path, "rb").read()
    at = 0
    while at < len(data):
        received, length = struct.unpack_from("<dI", data, at)
        at += 12
        count = struct.unpack_from("<i", data, at)[0]
        bones = []
        for bone in range(count):
            identity, x, y, z, qx, qy, qz, qw = struct.unpack_from("<i7f", data, at + 4 + bone * 32)
            bones.append((identity, (z, -x, y), (-qz, qx, -qy, qw)))
        yield received, bones
        at += length


def jsonl(path, precision, absolute):
    lines = []
    start = None
    for received, bones in messages(path):
        start = received if start is None else start
        if absolute:
            entry = {"timestamp": received, "datetime": datetime.fromtimestamp(received).isoformat()}
        else:
            entry = {"time_elapsed": round(received - start, precision)}
        entry["bones"] = [
            {
                "id": identity,
                "pos": dict(zip("xyz", (round(part, precision) for part in position))),
                "rot": dict(zip("xyzw", (round(part, precision) for part in rotation))),
            }
            for identity, position, rotation in bones
        ]
        lines.append(json.dumps(entry) + "\n")
    return "".join(lines)


def csv_text(path, precision, absolute):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=(["timestamp", "datetime"] if absolute else ["time_elapsed"]) + POSE_FIELDS + AGE_FIELD)
    writer.writeheader()
    start = None
    for received, bones in messages(path):
        start = received if start is None else start
        for identity, position, rotation in bones:
            if absolute:
                row = {"timestamp": received, "datetime": datetime.fromtimestamp(received).isoformat()}
            else:
                row = {"time_elapsed": round(received - start, precision)}
            numbers = [round(part, precision) for part in position + rotation]
            writer.writerow(row | dict(zip(POSE_FIELDS, [identity, *numbers])))
    return text.getvalue()


def write_hdf5(source, path, integer_ids):
    """What their recorder leaves behind: bone ids are texts, or with other tools numbers."""
    import h5py
    import numpy as np

    recorded = list(messages(source))
    with h5py.File(path, "w") as file:
        file.attrs["format_version"] = "2.0"
        file.attrs["convert_unity_coords"] = True
        options = {"compression": "gzip", "shuffle": True, "fletcher32": True}
        times = np.array([received for received, _ in recorded], dtype=np.float64)
        file.create_dataset("time", data=times, **options)
        file.create_dataset("positions", data=np.array([[bone[1] for bone in bones] for _, bones in recorded], dtype=np.float32), **options)
        file.create_dataset("rotations", data=np.array([[bone[2] for bone in bones] for _, bones in recorded], dtype=np.float32), **options)
        ids = [bone[0] for bone in recorded[0][1]]
        if integer_ids:
            file.create_dataset("bone_ids", data=np.array(ids, dtype=np.int64))
        else:
            file.create_dataset("bone_ids", data=np.array([str(identity) for identity in ids], dtype=h5py.string_dtype()))
    return len(recorded)


def read_hdf5(path):
    import h5py
    import numpy as np

    def value(attribute):
        return attribute.item() if isinstance(attribute, np.generic) else attribute

    with h5py.File(path) as file:
        positions = file["positions"]
        return {
            "attributes": {name: value(attribute) for name, attribute in file.attrs.items()},
            "datasets": {
                name: {
                    "shape": list(file[name].shape),
                    "dtype": "str" if h5py.check_string_dtype(file[name].dtype) else str(file[name].dtype),
                    "compression": file[name].compression,
                    "attributes": {key: value(file[name].attrs[key]) for key in ("units", "description", "dimensions") if key in file[name].attrs},
                }
                for name in file
                if isinstance(file[name], h5py.Dataset)
            },
            "groups": {name: sorted(file["streams"][name]) for name in file["streams"]} if "streams" in file else {},
            "bone_ids": [identity.decode() for identity in file["bone_ids"][:]],
            "bone_index": file["bone_index"][:].tolist(),
            "labels": {name: [dimension.label for dimension in file[name].dims] for name in ("positions", "rotations")},
            "scales": {name: [[scale.name for scale in dimension.values()] for dimension in file[name].dims] for name in ("positions", "rotations")},
            "time": file["time"][:].tolist(),
            "missing": int(np.isnan(positions[:]).sum()),
            "last": [np.nan_to_num(positions[-1]).tolist(), np.nan_to_num(file["rotations"][-1]).tolist()],
        }


def read_mcap(path):
    from mcap.reader import NonSeekingReader, make_reader

    with open(path, "rb") as stream:
        reader = make_reader(stream, validate_crcs=True)
        summary = reader.get_summary()
        schemas = {schema.name: [schema.encoding, json.loads(schema.data)["type"]] for schema in summary.schemas.values()}
        channels = {channel.topic: summary.schemas[channel.schema_id].name for channel in summary.channels.values()}
        result = {
            "schemas": schemas,
            "channels": channels,
            "body_metadata": next(channel.metadata for channel in summary.channels.values() if channel.topic == "/body"),
            "chunks": len(summary.chunk_indexes),
            "messages": summary.statistics.message_count,
            "metadata": [record.name for record in reader.iter_metadata()],
            "body": [],
        }
        bones = None
        for schema, channel, message in reader.iter_messages(topics=["/body", "/body/bones"], log_time_order=True):
            content = json.loads(message.data)
            if channel.topic == "/body/bones":
                bones = content
                continue
            poses = {identity: pose for identity, pose in zip(bones["ids"], content["poses"], strict=True)}
            result["body"].append([message.log_time, message.publish_time, message.sequence, content["frame_id"], poses, bones["names"]])
    with open(path, "rb") as stream:
        result["scanned"] = sum(1 for _ in NonSeekingReader(stream, validate_crcs=True).iter_messages(log_time_order=False))
    return result


task, *arguments = sys.argv[1:]
if task == "text":
    source, precision, absolute = arguments[0], int(arguments[1]), arguments[2] == "absolute"
    result = {"jsonl": jsonl(source, precision, absolute), "csv": csv_text(source, precision, absolute)}
elif task == "write-hdf5":
    result = write_hdf5(arguments[0], arguments[1], arguments[2] == "integers")
elif task == "read-hdf5":
    result = read_hdf5(arguments[0])
else:
    result = read_mcap(arguments[0])
print(json.dumps(result))
