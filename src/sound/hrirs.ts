import { HRIR_SAMPLES } from "./hrir.generated.ts";

/** Full scale of the stored samples. */
const FULL_SCALE = 32_768;

/** Impulse responses of the left ear for W, Y, Z and X at 48 kHz; 1 is full scale. */
export function headResponses(): number[][] {
	return HRIR_SAMPLES.map((samples) => samples.map((sample) => sample / FULL_SCALE));
}
