"""Rerun's own SDK doing what rerun-api.test.ts does with ours.

    python rerun_api_peer.py stream FILE       log into a recording, with times of all kinds
    python rerun_api_peer.py blueprint FILE    save a blueprint
    python rerun_api_peer.py mismatches FILE   log batches whose lengths don't fit together
    python rerun_api_peer.py timestamps FILE   print when the frames of a video are shown, in ns, as JSON
"""

import json
import sys
from datetime import datetime, timedelta, timezone

import numpy as np
import rerun as rr
import rerun.blueprint as rrb


def stream(path):
    recording = rr.RecordingStream("panogaze_api", recording_id="api", send_properties=False)
    recording.save(path)
    recording.send_recording_name("first run")
    recording.send_recording_start_time_nanos(1_700_000_000_000_000_005)
    recording.send_property("weather", rr.AnyValues(kind="sunny", degrees=21.5))

    recording.set_time("step", sequence=-3)
    recording.set_time("seconds", duration=0.1)
    recording.set_time("delta", duration=timedelta(milliseconds=1500))
    recording.set_time("nanos", duration=np.timedelta64(123456789012345678, "ns"))
    recording.set_time("epoch", timestamp=1_700_000_000.125)
    recording.set_time("date", timestamp=datetime(2024, 2, 29, 12, 30, 15, 250_000, tzinfo=timezone.utc))
    recording.set_time("exact", timestamp=np.datetime64(1_700_000_000_123_456_789, "ns"))
    recording.log("times/all", rr.Scalars(1.0))
    recording.disable_timeline("nanos")
    recording.set_time("step", sequence=4)
    recording.log("times/fewer", rr.Scalars(2.0))
    recording.reset_time()
    recording.log("times/none", rr.Scalars(3.0))
    recording.log("times/static", rr.Scalars(4.0), static=True)

    recording.set_time("step", sequence=5)
    recording.log("world/several", rr.Points3D([[1, 2, 3]]), rr.AnyValues(confidence=0.5), rr.TextLog("x", level="INFO"))
    recording.log(["with space", "größe/x"], rr.Scalars(1.0))
    recording.log("/leading//double/", rr.Scalars(1.0))
    recording.log("cleared", rr.TextLog("x", level="WARN"))
    recording.set_time("step", sequence=6)
    recording.log("cleared", rr.TextLog.from_fields(clear_unset=True, text="y"))
    recording.log("cleared", rr.Clear(recursive=False))
    for step in (9, 7, 8):
        recording.set_time("step", sequence=step)
        recording.log("backwards", rr.Scalars(float(step)))

    recording.send_columns(
        "columns/times",
        indexes=[
            rr.TimeColumn("step", sequence=[1, 2, 3]),
            rr.TimeColumn("since", duration=[0.5, 1.0, 1.5]),
            rr.TimeColumn("at", timestamp=[1_700_000_000.25, 1_700_000_001.5, 1_700_000_002.75]),
        ],
        columns=rr.Scalars.columns(scalars=[1.0, 2.0, 3.0]),
    )
    recording.send_columns(
        "columns/any",
        indexes=[rr.TimeColumn("step", sequence=[1, 2])],
        columns=[*rr.AnyValues.columns(level=[0.25, 0.5]), *rr.TextLog.columns(text=["a", "b"])],
    )
    recording.disconnect()


def mismatches(path):
    recording = rr.RecordingStream("panogaze_mismatches", recording_id="mismatches", send_properties=False)
    recording.save(path)
    turn = [rr.Quaternion(xyzw=[0, 0, 0, 1])]
    points = [[0, 0, 0], [1, 0, 0]]
    rows = [
        rr.Points3D(points[:1], radii=[1.0, 2.0, 3.0]),
        rr.Points3D(points, class_ids=[1, 2, 3], labels=[]),
        rr.Points3D([], radii=[1.0, 2.0]),
        rr.Boxes3D(half_sizes=[[1, 1, 1]] * 3, quaternions=turn * 2),
        rr.Boxes3D(mins=[[0, 0, 0]], sizes=[[2, 2, 2]] * 3),
        rr.Arrows3D(vectors=points, origins=[[0, 0, 0]] * 3),
        rr.LineStrips3D([points], radii=[1.0, 2.0]),
        rr.GeoPoints(lat_lon=[[1, 2]] * 3, radii=[1.0, 2.0]),
        rr.GraphNodes(["a", "b"], positions=[[1, 2]] * 3),
        rr.Mesh3D(vertex_positions=points, triangle_indices=[[0, 1, 2]], vertex_normals=[[0, 0, 1]] * 3),
        rr.Transform3D(translation=points),
        rr.TextLog(["a", "b"]),
        rr.AnyValues(empty=[], number=1.5),
    ]
    for index, row in enumerate(rows):
        recording.set_time("row", sequence=index)
        recording.log(f"row/{index}", row)
    recording.send_columns(
        "columns",
        indexes=[rr.TimeColumn("row", sequence=[1, 2])],
        columns=[
            *rr.Points3D.columns(positions=[[0, 0, 0]] * 5).partition([2, 2]),
            *rr.Points3D.columns(radii=[1.0, 2.0, 3.0, 4.0]).partition([1, 3]),
        ],
    )
    recording.disconnect()


