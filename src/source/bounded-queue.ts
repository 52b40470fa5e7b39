/** A queue of at most `capacity` values between two asynchronous loops. */
export class BoundedQueue<T> {
	readonly capacity: number;
	readonly #values: T[] = [];
	#closed = false;
	#failure: { readonly error: unknown } | undefined;
	#wakers: (() => void)[] = [];

	constructor(capacity: number) {
		if (!Number.isInteger(capacity) || capacity < 1)
			throw new RangeError(`A queue's capacity is a positive integer; got ${capacity}.`);
		this.capacity = capacity;
	}

	get length(): number {
		return this.#values.length;
	}

	/**
	 * Adds `value` as soon as there is room.
	 * @returns false if the queue was closed meanwhile: the value is still the caller's.
	 */
	async push(value: T): Promise<boolean> {
		while (this.#values.length >= this.capacity && !this.#closed) await this.#change();
		return this.tryPush(value);
	}

	/** Adds `value` if there is room at once. @returns whether it did. */
	tryPush(value: T): boolean {
		if (this.#closed || this.#values.length >= this.capacity) return false;
		this.#values.push(value);
		this.#wake();
		return true;
	}

	/**
	 * The oldest value as soon as there is one; `undefined` when the queue is closed and empty.
	 * @throws {unknown} the error that the queue was closed with, once it is empty.
	 */
	async shift(): Promise<T | undefined> {
		while (this.#values.length === 0 && !this.#closed) await this.#change();
		const value = this.tryShift();
		if (value === undefined && this.#failure !== undefined) throw this.#failure.error;
		return value;
	}

	/** The oldest value if there is one. */
	tryShift(): T | undefined {
		const value = this.#values.shift();
		if (value !== undefined) this.#wake();
		return value;
	}

	/** The oldest value, which stays in the queue. */
	peek(): T | undefined {
		return this.#values[0];
	}

	/** Ends the queue: its values can still be taken, and no more come. */
	close(): void {
		this.#closed = true;
		this.#wake();
	}

	/** Ends the queue with an error, which the reader gets after the values. */
	fail(error: unknown): void {
		this.#failure ??= { error };
		this.close();
	}

	/** Removes all values, for their owner to free. */
	clear(): T[] {
		const values = this.#values.splice(0);
		this.#wake();
		return values;
	}

	#change(): Promise<void> {
		return new Promise((resolve) => this.#wakers.push(resolve));
	}

	#wake(): void {
		const wakers = this.#wakers;
		this.#wakers = [];
		for (const wake of wakers) wake();
	}
}
