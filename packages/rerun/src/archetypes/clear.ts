import { ClearBase } from "./other.generated.ts";

/** Empties all components of an entity from this time on. */
export class Clear extends ClearBase {
	/** Of this entity alone. */
	static flat(): Clear {
		return new Clear(false);
	}

	/** Of this entity and all below it. */
	static recursive(): Clear {
		return new Clear(true);
	}
}