def blueprint(path):
    rrb.Blueprint(
        rrb.Horizontal(
            rrb.Spatial3DView(
                name="Space",
                origin="/world",
                contents=["$origin/**", "- /world/secret"],
                background=rrb.Background(kind=rrb.BackgroundKind.SolidColor, color=[10, 20, 30]),
                line_grid=rrb.LineGrid3D(visible=True, spacing=0.5),
                spatial_information=rrb.SpatialInformation("tf#/", show_axes=True),
                eye_controls=rrb.EyeControls3D(kind=rrb.Eye3DKind.Orbital, position=(1, 2, 3), look_target=(0, 0, 0), eye_up=(0, 1, 0)),
                time_ranges=[
                    rr.VisibleTimeRange(
                        "frame",
                        start=rr.TimeRangeBoundary.cursor_relative(seq=-10),
                        end=rr.TimeRangeBoundary.cursor_relative(),
                    ),
                    rr.VisibleTimeRange(
                        "at", start=rr.TimeRangeBoundary.absolute(seconds=1.5), end=rr.TimeRangeBoundary.infinite()
                    ),
                ],
                defaults=[rr.Points3D.from_fields(radii=[0.5])],
            ),
            rrb.Vertical(
                rrb.TimeSeriesView(
                    name="Plot",
                    origin="/plot",
                    axis_x=rrb.TimeAxis(
                        link=rrb.components.LinkAxis.Independent,
                        view_range=rr.TimeRange(
                            start=rr.TimeRangeBoundary.absolute(seq=0), end=rr.TimeRangeBoundary.absolute(seq=100)
                        ),
                    ),
                    axis_y=rrb.ScalarAxis(range=(-1.0, 1.0), zoom_lock=True),
                    plot_legend=rrb.PlotLegend(corner=rrb.Corner2D.LeftTop, visible=True),
                    background=rrb.archetypes.PlotBackground(color=[1, 2, 3], show_grid=False),
                    overrides={
                        "/plot/sine": [rr.SeriesLines.from_fields(colors=[[255, 0, 0]], widths=[2.0])],
                        "/plot/hidden": rrb.EntityBehavior(visible=False),
                        "/plot/mapped": rr.SeriesPoints.from_fields(marker_sizes=[3.0]).visualizer(
                            mappings=[
                                rrb.encodings.VisualizerComponentMapping(
                                    target="Scalars:scalars",
                                    source_kind=rrb.encodings.ComponentSourceKind.SourceComponent,
                                    source_component="Battery:levels",
                                    selector=".volts",
                                )
                            ]
                        ),
                    },
                ),
                rrb.Grid(
                    rrb.TextLogView(name="Log", visible=False),
                    rrb.TextDocumentView(),
                    rrb.Spatial2DView(visual_bounds=rrb.VisualBounds2D(x_range=[0, 640], y_range=[0, 480])),
                    rrb.MapView(zoom=16, background=rrb.MapProvider.OpenStreetMap),
                    rrb.GraphView(force_link=rrb.archetypes.ForceLink(distance=60), force_center=rrb.archetypes.ForceCenter(strength=0.5)),
                    rrb.TensorView(view_fit="fill"),
                    rrb.BarChartView(plot_legend=rrb.Corner2D.RightBottom),
                    rrb.DataframeView(query=rrb.archetypes.DataframeQuery(timeline="frame", apply_latest_at=True)),
                    rrb.StateTimelineView(origin="/state"),
                    grid_columns=3,
                    column_shares=[1, 2, 3],
                ),
                rrb.Tabs(rrb.Spatial3DView(name="one"), rrb.Spatial3DView(name="two"), active_tab="two", name="Tabs"),
                row_shares=[2, 3, 1],
            ),
            column_shares=[2, 1],
        ),
        rrb.TopPanel(state="hidden"),
        rrb.SelectionPanel(state="collapsed"),
        rrb.TimePanel(
            state="expanded",
            timeline="frame",
            playback_speed=2.0,
            fps=24.0,
            play_state="playing",
            loop_mode="selection",
            time_selection=rr.encodings.AbsoluteTimeRange(10, 20),
        ),
        collapse_panels=True,
        auto_views=False,
    ).save("panogaze_api", path)


def timestamps(path):
    print(json.dumps([int(time) for time in rr.AssetVideo(path=path).read_frame_timestamps_nanos()]))


{"stream": stream, "blueprint": blueprint, "mismatches": mismatches, "timestamps": timestamps}[sys.argv[1]](sys.argv[2])
