import { describe, expect, it } from "vitest";
import { FakeViewer, ServerStub } from "../fake-session.cases.ts";
import { CONSENT_WITHDRAWN, ConsentingViewers } from "./consenting-viewers.ts";
import { SessionTap } from "./session-tap.ts";

describe("ConsentingViewers", () => {
	it("has viewers while they agree, and always the statements of the source", () => {
		const server = new ServerStub();
		const consenting = new ConsentingViewers(server);
		const viewer = new FakeViewer();
		const seen: unknown[] = [];
		consenting.on("join", ({ id }) => seen.push(["join", id]));
		consenting.on("leave", (_viewer, reason) => seen.push(["leave", reason]));
		consenting.on("sourceCapture", ({ origin }) => seen.push(["source", origin]));
		consenting.on("cameraCapture", ({ name }, { origin }) => seen.push([name, origin]));
		server.viewers = [viewer.asViewer];
		server.emit("join", viewer.asViewer);
		expect([seen, consenting.viewers]).toEqual([[], []]);
		const statement = { origin: "rtcp", used: true, ageSec: 0.1 } as const;
		server.emit("sourceCapture", statement);
		server.emit("cameraCapture", { name: "wrist" }, statement);
		viewer.consent("given");
		expect(consenting.viewers).toEqual([viewer]);
		viewer.consent("refused");
		expect(consenting.viewers).toEqual([]);
		expect(seen).toEqual([
			["source", "rtcp"],
			["wrist", "rtcp"],
			["join", viewer.id],
			["leave", CONSENT_WITHDRAWN],
		]);
	});

	it("lets a recording know that one who has withdrawn is gone, and nothing of those it never had", () => {
		const server = new ServerStub();
		const records: string[] = [];
		const consenting = new ConsentingViewers(server);
		const tap = new SessionTap(consenting, ({ type }) => records.push(type));
		const viewers = [new FakeViewer(), new FakeViewer(), new FakeViewer()] as const;
		for (const { asViewer } of viewers) server.emit("join", asViewer);
		const [refusing, withdrawing, returning] = viewers;
		for (const viewer of [withdrawing, returning]) {
			viewer.consent("given");
			viewer.consent("refused");
		}
		returning.consent("given");
		records.length = 0;
		for (const { asViewer } of [refusing, withdrawing, returning]) server.emit("leave", asViewer, "Enough.");
		tap.close();
		expect(records).toEqual(["gone", "leave"]);
	});
});
