import { expect, it } from "vitest";
import { EventListeners } from "../../media/events.ts";
import type { SourcePacketBatch } from "../../source/source-packets.ts";
import { ServerStub } from "../fake-session.cases.ts";
import type { SessionRecord } from "../session-record.ts";
import { SessionTap } from "./session-tap.ts";

const batchOf = (codec: string): SourcePacketBatch => ({
	codec,
	configuration: Uint8Array.of(),
	memory: new SharedArrayBuffer(1),
	packets: [{ byteLength: 1, keyframe: true, stampSec: 0, decodeSec: 0, durationSec: 0, receivedSec: 1 }],
});

it("passes on the source's packets of a codec that files have a place for, and names another one once", () => {
	const source = new EventListeners<{ packets: [batch: SourcePacketBatch] }>();
	const onPackets = (listener: (batch: SourcePacketBatch) => void) => source.on("packets", listener);
	const server = Object.assign(new ServerStub(), { source: { name: "clip", info: undefined, onPackets } });
	const records: SessionRecord[] = [];
	const tap = new SessionTap(server, (record) => records.push(record), { source: "packets" });
	for (const codec of ["mpeg2video", "mpeg2video", "av1"]) source.emit("packets", batchOf(codec));
	tap.close();
	expect(records.map((record) => (record.type === "text" ? record.words : record.type))).toEqual([
		"The source's own video is not recorded: files have no place for MPEG2VIDEO. A small version of it can be.",
		"source-packet",
	]);
});
