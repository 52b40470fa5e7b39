"""A viewer made of aiortc: receives and decodes the view, turns it, and talks on a channel. Prints one line of JSON."""

import asyncio
import json
import logging
import sys
import urllib.request

import av.logging
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

FRAMES = 60

# Complaints of the decoder go to the error output.
logging.basicConfig(level=logging.WARNING)
av.logging.set_level(av.logging.WARNING)


def post(url, content_type, body):
    request = urllib.request.Request(url, body.encode(), {"content-type": content_type})
    with urllib.request.urlopen(request) as response:
        return response.read().decode(), response.headers.get("location")


async def main(base, door, turn):
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTransceiver("video", direction="recvonly")
    camera = peer.createDataChannel("camera")
    control = peer.createDataChannel("control")
    welcomes = []
    hello = {"type": "hello", "v": 1, "picture": {"stamps": True}}
    control.on("open", lambda: control.send(json.dumps(hello)))
    control.on("message", lambda text: welcomes.append(json.loads(text)) if '"welcome"' in text else None)
    echo = peer.createDataChannel("echo")
    echoes = []
    echo.on("message", echoes.append)
    track_ready = asyncio.get_running_loop().create_future()
    peer.on("track", track_ready.set_result)

    await peer.setLocalDescription(await peer.createOffer())
    sdp = peer.localDescription.sdp
    if door == "whep":
        answer, location = await asyncio.to_thread(post, base + "whep", "application/sdp", sdp)
    else:
        body, location = await asyncio.to_thread(post, base + "offer", "application/json", json.dumps({"type": "offer", "sdp": sdp}))
        answer = json.loads(body)["sdp"]
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    track = await track_ready
    frames, keyframes, picture = 0, 0, None
    while frames < FRAMES or not welcomes:
        frame = await asyncio.wait_for(track.recv(), 20)
        frames += 1
        keyframes += bool(frame.key_frame)
        picture = frame
        if frames == 5:
            camera.send(json.dumps({"yaw": turn, "pitch": 0, "roll": 0, "fov_x": 60}))
            echo.send("text")
            echo.send(bytes([1, 2, 3]))
    rgb = picture.to_ndarray(format="rgb24")
    height, width, _ = rgb.shape
    print(json.dumps({
        "frames": frames,
        "stamps": welcomes[0]["picture"]["stamps"],
        "keyframes": keyframes,
        "width": width,
        "height": height,
        "middle": [int(channel) for channel in rgb[height // 2, width // 2]],
        "echoes": [list(message) if isinstance(message, bytes) else message for message in echoes],
    }))
    await peer.close()


asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
