import { describe, expect, it } from "vitest";
import { keyframeOfStamp, type PacketMark, type PacketSpan } from "./source-keyframe.ts";

const UNKNOWN = { firstStampSec: Number.NEGATIVE_INFINITY, lastStampSec: Number.POSITIVE_INFINITY };

/** Ten packets a second with a key frame each second, read at the times of their stamps. */
function packets(fromSec: number, seconds: number, firstStampSec = fromSec): PacketMark[] {
	return Array.from({ length: seconds * 10 }, (_, at) => ({
		sec: fromSec + at / 10,
		stampSec: firstStampSec + at / 10,
		keyframe: at % 10 === 0,
	}));
}

/** Packets in spans of half a second, whose stamps one knows by reading. */
function recorded(marks: readonly PacketMark[]) {
	const parts = Array.from({ length: Math.ceil(marks.length / 5) }, (_, at) => marks.slice(at * 5, at * 5 + 5));
	const spans: PacketSpan[] = parts.map(([first]) => ({ startSec: first!.sec, ...UNKNOWN }));
	let reads = 0;
	const marksOf = async (at: number) => {
		reads++;
		const stampsSec = parts[at]!.map(({ stampSec }) => stampSec);
		spans[at] = {
			startSec: spans[at]!.startSec,
			firstStampSec: Math.min(...stampsSec),
			lastStampSec: Math.max(...stampsSec),
		};
		return parts[at]!;
	};
	return async (stampSec: number, atSec: number) => {
		reads = 0;
		return { keySec: await keyframeOfStamp(spans, marksOf, stampSec, atSec), reads };
	};
}

describe("keyframeOfStamp()", () => {
	it("finds a stamp that the stream leaves out by the packets around it, near the time", async () => {
		const find = recorded(packets(0, 600));
		for (const [stampSec, atSec] of [
			[300.33, 300.4],
			[300.95, 301.3],
			[299.97, 300],
			[300.4, 300.4],
		] as const) {
			const { keySec, reads } = await find(stampSec, atSec);
			expect(keySec).toBeCloseTo(Math.floor(stampSec), 6);
			expect(reads).toBeLessThan(6);
		}
	});

	it("takes the first key frame for a picture whose packet came before the recording began", async () => {
		expect(await recorded(packets(0, 600, 20))(19.75, 0.3)).toEqual({ keySec: 0, reads: 3 });
	});

	it("finds the newest of equal stamps before the time, or else the first after it", async () => {
		const find = recorded([...packets(0, 30), ...packets(30, 30, 0), ...packets(60, 30, 0)]);
		expect((await find(4.5, 40)).keySec).toBeCloseTo(34, 6);
		expect((await find(14.5, 40)).keySec).toBeCloseTo(14, 6);
		expect((await recorded([...packets(0, 20, 40), ...packets(20, 20, 0)])(12.5, 5)).keySec).toBeCloseTo(32, 6);
	});

	it("reads each packet once where none has the stamp", async () => {
		const find = recorded(packets(0, 60));
		expect(await find(500, 30)).toEqual({ keySec: 30, reads: 121 });
		expect((await find(500, 30)).reads).toBeLessThan(3);
	});

	it("finds none among no packets", async () => {
		expect(await recorded([])(1, 1)).toEqual({ keySec: undefined, reads: 0 });
	});
});
