#!/usr/bin/env node
import { requireNode } from "../source/requirements.ts";
import { listenForSignals } from "./interruption.ts";

try {
	requireNode();
} catch (error) {
	console.error((error as Error).message);
	process.exit(2);
}

// Before everything else is loaded, which takes a moment in which Ctrl+C may come.
listenForSignals();
const { runProgram } = await import("./program.ts");
await runProgram();
