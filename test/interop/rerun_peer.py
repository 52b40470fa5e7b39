"""Rerun's own SDK, as the judge of ours.

    python rerun_peer.py log FILE      log the cases below into a recording
    python rerun_peer.py arrow FILE    print what pyarrow reads in an Arrow stream, as JSON
    python rerun_peer.py types FILE    write the Arrow type of every component into FILE, as JSON
    python rerun_peer.py lz4 FILE      compress with LZ4's own library, and print what it reads in FILE.block
"""

import json
import sys

import numpy as np


def cases(rr):
    position = [[0, 1, 2], [3, 4, 5.5]]
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    return {
        "points3d": rr.Points3D(
            position,
            radii=[0.5, -1],
            colors=[[255, 0, 0], [0, 255, 0, 128]],
            labels=["a", "ü"],
            show_labels=True,
            class_ids=[1],
            keypoint_ids=[3, 65535],
        ),
        "points3d_update": rr.Points3D.from_fields(colors=[[1, 2, 3]]),
        "points2d": rr.Points2D([[0, 1], [2, 3]], draw_order=2.5),
        "lines3d": rr.LineStrips3D([[[0, 0, 0], [1, 1, 1]], [[2, 2, 2], [3, 3, 3], [4, 4, 4]]], colors=[0x11223344]),
        "lines2d": rr.LineStrips2D([[[0, 0], [1, 1]]]),
        "arrows3d": rr.Arrows3D(vectors=position, origins=[[1, 1, 1], [2, 2, 2]]),
        "boxes3d": rr.Boxes3D(half_sizes=[[1, 2, 3]], centers=[[4, 5, 6]], quaternions=[[0, 0, 0, 1]], fill_mode="solid"),
        "boxes3d_axis": rr.Boxes3D(half_sizes=[[1, 2, 3]], rotation_axis_angles=[rr.RotationAxisAngle([0, 0, 1], 0.5)]),
        "boxes2d": rr.Boxes2D(half_sizes=[[1, 2]], centers=[[3, 4]]),
        "mesh3d": rr.Mesh3D(
            vertex_positions=[[0, 0, 0], [1, 0, 0], [0, 1, 0]],
            triangle_indices=[[0, 1, 2]],
            vertex_normals=[[0, 0, 1]] * 3,
            vertex_colors=[[255, 0, 0], [0, 255, 0], [0, 0, 255]],
        ),
        "transform3d": rr.Transform3D(translation=[1, 2, 3], quaternion=[0, 0, 0, 1], scale=2.0, relation=rr.TransformRelation.ParentFromChild),
        "transform3d_matrix": rr.Transform3D(mat3x3=[[0, -1, 0], [1, 0, 0], [0, 0, 1]], child_frame="c", parent_frame="p"),
        "transform3d_axis": rr.Transform3D(rotation_axis_angle=rr.RotationAxisAngle([1, 0, 0], 1.5)),
        "instance_poses": rr.InstancePoses3D(translations=position),
        "pinhole": rr.Pinhole(focal_length=[100, 200], width=640, height=480, camera_xyz=rr.ViewCoordinates.RDF, image_plane_distance=0.5),
        "pinhole_fov": rr.Pinhole(fov_y=1.0, aspect_ratio=1.5),
        "view_coordinates": rr.ViewCoordinates.RUB,
        "annotations": rr.AnnotationContext(
            [
                rr.ClassDescription(
                    info=rr.AnnotationInfo(id=1, label="body", color=(255, 0, 0)),
                    keypoint_annotations=[rr.AnnotationInfo(id=0, label="hip"), rr.AnnotationInfo(id=1, label="knee", color=(0, 0, 255, 128))],
                    keypoint_connections=[(0, 1)],
                ),
                rr.ClassDescription(info=rr.AnnotationInfo(id=2)),
            ]
        ),
        "scalars": rr.Scalars([1.5, -2.0]),
        "series_lines": rr.SeriesLines(colors=[[255, 0, 0]], widths=[2.0], names=["x"], visible_series=[True], interpolation_mode="stepafter"),
        "series_points": rr.SeriesPoints(markers="cross", marker_sizes=3.0),
        "text_log": rr.TextLog("hello", level=rr.TextLogLevel.WARN, color=[1, 2, 3]),
        "text_document": rr.TextDocument("# hi", media_type=rr.MediaType.MARKDOWN),
        "image_rgb": rr.Image(pixels, opacity=0.5),
        "image_nv12": rr.Image(bytes=bytes(range(24)), width=4, height=4, pixel_format=rr.PixelFormat.NV12),
        "depth": rr.DepthImage(np.arange(6, dtype=np.uint16).reshape(2, 3), meter=1000.0, colormap="turbo", depth_range=[0, 5]),
        "segmentation": rr.SegmentationImage(np.arange(6, dtype=np.uint8).reshape(2, 3)),
        "encoded_image": rr.EncodedImage(contents=b"\x89PNG1234", media_type="image/png"),
        "asset_video": rr.AssetVideo(contents=b"\0\0\0\x18ftypmp42", media_type="video/mp4"),
        "video_stream": rr.VideoStream(rr.VideoCodec.H264, sample=b"\0\0\0\1\x65"),
        "video_reference": rr.VideoFrameReference(rr.components.VideoTimestamp(nanoseconds=5), video_reference="/video"),
        "clear": rr.Clear(recursive=True),
        "tensor": rr.Tensor(np.arange(6, dtype=np.float32).reshape(2, 3), dim_names=["y", "x"]),
        "bar_chart": rr.BarChart([1.0, 2.0, 3.0]),
        "graph_nodes": rr.GraphNodes(["a", "b"], positions=[[0, 0], [1, 1]]),
        "graph_edges": rr.GraphEdges([("a", "b")], graph_type="directed"),
        "geo_points": rr.GeoPoints(lat_lon=[[47.6, 19.0]]),
        "geo_lines": rr.GeoLineStrings(lat_lon=[[[47.6, 19.0], [48.0, 20.0]]]),
        "ellipsoids": rr.Ellipsoids3D(half_sizes=[[1, 2, 3]], line_radii=0.1),
        "capsules": rr.Capsules3D(lengths=[1.0], radii=[0.5]),
        "state": rr.StateChange(state="open"),
        "any_values": rr.AnyValues(number=1.5, text="x", texts=["a", "b"], flag=True, integer=np.int64(7), floats=np.array([1, 2], dtype=np.float32)),
        "named": rr.AnyValues(**{"a b.c-d,e\\f!": 1.0}),
        "dynamic_dotted": rr.DynamicArchetype("my.own.Battery", components={"level of it": 0.5}),
        "dynamic": rr.DynamicArchetype("Battery", components={"level": 0.5}),
        "recording_info": rr.archetypes.RecordingInfo(start_time=5, name="n"),
    }


