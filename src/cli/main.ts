#!/usr/bin/env node
import { listenForSignals } from "./interruption.ts";

const OLDEST_NODE = 22;
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
	console.error(`panogaze needs Node ${OLDEST_NODE} or newer; this is Node ${process.versions.node}.`);
	process.exit(2);
}

// Before everything else is loaded, which takes a moment in which Ctrl+C may come.
listenForSignals();
const { runProgram } = await import("./program.ts");
await runProgram();
