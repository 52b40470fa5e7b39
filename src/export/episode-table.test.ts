import { describe, expect, it } from "vitest";
import { PACKET } from "../recording/fake-session.cases.ts";
import type { SessionRecord } from "../recording/session-record.ts";
import { type EpisodeSpan, knownValues, planEpisodes, wholeSession } from "./episode-plan.ts";
import { columnNames, type EpisodeTable, TableBuilder } from "./episode-table.ts";
import { surveySession } from "./session-survey.ts";
import {
	controllerPose,
	every,
	headPose,
	inOrder,
	logged,
	OPERATOR,
	picture,
	ticksOf,
} from "./synthetic-session.cases.ts";
import { chooseValues, defaultValues } from "./value-names.ts";

interface TableWish {
	readonly action?: readonly string[];
	readonly state?: readonly string[];
	readonly rateHz?: number;
	readonly spans?: readonly EpisodeSpan[];
	readonly mostRows?: number;
	readonly maxGapSec?: number;
}

/** Resamples a synthetic session as an export does. */
async function tablesOf(records: readonly SessionRecord[], { rateHz = 10, ...wish }: TableWish = {}) {
	const survey = await surveySession(records);
	const spans = wish.spans ?? [wholeSession(survey, undefined, "test")];
	const episodes = planEpisodes(spans, survey, {
		rateHz,
		viewer: undefined,
		firstEpisode: 0,
		firstIndex: 0,
		tasks: [],
	});
	const known = knownValues([{ survey, viewers: episodes.map(({ viewer }) => viewer) }]);
	const chosen = {
		action: chooseValues(wish.action ?? defaultValues("action", known), known, "--action"),
		state: chooseValues(wish.state ?? defaultValues("state", known), known, "--state"),
	};
	const builder = new TableBuilder({ maxGapSec: 0.25, ...wish, episodes, chosen });
	const tables = [...records.flatMap((record) => builder.add(record)), ...builder.finish()];
	return { tables, action: columnNames(chosen.action), state: columnNames(chosen.state) };
}

/** The numbers of one column, row by row. */
function column(table: EpisodeTable, role: "action" | "state", names: readonly string[], name: string): number[] {
	const at = names.indexOf(name);
	return Array.from({ length: table.episode.rows }, (_, row) => table.values[role][row * names.length + at]!);
}

