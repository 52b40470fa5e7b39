import { expect } from "vitest";
import { SignallingError } from "./signalling.ts";

/**
 * The status of the `SignallingError` that `action` throws; 200 when it throws nothing.
 */
export function statusOf(action: () => unknown): number {
	try {
		action();
	} catch (error) {
		expect(error).toBeInstanceOf(SignallingError);
		return (error as SignallingError).status;
	}
	return 200;
}
