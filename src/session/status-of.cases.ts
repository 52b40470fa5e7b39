import { SignallingError } from "./signalling.ts";

/**
 * The status of the `SignallingError` that `action` throws; 200 when it throws nothing.
 */
export function statusOf(action: () => unknown): number {
	try {
		action();
	} catch (error) {
		if (error instanceof SignallingError) return error.status;
		throw error;
	}
	return 200;
}
