import { parseRtcp, roundTripSec, writeSenderReport } from "../../src/session/rtcp.ts";
import type { FuzzTarget } from "../fuzzer.ts";

/** One packet of each kind that a receiver sends, as on the wire. */
const PACKETS = {
	receiverReport: "81c90007000000010000000205000010000012340000002000010000000200aa",
	nack: "81cd0003000000010000000200100003",
	transportCc: "8fcd00060000000100000002000a000700000102200404080810ffff",
	pli: "81ce00020000000100000002",
	fir: "84ce000400000001000000000000000207000000",
	remb: "8fce00050000000100000000" + "52454d42010f424000000002",
	bye: "81cb000100000001",
};

export const target: FuzzTarget = {
	covers: ["src/session/rtcp.ts"],
	maxBytes: 1500,
	dictionary: ["REMB"],
	seeds: () => [
		...Object.values(PACKETS).map((hex) => Buffer.from(hex, "hex")),
		Buffer.from(Object.values(PACKETS).join(""), "hex"),
		writeSenderReport({
			ssrc: 1,
			wallClockSec: 1.7e9,
			rtpTicks: 5,
			packetsSent: 6,
			payloadBytesSent: 7,
			cname: "c",
		}),
	],
	run(input) {
		for (const packet of parseRtcp(input)) {
			switch (packet.type) {
				case "senderReport":
				case "receiverReport":
					for (const report of packet.reports) {
						if (!(report.fractionLost >= 0 && report.fractionLost <= 1))
							throw new Error(`A share of ${report.fractionLost} is lost.`);
						if (roundTripSec(report, 1.7e9) < 0) throw new Error("A round trip takes less than no time.");
					}
					break;
				case "nack":
					if (packet.sequenceNumbers.length > 17 * input.length)
						throw new Error("More packets are asked for than a packet can name.");
					break;
				case "remb":
					if (!(packet.bitrateBps >= 0)) throw new Error(`The bit rate is ${packet.bitrateBps}.`);
					break;
				case "transportCc":
					if (packet.arrivalSec.length > 65_536)
						throw new Error("A feedback reports more packets than there are numbers.");
					break;
			}
		}
	},
};
