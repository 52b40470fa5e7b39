import { type HeadFields, PoseSample } from "../skeleton/pose-sample.ts";
import { encodeTrackingText } from "./tracking-text.ts";

/** The JSON of a head, as a client sends it. */
export function headText(head: HeadFields): string {
	const sample = new PoseSample(1);
	sample.setHead(head);
	const text = encodeTrackingText(sample);
	if (text === undefined) throw new Error("The head has no pose that could be sent.");
	return text;
}
