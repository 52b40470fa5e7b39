/** Listeners by event name. `Events` maps each name to the arguments its listeners get. */
export class EventListeners<Events extends { [Name in keyof Events]: unknown[] }> {
	readonly #listeners = new Map<keyof Events, Set<unknown>>();
	readonly #onListenerError: (error: unknown, name: keyof Events) => void;

	/**
	 * @param onListenerError called when a listener throws, or its promise is rejected; the other
	 * listeners are called all the same.
	 * @default reports an uncaught error later
	 */
	constructor(onListenerError: (error: unknown, name: keyof Events) => void = reportLater) {
		this.#onListenerError = onListenerError;
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof Events>(name: Name, listener: (...args: Events[Name]) => void): () => void {
		const set = this.#listeners.get(name) ?? new Set();
		this.#listeners.set(name, set.add(listener));
		return () => void set.delete(listener);
	}

	emit<Name extends keyof Events>(name: Name, ...args: Events[Name]): void {
		for (const listener of this.#listeners.get(name) ?? []) {
			try {
				const result = (listener as (...args: Events[Name]) => unknown)(...args);
				if (isThenable(result)) result.then(undefined, (error: unknown) => this.#onListenerError(error, name));
			} catch (error) {
				this.#onListenerError(error, name);
			}
		}
	}
}

/**
 * True when a function has returned a promise of any make. Its rejection would end the process if
 * no one handled it.
 */
export function isThenable(result: unknown): result is PromiseLike<unknown> {
	return typeof result === "object" && result !== null && "then" in result && typeof result.then === "function";
}

function reportLater(error: unknown): void {
	queueMicrotask(() => {
		throw error;
	});
}
