#!/usr/bin/env node
import module from "node:module";
import { fileURLToPath } from "node:url";
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
// Half of a start from the sources is stripping types, which Node's cache saves. The built package
// gains too little from it (0.1 of 1.0 s) to write files for it on the user's machine.
if (import.meta.url.endsWith(".ts"))
	module.enableCompileCache?.(fileURLToPath(new URL("../../node_modules/.cache/node-compile", import.meta.url)));
const { runProgram } = await import("./program.ts");
await runProgram();
