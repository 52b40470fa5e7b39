import { ClearBase } from "./other.generated.ts";

/** Empties all components of an entity from this time on. */
export class Clear extends ClearBase {
	/** Empties this entity alone. */
	static flat(): Clear {
		return new Clear(false);
	}

	/** Empties this entity and all entities below it. */
	static recursive(): Clear {
		return new Clear(true);
	}
}