describe("TableBuilder", () => {
	it("puts positions on the line between two poses, and rotations on the arc", async () => {
		const { tables, action } = await tablesOf(every(9, 10, (sec) => headPose(sec)));
		const [table] = tables as [EpisodeTable];
		expect(table.episode.rows).toBe(11);
		for (const [row, x] of column(table, "action", action, "head.x").entries()) expect(x).toBeCloseTo(row / 10, 6);
		for (const [row, y] of column(table, "action", action, "head.qy").entries())
			expect(y).toBeCloseTo(Math.sin(row / 20), 6);
		expect(table.valid.action.every((valid) => valid === 1)).toBe(true);
	});

	it("gives the very numbers of a pose that is read at a row's time", async () => {
		const { tables, action } = await tablesOf(
			every(8, 9, (sec) => headPose(sec)),
			{ rateHz: 4 },
		);
		const [table] = tables as [EpisodeTable];
		expect(column(table, "action", action, "head.qy")).toEqual(
			[0, 0.125, 0.25, 0.375, 0.5].map((half) => Math.fround(Math.sin(half))),
		);
	});

	it("keeps the sign of a quaternion from row to row", async () => {
		const flipped = every(30, 31, (sec, index) => {
			const sign = index % 2 === 0 ? 1 : -1;
			return headPose(sec, { rotations: Float32Array.of(0, sign * 0.6, 0, sign * 0.8) });
		});
		const [table] = (await tablesOf(flipped, { rateHz: 25 })).tables as [EpisodeTable];
		const names = ["head.x", "head.y", "head.z", "head.qx", "head.qy", "head.qz", "head.qw"];
		for (const w of column(table, "action", names, "head.qw")) expect(w).toBeCloseTo(0.8, 6);
	});

	it("takes the value before for buttons, and leaves a long gap empty", async () => {
		const poses = every(10, 21, (sec) => controllerPose(sec)).filter((_, index) => index <= 5 || index >= 10);
		const { tables, action } = await tablesOf(poses, { rateHz: 20 });
		const [table] = tables as [EpisodeTable];
		const pressed = column(table, "action", action, "left_controller.buttons.0");
		expect(pressed[19]).toBeNaN();
		expect(pressed.slice(20, 24)).toEqual([1, 1, 1, 1]);
		expect(pressed.slice(0, 11)).toEqual(Array(11).fill(0));
		const axis = column(table, "action", action, "left_controller.axes.0");
		expect(axis[1]).toBe(0);
		expect([...table.valid.action]).toEqual([...Array(11).fill(1), ...Array(9).fill(0), ...Array(21).fill(1)]);
	});

	it("never extrapolates: before the first pose and after the last nothing is known", async () => {
		const records = inOrder(
			...every(30, 61, (sec, number) => picture(sec, number)),
			...every(90, 91, (sec) => headPose(sec + 0.5)),
		);
		const spans = [{ beginSec: 0, endSec: 2, task: "whole", success: undefined }];
		const [table] = (await tablesOf(records, { spans })).tables as [EpisodeTable];
		const [both] = (await tablesOf(records)).tables as [EpisodeTable];
		expect([both.episode.beginSec, both.episode.rows], "the time with pictures and poses").toEqual([0.5, 11]);
		expect([...table.valid.action]).toEqual(
			Array.from({ length: 21 }, (_, row) => (row >= 5 && row <= 15 ? 1 : 0)),
		);
	});

	it("lets a page's head rest between its turns: it is sent when it turns", async () => {
		const turn = (sec: number) => headPose(sec, { positionTracked: false });
		const heads = every(30, 151, (sec) => turn(sec)).filter(
			(_, index) => index <= 30 || (index >= 90 && index <= 120),
		);
		const records = inOrder(...every(30, 151, (sec, number) => picture(sec, number)), ...heads);
		const { tables, action } = await tablesOf(records);
		const [table] = tables as [EpisodeTable];
		expect(action).toEqual(["head.qx", "head.qy", "head.qz", "head.qw"]);
		expect([table.episode.rows, table.valid.action.every((valid) => valid === 1)]).toEqual([51, true]);
		const turns = column(table, "action", action, "head.qy");
		expect(turns.slice(10, 30)).toEqual(Array(20).fill(turns[10]));
		expect(turns[35]).toBeCloseTo(Math.sin(3.5 / 2), 5);
		expect(turns[50]).toBe(turns[40]);
	});

	it("keeps logged numbers in double precision, and holds those that are asked for", async () => {
		const drifting = 16_777_217.125;
		const records = inOrder(
			...every(20, 41, (sec) => headPose(sec)),
			...every(10, 21, (sec) => logged(sec, "arm", [drifting + sec, sec], OPERATOR)),
			logged(0.05, "robot/battery", [0.8]),
			logged(1.05, "robot/battery", [0.7]),
		);
		const { tables, state } = await tablesOf(records, { state: ["arm", "/robot/battery:previous"] });
		const [table] = tables as [EpisodeTable];
		expect(state).toEqual(["arm.0", "arm.1", "/robot/battery"]);
		expect(column(table, "state", state, "arm.0")[7]).toBe(drifting + 0.7);
		expect(column(table, "state", state, "/robot/battery")).toEqual([
			Number.NaN,
			...Array(10).fill(0.8),
			...Array(10).fill(0.7),
		]);
	});

	it("names for each row its picture, and the one that was on the operator's screen", async () => {
		const records = inOrder(
			...every(30, 31, (sec, number) => picture(sec, number)),
			...every(30, 31, (sec, number) => headPose(sec, { seenRtpTicks: number < 3 ? 7 : ticksOf(number - 3) })),
		);
		const [table] = (await tablesOf(records, { rateHz: 15 })).tables as [EpisodeTable];
		expect([...table.shown.picture]).toEqual(Array.from({ length: 16 }, (_, row) => row * 2));
		expect([...table.seen.picture.slice(0, 4)]).toEqual([-1, -1, 1, 3]);
		expect([...table.seen.row.slice(0, 5)]).toEqual([-1, -1, 0, 1, 2]);
		expect(table.seen.ageSec[4]).toBeCloseTo(0.1, 9);
		expect(table.shown.mediaSec[3]).toBeCloseTo(5.2, 9);
	});

	it("gives each row the age of the world in its picture, where the source states captures", async () => {
		const records = inOrder(
			...every(10, 11, (sec, number) => {
				const { stages } = PACKET;
				const capturedSec = number < 3 ? Number.NaN : sec - 0.25;
				const cameraUs = number < 3 ? Number.NaN : 1.7e15 + number;
				return picture(sec, number, { cameraUs, stages: { ...stages, drawStartSec: sec, capturedSec } });
			}),
			...every(10, 11, (sec, number) => headPose(sec, { seenRtpTicks: number < 5 ? 7 : ticksOf(number - 1) })),
		);
		const [table] = (await tablesOf(records)).tables as [EpisodeTable];
		expect([...table.shown.cameraNs.slice(2, 4)]).toEqual([-1n, 1_700_000_000_000_003_000n]);
		expect(table.shown.captureAgeSec[2]).toBeNaN();
		expect(table.shown.captureAgeSec[3]).toBeCloseTo(0.25, 9);
		expect(table.seen.captureAgeSec[4]).toBeNaN();
		expect(table.seen.captureAgeSec[5]).toBeCloseTo(0.35, 9);
	});

	it("gives the rows of a long episode in parts, equal to those in one", async () => {
		const flipped = (sec: number, index: number) => {
			const sign = index % 2 === 0 ? 1 : -1;
			return headPose(sec, {
				rotations: Float32Array.of(0, sign * 0.6, 0, sign * 0.8),
				seenRtpTicks: ticksOf(Math.max(0, index - 3)),
			});
		};
		const records = inOrder(
			...every(30, 301, (sec, number) => picture(sec, number)),
			...every(30, 301, flipped).filter((_, index) => index < 100 || (index > 120 && index < 150) || index > 285),
			...every(10, 101, (sec) => logged(sec, "arm", [sec], OPERATOR)),
		);
		// The second episode begins while the first one runs.
		const spans = [
			{ beginSec: 0, endSec: 10, task: "a", success: undefined },
			{ beginSec: 5, endSec: 6, task: "b", success: undefined },
		];
		const whole = (await tablesOf(records, { spans, maxGapSec: 6 })).tables;
		const parts = (await tablesOf(records, { spans, maxGapSec: 6, mostRows: 7 })).tables;
		expect(parts.map(({ episode, firstRow, isLast }) => [episode.task, firstRow, isLast])).toEqual([
			...Array.from({ length: 15 }, (_, index) => ["a", index * 7, index === 14]),
			...Array.from({ length: 2 }, (_, index) => ["b", index * 7, index === 1]),
		]);
		for (const { episode, ...table } of whole) {
			const ours = parts.filter((part) => part.episode.task === episode.task);
			const joined = (of: (part: (typeof parts)[0]) => Iterable<number>) => ours.flatMap((part) => [...of(part)]);
			for (const role of ["action", "state"] as const) {
				expect(joined(({ values }) => values[role])).toEqual([...table.values[role]]);
				expect(joined(({ valid }) => valid[role])).toEqual([...table.valid[role]]);
			}
			for (const fact of ["picture", "ageSec", "captureAgeSec", "mediaSec"] as const) {
				expect(joined(({ shown }) => shown[fact])).toEqual([...table.shown[fact]]);
				expect(joined(({ seen }) => seen[fact])).toEqual([...table.seen[fact]]);
			}
			expect(joined(({ seen }) => seen.row)).toEqual([...table.seen.row]);
		}
	});

	it("gives each episode its own rows, with what was known before it began", async () => {
		const records = every(30, 301, (sec) => headPose(sec));
		const spans = [
			{ beginSec: 1.05, endSec: 2.05, task: "a", success: true },
			{ beginSec: 4, endSec: 4.5, task: "b", success: undefined },
		];
		const { tables } = await tablesOf(records, { spans });
		expect(tables.map(({ episode }) => [episode.task, episode.firstIndex, episode.rows])).toEqual([
			["a", 0, 11],
			["b", 11, 6],
		]);
		expect(tables.every(({ valid }) => valid.action.every((row) => row === 1))).toBe(true);
		expect(tables[0]!.values.action[0]).toBeCloseTo(1.05, 6);
	});
});

describe("chooseValues()", () => {
	it("refuses a name that is not in the recording, with those that are", async () => {
		const records = every(30, 31, (sec) => controllerPose(sec));
		await expect(tablesOf(records, { action: ["head"] })).rejects.toThrow(
			"--action names values of the recording; it has no head. There is left_controller.",
		);
		await expect(tablesOf(records, { action: ["left_controller.axis"] })).rejects.toThrow(
			"Did you mean left_controller.axes?",
		);
		await expect(tablesOf(records, { action: ["left_controller:previous"] })).rejects.toThrow("only logged values");
	});

	it("takes a bone of a skeleton by its name, and a part of it", async () => {
		const body = every(30, 31, (sec) =>
			headPose(sec, {
				kind: "skeleton",
				skeleton: "FullBody",
				ids: Int32Array.of(7, 0),
				positions: Float32Array.of(sec, 1, 2, 0, 0, 0),
				rotations: Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1),
			}),
		);
		const { action } = await tablesOf(body, { action: ["FullBody.Head.position"] });
		expect(action).toEqual(["FullBody.Head.x", "FullBody.Head.y", "FullBody.Head.z"]);
	});
});
