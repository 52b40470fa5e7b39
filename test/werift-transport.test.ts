import { expect, it } from "vitest";
import { describePeerTransport } from "../src/session/peer-transport.cases.ts";
import { WeriftTransport } from "./support/werift-transport.ts";

describePeerTransport("WeriftTransport", (options) => WeriftTransport.create(options));

it("WeriftTransport says that it can't share one UDP port", async () => {
	await expect(WeriftTransport.create({ udpPort: 5000 })).rejects.toThrow(/udpPort/);
});
