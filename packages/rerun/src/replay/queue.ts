/** A queue that does not move its items when the first one leaves. */
export class Queue<T> {
	#items: (T | undefined)[];
	#head = 0;

	constructor(items: readonly T[] = []) {
		this.#items = [...items];
	}

	push(item: T): void {
		this.#items.push(item);
	}

	peek(): T | undefined {
		return this.#items[this.#head];
	}

	shift(): T | undefined {
		const item = this.#items[this.#head];
		if (this.#head === this.#items.length) return undefined;
		this.#items[this.#head++] = undefined;
		if (this.#head === this.#items.length) this.clear();
		else if (this.#head > 1024 && this.#head > this.#items.length / 2) {
			this.#items = this.#items.slice(this.#head);
			this.#head = 0;
		}
		return item;
	}

	clear(): void {
		this.#items = [];
		this.#head = 0;
	}

	*[Symbol.iterator](): Generator<T, void> {
		for (let at = this.#head; at < this.#items.length; at++) yield this.#items[at]!;
	}
}
