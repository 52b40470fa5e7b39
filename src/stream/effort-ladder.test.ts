import { describe, expect, it } from "vitest";
import { EFFORT_COST, type Effort } from "../encoder/video-encoder.ts";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { EffortLadder, type ViewEffort } from "./effort-ladder.ts";

const HD = 1280 * 720;
/** Time for a picture of 1280x720 at the least effort, seconds. */
const USUAL_SEC = 0.008;

/** Views that one simulated thread draws and encodes. */
class SimulatedThread {
	readonly ladder = new EffortLadder();
	readonly views: SimulatedView[] = [];
	nowSec = 0;

	add(frameRate = 30, pixels = HD): SimulatedView {
		const view = new SimulatedView(this.ladder.join(frameRate, this.nowSec), frameRate, pixels);
		this.views.push(view);
		return view;
	}

	remove(view: SimulatedView): void {
		view.part.leave();
		this.views.splice(this.views.indexOf(view), 1);
	}

	/** @param pictureSec time for a picture of 1280x720 at the least effort, at a time. */
	run(seconds: number, pictureSec: number | ((nowSec: number) => number) = USUAL_SEC, turned = true): this {
		const endSec = this.nowSec + seconds;
		for (; this.nowSec < endSec; this.nowSec += 1 / 60) {
			const sec = typeof pictureSec === "number" ? pictureSec : pictureSec(this.nowSec);
			for (const view of this.views) view.encode(this.nowSec, sec, turned);
		}
		return this;
	}
}

class SimulatedView {
	readonly part: ViewEffort;
	readonly #intervalSec: number;
	readonly #pixels: number;
	#dueSec = 0;
	effort: Effort | undefined;
	/** Times of its key frames. */
	readonly opened: number[] = [];
	keyframeWanted = false;

	constructor(part: ViewEffort, frameRate: number, pixels: number) {
		this.part = part;
		this.#intervalSec = 1 / frameRate;
		this.#pixels = pixels;
	}

	encode(nowSec: number, hdSec: number, turned: boolean): void {
		if (nowSec < this.#dueSec) return;
		this.#dueSec = nowSec + this.#intervalSec - 1e-6;
		const isDue = this.effort !== undefined && this.part.isDue({ keyframe: this.keyframeWanted, turned, nowSec });
		this.keyframeWanted = false;
		if (this.effort === undefined || isDue) {
			this.effort = this.part.opening(this.#pixels, nowSec);
			this.opened.push(nowSec);
		}
		this.part.worked(hdSec * (this.#pixels / HD) * EFFORT_COST[this.effort], this.effort, nowSec);
	}
}

describe("the effort ladder", () => {
	it("gives one view on an idle core the best pictures, from the first one on", () => {
		const thread = new SimulatedThread();
		const view = thread.add();
		thread.run(60);
		expect(view.effort).toBe("high");
		expect(view.opened).toEqual([0]);
	});

	it("gives ten views the cheapest pictures, and replaces running encoders one after the other", () => {
		const thread = new SimulatedThread();
		const first = thread.add();
		thread.run(20);
		const others = Array.from({ length: 9 }, () => thread.add());
		thread.run(20, 0.0035);
		expect(others.map(({ effort }) => effort)).toEqual(others.map(() => "low"));
		expect(first.effort).toBe("low");
		// The first ones had a higher effort for a moment.
		const changes = thread.views.flatMap(({ opened }) => opened.slice(1)).sort((a, b) => a - b);
		expect(changes.length).toBeLessThan(4);
		for (const [index, atSec] of changes.entries())
			expect(atSec - (changes[index - 1] ?? 0)).toBeGreaterThanOrEqual(0.5);
	});

	it("lowers the effort within seconds where pictures take most of the time", () => {
		const thread = new SimulatedThread();
		const view = thread.add();
		thread.run(20).run(8, 0.026);
		expect(view.effort).toBe("low");
		expect(view.opened.length).toBeLessThan(4);
	});

	it("raises the effort of a new view on a fast machine in its first seconds", () => {
		const thread = new SimulatedThread();
		const view = thread.add(60, 1920 * 1080);
		expect(thread.run(1, 0.001).ladder.effort).toBe("low");
		thread.run(30, 0.002);
		expect(view.effort).toBe("high");
		expect(view.opened.filter((atSec) => atSec < 10).length).toBeGreaterThan(1);
	});

	it("raises the effort of an older view at a key frame that is due anyway", () => {
		const thread = new SimulatedThread();
		const other = thread.add();
		const view = thread.add();
		thread.run(30, 0.007);
		thread.remove(other);
		thread.run(40, 0.007, false);
		const before = view.opened.length;
		expect(view.effort).not.toBe("high");
		view.keyframeWanted = true;
		thread.run(1, 0.007, false);
		expect(view.effort).toBe("high");
		expect(view.opened.length).toBe(before + 1);
	});

	it("raises the effort of an older view while it turns, once in a minute at most", () => {
		const thread = new SimulatedThread();
		const other = thread.add();
		const view = thread.add();
		thread.run(65, 0.007);
		thread.remove(other);
		const before = view.opened.length;
		thread.run(60, 0.007);
		expect(view.effort).toBe("high");
		expect(view.opened.length).toBe(before + 1);
	});

	it("changes next to nothing where times change all the time", () => {
		const random = seededRandom(7);
		const thread = new SimulatedThread();
		const view = thread.add();
		let stallUntilSec = 0;
		// Other work takes half the core for some seconds, again and again.
		thread.run(900, (nowSec) => {
			if (random() < 0.001) stallUntilSec = nowSec + 10 * random();
			return (nowSec < stallUntilSec ? 0.022 : USUAL_SEC) * (0.8 + 0.4 * random());
		});
		expect(view.opened.length).toBeLessThan(8);
	});

	it("remembers what turning costs while a view rests", () => {
		const thread = new SimulatedThread();
		const view = thread.add();
		thread.run(600, (nowSec) => (nowSec % 20 < 10 ? 0.024 : 0.002));
		expect(view.effort).toBe("low");
		expect(view.opened.filter((atSec) => atSec > 60).length).toBeLessThan(3);
	});
});
