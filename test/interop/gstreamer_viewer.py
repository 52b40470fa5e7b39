"""A WHEP viewer made of GStreamer's webrtcbin, as its whepsrc is: receives and decodes the view. Prints one line of JSON."""

import json
import sys
import urllib.error
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

FRAMES = 60
TIMEOUT_SEC = 30
AGGREGATED_OR_FRAGMENTED = range(24, 30)
# The UUID of stamps, in the server's SEI messages.
STAMP = bytes.fromhex("9b5e6f0c7d1a4e53a0b870616e6f677a")

Gst.init(None)
url, parameters, least_stamps = sys.argv[1], sys.argv[2], int(sys.argv[3])
loop = GLib.MainLoop()
pipeline = Gst.Pipeline()
webrtc = Gst.ElementFactory.make("webrtcbin")
webrtc.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
pipeline.add(webrtc)
result = {"frames": 0, "singleUnits": 0, "otherUnits": 0, "longest": 0, "stamps": 0, "warnings": [], "error": None}


def end(error=None):
    result["error"] = error
    loop.quit()


def on_packet(_pad, info):
    buffer = info.get_buffer()
    data = buffer.extract_dup(0, buffer.get_size())
    header = 12 + 4 * (data[0] & 15)
    if data[0] & 16:
        header += 4 + 4 * int.from_bytes(data[header + 2:header + 4], "big")
    kind = data[header] & 31
    result["otherUnits" if kind in AGGREGATED_OR_FRAGMENTED else "singleUnits"] += 1
    result["longest"] = max(result["longest"], len(data) - header)
    result["stamps"] += STAMP in data
    return Gst.PadProbeReturn.OK


def on_frame(sink):
    sample = sink.emit("pull-sample")
    caps = sample.get_caps().get_structure(0)
    width, height = caps.get_value("width"), caps.get_value("height")
    buffer = sample.get_buffer()
    stride = buffer.get_size() // height
    at = height // 2 * stride + width // 2 * 3
    result.update(width=width, height=height, middle=list(buffer.extract_dup(at, 3)), frames=result["frames"] + 1)
    if result["frames"] >= FRAMES and result["stamps"] >= least_stamps:
        end()
    return Gst.FlowReturn.OK


def on_pad(_webrtc, pad):
    if pad.get_direction() != Gst.PadDirection.SRC:
        return
    pad.add_probe(Gst.PadProbeType.BUFFER, on_packet)
    decoder = Gst.parse_bin_from_description(
        "rtph264depay ! avdec_h264 ! videoconvert ! video/x-raw,format=RGB ! appsink name=sink emit-signals=true sync=false", True
    )
    decoder.get_by_name("sink").connect("new-sample", on_frame)
    pipeline.add(decoder)
    decoder.sync_state_with_parent()
    pad.link(decoder.get_static_pad("sink"))


def on_offer(promise, *_args):
    # The offer is part of the reply, which goes with its last reference.
    reply = promise.get_reply()
    offer = reply.get_value("offer")
    webrtc.emit("set-local-description", offer, Gst.Promise.new())


def on_gathering(*_args):
    if webrtc.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
        GLib.idle_add(post)


def post():
    sdp = webrtc.get_property("local-description").sdp.as_text()
    result["offer"] = sdp
    request = urllib.request.Request(url, sdp.encode(), {"content-type": "application/sdp"})
    try:
        with urllib.request.urlopen(request) as response:
            answer = response.read().decode()
    except urllib.error.HTTPError as error:
        end(f"{error.code} {error.read().decode()}")
        return
    _, message = GstSdp.SDPMessage.new_from_text(answer)
    description = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
    webrtc.emit("set-remote-description", description, Gst.Promise.new())


webrtc.connect("pad-added", on_pad)
webrtc.connect("notify::ice-gathering-state", on_gathering)
webrtc.emit(
    "add-transceiver",
    GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY,
    Gst.Caps.from_string(f"application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000{parameters}"),
)
pipeline.set_state(Gst.State.PLAYING)
control = webrtc.emit("create-data-channel", "control", None)
hello = {"type": "hello", "v": 1, "picture": {"stamps": True}}
control.connect("on-open", lambda channel: channel.emit("send-string", json.dumps(hello)))
bus = pipeline.get_bus()
bus.add_signal_watch()
bus.connect("message::warning", lambda _bus, message: result["warnings"].append(str(message.parse_warning())))
webrtc.emit("create-offer", None, Gst.Promise.new_with_change_func(on_offer, webrtc, None))
GLib.timeout_add_seconds(TIMEOUT_SEC, end, f"no {FRAMES} pictures within {TIMEOUT_SEC} s")
loop.run()
pipeline.set_state(Gst.State.NULL)
print(json.dumps(result))
