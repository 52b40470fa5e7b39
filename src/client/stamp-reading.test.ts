import { expect, it, vi } from "vitest";
import { PictureStamps } from "./reprojection/picture-stamps.ts";
import { StampReading } from "./stamp-reading.ts";

const receiver = () =>
	({ getParameters: () => ({ codecs: [{ mimeType: "video/H264" }] }) }) as unknown as RTCRtpReceiver;

it("asks for another connection where one takes over that was made before stamps were read", async () => {
	const read: RTCRtpReceiver[] = [];
	const stamps = { read: (receiver: RTCRtpReceiver) => void read.push(receiver) };
	const start = vi.spyOn(PictureStamps, "start").mockResolvedValue(stamps as unknown as PictureStamps);
	const renew = vi.fn();
	const reading = new StampReading({ renew, onStamp: () => {} });
	const [first, early, late] = [receiver(), receiver(), receiver()];
	reading.receiving(first);
	reading.receiverMade(early);
	reading.begin();
	await vi.waitFor(() => expect(renew).toHaveBeenCalledTimes(1));
	reading.receiving(early);
	expect(renew).toHaveBeenCalledTimes(2);
	reading.receiverMade(late);
	reading.receiving(late);
	expect([read, renew.mock.calls.length]).toEqual([[late], 2]);
	start.mockRestore();
});
