"""Reads the sound in an MCAP file with Python's own reader and prints one line of JSON: schema, formats and packets (hex) of each topic."""

import json
import sys

from mcap.reader import make_reader


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """The length-delimited fields of a message in Protocol Buffers, by number."""
    at = 0
    found = {}
    while at < len(data):
        key, at = varint(data, at)
        assert key & 7 == 2, "sound has length-delimited fields alone"
        length, at = varint(data, at)
        found[key >> 3] = data[at : at + length]
        at += length
    return found


topics = {}
with open(sys.argv[1], "rb") as file:
    for schema, channel, message in make_reader(file).iter_messages():
        if schema.name != "foxglove.CompressedAudio":
            continue
        topic = topics.setdefault(channel.topic, {"schema": schema.name, "formats": [], "packets": []})
        parts = fields(message.data)
        topic["packets"].append(parts[2].hex())
        topic["formats"] = sorted({*topic["formats"], parts[3].decode()})
print(json.dumps(topics))
