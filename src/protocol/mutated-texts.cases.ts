import { seededRandom } from "../skeleton/seeded-random.cases.ts";

const ALPHABET = '{}[]",:0123456789eE+-.ntqfull \u0000\ud800';

/**
 * `count` texts that differ from `text` by one to three replaced, inserted or deleted pieces. The
 * same in every run.
 */
export function* mutatedTexts(text: string, count: number): Generator<string> {
	const random = seededRandom(1);
	for (let round = 0; round < count; round++) {
		let mutated = text;
		for (let edit = 0; edit <= random() * 3; edit++) {
			const at = Math.floor(random() * mutated.length);
			const removed = Math.floor(random() * 3);
			mutated =
				mutated.slice(0, at) + ALPHABET[Math.floor(random() * ALPHABET.length)] + mutated.slice(at + removed);
		}
		yield mutated;
	}
}
