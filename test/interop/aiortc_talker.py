"""A viewer made of aiortc with one section of sound and one of video: sends a tone and grey pictures, counts what it gets. Prints JSON."""

import asyncio
import fractions
import json
import sys
import time
import urllib.request

import numpy
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from av import AudioFrame, VideoFrame

RATE = 48000
SAMPLES = 960
HEARD = 50
SEEN = 10


class Tone(MediaStreamTrack):
    kind = "audio"

    def __init__(self):
        super().__init__()
        self.begun = time.monotonic()
        self.position = 0

    async def recv(self):
        await asyncio.sleep(max(0, self.begun + self.position / RATE - time.monotonic()))
        times = (numpy.arange(SAMPLES) + self.position) / RATE
        samples = (numpy.sin(2 * numpy.pi * 440 * times) * 12000).astype(numpy.int16)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.position, fractions.Fraction(1, RATE)
        self.position += SAMPLES
        return frame


class Grey(MediaStreamTrack):
    kind = "video"

    def __init__(self):
        super().__init__()
        self.count = 0

    async def recv(self):
        await asyncio.sleep(0.05)
        frame = VideoFrame.from_ndarray(numpy.full((96, 160, 3), 128, numpy.uint8), format="rgb24")
        frame.pts, frame.time_base = self.count * 4500, fractions.Fraction(1, 90000)
        self.count += 1
        return frame


def post(url, body):
    request = urllib.request.Request(url, body.encode(), {"content-type": "application/sdp"})
    with urllib.request.urlopen(request) as response:
        return response.read().decode()


async def main(url):
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTrack(Grey())
    peer.addTrack(Tone())
    control = peer.createDataChannel("control")

    def wish():
        control.send(json.dumps({"type": "hello", "v": 1}))
        control.send(json.dumps({"type": "sound", "on": True}))

    control.on("open", wish)
    received = {kind: asyncio.get_running_loop().create_future() for kind in ("audio", "video")}
    peer.on("track", lambda track: received[track.kind].set_result(track))
    await peer.setLocalDescription(await peer.createOffer())
    answer = await asyncio.to_thread(post, url, peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    track, view = await received["audio"], await received["video"]
    for _ in range(SEEN):
        picture = await asyncio.wait_for(view.recv(), 30)
    loudest = 0
    for _ in range(HEARD):
        frame = await asyncio.wait_for(track.recv(), 30)
        loudest = max(loudest, int(abs(frame.to_ndarray().astype(int)).max()))
    directions = [transceiver.currentDirection for transceiver in peer.getTransceivers()]
    print(json.dumps({"directions": directions, "loudest": loudest, "width": picture.width}))
    await peer.close()


asyncio.run(main(sys.argv[1]))