def log(path):
    import rerun as rr

    recording = rr.RecordingStream("panogaze_interop", recording_id="cases", send_properties=False)
    recording.save(path)
    for name, thing in cases(rr).items():
        recording.log(f"static/{name}", thing, static=True)
    for frame in range(30):
        recording.set_time("frame", sequence=frame)
        recording.set_time("since", duration=frame * 0.25)
        recording.set_time("of day, e.g. \N{SUN WITH FACE}", sequence=-frame)
        recording.set_time("at", timestamp=1_700_000_000 + frame * 0.5)
        recording.log("plot", rr.Scalars(frame * 2.0))
        if frame % 3 == 0:
            recording.log("plot", rr.TextLog(f"frame {frame}"))
    recording.send_columns(
        "columns",
        indexes=[rr.TimeColumn("frame", sequence=range(4))],
        columns=[*rr.Points3D.columns(positions=np.arange(18).reshape(6, 3)).partition([1, 2, 0, 3]), *rr.Points3D.columns(radii=[1, 2, 3, 4])],
    )
    recording.send_property("camera", rr.AnyValues(serial="x1"))
    recording.log(["my robot", "a/b", "größe €"], rr.Scalars(1.0), static=True)
    recording.disconnect()


def arrow(path):
    import pyarrow as pa

    with pa.ipc.open_stream(path) as reader:
        schema = reader.schema
        batches = list(reader)
    for batch in batches:
        batch.validate(full=True)

    def plain(value):
        if isinstance(value, bytes):
            return value.hex()
        if isinstance(value, dict):
            return {key: plain(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [plain(inner) for inner in value]
        return str(value) if isinstance(value, int) and abs(value) > 2**53 else value

    def values(column):
        if pa.types.is_timestamp(column.type) or pa.types.is_duration(column.type):
            column = column.cast(pa.int64())
        return plain(column.to_pylist())

    print(
        json.dumps(
            {
                "rows": sum(batch.num_rows for batch in batches),
                "metadata": {key.decode(): value.decode() for key, value in schema.metadata.items()},
                "columns": [
                    {
                        "name": field.name,
                        "type": str(field.type),
                        "nullable": field.nullable,
                        "metadata": {key.decode(): value.decode() for key, value in (field.metadata or {}).items()},
                        "values": values(batches[0].column(index)),
                    }
                    for index, field in enumerate(schema)
                ],
            }
        )
    )


def types(path):
    """In the notation of our formatType()."""
    import pyarrow as pa
    import rerun.blueprint.components as blueprint
    import rerun.components as components

    names = {"string": "utf8", "float": "float32", "double": "float64", "halffloat": "float16", "bool": "bool", "null": "null"}

    def item(field):
        return ("" if field.name == "item" else f"{field.name}: ") + formatted(field.type) + ("?" if field.nullable else "")

    def fields(of):
        return ", ".join(f"{field.name}{'?' if field.nullable else ''}: {formatted(field.type)}" for field in of)

    def formatted(of):
        if pa.types.is_fixed_size_list(of):
            return f"FixedSizeList<{item(of.value_field)}, {of.list_size}>"
        if pa.types.is_list(of):
            return f"List<{item(of.value_field)}>"
        if pa.types.is_struct(of):
            return "{" + fields(of) + "}"
        if pa.types.is_union(of):
            return "DenseUnion{" + fields(of.field(index) for index in range(of.num_fields)) + "}"
        return names.get(str(of), str(of))

    found = {}
    for module, prefix in ((components, "rerun.components."), (blueprint, "rerun.blueprint.components.")):
        for name in dir(module):
            if name.endswith("Batch") and hasattr(getattr(module, name), "_ARROW_DATATYPE"):
                found[prefix + name.removesuffix("Batch")] = formatted(getattr(module, name)._ARROW_DATATYPE)
    with open(path, "w") as file:
        json.dump(found, file)


def lz4(path):
    import lz4.block

    with open(path, "rb") as file:
        raw = file.read()
    with open(f"{path}.block", "rb") as file:
        same = lz4.block.decompress(file.read(), uncompressed_size=len(raw)) == raw
    with open(f"{path}.theirs", "wb") as file:
        file.write(lz4.block.compress(raw, store_size=False))
    print(json.dumps(same))


if __name__ == "__main__":
    {"log": log, "arrow": arrow, "types": types, "lz4": lz4}[sys.argv[1]](sys.argv[2])
